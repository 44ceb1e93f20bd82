#!/bin/sh
# Installs the packages of the Node peers from the lock file, unless they are there already. Needs npm and its registry.
set -eu
cd "$(dirname "$0")/peers"
if [ -f node_modules/.lock-copy ] && cmp -s package-lock.json node_modules/.lock-copy; then
  exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund
cp package-lock.json node_modules/.lock-copy
