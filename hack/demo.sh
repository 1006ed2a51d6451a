#!/usr/bin/env bash
# The main jobs on real input: embeds the sample tickets with the model that comes with the repository and asks them a question; then trains, judges and registers a
# classifier of the sample reviews.
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
