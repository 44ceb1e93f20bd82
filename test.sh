#!/usr/bin/env bash
# Runs the tests on a fresh machine, installing what they need.
#
#   ./test.sh            every suite that continuous integration runs
#   ./test.sh SUITE...   some of them
#   ./test.sh --list     the suites
#
# Ends with a line `N passed, N failed`. The exit code is 0 only when nothing failed and every suite ran.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/setup.sh

# name:project, in the order in which they begin; long ones first, so that all end together.
SUITES=(
  Integration:tests/Integration
  Faults:tests/Faults
  Simulation:tests/Simulation
  OpenGauss:tests/OpenGauss
  Crash:tests/Crash
  Agent:tests/Agent.Tests
  Files:tests/Files
  Root:tests/Root
  Coordinator:tests/Coordinator.Tests
  Security:tests/Security
  Interop:tests/Interop
  Rpc:tests/Rpc.Tests
  Repository:tests/Repository.Tests
  Cli:tests/Cli.Tests
  Shared:tests/Shared.Tests
  House:tests/House.Tests
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
[ "${1:-}" != --list ] || { list; exit 0; }
for name in "$@"; do
  found=
  for suite in "${SUITES[@]}" "${EXTRA[@]}"; do
    [ "${suite%%:*}" != "$name" ] || found=$suite
  done
  if [ -z "$found" ]; then
    printf 'There is no suite %s.\n' "$name" >&2
    list >&2
    exit 2
  fi
  selected+=("$found")
done
if [ $# -gt 1 ] && [[ " $* " =~ ' '(Matrix|Live)' ' ]]; then
  printf '%s is run alone.\n' "${BASH_REMATCH[1]}" >&2
  exit 2
fi

if [ "${1:-}" = Live ] && [ -z "${OPENGEMINI_BIN:-}" ]; then
  printf 'Live: OPENGEMINI_BIN is not set, so there is no openGemini to test against; nothing was run.\n'
  printf '0 passed, 0 failed\n'
  exit 0
fi

[ "${1:-}" != Matrix ] || export CAIRN_FAULTS_PAIRS=all

# The programs are started as processes by some suites, so they are built too.
projects=(src/Agent src/Coordinator src/Cli "${selected[@]#*:}")
if [ $# -eq 0 ]; then
  selected=("${SUITES[@]}")
  projects=(Distributed.sln)
fi

install_for_tests "${selected[@]%%:*}"

results=$(mktemp -d)

# Each suite that runs is a process group of its own, so that none outlives this script.
set -m
stop_suites() {
  local group
  for group in $(jobs -p); do
    kill -- "-$group" 2>/dev/null || true
  done
}
trap 'stop_suites; stop_compiler; rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf '== build\n'
build "${projects[@]}"

# run_suite NAME PROJECT [WORD...]: what it said and its exit code go into files; the words start it.
run_suite() {
  local name=$1 project=$2 status=0
  shift 2
  "$@" dotnet test "$project" --no-build -c Release --nologo --verbosity quiet \
    --logger "trx;LogFileName=$results/$name.trx" --logger 'console;verbosity=minimal' >"$results/$name.out" 2>&1 </dev/null || status=$?
  printf '%d\n' "$status" >"$results/$name.status"
  printf '== %s\n%s\n' "$name" "$(<"$results/$name.out")"
}

# Most suites wait as long as they compute, so two run at a time. Addresses and ports are shared by nobody then: each has a network of its own,
# which takes root.
apart=(unshare --net sh -c 'ip link set lo up && exec "$@"' sh)
if [ ${#selected[@]} -gt 1 ] && "${apart[@]}" true 2>/dev/null; then
  at_a_time=2
else
  at_a_time=1
  apart=()
fi
running=0
for suite in "${selected[@]}"; do
  if [ "$running" -eq "$at_a_time" ]; then
    wait -n || true
    running=$((running - 1))
  fi
  printf '== %s begins\n' "${suite%%:*}"
  run_suite "${suite%%:*}" "${suite##*:}" "${apart[@]}" &
  running=$((running + 1))
done
wait || true

passed=0
failed=0
broken=()
for suite in "${selected[@]}"; do
  name=${suite%%:*}
  counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null || true)
  suite_passed=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  suite_failed=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  passed=$((passed + ${suite_passed:-0}))
  failed=$((failed + ${suite_failed:-0}))
  # A suite that ran no test, or whose runner died, is a failure even when no test says so.
  if [ "${suite_passed:-0}" -eq 0 ] || { [ "$(cat "$results/$name.status" 2>/dev/null || echo 1)" -ne 0 ] && [ "${suite_failed:-0}" -eq 0 ]; }; then
    broken+=("$name")
    failed=$((failed + 1))
  fi
done

[ ${#broken[@]} -eq 0 ] || printf 'Suites that did not run to their end: %s\n' "${broken[*]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
