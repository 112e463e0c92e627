#!/usr/bin/env bash
# tests/packages/suite.sh: the same source on another Debian: `sudo bash tests/packages/suite.sh [SUITE [DIR]]`.
#
# Makes a bare root of SUITE (trixie, which is Debian 13) by debootstrap, copies the sources into it, and runs there
# what the README tells everybody: `sh tests/run.sh`. DIR (build/SUITE) keeps root, build and compiler cache for the
# next time; the first time everything is compiled. What runs there sees processes and mounts of its own.
# Ends with how many tests ran. Exit: that of tests/run.sh, 2 usage.
set -u -o pipefail
case ${1:-} in -*) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;; esac
cd "$(dirname "$0")/../.." || exit 1
suite=${1:-trixie}
dir=$(realpath -m "${2:-build/$suite}")
root=$dir/root
[ "$(id -u)" -eq 0 ] || { echo "skipped: root, which debootstrap and chroot need, is not here"; exit 0; }
command -v debootstrap >/dev/null || { echo "skipped: debootstrap is not here"; exit 0; }

make_root() {
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$')
  debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} &&
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d" &&
    echo '127.0.0.1 localhost' >"$root/etc/hosts" && touch "$dir/made"
}
copy_sources() {  # what is built stays
  mkdir -p "$root/tributary" && find "$root/tributary" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} + &&
    tar -c --exclude=./build --exclude=./.git . | tar -x --no-same-owner -C "$root/tributary"
}
inside() {  # the root is a mount of its own, as the root of a machine is
  # shellcheck disable=SC2016 # expanded by the inner shell
  unshare --mount --pid --fork \
    sh -c 'mount --bind "$1" "$1" && mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$root" env -i \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

count() {
  awk -v suite="$suite" '/^(OK|Errors) \(/ {
      for (i = 2; i <= NF; i++) {
        number = $(i - 1); gsub(/[^0-9]/, "", number)
        if ($i ~ /^ran,/) ran += number
        if ($i ~ /^failures?,/) failed += number
      }
    }
    END { printf "%d tests ran on %s, %d failed\n", ran, suite, failed }' "$1"
}

mkdir -p "$dir"
[ -e "$dir/made" ] || make_root >"$dir/root.log" 2>&1 ||
  { tail -n 30 "$dir/root.log"; echo "failed: a root of $suite is made"; exit 1; }
cp /etc/resolv.conf "$root/etc/" && copy_sources || exit 1
told=$root/tributary/build/test/Testing/Temporary/LastTest.log
rm -f "$told"
code=0
inside sh /tributary/tests/run.sh || code=$?
[ ! -e "$told" ] || count "$told"
exit "$code"
