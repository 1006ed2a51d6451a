#!/usr/bin/env bash
# Writes docs/kubectl-training.md: runs its commands for real, against the cluster of `make cluster-up`, with an operator and a node of its own that end with it.
# Usage: make build cluster-up && hack/transcript/trainingrun.sh > docs/kubectl-training.md
set -euo pipefail
cd "$(dirname "$0")/../.."
source hack/transcript/lib.sh

search=textops.dev/name=book-search
trials="$search,textops.dev/part notin (prepare,fit,evaluate)"

trials_over() { # NAME LEAST [MOST]: whether so many trials gave a value
  local count
  count=$(kubectl get tr "$1" -o jsonpath='{.status.trialCounts.succeeded}')
  (( ${count:-0} >= $2 && ${count:-0} <= ${3:-500} ))
}

# A pod that runs trials, and its process: a runner's arguments name its pod's folder, which has the pod's uid.
catch_runner() {
  local uid
  while read -r pod uid; do
    runner=$(pgrep -f "^[^ ]*textops-runner .*/$uid/") && return 0
  done < <(kubectl get pods -l "$trials" --field-selector status.phase=Running -o custom-columns=N:.metadata.name,U:.metadata.uid --no-headers)
  return 1
}

kill_runner() {
  until catch_runner && kill -9 $runner 2> /dev/null; do :; done
  echo "\$ kill -9 $runner   # the runner of pod $pod"
}

begin trainingrun
cat > "$folder/book-search.yaml" <<YAML
apiVersion: textops.dev/v1alpha1
kind: TrainingRun
metadata: {name: book-search, namespace: $namespace}
spec:
  dataset:
    source: {uri: "file://./config/samples/data/reviews.jsonl"}
    textField: reviewText
    labelField: rating
    idField: id
    labels:
      map: {"1": negative, "2": negative, "3": neutral, "4": positive, "5": positive}
      allowed: [negative, neutral, positive]
  features:
    - {name: words, tfidf: {ngramMax: 2, minDf: "2", sublinearTf: true}}
    - {name: pieces, tfidf: {analyzer: char_wb, ngramMin: 3, ngramMax: 4, minDf: "3", sublinearTf: true}}
  candidates:
    - name: words
      features: [words]
      logisticRegression: {}
      search: &penalty
        algorithm: random
        maxTrials: 20
        space:
          - {name: c, float: {min: "0.01", max: "100", log: true}}
          - {name: classWeight, categorical: [none, balanced]}
    - name: words-and-pieces
      logisticRegression: {}
      search: *penalty
  search: {objective: {metric: f1_macro}, parallelTrials: 4, trialsPerJob: 2, seed: 7}
  evaluation:
    gates:
      - {name: not-worse, metric: f1_macro, relativeTo: {alias: staging, maxDrop: "0.02"}}
  register: {name: book-reviews, alias: staging}
YAML

cat <<'MD'
# TrainingRuns by kubectl

A true transcript: `hack/transcript/trainingrun.sh` runs these commands on the API server of [`make cluster-up`](development.md), with the operator and `textops node`, and writes this page.
Names of Jobs, times and process numbers differ from run to run; `/srv` stands for folders of the machine. [training.md](training.md) explains what happens.

## Apply
MD
block
show "kubectl apply -f $folder/trainingrun.yaml" | sed "s#/srv/textops/#config/samples/#"
await "its first task" kubectl wait tr/book-reviews --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'=Running --timeout=1s
show "kubectl get trainingruns"
show "kubectl wait trainingrun/book-reviews --for=condition=Ready --timeout=120s"
show "kubectl get tr"
show "kubectl get tr -o wide"
close
cat <<'MD'

## Look closer
MD
block
show "kubectl describe tr book-reviews" -- "sed -n '/^Status:/,\$p'"
show "kubectl get jobs"
close
cat <<'MD'

The conditions are the run's steps: `DataReady`, `Searched`, `Evaluated`, `GatesPassed`, `Registered`; `Ready`, `Reconciling` and `Stalled` sum them up.

## A search of 40 trials, killed

Two candidates with 20 trials each; four Jobs at once, two trials to a Job. The new model may be registered only where it is not much worse than the one above, on the same test rows:
MD
block
show "sed -n '/^  candidates/,\$p' $folder/book-search.yaml" | sed "1s#/srv/textops/##"
show "kubectl apply -f $folder/book-search.yaml" | sed "1s#/srv/textops/##"
await "the first trials" trials_over book-search 2
show "kubectl get trainingruns"
close
cat <<'MD'

The operator is killed. Pods go on, and their results wait in them; another operator takes them up:
MD
block
kill_operator
sleep 3
show "kubectl get tr book-search"
show "kubectl get pods -l '$search,textops.dev/part!=prepare'"
start_operator
echo '$ textops-operator ... &'
await "more trials" trials_over book-search 10
show "kubectl get tr book-search"
close
cat <<'MD'

