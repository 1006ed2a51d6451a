#!/usr/bin/env bash
# A real Kubernetes API on this machine, without containers and without root: etcd, kube-apiserver, controller manager and scheduler 1.20, and behind
# them a current CRD server for our own kinds (docs/development.md). Everything listens on loopback and lies in one folder.
#
#   hack/cluster/cluster.sh up       start it (build it first where the cache has nothing); again: nothing to do
#   hack/cluster/cluster.sh down     end what up started, and nothing else
#   hack/cluster/cluster.sh status   what runs
#
# KUBECONFIG=FILE           up takes that cluster (1.30 or newer) instead and only installs the CRDs and roles
# KUBEBUILDER_ASSETS=FOLDER up starts etcd and kube-apiserver from that folder; without controller manager and scheduler, tests that need them skip
# TEXTOPS_CLUSTER=FOLDER    where the cluster's files lie; default artifacts/cluster
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=${TEXTOPS_CLUSTER:-$root/artifacts/cluster}
operator_account=system:serviceaccount:textops-system:textops-operator
started=$SECONDS

say() { printf 'cluster: %4d s  %s\n' $((SECONDS - started)) "$*"; }

fail() { echo "cluster: $*" >&2; exit 1; }

admin() { "$kubectl" --kubeconfig "$folder/kubeconfig" --context admin "$@"; }

# --- processes ---------------------------------------------------------------------------------------------------------

# When a process started, in clock ticks since boot: with its pid, this names it for good.
birth() { [[ -r /proc/$1/stat ]] && sed -E 's/^.*\) //' "/proc/$1/stat" | awk '{print $20}'; }

runs() {
  local pid born
  [[ -r $folder/$1.pid ]] && read -r pid born < "$folder/$1.pid" && [[ -n $(birth "$pid") && $(birth "$pid") == "$born" ]]
}

# launch NAME COMMAND...: starts a server that outlives this script; its output goes to NAME.log.
launch() {
  local name=$1
  shift
  runs "$name" && return
  setsid "$@" > "$folder/$name.log" 2>&1 < /dev/null &
  local pid=$!
  echo "$pid $(birth "$pid")" > "$folder/$name.pid"
  disown
}

end() {
  local name=$1 pid
  if runs "$name"; then
    read -r pid _ < "$folder/$name.pid"
    kill "$pid"
    for _ in $(seq 100); do runs "$name" || break; sleep 0.1; done
    ! runs "$name" || kill -9 "$pid"
    say "ended $name"
  fi
  rm -f "$folder/$name.pid"
}

# await WHAT SECONDS COMMAND...: until the command succeeds.
await() {
  local what=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" > /dev/null 2>&1; do
    (( SECONDS < deadline )) || fail "$what did not come up in time; see $folder/*.log"
    sleep 0.2
  done
}

# Three or more ports that nothing listens on now.
free_ports() { python3 - "$1" <<'PY' 2>/dev/null || shuf -i 20000-29999 -n "$1"
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets: s.bind(("127.0.0.1", 0))
print("\n".join(str(s.getsockname()[1]) for s in sockets))
PY
}

# --- parts -------------------------------------------------------------------------------------------------------------

find_kubectl() {
  kubectl=$(command -v kubectl) || kubectl=$("$here/build.sh" kubectl)/kubectl || fail "kubectl is needed; install it and try again"
}

find_binaries() {
  if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
    binaries=$KUBEBUILDER_ASSETS crds=
    [[ -x $binaries/etcd && -x $binaries/kube-apiserver ]] || fail "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS holds no etcd and kube-apiserver; point it at a folder that does, or unset it"
    etcd=$binaries/etcd
    # From 1.30 on an API server has all that the tests ask of custom resources.
    local minor
    minor=$("$binaries/kube-apiserver" --version | sed -E 's/.* v1\.([0-9]+).*/\1/')
    (( minor < 30 )) || echo modern-custom-resources >> "$folder/features.new"
    return
  fi
  binaries=$("$here/build.sh" kubernetes) || fail "no API server could be built; set KUBECONFIG or KUBEBUILDER_ASSETS"
  crds=$("$here/build.sh" crds) || { crds=; say "no current CRD server could be built: CEL rules, strict validation and watch-list stay untested"; }
  etcd=${crds:-$binaries}/etcd
}

make_keys() {
  [[ ! -s $folder/tokens.csv ]] || return 0
  openssl genrsa -out "$folder/sa.key" 2048 2> /dev/null
  # The API server shows this certificate to servers behind it, so that they believe whom it names.
  openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=front-proxy-ca -keyout "$folder/front-ca.key" -out "$folder/front-ca.crt" 2> /dev/null
  openssl req -newkey rsa:2048 -nodes -subj /CN=front-proxy-client -keyout "$folder/front.key" -out "$folder/front.csr" 2> /dev/null
  openssl x509 -req -in "$folder/front.csr" -CA "$folder/front-ca.crt" -CAkey "$folder/front-ca.key" -CAcreateserial -days 365 -out "$folder/front.crt" 2> /dev/null
  local admin_token operator_token
  admin_token=$(openssl rand -hex 16) operator_token=$(openssl rand -hex 16)
  (umask 077; printf '%s,admin,admin,system:masters\n%s,%s,operator,"system:serviceaccounts,system:serviceaccounts:textops-system"\n' \
    "$admin_token" "$operator_token" "$operator_account" > "$folder/tokens.csv")
}

