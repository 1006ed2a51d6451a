#!/usr/bin/env bash
# Runs every test program and ends with one line: N passed, N failed, N skipped. Usage: hack/test.sh [Release|Debug]
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"; [[ -z ${ours:-} ]] || hack/cluster/cluster.sh down' EXIT

# Without an API server the tests that need one skip and say so; a cluster that runs already is used and left alone.
hack/cluster/cluster.sh status > /dev/null || ours=yes
hack/cluster/cluster.sh up || echo "no API server: the tests that need one will skip" >&2

for project in tests/*/*.Tests.csproj; do
  name=$(basename "$project" .csproj)
  program=$(dirname "$project")/bin/$configuration/net10.0/$name
  echo "== $name"
  "$program" -noColor -noLogo 2>&1 | tee "$log" | grep -vE '^ +(Starting|Finished|Discover)' || true
  summary=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1)
  if [[ $summary =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+) ]]; then
    bad=$((BASH_REMATCH[2] + BASH_REMATCH[3]))
    passed=$((passed + BASH_REMATCH[1] - BASH_REMATCH[3] - BASH_REMATCH[4]))
    failed=$((failed + bad))
    skipped=$((skipped + BASH_REMATCH[4]))
  else
    echo "$name did not finish" >&2
    failed=$((failed + 1))
  fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
