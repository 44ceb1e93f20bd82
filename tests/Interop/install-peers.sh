#!/bin/sh
# Makes the peers ready to run: the messages of those in Python, by Debian's protoc, and the packages of those in Node, from
# the lock file unless they are there already. Needs protoc, npm and npm's registry.
set -eu
cd "$(dirname "$0")/peers"
mkdir -p generated
/usr/bin/protoc --proto_path=../protos/grpc/testing --python_out=generated test.proto
/usr/bin/protoc --proto_path=../../../protos/grpc/reflection/v1 --python_out=generated reflection.proto

if [ -f node_modules/.lock-copy ] && cmp -s package-lock.json node_modules/.lock-copy; then
  exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund
cp package-lock.json node_modules/.lock-copy
