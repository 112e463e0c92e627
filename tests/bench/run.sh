#!/bin/bash
# tests/bench/run.sh: the figures that the README quotes, with peers in the same run. Usage: run.sh BUILD_DIR [GIB]
# Needs samtools and python3; the reference Crypt4GH (PyPI crypt4gh) is measured when it is there.
# Everything is made in a temporary folder and talks to loopback only. Absolute figures are of this machine: quote ratios.
set -euo pipefail
build=$(realpath "${1:?usage: run.sh BUILD_DIR [GIB]}")
gib=${2:-4}
bin=$build/bin
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tributary-bench.XXXXXX")
pids=()
finish() { for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; rm -rf "$work"; }
trap finish EXIT
cd "$work"

# timed NAME COMMAND...: seconds of processor, seconds of wall, KiB of memory, into $work/NAME.time
timed() { local name=$1; shift; /usr/bin/env time -f '%U %S %e %M' -o "$work/$name.time" "$@"; }
cpu() { tail -n 1 "$work/$1.time" | awk '{printf "%.2f", $1+$2}'; }
rss() { tail -n 1 "$work/$1.time" | awk '{printf "%.0f", $4/1024}'; }
command -v time >/dev/null || { echo "needs the package 'time'"; exit 1; }

echo "== a BAM of about $gib GiB =="
python3 - <<'PY' | samtools view -b -1 -o unit.bam -
import os, sys
out = sys.stdout.buffer
out.write(b"@HD\tVN:1.6\tSO:unknown\n@SQ\tSN:chr1\tLN:240000000\n@RG\tID:SAMPLE-0001.1\tSM:SAMPLE-0001\tPL:ILLUMINA\n")
bases = bytes(b"ACGT"[i & 3] for i in range(256))
quals = bytes(b"FFFFFFFFFFFF::,#"[i & 15] for i in range(256))
for i in range(1100000):
    raw = os.urandom(300)
    out.write(b"LH00130:61:A22CC55LT4:1:1101:%d:%d\t4\t*\t0\t0\t*\t*\t0\t0\t%s\t%s\tRG:Z:SAMPLE-0001.1\n" % (i % 30000, i, raw[:150].translate(bases), raw[150:].translate(quals)))
PY
unit=$(stat -c %s unit.bam)
count=$(( (gib * 1073741824 + unit - 1) / unit ))
run=runs/20260101_LH00130_0061_A22CC55LT4
result=$run/Analysis/1/Data/DragenGermline/SAMPLE-0001/germline_seq
mkdir -p "$result" "$run/Analysis/1/Data/BCLConvert" keys state
if [ "$count" -gt 1 ]; then
  # shellcheck disable=SC2046
  samtools cat -o "$result/SAMPLE-0001.bam" $(for _ in $(seq "$count"); do echo unit.bam; done)
else
  cp unit.bam "$result/SAMPLE-0001.bam"
fi
bam=$result/SAMPLE-0001.bam
bytes=$(stat -c %s "$bam")
gibs=$(python3 -c "print($bytes/2**30)")
printf '[Header]\nFileFormatVersion,2\n[BCLConvert_Data]\nLane,Sample_ID,Index\n1,SAMPLE-0001,ACGTACGT\n' > "$run/SampleSheet.csv"
echo '<?xml version="1.0"?><RunInfo Version="6"><Run Id="20260101_LH00130_0061_A22CC55LT4" Number="61"><Flowcell>A22CC55LT4</Flowcell><Instrument>LH00130</Instrument><Date>2026-01-01T00:00:00Z</Date></Run></RunInfo>' > "$run/RunInfo.xml"
echo '<RunCompletionStatus><RunStatus>RunCompleted</RunStatus></RunCompletionStatus>' > "$run/RunCompletionStatus.xml"
touch "$run/RTAComplete.txt" "$run/CopyComplete.txt" "$run/Analysis/1/CopyComplete.txt" "$run/Analysis/1/Data/Secondary_Analysis_Complete.txt"
printf 'sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\nSAMPLE-0001,SUBJECT-0001,c-1,active,HMB,2020-01-01,\n' > subjects.csv
"$bin/tributary" keys generate pseudonym keys/p >/dev/null
"$bin/tributary-sandbox" --dir box --listen 127.0.0.1:0 --ready-file box.url >/dev/null 2>box.log & box_pid=$!; pids+=("$box_pid")
for _ in $(seq 100); do [ -s box.url ] && break; read -rt 0.1 <> <(:) || true; done
url=$(cat box.url)
settings() {  # name part_size
  cat > "$1.yaml" <<Y
site: bench-site
state_dir: $work/state-$1
run_folders: [ { path: $work/runs, settle: 1s } ]
subjects: [ { name: lims, plugin: csv, settings: { file: $work/subjects.csv } } ]
pseudonyms: { key_file: keys/p }
destinations:
  - name: national
    plugin: drs
    settings: { url: "$url/ga4gh/drs/v1", part_size: $2, controlled_access: [ "https://repository.example.org/datasets/EX1" ] }
    auth: { type: bearer, token_file: box/token }
    recipients: [ box/recipient.pub ]
policies:
  - { name: wgs, destination: national, purpose: { use: HMB }, files: [ bam ] }
listen: null
Y
}
settings whole 64MiB
part=$(python3 -c "import math; print(max(5, math.ceil($bytes/25/2**20)))")
settings parts "${part}MiB"

