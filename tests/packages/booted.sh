#!/usr/bin/env bash
# tests/packages/booted.sh: the service under a real systemd: `sudo bash tests/packages/booted.sh DIR [SUITE]`.
#
# Boots a bare Debian with the packages by systemd-nspawn, starts the service as it is shipped, with keys and token as
# credentials, some of them encrypted, and lets it carry runs to the sandbox through its filters of system calls and
# addresses. A share that hangs lets it miss its watchdog; a limit of memory that is too low lets the kernel kill it.
# Measures memory and wake-ups: lines `figure:`. Takes a quarter of an hour, most of it times of quiet. Not seen here:
# limits of the processor, which a container does not get, and a TPM. Other lines and exit as in run.sh.
[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
debs=$(cd "$1" && pwd) || exit 2
suite=${2:-bookworm}
top=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" -eq 0 ] || { echo "skipped: root is not here"; exit 0; }
BUILD_DIR=$debs
# shellcheck source=tests/packages/common.sh
. "$top/tests/packages/common.sh"
needs debootstrap systemd-nspawn nsenter python3
code=0
failed() { code=1; echo "failed: $*"; }
first=   # the process id of systemd inside
group=   # our own group of processes for limits of memory, on a machine with control groups of version 1
drop_ins=$root/etc/systemd/system/tributary.service.d
page_port=$(free_port)
clean() {
  [ -z "$first" ] || kill -s RTMIN+4 "$first"  # systemd(1): power off
  [ ${#started[@]} -eq 0 ] || wait "${started[0]}" 2>/dev/null
  [ -z "$group" ] || find "$group" -depth -type d -exec rmdir {} +
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
within() {  # within S COMMAND...: tries it once a second
  local begun_s=$SECONDS most_s=$1
  shift
  until "$@"; do
    [ $((SECONDS - begun_s)) -lt "$most_s" ] || { inside journalctl -u tributary --no-pager -n 30; return 1; }
    sleep 1
  done
}
figure() { echo "figure: $*" >>"$work/figures"; }  # told at the end

# --- installed and booted ---------------------------------------------------------------------------------------------
has_packages() {
  makes_root &&
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -q -y \
      --no-install-recommends install systemd-sysv dbus /root/tributary_*.deb /root/tributary-sandbox_*.deb' &&
    umount "$root/proc" && rm "$root/usr/sbin/policy-rc.d"
}
# A container is given control groups of version 2 as the machine has them. Those of version 1, which systemd of Debian
# 12 still knows, nspawn shows read-only: those beneath a group of our own are made writable, so that limits work.
boots() {
  local memory=/sys/fs/cgroup/memory
  if [ "$suite" = bookworm ] && [ -d "$memory" ]; then
    group=$memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/tributary-booted.$$
    mkdir "$group" || group=
  fi
  (
    [ -z "$group" ] || { echo "$BASHPID" >"$group/cgroup.procs" && export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0; }
    exec systemd-nspawn -q -D "$root" --register=no --keep-unit --boot --console=pipe >"$work/boot.log" 2>&1 </dev/null
  ) &
  started+=($!)
  within 60 is_up || { cat "$work/boot.log"; return 1; }
  [ -z "$group" ] || { nsenter -t "$first" -m mount -o remount,bind,rw "$memory" && inside systemctl daemon-reexec; }
}
is_up() {
  first=$(pgrep -P "${started[0]}" | head -n 1)
  [ -n "$first" ] && inside systemctl is-active -q multi-user.target 2>/dev/null
}
is_clear() {
  ! inside systemctl start tributary 2>/dev/null && [ "$(inside systemctl show -p NRestarts --value tributary)" = 0 ] &&
    [ "$(inside systemctl is-failed tributary)" = failed ] &&
    has '/usr/share/tributary/conf' inside systemctl --no-pager --full status tributary
}

# --- configured -------------------------------------------------------------------------------------------------------
runs=0
comes() {  # comes READS: one more run
  runs=$((runs + 1)) reads=$1
  run=25112${runs}_M00146_002${runs}_000000000-A2W2${runs} calls=runs/$run/Data/Intensities/BaseCalls
  (cd "$root/srv" && make_run && chown -R 0:0 runs && chmod -R a+rX .)
}
encrypts() {  # encrypts NAME: only this machine opens it, by its own key; the file that lay open is gone
  inside systemd-creds encrypt --with-key=host --name="$1" "/etc/tributary/keys/$1" "/etc/credstore.encrypted/$1" &&
    rm "$root/etc/tributary/keys/$1"
}
configures() {
  local kind
  for kind in pseudonym state identity; do
    as_daemon tributary keys generate "$kind" "/etc/tributary/keys/$kind.key" || return 1
  done
  mkdir -p "$drop_ins" "$root/etc/credstore.encrypted"
  chmod 777 "$root/srv" && (cd "$root/srv" && subjects active) && comes 400 &&
    inside systemd-run -q --unit=sandbox --uid=tributary tributary-sandbox --dir /srv/repository --tls \
      --listen "127.0.0.1:$drs_port" --require-controlled-access --site-key /etc/tributary/keys/identity.key.pub &&
    answers "$drs_port" && cp "$root/srv/repository/token" "$root/etc/tributary/keys/national.token" &&
    cat >"$root/etc/tributary/tributary.yaml" <<YAML && cat >"$drop_ins/site.conf" <<UNIT
site: package-test
state_key_file: keys/state.key
run_folders: [ { path: /srv/runs, settle: 1m } ]
subjects: [ { name: lims, plugin: csv, settings: { file: /srv/subjects.csv } } ]
identity: { key_file: "credential:identity.key" }
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
listen: 127.0.0.1:$page_port
YAML
[Service]
LoadCredential=pseudonym.key:/etc/tributary/keys/pseudonym.key
LoadCredentialEncrypted=identity.key:/etc/credstore.encrypted/identity.key
LoadCredentialEncrypted=national.token:/etc/credstore.encrypted/national.token
UNIT
  encrypts identity.key && encrypts national.token
}
restarts() { inside sh -c 'systemctl daemon-reload && systemctl restart tributary && systemctl is-active tributary'; }
main_pid() { inside systemctl show -p MainPID --value tributary; }
is_confined() {
  local pid
  pid=$(main_pid)
  inside cat "/proc/$pid/status" "/proc/$pid/limits" >"$work/status"
  grep -qE '^Seccomp:\s+2$' "$work/status" && grep -qE '^NoNewPrivs:\s+1$' "$work/status" &&
    grep -qE '^CapEff:\s+0+$' "$work/status" && grep -qE '^Max core file size +0 +0 ' "$work/status" ||
    { cat "$work/status"; return 1; }
}
# Each run has one parcel that may leave, of two FASTQ and a manifest. The time of quiet is a minute.
delivers() { within 600 has_delivered; }
has_delivered() { has "$runs delivered, 0 on their way" as_daemon tributary status; }
has_all() { once_each $((3 * runs)); }

# --- measured ---------------------------------------------------------------------------------------------------------
kib() { inside awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"; }  # PID FIELD
switches() { inside sh -c "cat /proc/$1/task/*/status" | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'; }
sleeps() {
  local pid before woken
  pid=$(main_pid)
  sleep 70  # the look that follows a delivery is over
  before=$(switches "$pid")
  sleep 60
  woken=$(($(switches "$pid") - before)) own_kib=$(kib "$pid" RssAnon)
  figure "idle: $(kib "$pid" VmRSS) KiB resident, $own_kib KiB of them its own; woken $woken times in a minute"
  [ "$woken" -lt 200 ] || { echo "woken $woken times in a minute"; return 1; }
}
# Its memory is looked at once a second while it works; what its libraries map from files can be read again.
has_delivered_by() {  # PID
  local now_kib
  now_kib=$(kib "$1" RssAnon)
  [ "$now_kib" -le "$most_own_kib" ] || most_own_kib=$now_kib
  has_delivered
}
carries_much() {
  local pid bytes begun_s peak_kib
  pid=$(main_pid) most_own_kib=0
  bytes=$(find "$root/srv/runs/$run" -name 'SAMPLE-01*' -printf '%s\n' | awk '{ n += $1 } END { print n }')
  echo 5 | inside tee "/proc/$pid/clear_refs" >/dev/null  # proc(5): the peak begins anew
  begun_s=$SECONDS
  within 600 has_delivered_by "$pid" || return 1
  peak_kib=$(kib "$pid" VmHWM)
  figure "under load: $peak_kib KiB resident at most, $most_own_kib KiB its own; $((bytes / 1000000)) MB delivered" \
    "$((SECONDS - begun_s)) s after they were there, a minute of quiet among them"
  [ "$peak_kib" -lt 393216 ] || { echo "$peak_kib KiB are more than MemoryHigh"; return 1; }
}

# --- harmed -----------------------------------------------------------------------------------------------------------
says_since() { has "$2" inside journalctl -u tributary --no-pager --since "@$1"; }  # TIME TEXT
limits_memory() {
  ! inside systemd-run -q --wait -p MemoryMax=8M -p MemorySwapMax=0 sh -c 'x=$(head -c 60000000 /dev/zero | tr "\0" a)'
}
runs_out_of_memory() {
  local limit_kib=$(((3 * own_kib + most_own_kib) / 4)) begun  # enough to start, too little to work
  printf '[Service]\nMemoryMax=%sK\nMemorySwapMax=0\n' "$limit_kib" >"$drop_ins/memory.conf"
  begun=$(date +%s)
  restarts && comes 300000 && within 300 says_since "$begun" 'status=9/KILL' || return 1
  figure "killed by the kernel with MemoryMax=${limit_kib}K"
  rm "$drop_ins/memory.conf"
  inside systemctl daemon-reload && within 60 inside systemctl is-active -q tributary &&
    ! says_since "$begun" 'Killing process'
}
misses_its_watchdog() {
  local begun share good
  printf '[Service]\nWatchdogSec=70\n' >"$drop_ins/watchdog.conf"  # a look comes every minute
  restarts && comes 400 || return 1
  begun=$(date +%s)
  python3 "$top/tests/packages/hang.py" "$first" /srv/runs >"$work/hang" 2>&1 &
  share=$!
  within 10 grep -qx hangs "$work/hang" && within 150 says_since "$begun" 'Watchdog timeout' &&
    within 60 says_since "$begun" 'Main process exited'
  good=$?
  kill "$share" && wait "$share"
  [ "$good" -eq 0 ] && within 60 inside systemctl is-active -q tributary
}

verdict "a bare $suite has the packages" has_packages
verdict "it boots" boots
[ -n "$first" ] || exit 1
verdict "not configured, the service fails once and says what to write" is_clear
verdict "it is configured, with credentials that only this machine opens" configures
verdict "the service becomes ready" restarts
verdict "without rights, behind a filter of system calls, without core files" is_confined
verdict "and carries a run to the repository" delivers
verdict "when there is nothing to do it sleeps" sleeps
verdict "a run of some hundred MB comes" comes "${TRIBUTARY_READS:-1000000}"
verdict "and is carried in the memory that the unit gives" carries_much
if limits_memory; then
  verdict "the kernel kills it for a limit of memory that is too low, and it is started again" runs_out_of_memory
  verdict "and carries the run" delivers
else
  skipped "a limit of memory for containers"
fi
if [ -w /dev/fuse ]; then
  verdict "when the share with the run folders hangs, the watchdog ends it, and it is started again" misses_its_watchdog
  verdict "and carries the run that came meanwhile" delivers
else
  skipped /dev/fuse
fi
verdict "the repository has every object once, and nothing else" has_all
verdict "it stops within seconds" inside timeout 10 systemctl stop tributary
cat "$work/figures"
exit "$code"