choose_ports() {
  [[ ! -s $folder/ports ]] || return 0
  free_ports 5 > "$folder/ports"
}

read_ports() { mapfile -t ports < "$folder/ports"; etcd_port=${ports[0]} peer_port=${ports[1]} api_port=${ports[2]} crd_port=${ports[3]} scheduler_port=${ports[4]}; }

# Test data may be lost with the machine: no fsync where this etcd knows the flag.
start_etcd() {
  local flags=()
  ! "$etcd" --help 2>&1 | grep -q unsafe-no-fsync || flags+=(--unsafe-no-fsync)
  launch etcd "$etcd" --data-dir "$folder/etcd" --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port" "${flags[@]}"
}

start_apiserver() {
  launch apiserver "$binaries/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" --cert-dir "$folder/certs" --secure-port "$api_port" --bind-address 127.0.0.1 \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$folder/sa.key" --service-account-signing-key-file "$folder/sa.key" \
    --token-auth-file "$folder/tokens.csv" --authorization-mode RBAC --service-cluster-ip-range 10.96.0.0/16 --disable-admission-plugins ServiceAccount \
    --requestheader-client-ca-file "$folder/front-ca.crt" --requestheader-allowed-names front-proxy-client --requestheader-username-headers X-Remote-User \
    --requestheader-group-headers X-Remote-Group --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$folder/front.crt" --proxy-client-key-file "$folder/front.key" --allow-privileged
}

write_kubeconfig() {
  local admin_token operator_token
  admin_token=$(awk -F, 'NR == 1 {print $1}' "$folder/tokens.csv") operator_token=$(awk -F, 'NR == 2 {print $1}' "$folder/tokens.csv")
  await "the API server's certificate" 60 test -s "$folder/certs/apiserver.crt"
  (umask 077; cat > "$folder/kubeconfig" <<YAML
apiVersion: v1
kind: Config
current-context: admin
clusters:
- {name: textops-test, cluster: {server: "https://127.0.0.1:$api_port", certificate-authority: "$folder/certs/apiserver.crt"}}
users:
- {name: admin, user: {token: "$admin_token"}}
- {name: operator, user: {token: "$operator_token"}}
contexts:
- {name: admin, context: {cluster: textops-test, user: admin, namespace: default}}
- {name: operator, context: {cluster: textops-test, user: operator, namespace: textops-system}}
YAML
  )
  await "the API server" 60 admin get --raw /readyz
}

# Jobs get pods, owned objects are collected, namespaces end. Nodes are left alone: the process node sends no heartbeats.
start_controllers() {
  [[ -z ${KUBEBUILDER_ASSETS:-} ]] || return 0
  launch controller-manager "$binaries/kube-controller-manager" --kubeconfig "$folder/kubeconfig" --service-account-private-key-file "$folder/sa.key" --leader-elect=false \
    --controllers job,deployment,replicaset,disruption,garbagecollector,namespace,clusterrole-aggregation --kube-api-qps 500 --kube-api-burst 1000 --concurrent-gc-syncs 20 --port 0 --secure-port 0
  echo controllers >> "$folder/features.new"
}

start_scheduler() {
  [[ -z ${KUBEBUILDER_ASSETS:-} ]] || return 0
  cat > "$folder/scheduler.yaml" <<YAML
apiVersion: kubescheduler.config.k8s.io/v1beta1
kind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: "$folder/kubeconfig", qps: 500, burst: 1000}
leaderElection: {leaderElect: false}
healthzBindAddress: 127.0.0.1:$scheduler_port
metricsBindAddress: 127.0.0.1:$scheduler_port
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 2
YAML
  launch scheduler "$binaries/kube-scheduler" --config "$folder/scheduler.yaml" --port 0 --secure-port 0
  echo scheduler >> "$folder/features.new"
}

