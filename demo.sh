#!/usr/bin/env bash
# The main job, end to end, with nothing to configure: a three-node openGemini cluster is backed up, lost, and restored.
#
#   ./demo.sh          runs it and cleans up
#   ./demo.sh --keep   leaves everything running at the end and prints the addresses
#
# The database is the test double, over real data of a real cluster. With OPENGEMINI_BIN=<directory> the real ts-meta,
# ts-store and ts-sql of that directory are started instead. Ends with `demo: ok` or `demo: FAILED <why>`.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/setup.sh

keep=no
case "${1:-}" in
  '') ;;
  --keep) keep=yes ;;
  *) printf 'usage: ./demo.sh [--keep]\n' >&2; exit 2 ;;
esac

install_for_programs
ensure_packages curl jq

printf '== build\n'
build src/Agent src/Coordinator src/Cli tests/Doubles/OpenGemini

export DOTNET_TieredPGO=0 DOTNET_gcServer=0 NO_COLOR=1
cli="$PWD/src/Cli/bin/Release/net10.0/cairn"
agent="$PWD/src/Agent/bin/Release/net10.0/cairn-agent"
coordinator="$PWD/src/Coordinator/bin/Release/net10.0/cairn-coordinator"
double="$PWD/tests/Doubles/OpenGemini/bin/Release/net10.0/opengemini-double"
fixtures="$PWD/tests/Fixtures/opengemini"

root=$(mktemp -d /tmp/cairn-demo.XXXXXX)
started=()          # pids of everything this script started and that still runs
declare -A database # node number -> pids of its database processes
why='a step ended with an error, see above'

