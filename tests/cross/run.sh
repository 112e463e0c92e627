#!/usr/bin/env bash
# tests/cross/run.sh: what was built for another processor works on it: `bash tests/cross/run.sh [ARCH [DIR]]`.
#
# ARCH arm64 (default). Makes a sysroot of Debian's packages, builds tests of the parts that touch bytes, sizes,
# clocks and kernels' own ways for it, and runs them under qemu. DIR (build/cross-ARCH) keeps sysroot and build for the
# next time. Needs g++-aarch64-linux-gnu and qemu-user-static, which knows no openat2(2): names in run folders are then
# resolved step by step. TRIBUTARY_CROSS_TESTS="base http" runs
# others. Lines `passed:`, `failed:`, `skipped:`, one for each group of tests; exit 0 nothing failed, 1 something did.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
arch=${1:-arm64}
dir=$(realpath -m "${2:-build/cross-$arch}")
case $arch in
  arm64) triple=aarch64-linux-gnu emulator=qemu-aarch64-static tests="base files crypto crypt4gh scan journal" ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
tests=${TRIBUTARY_CROSS_TESTS:-$tests}
for program in "$triple-g++" "$emulator" ninja; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not here"; exit 0; }
done
mkdir -p "$dir"
# shellcheck disable=SC2046 # several words are meant
build() {
  { [ -s "$dir/root/var/lib/dpkg/arch" ] || bash cross/sysroot.sh "$arch" "$dir/root"; } &&
    cmake -C cross/dev.cmake -G Ninja -S . -B "$dir/build" "-DCMAKE_TOOLCHAIN_FILE=$PWD/cross/$triple.cmake" \
      "-DCMAKE_SYSROOT=$dir/root" && ninja ${JOBS:+-j$JOBS} -C "$dir/build" $(printf 'test_%s ' $tests)
}
build >"$dir/build.log" 2>&1 || { tail -n 30 "$dir/build.log"; echo "failed: the tests are built for $arch"; exit 1; }
failed=0
for name in $tests; do
  for group in $("$emulator" -L "$dir/root" "$dir/build/bin/test_$name" -lg); do
    case $name.$group in
      journal.PowerLoss | journal.Rebuild) echo "skipped: $arch: $name: $group, which takes minutes here"; continue ;;
    esac
    if (cd "$dir/build/bin" && timeout 600 "$emulator" -L "$dir/root" "./test_$name" -sg "$group" >"$dir/said" 2>&1) &&
      ! grep -q ', 0 ran' "$dir/said"; then
      echo "passed: $arch: $name: $group"
    else
      echo "failed: $arch: $name: $group"
      tail -n 20 "$dir/said" | sed 's/^/    /'
      failed=1
    fi
  done
done
exit "$failed"
