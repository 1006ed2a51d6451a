# What the transcripts share: an operator and a node of their own in a namespace of their own, and ways to show commands. Sourced from the repository's root.
# TEXTOPS_CLUSTER and TEXTOPS_BIN name the cluster's folder and that of the programs where they are not the usual ones.
export KUBECONFIG=${TEXTOPS_CLUSTER:-artifacts/cluster}/kubeconfig
bin=${TEXTOPS_BIN:-bin}
folder=$(mktemp -d /tmp/to-XXXX) # as long as what stands for it, so that columns stay in line
namespace=demo
port=$((20000 + RANDOM % 10000))
operator= node=

end() {
  command kubectl delete namespace "$namespace" --ignore-not-found > /dev/null
  kill $operator $node || true
  wait $operator $node || true
  rm -rf "$folder"
}

# Paths of this machine are not worth reading, nor are spaces at the ends of lines.
clean() { sed -u -e "s#$folder#/srv/textops#g" -e "s#$PWD#/srv/repository#g" -e 's/ *$//'; }

kubectl() { command kubectl -n "$namespace" "$@"; }

# show COMMAND: the command and what it prints; show COMMAND -- FILTER: only a part of that.
show() {
  echo "\$ $1" | clean
  if [[ ${2:-} == -- ]]; then eval "$1" 2>&1 | clean | eval "$3"; else eval "$1" 2>&1 | clean; fi
}

block() { printf '\n```console\n'; }
close() { printf '```\n'; }

await() { # WHAT COMMAND...: until it succeeds
  local what=$1 deadline=$((SECONDS + 120))
  shift
  until "$@" > /dev/null 2>&1; do
    (( SECONDS < deadline )) || { echo "$what did not come in time" >&2; exit 1; }
    sleep 0.2
  done
}

# The operator with its own rights; its process is $operator.
start_operator() {
  "$bin/textops-operator" --kubeconfig "$KUBECONFIG" --context operator --watch-namespaces "$namespace" --leader-elect=false --store "file://$folder/store" \
    --health-address "127.0.0.1:$port" --metrics-address 0 >> "$folder/operator.log" 2>&1 &
  operator=$!
  await "the operator" curl -sf "http://127.0.0.1:$port/readyz"
}

kill_operator() {
  echo "\$ kill -9 $operator   # the operator"
  kill -9 "$operator"
  wait "$operator" 2> /dev/null || true
}

# begin SAMPLE: makes the namespace and starts both programs; the sample is laid down for it as $folder/SAMPLE.yaml.
begin() {
  command kubectl create namespace "$namespace" > /dev/null
  trap end EXIT
  "$bin/textops" node --kubeconfig "$KUBECONFIG" --context admin --name transcript --pods "$folder/pods" > "$folder/node.log" 2>&1 &
  node=$!
  start_operator
  sed "s/namespace: default/namespace: $namespace/" "config/samples/$1.yaml" > "$folder/$1.yaml"
}
