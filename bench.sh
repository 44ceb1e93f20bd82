#!/usr/bin/env bash
# Runs one benchmark, installing what it needs.
#
#   ./bench.sh                       the benchmarks
#   ./bench.sh NAME [--json FILE]    one of them; its table, and its figures as JSON
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/scripts/setup.sh"

list() { for project in "$here"/bench/*/*.csproj; do printf '  %s\n' "$(basename "$(dirname "$project")")"; done; }

if [ $# -eq 0 ]; then
  printf 'usage: ./bench.sh NAME [--json FILE]\nbenchmarks:\n'
  list
  exit 0
fi

name=$1
shift
projects=("$here/bench/$name"/*.csproj)
if [ ! -f "${projects[0]}" ]; then
  printf 'There is no benchmark %s. There are:\n' "$name" >&2
  list >&2
  exit 2
fi

install_for_programs
# Its peer is the one of the interoperability tests.
[ "$name" != rpc ] || (cd "$here" && install_for_tests Interop) >&2
[ "$name" != repository ] || install_bench_peers >&2
[ "$name" != opengauss ] || ensure_packages postgresql-15 postgresql-contrib util-linux pgbackrest >&2
build "${projects[0]}" >&2
exec dotnet run --project "${projects[0]}" -c Release --no-build -- "$@"
