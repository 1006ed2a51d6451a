#!/usr/bin/env bash
# Measures on this machine, each against a reference in the same run; prints tables. Takes about thirty minutes; needs the shared data beside the repository
# for the encoder and the datasets (TEXTOPS_SHARED_DATA). Usage: bench/run.sh [tokenizers|embedding|end-to-end|operator|learning ...]
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

for part in "${@:-tokenizers embedding end-to-end operator learning}"; do
  for verb in $part; do
    echo "## $verb"
    "$verb"
    echo
  done
done
