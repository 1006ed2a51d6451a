#!/usr/bin/env bash
# Measures on this machine, each against a reference in the same run; prints tables. Takes about thirty minutes; needs the shared data beside the repository
# for the encoder and the datasets (TEXTOPS_SHARED_DATA). Usage: bench/run.sh [tokenizers|embedding|end-to-end|operator|learning|serving|soak ...]
set -euo pipefail
cd "$(dirname "$0")/.."
data=${TEXTOPS_SHARED_DATA:-$(cd .. && pwd)/shared/data}
work=$(mktemp -d "${TMPDIR:-/tmp}/textops-bench-XXXXXX")
trap 'rm -rf "$work"; [[ -z ${ours:-} ]] || hack/cluster/cluster.sh down >&2' EXIT

# texts N: N texts, a line each, in $work/texts.txt
texts() {
  node bench/corpus.mjs "$1" | node -e 'require("readline").createInterface({input: process.stdin}).on("line", l => console.log(JSON.parse(l).text.replace(/\s+/g, " ")))' > "$work/texts.txt"
}

tokenizers() {
  dotnet build bench/Tokenizers -c Release -v quiet >&2
  texts 20000
  dotnet run --project bench/Tokenizers -c Release --no-build -- models/minilm-static-256/tokenizer.json "$work/texts.txt"
}

embedding() {
  dotnet build bench/Embedding -c Release -v quiet >&2
  texts 5000
  for model in models/minilm-static-256 "$data/models/all-MiniLM-L6-v2"; do
    [[ -d $model ]] || { echo "skipped: $model is not here" >&2; continue; }
    dotnet run --project bench/Embedding -c Release --no-build -- "$model" "$work/texts.txt" 20
    echo
  done
}

# run NAME LINES FORMAT MODEL: one job from a file to a committed version; a row of the table.
run() {
  local name=$1 lines=$2 format=$3 model=$4
  [[ -d $model ]] || { echo "skipped: $model is not here" >&2; return; }
  node bench/corpus.mjs "$lines" > "$work/corpus.jsonl"
  cat > "$work/job.yaml" <<YAML
apiVersion: textops.dev/v1alpha1
kind: EmbeddingJob
metadata: {name: bench}
spec:
  source: {uri: "file://$work/corpus.jsonl", idField: id}
  model: {uri: "file://$model"}
  validation: {rejectDigitsOnly: true, rejectDuplicates: true}
  output: {format: $format}
YAML
  rm -rf "$work/store"
  bin/textops run -f "$work/job.yaml" --store "$work/store" > "$work/log" || { cat "$work/log" >&2; return 1; }
  node bench/shard-rates.mjs "$name" "$format" "$work/store/embeddings/default.bench/v000001/_shards/00000.json"
}

end-to-end() {
  echo "| model | format | rows | tokens | seconds | rows/s | tokens/s | CPU seconds | peak memory, MB |"
  echo "|---|---|--:|--:|--:|--:|--:|--:|--:|"
  local static encoder="$data/models/all-MiniLM-L6-v2"
  static=$(pwd)/models/minilm-static-256
  run minilm-static-256 100000 npy "$static"
  run minilm-static-256 1000000 npy "$static"
  run minilm-static-256 100000 jsonl "$static"
  run minilm-static-256 1000000 jsonl "$static"
  run "all-MiniLM-L6-v2 fp32" 20000 npy "$encoder"
}

# Crowds of objects on a real API server; a cluster that runs already is used and left alone.
operator() {
  dotnet build bench/Operator -c Release -v quiet >&2
  hack/cluster/cluster.sh status > /dev/null || ours=yes
  hack/cluster/cluster.sh up >&2
  dotnet run --project bench/Operator -c Release --no-build -- "${TEXTOPS_CLUSTER:-artifacts/cluster}" src/Operator/bin/Release/net10.0/textops-operator
}

# Classifiers on public datasets beside scikit-learn (Debian's python3-sklearn, where it is there); LEARNING names datasets and feature sets where not all are wanted.
learning() {
  [[ -d $data/datasets ]] || { echo "skipped: $data/datasets is not here" >&2; return; }
  dotnet build bench/Learning -c Release -v quiet >&2
  # shellcheck disable=SC2086
  bench/Learning/bin/Release/net10.0/textops-bench-learning "$data" bench/Learning/sklearn_fit.py ${LEARNING:-}
}

