#!/usr/bin/env bash
# Builds the API servers that the tests run against, from Debian's packages, into a cache that is keyed by the recipe:
#   kubernetes  kube-apiserver, kube-controller-manager, kube-scheduler 1.20.2 and etcd: core kinds, RBAC, garbage collection
#   crds        apiextensions-apiserver of a current Kubernetes and etcd: custom resources with CEL, strict validation, watch-list
#   kubectl     the one of Debian's kubernetes-client, for machines without one
# Usage: hack/cluster/build.sh kubernetes|crds|kubectl    Prints the folder of the binaries. What is there already is not built again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../debian.sh"

cache=${TEXTOPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/textops}
started=$SECONDS

say() { printf 'cluster: %4d s  %s\n' $((SECONDS - started)) "$*" >&2; }

needs() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "building an API server needs $tool (Debian packages: apt, dpkg-dev, patch); install it, or set KUBECONFIG or KUBEBUILDER_ASSETS" >&2; exit 1; }
  done
}

# A folder's name says what recipe made it: the text of the functions that do the work.
key() { { declare -f "build_$1" generate_openapi pack_etcd go_in debian_sources debian_unpack debian_closure; uname -m; } 2>/dev/null | sha256sum | cut -c 1-16; }

# compile TITLE ARGUMENTS...: go build, with a line of progress every ten seconds.
compile() {
  local title=$1 log=$work/build.log
  shift
  go build -v "$@" 2> "$log" &
  local pid=$! ticks=0
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    ticks=$((ticks + 1))
    (( ticks % 10 != 0 )) || say "$title: $(wc -l < "$log") packages compiled"
  done
  wait "$pid" || { grep -vE '^[a-z0-9./_-]+$' "$log" | tail -n 30 >&2; echo "$title did not build" >&2; return 1; }
}

go_in() {
  export GOROOT=$1 GOPATH=$work/gopath GOCACHE=$work/gocache GO111MODULE=off GOFLAGS= CGO_ENABLED=0 GOTOOLCHAIN=local PATH=$1/bin:$PATH
}

build_kubernetes() {
  needs apt-get dpkg-source patch
  debian_sources "$work/apt" bookworm
  say "fetching Go 1.19 and the source of Kubernetes 1.20"
  debian_unpack "$work/apt" "$work/root" golang-1.19-go golang-1.19-src etcd-server
  cp "$work/root/usr/bin/etcd" "$target/"
  (cd "$work" && APT_CONFIG=$work/apt/etc/apt.conf apt-get source -qq --download-only kubernetes)
  mkdir -p "$work/gopath/src/k8s.io"
  dpkg-source --no-check -x "$work"/kubernetes_*.dsc "$work/gopath/src/k8s.io/kubernetes" > "$work/unpack.log" 2>&1
  go_in "$work/root/usr/lib/go-1.19"
  cd "$work/gopath/src/k8s.io/kubernetes"
  generate_openapi
  # The programs and the /version that they serve read two different packages.
  local package flags="-s -w"
  for package in k8s.io/kubernetes/vendor/k8s.io/component-base/version k8s.io/kubernetes/pkg/version k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=v1.20.2 -X $package.gitMajor=1 -X $package.gitMinor=20 -X $package.gitTreeState=clean"
  done
  compile "Kubernetes 1.20" -ldflags "$flags" \
    -o "$target/" ./cmd/kube-apiserver ./cmd/kube-controller-manager ./cmd/kube-scheduler
}

# Debian's source leaves out a generated file; its generator is there.
generate_openapi() {
  say "generating the API's OpenAPI definitions"
  go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  local packages
  packages=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg staging/src cmd | grep -vE 'code-generator|sample-apiserver|/testdata/|zz_generated' |
    xargs -n1 dirname | sort -u | sed -e 's#^staging/src/#k8s.io/kubernetes/vendor/#' -e 's#^\(pkg\|cmd\)/#k8s.io/kubernetes/\1/#' | paste -sd,)
  "$work/openapi-gen" --go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt --output-file-base zz_generated.openapi \
    --output-base "$work/gopath/src" --output-package k8s.io/kubernetes/pkg/generated/openapi --input-dirs "$packages" \
    -r "$work/violations.txt" > "$work/openapi.log" 2>&1 || { tail -n 20 "$work/openapi.log" >&2; return 1; }
}

build_crds() {
  needs apt-get dpkg-deb
  debian_sources "$work/apt" sid
  say "fetching a current Go, apiextensions-apiserver and etcd"
  local packages
  packages=$(debian_closure "$work/apt" '^golang|^etcd-server$|^libc6$|^libgcc-s1$' golang-k8s-apiextensions-apiserver-dev golang-go etcd-server)
  # shellcheck disable=SC2086
  debian_unpack "$work/apt" "$work/root" $packages
  mkdir -p "$work/gopath"
  ln -sfn "$work/root/usr/share/gocode/src" "$work/gopath/src"
  local gos=("$work"/root/usr/lib/go-1.*)
  go_in "${gos[-1]}"
  cd "$work/gopath/src/k8s.io/apiextensions-apiserver"
  compile "apiextensions-apiserver" -ldflags '-s -w' -o "$target/" .
  pack_etcd
}

build_kubectl() {
  needs apt-get dpkg-deb
  debian_sources "$work/apt" bookworm
  debian_unpack "$work/apt" "$work/root" kubernetes-client
  cp "$work/root/usr/bin/kubectl" "$target/"
}

# A newer etcd than this Debian's, with the C library it was built for.
pack_etcd() {
  mkdir -p "$target/etcd-lib"
  cp "$work/root/usr/bin/etcd" "$target/etcd-lib/"
  local file
  for file in ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libpthread.so.0 libresolv.so.2 libdl.so.2; do
    find "$work/root/usr" -name "$file" -exec cp -L {} "$target/etcd-lib/" \;
  done
  cat > "$target/etcd" <<'RUN'
#!/bin/sh
lib=$(dirname "$(readlink -f "$0")")/etcd-lib
exec "$lib"/ld-linux-*.so.* --library-path "$lib" "$lib/etcd" "$@"
RUN
  chmod +x "$target/etcd"
  "$target/etcd" --version >/dev/null
}

main() {
  local what=${1:?kubernetes, crds or kubectl}
  folder=$cache/$what-$(key "$what")
  mkdir -p "$cache"
  exec 9> "$folder.lock"
  flock 9
  if [[ ! -d $folder ]]; then
    work=$(mktemp -d "$cache/$what-build.XXXXXX")
    target=$work/bin
    mkdir -p "$target"
    # Go writes its module tree read-only in places.
    trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
    say "building $what from Debian's packages into $folder (once; some minutes)"
    (set -e; "build_$what") >&2
    mv "$target" "$folder"
    say "built $what"
  fi
  echo "$folder"
}

main "$@"
