#!/usr/bin/env bash
# The main job on real input: embeds the sample corpus with the model that comes with the repository, then asks it a question.
set -euo pipefail
cd "$(dirname "$0")/.."
store=${TEXTOPS_STORE:-textops-store}

bin/textops run -f config/samples/embeddingjob.yaml --store "$store"
echo
question="card was billed two times, please refund the duplicate payment"
echo "\$ bin/textops search support-tickets \"$question\" -k 3"
bin/textops search --store "$store" support-tickets "$question" -k 3
