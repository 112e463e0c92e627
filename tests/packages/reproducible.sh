#!/usr/bin/env bash
# tests/packages/reproducible.sh: same source, same bytes: `bash tests/packages/reproducible.sh [DIR]`.
#
# DIR holds packages that cross/package.sh made of this source; without it they are made first. Then they are made once
# more, by a compiler without any cache, and compared byte for byte. The other build has other folders of source and
# build, times of files, HOME, umask, locale and time zone; where disorderfs and /dev/fuse are, every folder tells its
# names in another order. Compiler, libraries, kernel and year are the same. What differs is listed by package and file,
# by diffoscope when it is here. Lines `passed:`, `failed:`, `skipped:`; exit 0 the same bytes, 1 other ones, 2 usage.
case ${1:-} in -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
first=${1:+$(realpath "$1")}
work=$(mktemp -d "${TMPDIR:-/tmp}/tributary-reproducible.XXXXXX")
place=$work/another-folder-of-another-length
finish() {
  ! mountpoint -q "$place" || fusermount -u "$place"
  mountpoint -q "$place" || rm -rf "$work"
}
trap finish EXIT

build() {  # LOG COMMAND...
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { tail -n 30 "$log"; echo "failed: the packages are built"; exit 1; }
}

# Made by no cache: one that both builds share would answer the second with what it kept of the first.
other_build() {
  local locale
  mkdir -p "$place" "$work/plain" "$work/home"
  if command -v disorderfs >/dev/null && [ -w /dev/fuse ]; then
    disorderfs --multi-user=no --reverse-dirents=yes "$work/plain" "$place" >"$work/said" 2>&1 || cat "$work/said"
  fi
  mountpoint -q "$place" || echo "skipped: another order of folders: disorderfs or /dev/fuse is not here"
  tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$place" -xf -
  find "$place" -exec touch -d 2020-02-02T02:02:02Z {} +
  locale=$(locale -a | grep -vxE 'C|POSIX' | tail -n 1)
  (umask 077 && build "$work/log" env -u CCACHE_BASEDIR CCACHE_DISABLE=1 HOME="$work/home" TZ=Pacific/Kiritimati \
    LC_ALL="${locale:-C}" sh "$place/cross/package.sh" "$place/deeper/by/far")
}

# listed A B: which files of two packages differ, in what.
listed() {
  if command -v diffoscope >/dev/null; then
    diffoscope --text-max-lines 100 "$1" "$2"
    return
  fi
  rm -rf "$work/a" "$work/b"
  dpkg-deb -R "$1" "$work/a" && dpkg-deb -R "$2" "$work/b" && diff -rq "$work/a" "$work/b" | sed "s#$work/##g"
  diff <(dpkg-deb -c "$1") <(dpkg-deb -c "$2") && diff <(ar tv "$1") <(ar tv "$2") &&
    echo "names, sizes and times are equal: the order or what packs them differs"
}

if [ -z "$first" ]; then
  first=$work/first
  build "$work/first.log" sh "$top/cross/package.sh" "$first"
fi
other_build || exit 1
code=0 compared=0
for deb in "$first"/*.deb; do
  other=$place/deeper/by/far/${deb##*/}
  if cmp "$deb" "$other"; then
    echo "passed: ${deb##*/} has the same $(stat -c %s "$deb") bytes again: $(sha256sum <"$deb" | cut -d' ' -f1)"
  else
    echo "failed: ${deb##*/} has the same bytes again"
    listed "$deb" "$other"
    code=1
  fi
  compared=$((compared + 1))
done
others=$(ls "$place"/deeper/by/far/*.deb | wc -l)
[ "$compared" -eq "$others" ] || { echo "failed: $others packages, not $compared"; code=1; }
exit "$code"