finish() {
  status=$?
  trap - EXIT
  if [ "$status" -eq 0 ] && [ "$keep" = yes ]; then
    printf '\nLeft running in %s:\n  coordinator %s (export CAIRN_CREDENTIALS=%s)\n' "$root" "https://$address" "$CAIRN_CREDENTIALS"
    printf '  agents      %s\n  database    http://127.0.0.1:8086 http://127.0.0.2:8086 http://127.0.0.3:8086\n' "${agents[*]}"
    printf '  to stop     kill %s; rm -rf %s\n' "${started[*]}" "$root"
  else
    [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    if [ "$status" -ne 0 ] && compgen -G "$root/log/*.log" >/dev/null; then
      printf '\nThe last lines of the logs:\n' >&2
      find "$root/log" -name '*.log' -size +0 -exec tail -n 12 {} + >&2 || true
    fi
    rm -rf "$root"
  fi
  if [ "$status" -eq 0 ]; then printf 'demo: ok\n'; else printf 'demo: FAILED %s\n' "$why"; fi
  exit "$status"
}
trap finish EXIT
trap 'why="stopped by a signal"; exit 130' INT TERM

fail() {
  why=$1
  exit 1
}

step() { printf '\n== %s\n' "$1"; }

# Shows a command as a person would type it, and runs it. The command's failure is the demo's.
show() {
  printf '$ cairn %s\n' "$*"
  "$cli" "$@" || fail "'cairn $*' ended with exit code $?"
}

# wait_for WHAT COMMAND...: tries until the command succeeds; 60 s are far more than any step needs.
wait_for() {
  local what=$1 end=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "$what did not happen within 60 s"
    sleep 0.2
  done
}

launch() { # launch LOG COMMAND...; sets $pid
  local log=$1
  shift
  "$@" >"$root/log/$log.out" 2>"$root/log/$log.log" &
  pid=$!
  started+=("$pid")
}

forget() { # takes pids out of the list of what runs
  local left=() known gone
  for known in "${started[@]}"; do
    for gone in "$@"; do [ "$known" != "$gone" ] || continue 2; done
    left+=("$known")
  done
  started=("${left[@]}")
}

start_database() {
  local n role
  for n in 1 2 3; do
    database[$n]=''
    for role in ts-meta ts-store ts-sql; do
      launch "$role-$n" "$bin/$role" -config "$root/config/cluster-$n.conf" -pidfile "$root/config/$role-$n.pid"
      database[$n]+=" $pid"
    done
  done
  wait_for 'the start of the database cluster' database_is_complete
}

database_is_complete() {
  [ "$(query_cluster | jq '[.results[0].series[0].values[] | select(.[4]=="data" and .[1]=="alive")] | length')" = 3 ]
}

query_cluster() { curl -sf --max-time 5 -G http://127.0.0.1:8086/query --data-urlencode 'q=SHOW CLUSTER'; }

kill_database() { # as a power cut would
  local n pids
  for n in 1 2 3; do
    read -ra pids <<<"${database[$n]}"
    kill -9 "${pids[@]}"
    wait "${pids[@]}" 2>/dev/null || true
    forget "${pids[@]}"
  done
}

write_points() { # write_points FROM COUNT
  local lines='' i
  for ((i = $1; i < $1 + $2; i++)); do
    lines+="demo,source=s$((i % 3)) v=${i}i $((1793491200 + i))"$'\n'
  done
  [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 -XPOST "http://127.0.0.1:8086/write?db=iot&precision=s" --data-binary "$lines")" = 204 ] \
    || fail 'the database did not acknowledge a write'
}

# Every file of a node's data, WAL and META with its SHA-256, as lines `sha256 path`.
tree() { (cd "$root/cluster/node$1" && find data wal meta -type f -not -path '*/.cairn/*' -exec sha256sum {} + | sed 's/  / /' | sort -k2); }

# The same as the point tells it.
point_tree() {
  "$cli" backup files "$1" --cluster demo --node "node$2" -o json \
    | jq -r '.entry | select(.kind=="file") | "\(.sha256) \(.path)"' | to_live_paths "$2" | sort -k2
}

# Paths in a point are instance/root/…; on disk the roots are where the database's configuration puts them.
to_live_paths() { grep -v ' \.cluster-metadata/' | sed -e 's# [^/]*/data/# data/data/#' -e 's# [^/]*/wal/# wal/wal/#' -e 's# [^/]*/meta/# meta/#'; }

compare_with_point() {
  local n files=0
  for n in 1 2 3; do
    point_tree "$1" "$n" >"$root/expected-$n" || fail "the files of node$n could not be listed"
    tree "$n" >"$root/found-$n"
    [ -s "$root/expected-$n" ] || fail "the point lists no file of node$n"
    diff "$root/expected-$n" "$root/found-$n" >"$root/difference-$n" \
      || { head -n 10 "$root/difference-$n"; fail "node$n differs from the point"; }
    files=$((files + $(wc -l <"$root/expected-$n")))
  done
  printf 'All %d files of three nodes equal the point by SHA-256, and there is no other file.\n' "$files"
}

wipe() {
  local n
  for n in 1 2 3; do
    rm -rf "$root/cluster/node$n"/{data,wal,meta}
    mkdir -p "$root/cluster/node$n/data/data"
    printf 'an empty disk\n' >"$root/cluster/node$n/data/data/wiped"
  done
}

milliseconds() { printf '%d' $(($(date +%s%N) / 1000000)); }

step 'Three database nodes with real data'
mkdir -p "$root"/{log,config,run,bin}
tar --zstd -xf "$fixtures/cluster-golden.tar.zst" -C "$root"
for n in 1 2 3; do
  sed "s#/srv/og/#$root/#g" "$fixtures/configs/cluster-$n.conf" >"$root/config/cluster-$n.conf"
done
if [ -n "${OPENGEMINI_BIN:-}" ]; then
  bin=$OPENGEMINI_BIN
  printf 'The database: openGemini from %s\n' "$bin"
else
  bin=$root/bin
  for name in ts-meta ts-store ts-sql ts-server; do ln -s "$double" "$bin/$name"; done
  printf 'The database: the test double of openGemini, over data of a real cluster\n'
fi
for host in 127.0.0.1 127.0.0.2 127.0.0.3; do
  for port in 8086 8088 8091 8092 8400 8401; do
    # The data know these addresses, so no others can be taken.
    ! (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null || fail "something listens on $host:$port already, and the demo's database needs it"
  done
done
start_database
printf 'Alive: 3 x ts-meta, ts-store, ts-sql on 127.0.0.1, 127.0.0.2, 127.0.0.3\n'

step 'A coordinator, and an agent beside each node'
cat >"$root/config/coordinator.yaml" <<Y
listen: 127.0.0.1:0
state: $root/run/coordinator
Y
launch coordinator "$coordinator" --config "$root/config/coordinator.yaml"
wait_for 'the start of the coordinator' grep -q 'listening on' "$root/log/coordinator.out"
address=$(sed -n 's/.*listening on //p' "$root/log/coordinator.out")
export CAIRN_CREDENTIALS=$root/run/coordinator/credentials/admin.yaml
agents=()
for n in 1 2 3; do
  cat >"$root/config/agent-$n.yaml" <<Y
node: node$n
listen: 127.0.0.1:0
coordinator: https://$address
join-token-file: $root/config/agent-$n.token
state: $root/run/agent-$n
repository: $root/repository/node$n
roots:
  - $root/cluster/node$n
instances:
  - name: og
    engine: opengemini
    config: $root/config/cluster-$n.conf
Y
  show node token "node$n" --out "$root/config/agent-$n.token"
  "$agent" --config "$root/config/agent-$n.yaml" --check-config >/dev/null || fail "the configuration of agent $n is wrong"
  launch "agent-$n" "$agent" --config "$root/config/agent-$n.yaml"
done
for n in 1 2 3; do
  wait_for "the start of agent $n" grep -q 'listening on' "$root/log/agent-$n.out"
  agents+=("$(sed -n 's/.*listening on //p' "$root/log/agent-$n.out")")
  wait_for "the registration of node$n" "$cli" node show "node$n"
done
show cluster add demo --engine opengemini --node node1 --node node2 --node node3
show cluster topology demo

step 'A full backup of the whole cluster'
write_points 0 300
show backup run --cluster demo --full --label first
show backup show latest --cluster demo

step 'The data change; an incremental backup'
write_points 300 300
begin=$(milliseconds)
show backup run --cluster demo --incremental --label second
backup_ms=$(($(milliseconds) - begin))
show backup list --cluster demo
point=$("$cli" backup show latest --cluster demo -o json | jq -r '.summary.pointId')

step 'Every byte of it is read and checked'
show backup verify "$point" --cluster demo

step 'A restore is refused while the database runs'
status=0
printf '$ cairn restore run %s --cluster demo --yes\n' "$point"
"$cli" restore run "$point" --cluster demo --yes 2>"$root/refusal" || status=$?
cat "$root/refusal"
[ "$status" -eq 3 ] || fail "the restore beside a running database ended with exit code $status, not 3 (refused)"

step 'All three nodes lose their data'
kill_database
wipe
du -sh "$root"/cluster/node{1,2,3}/data | sed "s#$root/##"

step 'Restore'
show restore plan "$point" --cluster demo
begin=$(milliseconds)
show restore run "$point" --cluster demo --yes
restore_ms=$(($(milliseconds) - begin))
compare_with_point "$point"

step 'Undo puts back what was there; then once more, for good'
show restore undo --cluster demo
for n in 1 2 3; do
  [ "$(cat "$root/cluster/node$n/data/data/wiped")" = 'an empty disk' ] || fail "undo did not bring node$n's old data back"
done
printf 'All nodes have their old data again.\n'
show restore run "$point" --cluster demo --yes
compare_with_point "$point"
show restore discard --cluster demo
for n in 1 2 3; do
  [ -z "$(find "$root/cluster/node$n" -name .cairn)" ] || fail "node$n still has a .cairn directory"
done

step 'The restored cluster starts and answers'
start_database
show cluster topology demo
found=$(curl -sf --max-time 10 -G http://127.0.0.1:8086/query --data-urlencode 'db=iot' --data-urlencode 'q=select * from demo' \
  | jq '[.results[0].series[]?.values[]] | length')
[ "$found" = 600 ] || fail "$found of the 600 acknowledged points came back"
printf 'All 600 points that were acknowledged before the backups are there.\n'

step 'Numbers'
"$cli" backup show "$point" --cluster demo -o json | jq -r '
  .summary as $s | ($s.nodes | map(.bytes | tonumber) | add) as $bytes | ($s.nodes | map(.storedBytes | tonumber) | add) as $stored
  | "files \($s.nodes | map(.files | tonumber) | add), bytes \($bytes), newly stored \($stored), ratio \(($stored / $bytes * 1000 | round) / 1000)",
    "capture ms per node: \($s.nodes | map("\(.node) \(.captureMs)") | join(", ")); skew ms \($s.skewMs)"'
printf 'incremental backup %d ms, restore %d ms, the whole demo %d s\n' "$backup_ms" "$restore_ms" "$SECONDS"
