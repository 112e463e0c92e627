#!/usr/bin/env bash
# tests/monitoring/run.sh: promtool looks at the metrics of a daemon that runs, the rules and their tests, and every
# expression of the dashboard: `bash tests/monitoring/run.sh BUILD_DIR`.
#
# Last line: `N passed, N failed, N skipped`. Exit: 0 nothing failed, 1 something did, 2 usage. promtool is of Debian's
# package prometheus.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-}" 2>/dev/null && pwd) && [ -x "$build/bin/tributaryd" ] || {
  echo "usage: run.sh BUILD_DIR" >&2
  exit 2
}
work=$(mktemp -d)
daemon=
trap '[ -n "$daemon" ] && kill "$daemon" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# check SENTENCE COMMAND...
check() {
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    echo "passed: $what"
    passed=$((passed + 1))
  else
    echo "failed: $what"
    sed 's/^/    /' "$work/said"
    failed=$((failed + 1))
  fi
}
finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

served() {
  mkdir -p "$work/state" "$work/runs" && chmod 0700 "$work/state"
  "$build/bin/tributary" keys generate pseudonym "$work/pseudonym.key" || return 1
  local port=$((20000 + RANDOM % 20000))
  cat >"$work/tributary.yaml" <<YAML
site: test-lab
state_dir: state
run_folders: [ { path: runs } ]
pseudonyms: { key_file: pseudonym.key }
listen: 127.0.0.1:$port
YAML
  "$build/bin/tributaryd" --config "$work/tributary.yaml" 2>"$work/log" &
  daemon=$!
  for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$port/metrics" -o "$work/metrics" && return 0
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/log"
  return 1
}
lint() { promtool check metrics <"$work/metrics"; }
# Each expression as a rule of its own: promtool parses it.
dashboard() {
  python3 - "$root/conf/monitoring/tributary.dashboard.json" >"$work/dashboard.rules.yaml" <<'PY' &&
import json, sys
board = json.load(open(sys.argv[1]))
expressions = [t["expr"] for p in board["panels"] for t in p.get("targets", [])]
expressions += [a["expr"] for a in board["annotations"]["list"]]
assert len(expressions) > 10 and all(p.get("description") for p in board["panels"] if p["type"] != "row")
rules = [{"record": f"board:{i}", "expr": e.replace("$instance", ".*")} for i, e in enumerate(expressions)]
json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, sys.stdout)
PY
    promtool check rules "$work/dashboard.rules.yaml"
}
# An alert without a cure wakes somebody for nothing.
cures() {
  local rules=$root/conf/monitoring/tributary.rules.yaml
  [ "$(grep -c '^      - alert: ' "$rules")" -eq "$(grep -c '^          cure: "' "$rules")" ]
}

check "every alert says what to do" cures
if ! command -v promtool >/dev/null; then
  echo "skipped: promtool is not here (package prometheus)"
  skipped=1
  finish
fi
check "a daemon that runs serves metrics" served
check "promtool finds nothing to object to in them" lint
check "promtool takes the rules" promtool check rules "$root/conf/monitoring/tributary.rules.yaml"
check "every alert fires when it must, and none when all is well" \
  promtool test rules "$root/tests/monitoring/rules_test.yaml"
check "promtool takes every expression of the dashboard" dashboard
finish
