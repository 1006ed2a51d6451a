#!/usr/bin/env bash
# Writes docs/kubectl-deployment.md: runs its commands for real, against the cluster of `make cluster-up`, with an operator and a node of its own that end with it.
# Usage: make build cluster-up && hack/transcript/modeldeployment.sh > docs/kubectl-deployment.md
set -euo pipefail
cd "$(dirname "$0")/../.."
source hack/transcript/lib.sh

seconds=60 # at most, of load

git() { command git -C "$folder/gitops" -c user.name=demo -c user.email=demo@example.org -c core.abbrev=7 "$@"; }

textops() { "$bin/textops" "$@"; }

apply() { show "kubectl apply -f $folder/gitops/book-reviews.yaml" | sed "s#/srv/textops/##"; }

# What the rest of Git would do: the pull request with the approval is merged, and its merge is synced.
approve() { # VERSION
  show "textops promote book-reviews --version $1 --file $folder/gitops/book-reviews.yaml --store $folder/store" | sed 's#/srv/textops/##g'
  show "git commit -qam 'Promote book-reviews $(printf v%06d "$1") to production'"
  apply
}

stage() { echo "{.status.stages[?(@.name==\"$1\")].$2}"; } # STAGE FIELD

await_stage() { # STAGE FIELD VALUE
  await "$1 with $2 $3" kubectl wait md/book-reviews --for=jsonpath="$(stage "$1" "$2")=$3" --timeout=1s
}

await_settled() { kubectl wait md/book-reviews --for=condition=Reconciling=false --timeout=120s > /dev/null; }

table() { show "kubectl get modeldeployments"; }

# The message of a condition.
condition() { # TYPE
  show "kubectl get md book-reviews -o jsonpath='{.status.conditions[?(@.type==\"$1\")].message}'" | sed '$a\'
}

stages() {
  show "kubectl get md book-reviews -o jsonpath='{range .status.stages[*]}{.name}{\"\\t\"}{.reason}{\"\\t\"}{.message}{\"\\n\"}{end}'"
}

# Registers another version.
train() { # VERSION CANDIDATE [MORE-CHANGES]
  show "kubectl patch tr book-reviews --type=json -p '[${3:-}{\"op\":\"replace\",\"path\":\"/spec/candidates/0/logisticRegression\",\"value\":$2}]'"
  await "version $1" kubectl wait tr/book-reviews --for=jsonpath='{.status.version}'="$1" --timeout=1s
}

# Eight connections ask production, one request after the other, from here to load_ends.
load_begins() {
  url=$(kubectl get md book-reviews -o jsonpath='{.status.url}')
  if command -v wrk > /dev/null; then
    echo "\$ wrk -t1 -c8 -d${seconds}s -s predict.lua $url/predict > wrk.txt &"
    wrk -t1 -c8 -d${seconds}s -s "$folder/predict.lua" "$url/predict" > "$folder/wrk.txt" 2>&1 &
  else
    echo "\$ node hack/transcript/load.mjs $url/predict '$body' 8 $seconds > wrk.txt &   # wrk is not installed here"
    node hack/transcript/load.mjs "$url/predict" "$body" 8 $seconds > "$folder/wrk.txt" 2>&1 &
  fi
  load=$!
  sleep 1
}

load_ends() {
  sleep 1
  echo '$ kill -INT %1; wait'
  kill -INT $load
  wait $load
  show "cat $folder/wrk.txt" | sed "s#/srv/textops/##"
}

body='{"reviewText": "Great book, highly recommend!", "text_len": 30.0, "word_count": 5.0}'

begin modeldeployment
sed "s/namespace: default/namespace: $namespace/" config/samples/trainingrun.yaml > "$folder/trainingrun.yaml"
mkdir "$folder/gitops"
mv "$folder/modeldeployment.yaml" "$folder/gitops/book-reviews.yaml"
git init -q -b main
git add .
git commit -qm 'Serve book-reviews'
cat > "$folder/predict.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '$body'

