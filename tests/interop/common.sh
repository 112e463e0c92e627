# tests/interop/common.sh: what every interop script shares; sourced, never run.
#
# A script prints `passed: SENTENCE`, `failed: SENTENCE` or `skipped: NAME is not here`; run.sh counts these lines.
# BUILD_DIR holds bin/ and plugins/ of the build under test. $work is a folder of the script's own, gone afterwards.
set -u -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${BUILD_DIR:?the folder of the build under test}
tributary=$build/bin/tributary
tributaryd=$build/bin/tributaryd
work=$(mktemp -d "${TMPDIR:-/tmp}/tributary-interop.XXXXXX")
started=()  # processes to end with the script
export PATH="$PATH:${GOBIN:-${GOPATH:-$HOME/go}/bin}"

finish() {
  local pid
  for pid in ${started[@]+"${started[@]}"}; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  if [ -n "${KEEP_WORK:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT

passed() { echo "passed: $*"; }
failed() { echo "failed: $*"; }
skipped() { echo "skipped: $* is not here"; }

# verdict SENTENCE COMMAND...: passed when the command succeeds; what it said is shown only when it does not.
verdict() {
  local sentence=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    passed "$sentence"
  else
    failed "$sentence"
    sed 's/^/    /' "$work/said" | tail -n 20
  fi
}

# exits CODE COMMAND...: true when the command ends with exactly this code.
exits() {
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" -eq "$wanted" ] || { echo "exit $code, not $wanted: $*"; return 1; }
}

# needs NAME...: ends the script as skipped when a program is not here.
needs() {
  local name
  for name in "$@"; do
    command -v "$name" >/dev/null 2>&1 || { skipped "$name"; exit 0; }
  done
}

# needs_or_builds NAME MODULE@VERSION: in CI a missing Go program is built first; refused or no Go: skipped.
needs_or_builds() {
  if ! command -v "$1" >/dev/null 2>&1 && [ "${CI:-}" = true ] && command -v go >/dev/null 2>&1; then
    timeout 600 go install "$2" >"$work/go.log" 2>&1 || tail -n 2 "$work/go.log" | sed 's/^/    /'
  fi
  needs "$1"
}

# free_port: a loopback port that nobody listens on now.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# answers PORT: waits up to 20 s until something listens on the loopback port.
answers() {
  local _
  for _ in $(seq 200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    sleep 0.1
  done
  echo "nothing listens on port $1 after 20 s"
  return 1
}
