#!/bin/sh
# tests/run.sh: builds everything and runs every test: `sudo sh tests/run.sh [--asan | --tsan]` on a fresh Debian 12.
#
# Installs what is missing from Debian's own packages, configures build/test (build/asan, build/tsan), builds and tests.
# Exit: 0 all passed, 2 usage, anything else from the step that stopped.
set -eu

settings=dev
folder=test
for word in "$@"; do
  case $word in
    --asan) settings=asan folder=asan ;;
    --tsan) settings=tsan folder=tsan ;;
    -h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
    *) echo "tests/run.sh: '$word' is not an option; --asan or --tsan" >&2; exit 2 ;;
  esac
done
cd "$(dirname "$0")/.."

# Some processors have a library of their own for the search and for inflating.
case $(dpkg --print-architecture) in
  amd64) scanner=libhyperscan-dev deflate=libisal-dev ;;
  arm64) scanner=libvectorscan-dev deflate=libisal-dev ;;
  *) scanner=libvectorscan-dev deflate=libdeflate-dev ;;
esac
packages="g++ cmake ninja-build pkg-config ccache libpoco-dev libsqlite3-dev libhts-dev libmbedtls-dev libyaml-cpp-dev
  libcpputest-dev libgcrypt20-dev zlib1g-dev libdeflate-dev ca-certificates $scanner $deflate"
missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "tests/run.sh: not installed:$missing; run it with sudo once" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -qq -y --no-install-recommends $missing
fi

# ThreadSanitizer of g++ 12 does not start where a kernel randomises addresses with more bits than it knows.
still=
if [ "$settings" = tsan ] && setarch "$(uname -m)" -R true 2>/dev/null; then still="setarch $(uname -m) -R"; fi

if [ "$settings" = tsan ]; then export TSAN_OPTIONS="${TSAN_OPTIONS:-suppressions=$PWD/tests/tsan.supp}"; fi

# Tests that preload a library of their own into the daemon come before the runtime of the sanitizer.
if [ "$settings" = asan ]; then export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:verify_asan_link_order=0}"; fi

cmake -C "cross/$settings.cmake" -S . -B "build/$folder" -G Ninja
$still ninja -C "build/$folder"
exec $still ctest --test-dir "build/$folder" --output-on-failure -j4
