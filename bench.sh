#!/usr/bin/env bash
# Runs one benchmark: ./bench.sh NAME [--json FILE]. Without a name it lists them. Builds what it needs.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"

if [ $# -eq 0 ]; then
    echo "usage: ./bench.sh NAME [--json FILE]"
    echo "benchmarks:"
    for project in "$here"/bench/*/*.csproj; do
        echo "  $(basename "$(dirname "$project")")"
    done
    exit 0
fi

name="$1"
shift
if ! project="$(ls "$here/bench/$name"/*.csproj 2>/dev/null)"; then
    echo "bench.sh: there is no benchmark '$name'; ./bench.sh lists them" >&2
    exit 64
fi

if ! command -v dotnet > /dev/null; then
    echo "bench.sh: the .NET SDK is missing (see global.json for the version)" >&2
    exit 69
fi

dotnet build "$project" -c Release -v quiet -nologo >&2
exec dotnet run --project "$project" -c Release --no-build -- "$@"
