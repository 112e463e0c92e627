#!/bin/sh
# cross/package.sh: Debian packages of this source: `sh cross/package.sh [BUILD_DIR [CMAKE_OPTION...]]`.
#
# Builds into BUILD_DIR (build/package) and leaves the packages there. The same source gives the same bytes, in whatever
# folder and at whatever time: times are those of cross/packages/changelog. For another processor see cross/sysroot.sh:
#   sh cross/package.sh build/arm64 -DCMAKE_TOOLCHAIN_FILE=cross/aarch64-linux-gnu.cmake -DCMAKE_SYSROOT=DIR
set -eu
cd "$(dirname "$0")/.."
case ${1:-} in -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
build=${1:-build/package}
[ $# -eq 0 ] || shift
SOURCE_DATE_EPOCH=$(date -u -d "$(sed -n 's/^ -- .*>  //p' cross/packages/changelog | head -n 1)" +%s)
export SOURCE_DATE_EPOCH
umask 022
cmake -C cross/package.cmake -G Ninja -S . -B "$build" "$@"
ninja ${JOBS:+-j$JOBS} -C "$build"
rm -f "$build"/*.deb
(cd "$build" && cpack --config CPackConfig.cmake -B "$PWD" >cpack.log 2>&1) || { cat "$build/cpack.log" >&2; exit 1; }
ls -l "$build"/*.deb
