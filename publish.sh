#!/usr/bin/env bash
# Puts the three programs into one directory, from where they run with the .NET runtime of the machine.
#
#   ./publish.sh DIR
set -euo pipefail
target=$(realpath -m "${1:?usage: ./publish.sh DIR}")
cd "$(dirname "$0")"
. scripts/setup.sh

install_for_programs
trap stop_compiler EXIT
for project in src/Cli src/Agent src/Coordinator; do
  dotnet publish "$project" "${BUILD_FLAGS[@]}" -o "$target"
done
printf 'cairn, cairn-agent and cairn-coordinator are in %s\n' "$target"