function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format("requests: %d, answers other than 2xx: %d, broken connections: %d", summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
LUA

cat <<'MD'
# A ModelDeployment by kubectl

A true transcript: `hack/transcript/modeldeployment.sh` runs these commands on the API server of [`make cluster-up`](development.md), with the operator and `textops node`, and writes this page.
Deployments, ReplicaSets and budgets are those of Kubernetes' own controllers; pods are processes of the runner, and Services ports of 127.0.0.1. Names, times and rates differ from run to run; `/srv` stands for
folders of the machine. [deployments.md](deployments.md) explains what happens.

## Version 1: staging by itself

A TrainingRun registers a version and moves the alias `staging` to it. A ModelDeployment, `config/samples/modeldeployment.yaml` in a Git repository of its own, follows that alias in staging; in production it
waits for an approval.
MD
block
show "kubectl apply -f $folder/trainingrun.yaml" | sed "s#/srv/textops/#config/samples/#"
show "kubectl wait tr/book-reviews --for=condition=Ready --timeout=120s"
show "kubectl get tr book-reviews"
show "sed -n '/^  stages/,/^  serving/p' $folder/gitops/book-reviews.yaml | grep -vE '^ *#|^  serving|^$'" | sed "1s#/srv/textops/##"
apply
await_stage staging reason Checking
table
await_stage staging reason RollingOut
table
show "kubectl wait md/book-reviews --for=condition=AwaitingApproval --timeout=120s"
await_settled
table
condition AwaitingApproval
close
cat <<'MD'

Its gates, those of the card before there were pods and those of serving with requests to them:
MD
block
show "kubectl get md book-reviews -o jsonpath='{range .status.stages[0].gates[*]}{.name}{\"\\t\"}{.metric}{\"\\t\"}{.value}{\"\\t\"}{.bound}{\"\\t\"}{.passed}{\"\\n\"}{end}' | column -ts \$'\\t'"
show "kubectl get jobs -l textops.dev/name=book-reviews,textops.dev/kind=modeldeployment -L textops.dev/stage,textops.dev/part"
show "kubectl get md book-reviews -o jsonpath='{.status.stages[0].evidence}'" | sed '$a\'
show "jq -c '{kind, stage, version, owner, gates: [.gates[] | .name]}' $folder/store/models/book-reviews/v000001/evidence/staging-*.json" -- cat
close
cat <<'MD'

## Approved: production

The approval is a change of the file; its comments and order stay.
MD
block
approve 1
await_stage production stable v000001
await_settled
table
show "kubectl get deployments,services,poddisruptionbudgets,pods -l textops.dev/kind=modeldeployment,'!textops.dev/part' -L textops.dev/version"
url=$(kubectl get md book-reviews -o jsonpath='{.status.url}')
show "curl -s --noproxy '*' $url/predict -H 'content-type: application/json' -d '$body'" | sed '$a\'
close
cat <<'MD'

## Version 2 is worse

Somebody takes the gates out of the TrainingRun and trains a model that learns next to nothing. It is registered, and the alias moves; staging judges its card before it has a pod:
MD
block
train v000002 '{"c":"0.0001"}' '{"op":"remove","path":"/spec/evaluation/gates"},'
show "kubectl get tr book-reviews"
await_stage staging rejected.version v000002
await_settled
table
stages
show "kubectl get pods -l textops.dev/version -L textops.dev/stage,textops.dev/version"
close
cat <<'MD'

Staging and production serve version 1; nothing was restarted.

## Version 3 is damaged

It passes staging. Then its file loses its end in the store, and nobody notices before it is approved. Meanwhile eight connections ask production without a pause.
MD
block
train v000003 '{"c":"5","classWeight":"balanced"}'
await_stage staging stable v000003
await_settled
table
show "truncate -s -100 $folder/store/models/book-reviews/v000003/model.onnx"
load_begins
approve 3
await_stage production reason RollingOut
table
await_stage production reason RolledBack
await_settled
table
condition RolledBack
show "kubectl get pods -l textops.dev/version -L textops.dev/stage,textops.dev/version"
load_ends
close
cat <<'MD'

The new pods refused the version, and the operator brought the stable one back. No request was lost, because no old pod goes before a new one is ready. The version stays rejected:
MD
block
show "kubectl get md book-reviews -o jsonpath='{.status.conditions}' | jq -r '.[] | [.type, .status, .reason] | @tsv' | column -t"
show "kubectl get md book-reviews -o jsonpath='$(stage production rejected)' | jq '{version, reason, message, served}'"
show "kubectl get events --field-selector involvedObject.name=book-reviews,type=Warning --sort-by=.lastTimestamp -o custom-columns=REASON:.reason,MESSAGE:.message"
close
cat <<'MD'

What failed is taken out of Git again. (Version 3 is still the newest one that passed staging, so it is said to await an approval.)
MD
block
show "git revert --no-edit HEAD" -- "grep Revert"
apply
await_settled
table
close
cat <<'MD'

## Version 4: a roll-out under load
MD
block
train v000004 '{"c":"20","classWeight":"balanced"}'
await_stage staging stable v000004
await_settled
table
load_begins
approve 4
await_stage production reason RollingOut
table
await_stage production stable v000004
await_settled
table
load_ends
close
cat <<'MD'

## Back, by reverting the approval

The same way, with the version that was approved before. Its evidence is there, so its gates are answered at once. In the middle of it the operator is killed:
MD
block
load_begins
show "git revert --no-edit HEAD" -- "grep Revert"
apply
await_stage production reason RollingOut
kill_operator
table
start_operator
echo '$ textops-operator ... &'
await_stage production stable v000001
await_settled
table
load_ends
condition AwaitingApproval
show "git log --oneline"
show "kubectl get events --field-selector involvedObject.name=book-reviews,reason=Promoted --sort-by=.lastTimestamp -o custom-columns=REASON:.reason,MESSAGE:.message"
close
cat <<'MD'

## Deleted

All children go with the object; versions and evidence stay in the registry.
MD
block
show "kubectl delete md book-reviews"
await "the end of its pods" bash -c "[[ -z \$(kubectl -n $namespace get deployments,services,poddisruptionbudgets,jobs,configmaps,pods -l textops.dev/kind=modeldeployment -o name) ]]"
show "kubectl get deployments,services,poddisruptionbudgets,jobs,configmaps,pods -l textops.dev/kind=modeldeployment"
show "textops models list --store $folder/store"
close