# Custom resources and their definitions come from the current server; the old one passes requests on to it.
start_crds() {
  [[ -n $crds ]] || return 0
  launch crds "$crds/apiextensions-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" --etcd-prefix /current --secure-port "$crd_port" --bind-address 127.0.0.1 \
    --cert-dir "$folder/crd-certs" --kubeconfig "$folder/kubeconfig" --authentication-kubeconfig "$folder/kubeconfig" --authorization-kubeconfig "$folder/kubeconfig" \
    --disable-admission-plugins MutatingAdmissionWebhook,ValidatingAdmissionWebhook,ValidatingAdmissionPolicy,MutatingAdmissionPolicy --enable-priority-and-fairness=false
  {
    cat <<YAML
apiVersion: v1
kind: Service
metadata: {name: textops-crds, namespace: kube-system}
spec: {type: ExternalName, externalName: localhost, ports: [{port: $crd_port}]}
YAML
    local service
    for service in v1.apiextensions.k8s.io v1alpha1.textops.dev v1.test.textops.dev; do
      cat <<YAML
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: $service}
spec:
  {group: ${service#*.}, version: ${service%%.*}, service: {name: textops-crds, namespace: kube-system, port: $crd_port}, insecureSkipTLSVerify: true, groupPriorityMinimum: 1000, versionPriority: 10}
YAML
    done
  } > "$folder/crds.yaml"
  await "the registration of the CRD server" 30 admin apply -f "$folder/crds.yaml"
  admin label apiservice v1.apiextensions.k8s.io kube-aggregator.kubernetes.io/automanaged- > /dev/null
  await "the CRD server" 60 admin get crds
  echo modern-custom-resources >> "$folder/features.new"
}

install_crds() {
  # 1.20's own server-side apply refuses fields that it does not know; its plain apply drops them.
  local how=(--validate=false)
  ! grep -qs modern-custom-resources "$folder/features" "$folder/features.new" || how+=(--server-side --force-conflicts)
  admin apply "${how[@]}" -f "$root/config/crds" > /dev/null
  admin apply "${how[@]}" -f "$here/widget-crd.json" > /dev/null
  if [[ -d $root/config/rbac ]]; then
    admin get namespace textops-system > /dev/null 2>&1 || admin create namespace textops-system > /dev/null
    admin apply --server-side --force-conflicts -k "$root/config/rbac" > /dev/null
  fi
  await "our kinds" 120 admin get embeddingjobs.textops.dev -A
  await "the kinds of the tests" 120 admin get widgets.test.textops.dev -A
}

# What is not ours is not deleted by down.
claim_folder() {
  mkdir -p "$folder"
  [[ -e $folder/.textops-cluster || -z $(ls -A "$folder") ]] || fail "$folder is not empty and not a cluster's; set TEXTOPS_CLUSTER to another folder"
  touch "$folder/.textops-cluster"
}

# --- verbs -------------------------------------------------------------------------------------------------------------

adopt() {
  (umask 077; "$kubectl" config view --raw --flatten --minify > "$folder/kubeconfig")
  local name
  name=$("$kubectl" --kubeconfig "$folder/kubeconfig" config current-context)
  [[ $name == admin ]] || "$kubectl" --kubeconfig "$folder/kubeconfig" config rename-context "$name" admin > /dev/null
  local minor
  minor=$(admin version -o json 2> /dev/null | sed -nE '/serverVersion/,$ s/.*"minor": "([0-9]+).*/\1/p')
  [[ -n $minor ]] || fail "the cluster of KUBECONFIG=$KUBECONFIG does not answer; check it with 'kubectl version', or unset KUBECONFIG to have one started here"
  (( minor >= 30 )) || fail "the cluster of KUBECONFIG=$KUBECONFIG is Kubernetes 1.$minor; 1.30 or newer is needed"
  printf 'modern-custom-resources\ncontrollers\nscheduler\n' > "$folder/features.new"
}

up() {

  find_kubectl
  claim_folder
  # After 'export KUBECONFIG=…' of our own, this is still our own cluster.
  [[ ! ${KUBECONFIG:-} -ef $folder/kubeconfig ]] || unset KUBECONFIG
  if [[ -e $folder/features ]] && admin get --raw /readyz > /dev/null 2>&1; then
    install_crds
    say "runs already: export KUBECONFIG=$folder/kubeconfig"
    return
  fi
  rm -f "$folder/features" "$folder/features.new"
  touch "$folder/features.new"
  if [[ -n ${KUBECONFIG:-} ]]; then
    adopt
  else
    find_binaries
    make_keys
    choose_ports
    read_ports
    start_etcd
    start_apiserver
    write_kubeconfig
    start_controllers
    start_scheduler
    start_crds
  fi
  install_crds
  ln -sfn "$kubectl" "$folder/kubectl"
  mv "$folder/features.new" "$folder/features"
  say "ready: export KUBECONFIG=$folder/kubeconfig"
}

down() {
  [[ -d $folder ]] || return 0
  rm -f "$folder/features"
  local name
  for name in crds scheduler controller-manager apiserver etcd; do end "$name"; done
  [[ ! -e $folder/.textops-cluster ]] || rm -rf "$folder"
}

status() {
  local name
  for name in etcd apiserver controller-manager scheduler crds; do
    if runs "$name"; then echo "$name runs (pid $(cut -d ' ' -f 1 "$folder/$name.pid"))"; else echo "$name does not run"; fi
  done
  [[ -e $folder/features ]]
}

case ${1:-} in
  up | down | status) "$1" ;;
  *) sed -nE '2,/^set/ s/^# ?//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
