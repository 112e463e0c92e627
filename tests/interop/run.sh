#!/usr/bin/env bash
# tests/interop/run.sh: runs every interop script against a build: `bash tests/interop/run.sh BUILD_DIR [NAME...]`.
#
# Last line: `N passed, N failed, N skipped`. Exit: 0 nothing failed, 1 something did, 2 usage.
# CI=true builds missing Go programs; TRIBUTARY_SHARED_DATA=DIR adds foreign test vectors; KEEP_WORK=1 keeps the folders.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { sed -n 's/^# //p' "$0" | head -n 4 >&2; exit 2; }
BUILD_DIR=$(cd "$1" 2>/dev/null && pwd) || { echo "interop: there is no folder $1" >&2; exit 2; }
shift
[ -x "$BUILD_DIR/bin/tributary" ] || { echo "interop: $BUILD_DIR/bin/tributary is not built" >&2; exit 2; }
export BUILD_DIR

scripts=()
if [ $# -gt 0 ]; then
  for name in "$@"; do scripts+=("$here/$name.sh"); done
else
  for script in "$here"/*.sh; do
    case ${script##*/} in run.sh | common.sh | laboratory.sh) ;; *) scripts+=("$script") ;; esac
  done
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for script in "${scripts[@]}"; do
  echo "== ${script##*/}"
  timeout 900 bash "$script" 2>&1 | tee -a "$log"
  code=${PIPESTATUS[0]}
  [ "$code" -eq 0 ] || echo "failed: ${script##*/} ended with exit code $code" | tee -a "$log"
done
count() { grep -c "^$1: " "$log" || true; }
printf '%s passed, %s failed, %s skipped\n' "$(count passed)" "$(count failed)" "$(count skipped)"
! grep -q '^failed: ' "$log"
