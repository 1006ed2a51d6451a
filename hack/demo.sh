#!/usr/bin/env bash
# The main jobs on real input: embeds the sample tickets with the model that comes with the repository and asks them a question; trains, judges and registers a classifier
# of the sample reviews; serves it and asks it. On a terminal it goes on serving until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
store=${TEXTOPS_STORE:-textops-store}

bin/textops run -f config/samples/embeddingjob.yaml --store "$store"
echo
question="card was billed two times, please refund the duplicate payment"
echo "\$ bin/textops search support-tickets \"$question\" -k 3"
bin/textops search --store "$store" support-tickets "$question" -k 3

echo
bin/textops run -f config/samples/trainingrun.yaml --store "$store"
echo
echo "\$ bin/textops models list"
bin/textops models list --store "$store"

echo
echo "\$ bin/textops run -f config/samples/modeldeployment.yaml"
output=$(mktemp)
# A background job of a script would ignore Ctrl-C, and its end must not end the script before the server has gone.
env --default-signal=INT,TERM bin/textops run -f config/samples/modeldeployment.yaml --store "$store" > "$output" &
server=$!
tail -n +1 -f --pid="$server" "$output" &
shown=$!
trap 'kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; wait "$shown" 2>/dev/null || true; rm -f "$output"' EXIT
trap 'exit 0' INT TERM

# It says so once staging serves and nothing else goes on.
deadline=$((SECONDS + 180))
until grep -q '^serving until' "$output"; do
  if ! kill -0 "$server" 2>/dev/null; then
    wait "$server" && exit 1 || exit $?
  elif ((SECONDS > deadline)); then
    echo "$0: staging does not serve after 180 seconds" >&2
    exit 1
  fi
  sleep 0.2
done
url=$(grep -oE 'staging .* http://[0-9.:]+$' "$output" | grep -oE 'http://[0-9.:]+$' | tail -1)

echo
if command -v curl > /dev/null; then
  request='{"reviewText": "Great book, highly recommend!", "text_len": 30.0, "word_count": 5.0}'
  echo "\$ curl $url/predict -H 'content-type: application/json' -d '$request'"
  curl -sSf --noproxy '*' "$url/predict" -H 'content-type: application/json' -d "$request"
  echo
  echo
fi
echo "\$ bin/textops predict book-reviews -f config/samples/data/reviews.jsonl --samples 5 --label-field rating"
bin/textops predict book-reviews --store "$store" -f config/samples/data/reviews.jsonl --samples 5 --label-field rating
echo
echo "open $url/ to try the model, and $url/docs for its API"
if [[ -t 0 && -t 1 ]]; then
  echo "serving until Ctrl-C"
  wait "$server"
fi
