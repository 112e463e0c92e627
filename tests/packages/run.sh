#!/usr/bin/env bash
# tests/packages/run.sh: the packages in a bare Debian: `sudo bash tests/packages/run.sh DIR [SUITE]`.
#
# DIR is where cross/package.sh left tributary_*.deb and tributary-sandbox_*.deb; SUITE is bookworm, or another for which
# they were built. A root is made by debootstrap (Debian's packages; some minutes with a slow network), and in it
# everything happens that happens to a package: installed, not configured, configured, used, upgraded in the middle of an
# upload, removed, purged. No systemd runs in it. Lines `passed:`, `failed:`, `skipped:`; exit 0 nothing failed, 1 something did, 2 usage.
[ $# -ge 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
debs=$(cd "$1" && pwd) || exit 2
suite=${2:-bookworm}
top=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" -eq 0 ] || { echo "skipped: root, which debootstrap and chroot need, is not here"; exit 0; }
BUILD_DIR=$debs
# shellcheck source=tests/packages/common.sh
. "$top/tests/packages/common.sh"
needs debootstrap python3 dpkg-deb
log=$work/verdicts
clean() {
  umount "$root/proc" 2>/dev/null
  mountpoint -q "$root/proc" || finish
}
trap clean EXIT
deb=$(ls "$debs"/tributary_*.deb)
sandbox_deb=$(ls "$debs"/tributary-sandbox_*.deb)

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
daemons=(chroot --userspec=tributary:tributary "$root" env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8)
as_daemon() { "${daemons[@]}" "$@"; }
command_() { as_daemon tributary "$@"; }
apt_() { inside apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"; }
says() {  # says TEXT COMMAND...: what it says holds TEXT; its exit code is not asked
  local text=$1
  shift
  "$@" >"$work/words" 2>&1 || true
  grep -qF -- "$text" "$work/words" || { cat "$work/words"; return 1; }
}

# --- installed, not configured ----------------------------------------------------------------------------------------
installs() { apt_ install "/root/${deb##*/}" >"$work/install.log" 2>&1 || { cat "$work/install.log"; return 1; }; }
is_in_place() {
  inside getent passwd tributary | grep -q ':/var/lib/tributary:/usr/sbin/nologin$' &&
    [ "$(inside stat -c '%a %U:%G' /etc/tributary /etc/tributary/keys | tr '\n' ' ')" = "750 root:tributary 700 tributary:tributary " ] &&
    [ -L "$root/etc/systemd/system/multi-user.target.wants/tributary.service" ] &&
    inside test -s /etc/tributary/tributary.schema.json -a -d /etc/tributary/notifications.d -a \
      -s /usr/share/bash-completion/completions/tributary -a -s /usr/share/bash-completion/completions/tributaryd ||
    { inside ls -laR /etc/tributary /etc/systemd/system/multi-user.target.wants; return 1; }
}
is_its_schema() { inside sh -c 'tributary schema | cmp - /usr/share/tributary/conf/tributary.schema.json'; }

# --- configured -------------------------------------------------------------------------------------------------------
starts_repository() {
  "${daemons[@]}" tributary-sandbox --dir /srv/repository --listen "127.0.0.1:$drs_port" --tls --require-controlled-access \
    --site-key /etc/tributary/keys/site.key.pub --ready-file /srv/repository.url >"$work/sandbox.log" 2>&1 &
  started+=($!)
  answers "$drs_port" && chmod 600 "$root/srv/repository/token" || { cat "$work/sandbox.log"; return 1; }
}
makes_keys() {
  for kind in pseudonym state identity; do
    command_ keys generate "$kind" "/etc/tributary/keys/$([ $kind = identity ] && echo site || echo $kind).key" || return 1
  done
}
configures() {  # RATE
  cat >"$root/etc/tributary/tributary.yaml" <<YAML
site: package-test
state_key_file: keys/state.key
run_folders: [ { path: /srv/runs, settle: 1m } ]
subjects: [ { name: lims, plugin: csv, settings: { file: /srv/subjects.csv } } ]
identity: { key_file: keys/site.key }
pseudonyms: { key_file: keys/pseudonym.key }
destinations:
  - name: national
    plugin: drs
    settings:
      url: https://localhost:$drs_port/ga4gh/drs/v1
      part_size: 5MiB
      controlled_access: [ "https://repository.example.org/datasets/EX1" ]
    auth: { type: bearer, token_file: /srv/repository/token }
    tls: { ca_file: /srv/repository/ca.pem }
    recipients: [ /srv/repository/recipient.pub ]
policies: [ { name: research, destination: national, purpose: { use: HMB, country: DE }, files: [ fastq ] } ]
limits: { upload_rate: $1 }
YAML
  command_ check
}
makes_run() { (cd "$root/srv" && make_run && subjects active && chown -R 0:0 runs && chmod -R a+rX .); }
once_() { exits 3 as_daemon timeout 300 tributaryd --once; }
delivered() {  # N: receipts of deliveries, and parcels of which nothing is left to do
  local n
  n=$(command_ receipts --json | python3 -c 'import json, sys; print(sum(1 for r in json.load(sys.stdin) if r.get("delivered_at")))')
  [ "$n" -eq "$1" ] || { echo "$n receipts, not $1"; command_ status; return 1; }
}

# --- upgraded in the middle of an upload ---------------------------------------------------------------------------------
makes_higher_version() {
  mkdir "$work/higher" && dpkg-deb -R "$deb" "$work/higher/tree" &&
    sed -i 's/^Version: .*/&+upgrade/' "$work/higher/tree/DEBIAN/control" &&
    echo '# a line of the newer package' >>"$work/higher/tree/etc/tributary/ingest-task.yaml" &&
    dpkg-deb --root-owner-group -b "$work/higher/tree" "$root/root/higher.deb"
}
leaves_no_core() {  # PID: what is not dumpable belongs to root in /proc
  [ "$(stat -c %U "/proc/$1/environ")" = root ] && grep -q '^Max core file size  *0  *0 ' "/proc/$1/limits" ||
    { ls -l "/proc/$1/environ"; cat "/proc/$1/limits"; return 1; }
}
uploads() {  # until a part has arrived, then the machine is as good as switched off
  local pid begun_s=$SECONDS
  "${daemons[@]}" tributaryd --once >"$work/daemon.log" 2>&1 &
  pid=$!
  while [ $((SECONDS - begun_s)) -lt 120 ]; do
    command_ status --json >"$work/status.json" 2>/dev/null || true
    if python3 -c 'import json, sys; sys.exit(not any(p["state"] == "uploading" and p["bytes_sent"] > 0 for p in json.load(open(sys.argv[1]))["parcels"]))' "$work/status.json" 2>/dev/null; then
      leaves_no_core "$pid" && kill -9 "$pid"
      local good=$?
      wait "$pid" 2>/dev/null
      return "$good"
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  kill -9 "$pid" 2>/dev/null
  cat "$work/daemon.log" "$work/status.json"
  return 1
}
upgrades() {
  echo '# a line of the site' >>"$root/etc/tributary/ingest-task.yaml"
  apt_ install /root/higher.deb >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log"; return 1; }
  inside dpkg-query -W -f '${Version}\n' tributary | grep -q '+upgrade$'
}
keeps_conffiles() {
  tail -n 1 "$root/etc/tributary/ingest-task.yaml" | grep -qx '# a line of the site' &&
    tail -n 1 "$root/etc/tributary/ingest-task.yaml.dpkg-dist" | grep -qx '# a line of the newer package'
}
is_whole() { command_ audit verify && says '"package-test"' command_ status --json; }

# --- gone -------------------------------------------------------------------------------------------------------------
removes() {
  apt_ remove tributary && [ ! -e "$root/usr/bin/tributaryd" ] && [ -s "$root/var/lib/tributary/journal.db" ] &&
    [ -s "$root/etc/tributary/keys/state.key" ] && [ -s "$root/etc/tributary/ingest-task.yaml" ]
}
purges() {
  says "Kept: /var/lib/tributary" apt_ purge tributary && [ -s "$root/var/lib/tributary/journal.db" ] &&
    [ -s "$root/etc/tributary/keys/state.key" ] && [ ! -e "$root/etc/tributary/ingest-task.yaml" ]
}
purges_all() {
  inside env TRIBUTARY_PURGE_STATE=yes apt-get -q -y purge tributary && [ ! -e "$root/var/lib/tributary" ] && [ ! -e "$root/etc/tributary" ]
}

verdicts() {
  if command -v lintian >/dev/null 2>&1; then
    verdict "lintian finds no error" lintian --allow-root --fail-on error "$deb" "$sandbox_deb"
  else
    skipped lintian
  fi
  verdict "the bill of materials has the form of CycloneDX and names what the packages depend on" python3 "$top/tests/packages/bill.py" "$deb" "$sandbox_deb"
  verdict "debootstrap makes a bare $suite" makes_root
  mountpoint -q "$root/proc" || return
  verdict "apt installs the package with what it needs" installs
  verdict "the installation says what to do next" grep -q 'installed, not configured' "$work/install.log"
  verdict "user, folders, schema and service are in place" is_in_place
  verdict "the schema that is shipped is that of the program" is_its_schema
  verdict "not configured, the daemon ends with 2, at which systemd leaves it" exits 2 inside tributaryd
  verdict "and says what to write, and where examples are" says "/usr/share/tributary/conf" inside tributaryd
  verdict "the sandbox is installed from its package" apt_ install "/root/${sandbox_deb##*/}"
  verdict "keys are made by the daemon's user" makes_keys
  chmod 777 "$root/srv"
  verdict "the sandbox starts" starts_repository
  verdict "a run comes from the sequencer" makes_run
  verdict "a configuration is good" configures 400Mbit/s
  verdict "the run is carried to the repository" once_
  verdict "with one receipt, for the person that agreed" delivered 1
  run=251121_M00146_0022_000000000-A2WDG calls=runs/$run/Data/Intensities/BaseCalls reads=60000
  verdict "a large run comes" makes_run
  verdict "a slow line" configures 16Mbit/s
  verdict "a package with a higher version number is made" makes_higher_version
  verdict "the daemon, which leaves no core file, is killed in the middle of an upload" uploads
  verdict "the package is upgraded" upgrades
  verdict "files that the site changed stay, the newer ones lie beside them" keeps_conffiles
  verdict "the line is fast again" configures 400Mbit/s
  verdict "the new daemon goes on" once_
  verdict "everything is delivered, once" delivered 2
  verdict "and the repository has every object once, and nothing else" once_each 6
  verdict "the chains of receipts and audit records are whole" is_whole
  verdict "a removed package leaves configuration, keys and state" removes
  verdict "a purged one leaves keys and state, and says so" purges
  verdict "it is installed again" installs
  verdict "a purge that was asked to leaves nothing" purges_all
}
verdicts > >(tee "$log")
wait "$!" 2>/dev/null  # tee
! grep -q '^failed: ' "$log"
