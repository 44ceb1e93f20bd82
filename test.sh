#!/usr/bin/env bash
# Runs the tests on a fresh machine, installing what they need.
#
#   ./test.sh            every suite that continuous integration runs
#   ./test.sh SUITE      one suite
#   ./test.sh --list     the suites
#
# Ends with a line `N passed, N failed`. The exit code is 0 only when nothing failed and every suite ran.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/setup.sh

# name:project, in the order in which they run; quick ones first.
SUITES=(
  House:tests/House.Tests
  Rpc:tests/Rpc.Tests
  Shared:tests/Shared.Tests
  Repository:tests/Repository.Tests
  Crash:tests/Crash
  Agent:tests/Agent.Tests
  Coordinator:tests/Coordinator.Tests
  Cli:tests/Cli.Tests
  Simulation:tests/Simulation
  Root:tests/Root
  Security:tests/Security
  Files:tests/Files
  Interop:tests/Interop
  OpenGauss:tests/OpenGauss
  Integration:tests/Integration
  Faults:tests/Faults
)
# With the official packages our own gRPC is not built (CONTRIBUTING.md), so there is nothing of it to test.
if [ "${UseOfficialGrpc:-}" = true ]; then
  for i in "${!SUITES[@]}"; do
    [ "${SUITES[$i]%%:*}" != Rpc ] || unset "SUITES[$i]"
  done
fi
# Suites that need more than a fresh machine has; never part of a run without a name.
EXTRA=(
  Matrix:tests/Faults
  Live:tests/Live
)

list() {
  printf 'Suites that run by default:\n'
  printf '  %s\n' "${SUITES[@]%%:*}"
  printf 'Suites to be named:\n'
  printf '  %s\n' 'Matrix all pairs of faults of the suite Faults; takes hours, needs root'
  printf '  %s\n' 'Live   a real openGemini cluster; needs OPENGEMINI_BIN=<directory with ts-meta, ts-store, ts-sql, ts-server>'
}

selected=()
case "${1:-}" in
  --list) list; exit 0 ;;
  '') selected=("${SUITES[@]}") ;;
  *)
    for suite in "${SUITES[@]}" "${EXTRA[@]}"; do
      [ "${suite%%:*}" = "$1" ] && selected=("$suite")
    done
    if [ ${#selected[@]} -eq 0 ]; then
      printf 'There is no suite %s.\n' "$1" >&2
      list >&2
      exit 2
    fi
    ;;
esac

if [ "${1:-}" = Live ] && [ -z "${OPENGEMINI_BIN:-}" ]; then
  printf 'Live: OPENGEMINI_BIN is not set, so there is no openGemini to test against; nothing was run.\n'
  printf '0 passed, 0 failed\n'
  exit 0
fi

[ "${1:-}" != Matrix ] || export CAIRN_FAULTS_PAIRS=all

install_for_tests "${selected[@]%%:*}"

results=$(mktemp -d)
trap 'stop_compiler; rm -rf "$results"' EXIT
passed=0
failed=0
broken=()

printf '== build\n'
if [ ${#selected[@]} -gt 1 ]; then
  build Distributed.sln
else
  # The programs are started as processes by some suites, so they are built too.
  build src/Agent src/Coordinator src/Cli "${selected[0]##*:}"
fi

for suite in "${selected[@]}"; do
  name=${suite%%:*}
  printf '== %s\n' "$name"
  status=0
  dotnet test "${suite##*:}" --no-build -c Release --nologo --verbosity quiet \
    --logger "trx;LogFileName=$results/$name.trx" --logger 'console;verbosity=minimal' || status=$?
  counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null || true)
  suite_passed=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  suite_failed=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  passed=$((passed + ${suite_passed:-0}))
  failed=$((failed + ${suite_failed:-0}))
  # A suite that ran no test, or whose runner died, is a failure even when no test says so.
  if [ "${suite_passed:-0}" -eq 0 ] || { [ "$status" -ne 0 ] && [ "${suite_failed:-0}" -eq 0 ]; }; then
    broken+=("$name")
    failed=$((failed + 1))
  fi
done

[ ${#broken[@]} -eq 0 ] || printf 'Suites that did not run to their end: %s\n' "${broken[*]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
