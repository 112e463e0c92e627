#!/bin/sh
# tests/fuzz/run.sh: runs every fuzz target for some seconds: `sh tests/fuzz/run.sh BUILD_DIR [SECONDS [NAME...]]`.
#
# As many at a time as there are processors. Corpus: BUILD_DIR/corpus/NAME, begun with what seeds.sh makes and kept
# between runs. What breaks a target is left as BUILD_DIR/findings/NAME-*. One line `passed:` or `failed:` for each
# target. Exit: 0 no finding, 1 findings, 2 usage.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?the folder of a build with -DTRIBUTARY_FUZZ=ON}
seconds=${2:-10}
[ $# -gt 2 ] && shift 2 || set --
cd "$build" || exit 2
sh "$here/seeds.sh" corpus || exit 1
mkdir -p findings
[ $# -gt 0 ] || set -- $(for program in bin/fuzz_*; do echo "${program#bin/fuzz_}"; done)

one() {
  [ -x "bin/fuzz_$1" ] || { echo "failed: $1: bin/fuzz_$1 is not built"; return 1; }
  mkdir -p "corpus/$1"
  # A finding is also what needs more than 10 s or 1 GiB for one small input.
  if "bin/fuzz_$1" "corpus/$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 \
    -artifact_prefix="findings/$1-" -print_final_stats=1 >"findings/$1.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "findings/$1.log")
    echo "passed: $1: ${runs:-0} inputs, none of them broke it"
    return 0
  fi
  echo "failed: $1: an input broke it; see $build/findings/"
  grep -aE 'ERROR|SUMMARY|runtime error|Test unit written' "findings/$1.log" | head -n 8 | sed 's/^/    /'
  return 1
}

# Every lane takes each lanes-th target.
lanes=$(nproc)
lane=0
jobs=
while [ "$lane" -lt "$lanes" ]; do
  (
    code=0 number=0
    for name in "$@"; do
      [ $((number % lanes)) -ne "$lane" ] || one "$name" || code=1
      number=$((number + 1))
    done
    exit $code
  ) &
  jobs="$jobs $!"
  lane=$((lane + 1))
done
code=0
for job in $jobs; do wait "$job" || code=1; done
exit $code
