# Sourced by the scripts beside the solution: what each needs on a fresh Debian machine, installed when it is missing, and how
# they build.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# One compiler stays in memory for the projects of one run: it has a name of its own, by which stop_compiler finds it and no other.
# Build nodes would outlive the run and hold on to the files of a checkout that is about to go.
COMPILER=cairn-build-$$
BUILD_FLAGS=(--nologo --verbosity quiet -c Release -nodeReuse:false -p:UseSharedCompilation=true "-p:SharedCompilationId=$COMPILER")

stop_compiler() {
  local process
  for process in /proc/[0-9]*; do
    # A process may be gone by now.
    ! grep -aqs -e "-pipename:$COMPILER" "$process/cmdline" || kill "${process#/proc/}" 2>/dev/null || true
  done
}

# build PROJECT...: each with what it refers to.
build() {
  local project status=0
  for project in "$@"; do
    dotnet build "$project" "${BUILD_FLAGS[@]}" || { status=$?; break; }
  done
  stop_compiler
  return "$status"
}

# Programs with machine code in them start in half the time (Precompile.targets). Where the compiler for it cannot be had they are built without.
ensure_precompiler() {
  export Precompile=${Precompile:-true}
  [ "$Precompile" = true ] || return 0
  local said
  if ! said=$(dotnet restore "$(dirname "${BASH_SOURCE[0]}")/../src/Cli" --nologo --verbosity quiet 2>&1); then
    printf 'The programs are built without machine code, so they start more slowly: %s\n' "$(grep -m 1 error <<<"$said" || printf '%s' "$said")"
    Precompile=false
  fi
}

fail_setup() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Installs Debian packages that are not there yet. Needs root only when something is missing.
ensure_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" -eq 0 ] || fail_setup "These packages are missing, and installing them needs root: ${missing[*]}"
  printf '== installing %s\n' "${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

# As ensure_packages, without starting the services that Debian would start.
ensure_databases() (
  policy=/usr/sbin/policy-rc.d
  if [ "$(id -u)" -eq 0 ] && [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  ensure_packages "$@"
)

ensure_dotnet() {
  command -v dotnet >/dev/null || fail_setup 'The .NET SDK 10.0 is missing; install it and run this again.'
}

# The libraries that the programs themselves load, and the tools that unpack the fixtures.
install_for_programs() {
  ensure_dotnet
  ensure_packages libzstd1 libsqlite3-0 zstd tar
  ensure_precompiler
}

# install_for_tests SUITE...
install_for_tests() {
  install_for_programs
  local suite
  for suite in "$@"; do
    case "$suite" in
      Repository)
        # What a chain's recovery script needs.
        ensure_packages python3
        ;;
      OpenGauss)
        ensure_packages postgresql-15 postgresql-contrib util-linux xfsprogs
        ;;
      Security)
        ensure_packages iproute2
        ;;
      Root)
        # The tests give files attributes, ACLs and capabilities.
        ensure_packages iproute2 attr acl libcap2-bin
        ;;
      Faults|Matrix)
        # The tests make networks, halt processes at system calls, and give them wrong clocks.
        ensure_packages iproute2 python3 libfaketime
        ;;
      Files)
        # Two databases without an engine of their own here; the suite starts them itself.
        ensure_databases influxdb influxdb-client etcd-server etcd-client
        ;;
      Interop)
        command -v npm >/dev/null || ensure_packages nodejs npm
        ensure_packages python3-grpcio protobuf-compiler
        tests/Interop/install-peers.sh
        ;;
    esac
  done
}

# The backup programs that the repository's benchmark runs beside Cairn. It does without those that cannot be installed.
install_bench_peers() {
  (ensure_packages restic borgbackup) || printf 'restic or borg is missing; the benchmark runs without it.\n'
}
