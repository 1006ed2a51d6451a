#!/usr/bin/env bash
# Puts Debian's xgboost library into artifacts/native, from where the build copies it beside the programs. Nothing is installed and root is not needed: the
# packages are fetched and unpacked into a cache that is keyed by their version. Without Debian's tools it says what to install, and ends well all the same:
# only gradientBoosting and randomForest need the library, and they say so.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
source "$here/../debian.sh"

version=1.7.4-1
suite=bookworm
cache=${TEXTOPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/textops}
folder=$cache/xgboost-$version-$(uname -m)
target=$root/artifacts/native

fetch() {
  local work=$1 packages=("libxgboost0=$version" libdmlc0)
  # OpenMP comes with most machines.
  [[ -n $(find /lib /usr/lib -name libgomp.so.1 -print -quit 2>/dev/null) ]] || packages+=(libgomp1)
  debian_sources "$work/apt" "$suite"
  debian_unpack "$work/apt" "$work/root" "${packages[@]}"
  mkdir "$work/lib"
  local library
  for library in libxgboost.so.0 libdmlc.so.0 libgomp.so.1; do
    find "$work/root/usr/lib" -name "$library" -exec cp -L {} "$work/lib/" \;
  done
  [[ -e $work/lib/libxgboost.so.0 && -e $work/lib/libdmlc.so.0 ]]
}

# An installed one is found by the programs themselves.
if [[ ! -d $folder ]] && { ! command -v apt-get || ! command -v dpkg-deb; } > /dev/null; then
  echo "setup: no apt-get and dpkg-deb here, so xgboost $version is not fetched; for gradientBoosting and randomForest install libxgboost.so.0" \
    "(Debian: libxgboost0) or set TEXTOPS_XGBOOST to the file" >&2
  exit 0
fi

mkdir -p "$cache"
exec 9> "$folder.lock"
flock 9
if [[ ! -d $folder ]]; then
  echo "setup: fetching Debian's libxgboost0 $version into $folder (once)" >&2
  work=$(mktemp -d "$cache/xgboost-build.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  if ! fetch "$work" >&2; then
    echo "setup: libxgboost0 $version could not be fetched; for gradientBoosting and randomForest install libxgboost.so.0 (Debian: libxgboost0)" \
      "or set TEXTOPS_XGBOOST to the file" >&2
    exit 0
  fi
  mv "$work/lib" "$folder"
fi

mkdir -p "$target"
for library in "$folder"/*; do
  cmp -s "$library" "$target/$(basename "$library")" || cp "$library" "$target/"
done
