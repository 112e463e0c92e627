#!/bin/bash
# tests/bench/backlog.sh: what a journal of years costs, beside one of a hundredth: start, status, page, metrics, memory.
# Usage: backlog.sh BUILD_DIR [PARCELS [OBJECTS_EACH]], by default 100000 and 10. Needs curl and the package `time`.
# `ninja bench_backlog` makes the journals. Everything is made up, in a temporary folder; figures are of this machine.
set -euo pipefail
build=$(realpath "${1:?usage: backlog.sh BUILD_DIR [PARCELS [OBJECTS_EACH]]}")
parcels=${2:-100000}
objects=${3:-10}
bin=$build/bin
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tributary-bench.XXXXXX")
daemon=
finish() { [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
[ -x "$bin/bench_backlog" ] || { echo "ninja -C $build bench_backlog"; exit 1; }
[ -x /usr/bin/time ] || { echo "needs the package 'time'"; exit 1; }
cd "$work"
umask 077
"$bin/tributary" keys generate pseudonym pseudonym.key >/dev/null
"$bin/tributary" keys generate state state.key >/dev/null
"$bin/tributary" crypt4gh keygen --secret r.sec --public r.pub
mkdir runs far away

configure() {  # STATE_DIR
  cat >"$1.yaml" <<YAML
site: bench
state_dir: $1
state_key_file: state.key
plugin_dir: $build/plugins
run_folders: [ { path: runs } ]
pseudonyms: { key_file: pseudonym.key }
subjects: [ { name: list, plugin: csv, settings: { file: subjects.csv, max_age: 26h } } ]
destinations:
  - { name: national, plugin: folder, settings: { path: far }, recipients: [ r.pub ] }
  - { name: away, plugin: folder, settings: { path: away }, recipients: [ r.pub ] }
policies:
  - { name: research, destination: national, purpose: { use: HMB, country: DE } }
listen: 127.0.0.1:8499
YAML
}
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
# seconds of processor, of wall, MiB at most
timed() { /usr/bin/time -f '%U %S %e %M' -o time.txt "$@" >out.txt || true; awk 'END { printf "%.2f s of processor, %.2f s, %.0f MiB", $1 + $2, $3, $4 / 1024 }' time.txt; }

measure() {  # NAME PARCELS
  local state=$1
  mkdir "$state"
  configure "$state"
  "$bin/bench_backlog" "$state" state.key "$2" "$objects"
  echo "== $2 parcels, $(($2 * objects)) objects, $(du -m "$state/journal.db" | cut -f1) MiB"
  awk -v n="$2" 'BEGIN { print "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until"
    for (i = 0; i < n; i++) printf "SAMPLE-%d,SUBJECT-%d,c-%d,active,HMB,2020-01-01,2035-12-31\n", i, i, i }' >subjects.csv
  "$bin/tributary" --config "$state.yaml" hold --destination national >/dev/null || true
  "$bin/tributary" --config "$state.yaml" hold --destination away >/dev/null || true
  for command in "status" "status --json" "runs"; do
    # shellcheck disable=SC2086
    echo "tributary $command: $(timed "$bin/tributary" --config "$state.yaml" $command)"
  done
  local began
  began=$(now)
  "$bin/tributaryd" --config "$state.yaml" 2>"$state.log" &
  daemon=$!
  until grep -qs ' ready: ' "$state.log"; do kill -0 "$daemon"; done
  echo "start to ready: $(since "$began") s"
  for path in / /api/status /metrics /healthz; do
    began=$(now)
    curl -fsS -o out.txt "http://127.0.0.1:8499$path"
    echo "$path: $(since "$began") s, $(stat -c %s out.txt) bytes"
  done
  echo "daemon: $(awk '/VmHWM/ { printf "%.0f MiB at most", $2 / 1024 }' "/proc/$daemon/status")," \
    "$(awk '{ printf "%.2f s of processor", ($14 + $15) / 100 }' "/proc/$daemon/stat")"
  kill "$daemon"
  wait "$daemon" || true
  daemon=
}

measure few $((parcels / 100))
measure many "$parcels"
