#!/usr/bin/env bash
# tests/packages/booted.sh: the service under a real systemd: `sudo bash tests/packages/booted.sh DIR [SUITE]`; DIR as for run.sh.
#
# Boots a bare Debian with the packages by systemd-nspawn, starts the service as it is shipped, with keys and token as
# credentials, and lets it carry a run to the sandbox through its filters of system calls and addresses. Not seen here:
# limits of memory and processor, which a container in a container does not get. Lines and exit as in run.sh.
[ $# -ge 1 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
debs=$(cd "$1" && pwd) || exit 2
suite=${2:-bookworm}
top=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" -eq 0 ] || { echo "skipped: root is not here"; exit 0; }
BUILD_DIR=$debs
# shellcheck source=tests/interop/common.sh
. "$top/tests/interop/common.sh"
# shellcheck source=tests/interop/laboratory.sh
. "$top/tests/interop/laboratory.sh"
needs debootstrap systemd-nspawn nsenter python3
root=$work/root
first=  # the process id of systemd inside
clean() {
  [ -z "$first" ] || kill -s RTMIN+4 "$first"  # systemd(1): power off
  [ ${#started[@]} -eq 0 ] || wait "${started[0]}" 2>/dev/null
  umount "$root/proc" 2>/dev/null
  mountpoint -q "$root/proc" || finish
}
trap clean EXIT
inside() { timeout 60 nsenter -t "$first" -a "$@"; }
as_daemon() { inside runuser -u tributary -- "$@"; }
has() {  # has TEXT COMMAND...: whatever its exit code, which tells of a refused sample or a failed service here
  local text=$1
  shift
  "$@" >"$work/words" 2>&1 || true
  grep -qF -- "$text" "$work/words"
}

makes_root() {
  local mirror
  # that of this machine, or debootstrap's own
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$')
  mkdir -p "$root" || return 1
  if [ -f "${TRIBUTARY_ROOT_TAR:-}" ]; then
    tar -C "$root" -xf "$TRIBUTARY_ROOT_TAR"
  else
    debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"}
  fi && mount -t proc proc "$root/proc" && cp /etc/resolv.conf "$root/etc/" && echo '127.0.0.1 localhost' >"$root/etc/hosts" &&
    cp "$debs"/*.deb "$root/root/" && printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
    chmod +x "$root/usr/sbin/policy-rc.d" &&
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -q update &&
      apt-get -q -y --no-install-recommends install systemd-sysv dbus /root/tributary_*.deb /root/tributary-sandbox_*.deb' &&
    umount "$root/proc" && rm "$root/usr/sbin/policy-rc.d"
}
boots() {
  local _
  systemd-nspawn -q -D "$root" --register=no --keep-unit --boot --console=pipe >"$work/boot.log" 2>&1 </dev/null &
  started+=($!)
  for _ in $(seq 150); do
    first=$(pgrep -P "${started[0]}" | head -n 1)
    [ -n "$first" ] && inside systemctl is-active -q multi-user.target 2>/dev/null && return 0
    sleep 0.2
  done
  cat "$work/boot.log"
  return 1
}
is_clear() {
  ! inside systemctl start tributary 2>/dev/null && [ "$(inside systemctl show -p NRestarts --value tributary)" = 0 ] &&
    [ "$(inside systemctl is-failed tributary)" = failed ] &&
    has '/usr/share/tributary/conf' inside systemctl --no-pager --full status tributary
}
configures() {
  local kind
  for kind in pseudonym state identity; do
    as_daemon tributary keys generate "$kind" "/etc/tributary/keys/$kind.key" || return 1
  done
  chmod 777 "$root/srv" && (cd "$root/srv" && make_run && subjects active && chown -R 0:0 runs && chmod -R a+rX .) &&
    inside systemd-run -q --unit=sandbox --uid=tributary tributary-sandbox --dir /srv/repository --tls \
      --listen "127.0.0.1:$drs_port" --require-controlled-access --site-key /etc/tributary/keys/identity.key.pub &&
    answers "$drs_port" && cp "$root/srv/repository/token" "$root/etc/tributary/keys/national.token" &&
    chmod 600 "$root/etc/tributary/keys/national.token" && mkdir -p "$root/etc/systemd/system/tributary.service.d" &&
    cat >"$root/etc/tributary/tributary.yaml" <<YAML && cat >"$root/etc/systemd/system/tributary.service.d/site.conf" <<UNIT
site: package-test
state_key_file: keys/state.key
run_folders: [ { path: /srv/runs, settle: 1m } ]
subjects: [ { name: lims, plugin: csv, settings: { file: /srv/subjects.csv } } ]
identity: { key_file: keys/identity.key }
pseudonyms: { key_file: "credential:pseudonym.key" }
destinations:
  - name: national
    plugin: drs
    settings:
      url: https://localhost:$drs_port/ga4gh/drs/v1
      controlled_access: [ "https://repository.example.org/datasets/EX1" ]
    auth: { type: bearer, token_file: "credential:national.token" }
    tls: { ca_file: /srv/repository/ca.pem }
    recipients: [ /srv/repository/recipient.pub ]
policies: [ { name: research, destination: national, purpose: { use: HMB, country: DE }, files: [ fastq ] } ]
YAML
[Service]
LoadCredential=pseudonym.key:/etc/tributary/keys/pseudonym.key
LoadCredential=national.token:/etc/tributary/keys/national.token
UNIT
}
is_confined() {
  local pid
  pid=$(inside systemctl show -p MainPID --value tributary)
  inside cat "/proc/$pid/status" "/proc/$pid/limits" >"$work/status"
  grep -qE '^Seccomp:\s+2$' "$work/status" && grep -qE '^NoNewPrivs:\s+1$' "$work/status" &&
    grep -qE '^CapEff:\s+0+$' "$work/status" && grep -qE '^Max core file size +0 +0 ' "$work/status" || { cat "$work/status"; return 1; }
}
delivers() {  # the time of quiet is a minute
  local begun_s=$SECONDS
  while [ $((SECONDS - begun_s)) -lt 240 ]; do
    has '1 delivered, 0 on their way' as_daemon tributary status && return 0
    sleep 1
  done
  inside journalctl -u tributary --no-pager
  return 1
}

verdict "a bare $suite has the packages" makes_root
verdict "it boots" boots
[ -n "$first" ] || exit 1
verdict "not configured, the service fails once and says what to write" is_clear
verdict "it is configured" configures
verdict "the service becomes ready" inside sh -c 'systemctl daemon-reload && systemctl restart tributary && systemctl is-active tributary'
verdict "without rights, behind a filter of system calls, without core files" is_confined
verdict "and carries a run to the repository" delivers
verdict "it stops within seconds" inside timeout 10 systemctl stop tributary