# serve ARGUMENTS...: a server on $url, as $server; its log is $work/serve.log.
serve() {
  bin/textops-runner serve --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 "$@" > "$work/serve.log" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/serve.log" | head -n 1 || true)
    [[ -n $url ]] && curl -sf "$url/health" > /dev/null && return
    kill -0 "$server" 2> /dev/null || break
    sleep 0.2
  done
  cat "$work/serve.log" >&2
  return 1
}

stop_server() {
  kill "$server" && wait "$server" || true
}

# load PATH BODIES CONNECTIONS SECONDS: what bench/Serving/requests.lua says of them.
load() {
  BODIES=$2 wrk --latency -t 1 -c "$3" -d "$4s" -s bench/Serving/requests.lua "$url$1" | awk '/^RESULT/ {$1 = ""; print}'
}

# Requests of one text each over HTTP (wrk on the same cores) beside ONNX Runtime alone on the same texts; a classifier of words has no such ceiling.
serving() {
  command -v wrk > /dev/null || { echo "skipped: wrk is not here (Debian package wrk)" >&2; return; }
  dotnet build bench/Serving -c Release -v quiet >&2
  local seconds=${SERVING_SECONDS:-10} encoder="$data/models/all-MiniLM-L6-v2" name path bodies model ceiling connections batching result
  texts 5000
  node bench/Serving/bodies.mjs embeddings < "$work/texts.txt" > "$work/embeddings.txt"
  node bench/Serving/bodies.mjs predict reviewText < "$work/texts.txt" > "$work/predict.txt"
  bin/textops run -f config/samples/trainingrun.yaml --store "$work/registry" > "$work/log" || { cat "$work/log" >&2; return 1; }
  echo "| model | path | batching | connections | requests/s | p50, ms | p99, ms | not 200 or broken | ONNX Runtime alone, texts/s (one a run / batched) |"
  echo "|---|---|---|--:|--:|--:|--:|--:|--:|"
  while read -r name path bodies model arguments; do
    [[ -d $model ]] || { echo "skipped: $model is not here" >&2; continue; }
    ceiling=-
    # shellcheck disable=SC2086
    [[ $path == /predict ]] || ceiling=$(bench/Serving/bin/Release/net10.0/textops-bench-serving "$model" "$work/texts.txt" "$seconds" ${arguments#--precision } | sed 's# # / #')
    for batching in on off; do
      # shellcheck disable=SC2046,SC2086
      serve --model "$model" $arguments $([[ $batching == on ]] || echo --max-batch-tokens 1)
      load "$path" "$bodies" 8 3 > /dev/null
      for connections in 1 8 64; do
        read -r -a result <<< "$(load "$path" "$bodies" "$connections" "$seconds")"
        echo "| $name | $path | $batching | $connections | $(node -p "(${result[0]} / ${result[1]}).toFixed(0)") | ${result[2]} | ${result[3]} | $((result[5] + result[6])) | $ceiling |"
      done
      stop_server
    done
  done <<LIST
book-reviews(words,linear) /predict $work/predict.txt $work/registry/models/book-reviews/v000001
minilm-static-256 /v1/embeddings $work/embeddings.txt models/minilm-static-256
all-MiniLM-L6-v2,int8 /v1/embeddings $work/embeddings.txt $encoder --precision int8
LIST
}

# Ten minutes of load by 64 connections; the server's resident memory (RSS, MB) at the start and after each minute. SOAK_SECONDS for another time.
soak() {
  command -v wrk > /dev/null || { echo "skipped: wrk is not here (Debian package wrk)" >&2; return; }
  local seconds=${SOAK_SECONDS:-600} encoder="$data/models/all-MiniLM-L6-v2" wrk
  texts 20000
  node bench/Serving/bodies.mjs embeddings < "$work/texts.txt" > "$work/embeddings.txt"
  serve --model "$([[ -d $encoder ]] && echo "$encoder" || echo models/minilm-static-256)"
  load /v1/embeddings "$work/embeddings.txt" 64 "$seconds" > "$work/soak" &
  wrk=$!
  for second in $(seq 0 $((seconds / 10)) "$seconds"); do
    awk -v at="$second" '/^VmRSS/ {printf "%s s: %d MB\n", at, $2 / 1024}' "/proc/$server/status"
    sleep "$((seconds / 10))"
  done
  wait "$wrk"
  read -r -a result < "$work/soak"
  echo "${result[0]} requests in ${result[1]} s, p50 ${result[2]} ms, p99 ${result[3]} ms, $((result[5] + result[6])) failed"
  stop_server
}

for part in "${@:-tokenizers embedding end-to-end operator learning serving}"; do
  for verb in $part; do
    echo "## $verb"
    "$verb"
    echo
  done
done
