#!/bin/sh
# tests/fuzz/coverage.sh: how much of the code the fuzzers reach: `sh tests/fuzz/coverage.sh BUILD_DIR CORPUS_DIR`.
#
# BUILD_DIR is a build with tests/fuzz/settings.cmake and
# -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping", CORPUS_DIR what tests/fuzz/run.sh left. Runs every input once, and tells for each source that one reached: lines, how many of them ran,
# and the share; at last all of them together. BUILD_DIR/coverage/html shows the lines. Needs llvm-19.
# Exit: 0 told, 1 something broke, 2 usage.
set -eu
[ $# -eq 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
corpus=$(cd "$2" && pwd)
cd "$1"
mkdir -p coverage/profiles
rm -f coverage/profiles/*
objects=
for program in bin/fuzz_*; do
  name=${program#bin/fuzz_}
  objects="$objects -object $program"
  LLVM_PROFILE_FILE=coverage/profiles/$name.profraw "$program" "$corpus/$name" -runs=0 -timeout=60 \
    >"coverage/$name.log" 2>&1 || { tail -n 20 "coverage/$name.log"; echo "failed: $name"; exit 1; }
done
llvm-profdata-19 merge -sparse coverage/profiles/*.profraw -o coverage/all.profdata
told="-instr-profile coverage/all.profdata $objects -ignore-filename-regex (^|/)tests/|^/usr/"
# shellcheck disable=SC2086 # words
llvm-cov-19 show $told -format html -output-dir coverage/html >/dev/null
# shellcheck disable=SC2086
llvm-cov-19 export $told -summary-only -skip-expansions |
  python3 -c '
import json, os, sys
files = {f["filename"]: f["summary"]["lines"] for f in json.load(sys.stdin)["data"][0]["files"]}
top = os.path.commonpath([os.path.dirname(name) for name in files])
lines = reached = 0
for name, told in sorted(files.items()):
    if told["covered"] == 0:
        continue
    lines, reached = lines + told["count"], reached + told["covered"]
    print("%5d %5d %4.0f%%  %s" % (told["count"], told["covered"], told["percent"], os.path.relpath(name, top)))
print("%5d %5d %4.0f%%  in all" % (lines, reached, 100.0 * reached / lines))
'
