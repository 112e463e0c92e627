#!/usr/bin/env bash
# tests/page/run.sh: the status page in a real browser: `bash tests/page/run.sh BUILD_DIR [SCREENSHOT_DIR]`.
#
# A daemon and a sandbox repository in interesting states; headless Chromium, driven by playwright-core, with axe-core
# for accessibility. The two come from npm, once, into a cache folder; what is not here is told and skipped.
# Last line: `N passed, N failed, N skipped`. Exit: 0 nothing failed, 1 something did, 2 usage.
[ $# -ge 1 ] || { sed -n 's/^# //p' "$0" | head -n 5 >&2; exit 2; }
BUILD_DIR=$(cd "$1" 2>/dev/null && pwd) || { echo "page: there is no folder $1" >&2; exit 2; }
export BUILD_DIR
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "${2:-/tmp/tributary-page}" && shots=$(cd "${2:-/tmp/tributary-page}" && pwd) || exit 2
source "$top/tests/interop/common.sh"
cd "$work" || exit 1

# What drives the browser, of these versions.
modules=${XDG_CACHE_HOME:-$HOME/.cache}/tributary-page
packages=(playwright-core@1.65.1 axe-core@4.14.1)
needs node npm openssl curl
browser=$(command -v chromium || command -v chromium-browser) || { skipped chromium; exit 0; }
if [ ! -d "$modules/node_modules/playwright-core" ] || [ ! -d "$modules/node_modules/axe-core" ]; then
  mkdir -p "$modules" && timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$modules" \
    "${packages[@]}" >"$work/npm.log" 2>&1 || { tail -n 3 "$work/npm.log"; skipped playwright-core; exit 0; }
fi

page_port=$(free_port)
away_port=$(free_port)
command_line() { "$tributary" --config "$work/etc/tributary.yaml" "$@"; }

make_keys() {
  mkdir -p etc/keys runs &&
    for kind in identity pseudonym state; do "$tributary" keys generate "$kind" "etc/keys/$kind.key" || return; done &&
    printf 'page-token-of-the-test\n' >etc/keys/page.token && chmod 600 etc/keys/page.token &&
    # A token of the wire that ends, and a certificate that ends soon: nothing behind them is asked.
    printf 'e30.%s.x\n' "$(printf '{"exp":4102444800}' | base64 -w 0 | tr -d =)" >etc/keys/away.token &&
    chmod 600 etc/keys/away.token &&
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=page-test \
      -keyout etc/keys/client.key -out etc/keys/client.pem && chmod 600 etc/keys/client.key
}
start_sandbox() {
  "$build/bin/tributary-sandbox" --dir repository --listen 127.0.0.1:0 --ready-file url \
    --site-key etc/keys/identity.key.pub >sandbox.log 2>&1 &
  started+=($!)
  local _
  for _ in $(seq 200); do [ -s url ] && return 0; sleep 0.1; done
  cat sandbox.log
  return 1
}
drs() {  # NAME URL [MORE]
  cat <<YAML
  - name: $1
    plugin: drs
    settings:
      url: $2/ga4gh/drs/v1
      part_size: 5MiB
      controlled_access: [ "https://repository.example.org/datasets/EX1" ]
    recipients: [ ../repository/recipient.pub ]
YAML
  [ $# -lt 3 ] || printf '    %s\n' "${@:3}"
}
configure() {
  local url
  url=$(cat url)
  {
    cat <<YAML
site: page-lab
state_dir: ../state
state_key_file: keys/state.key
plugin_dir: $build/plugins
run_folders: [ { path: ../runs, settle: 0s } ]
subjects: [ { name: lims, plugin: csv, settings: { file: ../subjects.csv } } ]
identity: { key_file: keys/identity.key }
pseudonyms: { key_file: keys/pseudonym.key }
destinations:
YAML
    drs national "$url" 'auth: { type: bearer, token_file: ../repository/token }'
    drs archive "$url" 'auth: { type: bearer, token_file: ../repository/token }' 'upload_rate: 1500kbit/s'
    drs registry "$url" 'auth: { type: bearer, token_file: ../repository/token }'
    drs biobank "http://127.0.0.1:$away_port" 'auth: { type: bearer, token_file: keys/away.token }' \
      'tls: { cert_file: keys/client.pem, key_file: keys/client.key }'
    echo 'policies:'
    local name
    for name in national archive registry biobank; do
      echo "  - { name: $name-wgs, destination: $name, purpose: { use: HMB, country: DE }, files: [ fastq, bam, vcf ] }"
    done
    echo "listen: 127.0.0.1:$page_port"
    echo 'status: { token_file: keys/page.token }'
  } >etc/tributary.yaml
  command_line check
}
# States are waited for: STATE, DESTINATION.
reached() {
  local _
  for _ in $(seq 600); do
    command_line status --json >status.json || [ $? -eq 3 ] || return 1
    python3 - "$1" "$2" <<'PY' && return 0
import json, sys
state, destination = sys.argv[1:]
parcels = json.load(open("status.json"))["parcels"]
sys.exit(not any(p["state"] == state and p["destination"] == destination and (state != "uploading" or p["seconds_left"])
                 for p in parcels))
PY
    sleep 0.1
  done
  echo "no parcel of $2 is $1 after 60 s"
  return 1
}
away() {
  local _
  for _ in $(seq 600); do
    curl -fs "http://127.0.0.1:$page_port/metrics" | grep -q 'away_seconds{destination="biobank"} [1-9]' && return 0
    sleep 0.1
  done
  return 1
}
make_scene() {
  make_keys && start_sandbox && "$build/bin/demo-run" runs &&
    cp "$top/conf/demo/subjects.csv" subjects.csv && configure &&
    command_line status >/dev/null 2>&1
  "$tributaryd" --config etc/tributary.yaml >daemon.log 2>&1 &
  started+=($!)
  answers "$page_port" && command_line pause --destination registry && reached delivered national &&
    reached uploading archive && reached queued registry && away && command_line hold "$(python3 - <<'PY'
import json
parcels = json.load(open("status.json"))["parcels"]
print(next(p["parcel"] for p in parcels if p["destination"] == "registry" and p["state"] == "queued"))
PY
)" && touch scene
}
verdict "a laboratory in interesting states" make_scene
[ -f scene ] || exit 1
NODE_PATH=$modules/node_modules BROWSER=$browser URL=http://127.0.0.1:$page_port SHOTS=$shots \
  TRIBUTARY=$tributary CONFIG=$work/etc/tributary.yaml timeout 300 node "$top/tests/page/page.cjs" | tee "$work/results"
[ "${PIPESTATUS[0]}" -eq 0 ] || echo "failed: the browser's part ended early" | tee -a "$work/results"
! grep -q '^failed: ' "$work/results"
