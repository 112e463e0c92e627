#!/bin/sh
# tests/fuzz/run.sh: runs every fuzz target for some seconds: `sh tests/fuzz/run.sh BUILD_DIR [SECONDS [NAME...]]`.
#
# Corpus: BUILD_DIR/corpus/NAME, begun with what seeds.sh makes and kept between runs. What breaks a target is left as
# BUILD_DIR/findings/NAME-*. One line `passed:` or `failed:` for each target. Exit: 0 no finding, 1 findings, 2 usage.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?the folder of a build with -DTRIBUTARY_FUZZ=ON}
seconds=${2:-10}
[ $# -gt 2 ] && shift 2 || set --
cd "$build" || exit 2
sh "$here/seeds.sh" corpus || exit 1
mkdir -p findings
[ $# -gt 0 ] || set -- $(for program in bin/fuzz_*; do echo "${program#bin/fuzz_}"; done)
code=0
for name in "$@"; do
  [ -x "bin/fuzz_$name" ] || { echo "failed: $name: bin/fuzz_$name is not built"; code=1; continue; }
  mkdir -p "corpus/$name"
  # A finding is also what needs more than 10 s or 1 GiB for one small input.
  if "bin/fuzz_$name" "corpus/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 \
    -artifact_prefix="findings/$name-" -print_final_stats=1 >"findings/$name.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "findings/$name.log")
    echo "passed: $name: ${runs:-0} inputs, none of them broke it"
  else
    echo "failed: $name: an input broke it; see $build/findings/"
    grep -aE 'ERROR|SUMMARY|runtime error|Test unit written' "findings/$name.log" | head -n 8 | sed 's/^/    /'
    code=1
  fi
done
exit $code
