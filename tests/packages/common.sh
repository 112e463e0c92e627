# tests/packages/common.sh: what run.sh and booted.sh share; sourced, never run.
#
# $debs is the folder of the packages, $suite the release of Debian; $root becomes the bare root.
# shellcheck source=tests/interop/common.sh
. "$top/tests/interop/common.sh"
# shellcheck source=tests/interop/laboratory.sh
. "$top/tests/interop/laboratory.sh"
root=$work/root

# makes_root: a bare Debian in $root with the packages in /root, /proc mounted, where apt works and no service starts.
# TRIBUTARY_ROOT_TAR names a file that keeps it for the next time.
makes_root() {
  local mirror
  # that of this machine, or debootstrap's own
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$')
  mkdir -p "$root" || return 1
  if [ -f "${TRIBUTARY_ROOT_TAR:-}" ]; then
    tar -C "$root" -xf "$TRIBUTARY_ROOT_TAR"
  else
    debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} &&
      { [ -z "${TRIBUTARY_ROOT_TAR:-}" ] || tar -C "$root" -cf "$TRIBUTARY_ROOT_TAR" .; }
  fi && mount -t proc proc "$root/proc" && cp /etc/resolv.conf "$root/etc/" &&
    echo '127.0.0.1 localhost' >"$root/etc/hosts" &&
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d" &&
    cp "$debs"/*.deb "$root/root/" &&
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive apt-get -q update
}

# once_each N: the sandbox holds N objects, none of them twice, and nothing is left over.
once_each() {
  python3 - "https://localhost:$drs_port/state" "$root/srv/repository" "$1" <<'PY'
import json, ssl, sys, urllib.request
url, place, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
token = open(place + "/token").read().strip()
asked = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
state = json.load(urllib.request.urlopen(asked, context=ssl.create_default_context(cafile=place + "/ca.pem")))
names = [o["name"] for o in state["objects"] if not o["deleted"]]
left_over = state["duplicates"] or state["open_uploads"] or state["unregistered"]
sys.exit(0 if len(names) == wanted and not left_over else f"{len(names)} objects: " + json.dumps(state)[:2000])
PY
}
