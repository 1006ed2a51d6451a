#!/usr/bin/env bash
# Writes docs/kubectl.md: runs its commands for real, against the cluster of `make cluster-up`, with an operator and a node of its own that end with it.
# Usage: make build cluster-up && hack/transcript/embeddingjob.sh > docs/kubectl.md
set -euo pipefail
cd "$(dirname "$0")/../.."
source hack/transcript/lib.sh

shard_runs() { kubectl get pods -l textops.dev/name="$1",textops.dev/part=s00000 --field-selector status.phase=Running -o name | grep -q .; }

begin embeddingjob
seq -f 'Ticket %.0f: the parcel did not arrive, please send it again or refund the payment.' 400000 > "$folder/archive.txt"
cat > "$folder/archive.yaml" <<YAML
apiVersion: textops.dev/v1alpha1
kind: EmbeddingJob
metadata: {name: archive, namespace: $namespace}
spec:
  source: {uri: "file://$folder/archive.txt"}
  model: {uri: "file://./models/minilm-static-256"}
  shards: 4
YAML

cat <<'MD'
# EmbeddingJobs by kubectl

A true transcript: `hack/transcript/embeddingjob.sh` runs these commands on the API server of [`make cluster-up`](development.md), with the operator and `textops node`, and writes this page.
Names of Jobs, times and speeds differ from run to run; `/srv` stands for folders of the machine.

## Apply
MD
block
show "kubectl apply -f $folder/embeddingjob.yaml" | sed "s#/srv/textops/#config/samples/#"
show "kubectl get embeddingjobs"
show "kubectl wait embeddingjob/support-tickets --for=condition=Ready --timeout=60s"
show "kubectl get ej"
show "kubectl get ej -o wide"
close
cat <<'MD'

`ej` is the short name. `kubectl get textops` lists the objects of all kinds of TextOps.

## Look closer
MD
block
show "kubectl describe ej support-tickets" -- "sed -n '/^Status:/,\$p'"
show "kubectl get jobs"
close
cat <<'MD'

`Ready` says whether the last run of the current spec is committed, `Reconciling` whether one is under way, `Stalled` whether a person is needed. The Jobs are the run's
parts: plan, a shard each, commit. They go after `spec.ttlSecondsAfterFinished`.

## Edit

What defines the run (source, model, chunking, validation, output, shards) makes a new version; the old one stays.
MD
block
show "kubectl patch ej support-tickets --type=merge -p '{\"spec\":{\"chunking\":{\"size\":512,\"overlap\":50}}}'"
await "the second version" kubectl wait ej/support-tickets --for=jsonpath='{.status.version}'=v000002 --timeout=1s
show "kubectl wait ej/support-tickets --for=jsonpath='{.status.version}'=v000002"
show "kubectl get ej support-tickets"
close
cat <<'MD'

The same manifest again changes nothing. To look at the input again, ask for a run; where nothing changed, nothing is computed.
MD
block
show "kubectl annotate ej support-tickets textops.dev/rerun=\"\$(date -u +%FT%TZ)\"" | sed -E 's/textops.dev\/rerun=[^ ]+$/textops.dev\/rerun="$(date -u +%FT%TZ)"/'
await "the third run" kubectl wait ej/support-tickets --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'=UpToDate --timeout=1s
show "kubectl get ej support-tickets"
show "kubectl get ej support-tickets -o custom-columns='RUN:.status.runs[*].id,TRIGGER:.status.runs[*].trigger,RESULT:.status.runs[*].result'"
close
cat <<'MD'

## Watch, suspend, resume

400,000 lines in four shards, one at a time:
MD
block
show "kubectl apply -f $folder/archive.yaml" | sed "s#/srv/textops/##"
command kubectl -n "$namespace" get ej archive -w > "$folder/watch.txt" &
watch=$!
await "a shard" shard_runs archive
await "the first shard" kubectl wait ej/archive --for=jsonpath='{.status.shards.succeeded}'=1 --timeout=1s
await "the second shard" kubectl wait ej/archive --for=jsonpath='{.status.shards.active}'=1 --timeout=1s
kubectl patch ej archive --type=merge -p '{"spec":{"suspend":true}}' > "$folder/patch.txt"
await "the suspension" kubectl wait ej/archive --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'=Suspended --timeout=1s
await "the end of the pods" bash -c "! kubectl -n $namespace get pods -l textops.dev/name=archive --field-selector status.phase=Running -o name | grep -q ."
kubectl get jobs -l textops.dev/name=archive > "$folder/jobs.txt"
kubectl patch ej archive --type=merge -p '{"spec":{"suspend":false}}' > "$folder/patch2.txt"
kubectl wait ej/archive --for=condition=Ready --timeout=120s > "$folder/wait.txt"
await "the last line" grep -q Committed "$folder/watch.txt"
kill "$watch"
echo "\$ kubectl get ej archive -w"
clean < "$folder/watch.txt"
close
cat <<'MD'

In another terminal, meanwhile. A suspended run keeps its finished shards and goes on where it was:
MD
block
echo "\$ kubectl patch ej archive --type=merge -p '{\"spec\":{\"suspend\":true}}'"
clean < "$folder/patch.txt"
echo '$ kubectl get jobs -l textops.dev/name=archive'
clean < "$folder/jobs.txt"
echo "\$ kubectl patch ej archive --type=merge -p '{\"spec\":{\"suspend\":false}}'"
clean < "$folder/patch2.txt"
echo '$ kubectl wait ej/archive --for=condition=Ready --timeout=120s'
clean < "$folder/wait.txt"
show "kubectl describe ej archive" -- "sed -n '/^Events:/,\$p'"
close
cat <<'MD'

## When a person is needed
MD
block
show "kubectl patch ej archive --type=merge -p '{\"spec\":{\"source\":{\"uri\":\"file:///srv/archive.txt\"}}}'"
await "the refusal" kubectl wait ej/archive --for=condition=Stalled --timeout=1s
show "kubectl get ej archive"
show "kubectl get ej archive -o jsonpath='{.status.conditions[?(@.type==\"Stalled\")]}'" | sed '$a\'
close
cat <<'MD'

## Delete

Pods end with their grace, Jobs and ConfigMaps are collected, committed versions stay. Created again with the same spec (the file has
the chunking of above by now), the object finds its last version current.
MD
block
show "kubectl delete ej support-tickets"
await "the collection of the Jobs" bash -c "! kubectl -n $namespace get jobs -l textops.dev/name=support-tickets -o name | grep -q ."
show "kubectl get jobs,configmaps,pods -l textops.dev/name=support-tickets"
sed -i 's/size: 2048/size: 512/; s/overlap: 200/overlap: 50/' "$folder/embeddingjob.yaml"
show "kubectl apply -f $folder/embeddingjob.yaml" | sed "s#/srv/textops/#config/samples/#"
kubectl wait ej/support-tickets --for=condition=Ready --timeout=60s > /dev/null
show "kubectl get ej"
close