echo "== peers on the same file ($(python3 -c "print(round($gibs,2))") GiB) =="
samtools view -H "$bam" > header.sam
timed reheader sh -c "samtools reheader --no-PG header.sam '$bam' | sha256sum > /dev/null"
have_reference=no
if python3 -c 'import crypt4gh' 2>/dev/null; then
  have_reference=yes
  timed crypt4gh sh -c "crypt4gh encrypt --recipient_pk box/recipient.pub < '$bam' > /dev/null"
fi
timed own4gh sh -c "'$bin/tributary' crypt4gh encrypt --recipient box/recipient.pub < '$bam' > /dev/null"

echo "== start-up, seal and push =="
timed start "$bin/tributary" --config whole.yaml check >/dev/null
# The seal pass alone: an outbox that may not send.
sed 's/^listen: null/listen: null\nlimits: { upload_hours: ["00:00-00:00"] }/' whole.yaml > seal.yaml
hours=$(date +%H)
sed -i "s/\"00:00-00:00\"/\"$(printf '%02d' $(( (10#$hours + 6) % 24 ))):00-$(printf '%02d' $(( (10#$hours + 7) % 24 ))):00\"/" seal.yaml
timed seal "$bin/tributaryd" --config seal.yaml --once 2>seal.log || true
state=$(du -sb "$work/state-whole" | cut -f1)
timed push "$bin/tributaryd" --config whole.yaml --once 2>push.log
grep -q delivered push.log

echo "== kill -9 in the middle of 25 parts =="
parts_now() { grep -o '"kind":"part"' box/events.jsonl | wc -l; }
before=$(parts_now)
"$bin/tributaryd" --config parts.yaml --once 2>kill.log & daemon=$!
while kill -0 "$daemon" 2>/dev/null && [ $(( $(parts_now) - before )) -lt 12 ]; do read -rt 0.05 <> <(:) || true; done
kill -9 "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true
at_kill=$(( $(parts_now) - before ))
"$bin/tributaryd" --config parts.yaml --once 2>>kill.log || true
total=$(( $(parts_now) - before ))
needed=$("$bin/tributary" --config parts.yaml status --json | python3 -c "import json,sys,math; o=[x for p in json.load(sys.stdin)['parcels'] for x in p['objects']]; print(sum(math.ceil(x['size']/($part*2**20)) for x in o if x['size']>$part*2**20))")

echo "== idle with 200,000 files =="
mkdir -p idle
python3 - <<'PY'
import os
for run in range(20):
    base = f"idle/2026{run+1:04d}_LH00130_{run:04d}_A22CC{run:02d}LT4/Data/Intensities/BaseCalls/L001"
    for cycle in range(100):
        folder = f"{base}/C{cycle}.1"; os.makedirs(folder)
        for tile in range(100): open(f"{folder}/s_1_{tile}.cbcl", "w").close()
PY
sed "s#path: $work/runs#path: $work/idle#; s#state-whole#state-idle#" whole.yaml > idle.yaml
"$bin/tributaryd" --config idle.yaml 2>idle.log & daemon=$!; pids+=("$daemon")
ticks() { awk '{print $14+$15}' "/proc/$daemon/stat"; }
sleep 10; first=$(ticks); sleep 130; last=$(ticks)
idle=$(python3 -c "print(($last-$first)/$(getconf CLK_TCK)/130*100)")
idle_rss=$(awk '/VmHWM/{print int($2/1024)}' "/proc/$daemon/status")
kill "$daemon"

echo
echo "figures (processor seconds per GiB of the source; $gib GiB asked, $(python3 -c "print(round($gibs,2))") GiB made)"
per() { python3 -c "print(round($(cpu "$1")/$gibs,2))"; }
echo "  seal pass                       $(per seal)   peak memory $(rss seal) MiB"
echo "  push pass                       $(per push)   peak memory $(rss push) MiB"
echo "  samtools reheader | sha256sum   $(per reheader)"
[ $have_reference = yes ] && echo "  reference crypt4gh encrypt      $(per crypt4gh)"
echo "  tributary crypt4gh encrypt      $(per own4gh)"
echo "  start-up (check)                $(awk '{print $3}' start.time) s wall, $(rss start) MiB"
echo "  extra disk                      $state bytes = $(python3 -c "print(round($state/$bytes*100,4))") % of the source"
echo "  kill -9                         $at_kill parts begun before, $total in all for $needed: $((total - needed)) sent again"
echo "  idle, 200,000 files             $(python3 -c "print(round($idle,3))") % of a core, peak memory $idle_rss MiB"
