#!/usr/bin/env bash
# tests/schema/run.sh: the schema of the configuration against every file in conf/, with a validator that is not ours
# (Debian's python3-jsonschema and python3-yaml): `bash tests/schema/run.sh BUILD_DIR`.
#
# Last line: `N passed, N failed, N skipped`. Exit: 0 nothing failed, 1 something did, 2 usage.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-}" 2>/dev/null && pwd) && [ -x "$build/bin/tributary" ] || {
  echo "usage: run.sh BUILD_DIR" >&2
  exit 2
}
python=
for candidate in /usr/bin/python3 python3; do
  "$candidate" -c 'import jsonschema, yaml' 2>/dev/null && python=$candidate && break
done
if [ -z "$python" ]; then
  echo "skipped: python3-jsonschema or python3-yaml is not here"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
exec "$python" "$root/tests/schema/validate.py" "$root/conf" "$build/bin/tributary"