Runners are killed, a pod is deleted, and the operator is killed again:
MD
block
kill_runner
kill_runner
until catch_runner; do :; done
show "kubectl delete pod $pod --wait=false"
kill_operator
start_operator
echo '$ textops-operator ... &'
await "more trials" trials_over book-search 20
show "kubectl get trainingruns"
show "kubectl get jobs -l '$search' -L textops.dev/part,textops.dev/attempt"
close
cat <<'MD'

In the end. `METRIC` is of the validation split while it searches, and of the test split once the best was evaluated there:
MD
block
kubectl wait tr/book-search --for=condition=Ready --timeout=180s > /dev/null
show "kubectl get trainingruns"
show "kubectl get jobs -l '$search' -L textops.dev/part,textops.dev/attempt"
show "kubectl get tr book-search -o jsonpath='{.status.bestTrial}'" | sed '$a\'
show "kubectl describe tr book-search" -- "sed -n '/^Events:/,\$p'"
close
cat <<'MD'

The Jobs are the state of the search: each keeps its result in an annotation. Forty trials, each with one result:
MD
block
show "kubectl get jobs -l '$trials' -o jsonpath='{.items[*].metadata.annotations.textops\.dev/result}' | grep -o '\"n\":[0-9]*' | wc -l"
show "kubectl get jobs -l '$trials' -o jsonpath='{.items[*].metadata.annotations.textops\.dev/result}' | grep -o '\"n\":[0-9]*' | sort -u | wc -l"
close
cat <<'MD'

## The registry

Both objects registered one model, under numbers of their own:
MD
block
textops() { "$bin/textops" "$@"; }
show "textops models list --store $folder/store"
show "textops models show book-reviews --store $folder/store"
show "textops models diff book-reviews@1 book-reviews@2 --store $folder/store" || true
close
cat <<'MD'

## Edit, and edit again while it runs

A change of what defines the run starts the next one; while that runs, another change ends it and starts over:
MD
block
show "kubectl patch tr book-search --type=merge -p '{\"spec\":{\"search\":{\"seed\":8}}}'"
await "the next search" trials_over book-search 4 39
show "kubectl get tr book-search"
show "kubectl patch tr book-search --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/candidates/0/search/maxTrials\",\"value\":4},{\"op\":\"remove\",\"path\":\"/spec/candidates/1\"}]'"
await "the third run" kubectl wait tr/book-search --for=jsonpath='{.status.version}'=v000003 --timeout=1s
show "kubectl get tr book-search"
show "kubectl get tr book-search -o custom-columns='RUN:.status.runs[*].id,RESULT:.status.runs[*].result,VERSION:.status.runs[*].version'"
close
cat <<'MD'

Asked to run again, it looks at data and settings; where nothing changed, nothing is trained:
MD
block
show "kubectl annotate tr book-search textops.dev/rerun=\"\$(date -u +%FT%TZ)\"" | sed -E 's/textops.dev\/rerun=[^ ]+$/textops.dev\/rerun="$(date -u +%FT%TZ)"/'
await "the fourth run" kubectl wait tr/book-search --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'=UpToDate --timeout=1s
show "kubectl get tr book-search"
show "kubectl get tr book-search -o jsonpath='{.status.conditions[?(@.type==\"Ready\")].message}'" | sed '$a\'
close
cat <<'MD'

## When a gate does not hold
MD
block
show "kubectl patch tr book-reviews --type=merge -p '{\"spec\":{\"evaluation\":{\"gates\":[{\"name\":\"perfect\",\"metric\":\"f1_macro\",\"atLeast\":\"0.99\"}]}}}'"
await "the evaluation" kubectl wait tr/book-reviews --for=condition=Stalled --timeout=1s
show "kubectl get trainingruns"
show "kubectl get tr book-reviews -o custom-columns='GATES:.status.conditions[?(@.type==\"GatesPassed\")].message,REGISTERED:.status.conditions[?(@.type==\"Registered\")].message'"
show "kubectl get events --field-selector involvedObject.name=book-reviews,type=Warning -o custom-columns=REASON:.reason,MESSAGE:.message"
show "textops models list --store $folder/store"
close
cat <<'MD'

Nothing was registered, the alias stays where it was, and the report of the model that failed lies in the run's workspace.

## When the data is not as it should be

Without the list of allowed labels, the rows that are wrong bring labels of their own:
MD
block
show "kubectl patch tr book-reviews --type=json -p '[{\"op\":\"remove\",\"path\":\"/spec/dataset/labels/allowed\"}]'"
await "the refusal" kubectl wait tr/book-reviews --for=jsonpath='{.status.conditions[?(@.type=="DataReady")].reason}'=InputRejected --timeout=1s
show "kubectl get tr book-reviews"
show "kubectl get tr book-reviews -o jsonpath='{.status.conditions[?(@.type==\"DataReady\")].message}'" | sed '$a\'
close
