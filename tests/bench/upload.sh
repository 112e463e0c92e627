#!/bin/bash
# tests/bench/upload.sh: uploads to one S3 server that nobody here wrote (versitygw), plain and over TLS, one and four
# parts at a time, beside rclone, the AWS SDK (boto3) and aws cli; and what is sent again after kill -9 half-way.
# Usage: upload.sh BUILD_DIR [GIB]
# Needs versitygw, bgzip, python3, openssl and the package `time`; each peer is measured when it is there. Everything
# is made in a temporary folder and talks to loopback only. Peers send a file of the same size that is ready; tributary
# reads FASTQ.gz whose reads stay as they are, inflates it to see that, and encrypts it on the way; what that costs
# alone is told too. An upload that is not measured comes first: pages that the machine was not yet given cost the
# server as much as the upload. Absolute figures are of this machine: quote ratios.
set -euo pipefail
build=$(realpath "${1:?usage: upload.sh BUILD_DIR [GIB]}")
gib=${2:-2}
bin=$build/bin
here=$(realpath "$(dirname "$0")/..")
export PATH="$PATH:${GOBIN:-${GOPATH:-$HOME/go}/bin}"
for tool in versitygw bgzip python3 openssl /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not here"; exit 0; }
done
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tributary-bench.XXXXXX")
pids=()
finish() {
  for p in ${pids[@]+"${pids[@]}"}; do kill "$p" 2>/dev/null || true; done
  if [ -n "${KEEP_WORK:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT
cd "$work"
pause() { read -rt "$1" <> <(:) || true; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
calc() { python3 -c "print($1)"; }

# --- a sealed parcel and a file of its size -------------------------------------------------------------------------
python3 - <<'PY' | bgzip -l 1 >unit.fastq.gz
import os, sys
out = sys.stdout.buffer
bases = bytes(b"ACGT"[i & 3] for i in range(256))
quals = bytes(b"FFFFFFFFFFFF::,#"[i & 15] for i in range(256))
for i in range(500000):
    raw = os.urandom(300)
    out.write(b"@LH00130:61:A22CC55LT4:1:1101:%d:%d 1:N:0:ACGTACGT\n%s\n+\n%s\n"
              % (i % 30000, i, raw[:150].translate(bases), raw[150:].translate(quals)))
PY
run=runs/20260101_LH00130_0061_A22CC55LT4
result=$run/Analysis/1/Data/BCLConvert/fastq
reads=$result/SAMPLE-0001_S1_L001_R1_001.fastq.gz
mkdir -p "$result" store/bucket meta
count=$(calc "max(1, round($gib * 2**30 / $(stat -c %s unit.fastq.gz)))")
for _ in $(seq "$count"); do cat unit.fastq.gz; done >"$reads"
printf '[Header]\nFileFormatVersion,2\n[BCLConvert_Data]\nLane,Sample_ID,Index\n1,SAMPLE-0001,ACGTACGT\n' \
  >"$run/SampleSheet.csv"
cat >"$run/RunInfo.xml" <<'XML'
<?xml version="1.0"?>
<RunInfo Version="6"><Run Id="20260101_LH00130_0061_A22CC55LT4" Number="61"><Flowcell>A22CC55LT4</Flowcell>
<Instrument>LH00130</Instrument><Date>2026-01-01T00:00:00Z</Date></Run></RunInfo>
XML
echo '<RunCompletionStatus><RunStatus>RunCompleted</RunStatus></RunCompletionStatus>' >"$run/RunCompletionStatus.xml"
touch "$run"/{RTAComplete,CopyComplete,Analysis/1/CopyComplete,Analysis/1/Data/Secondary_Analysis_Complete}.txt
cat >subjects.csv <<'CSV'
sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until
SAMPLE-0001,SUBJECT-0001,c-1,active,HMB,2020-01-01,
CSV
"$bin/tributary" keys generate pseudonym p.key >/dev/null
"$bin/tributary" crypt4gh keygen --secret box.sec --public box.pub >/dev/null
(umask 077 && echo token >token)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout tls.key -out tls.pem -subj /CN=bench \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null

# --- the far side ---------------------------------------------------------------------------------------------------
export AWS_ACCESS_KEY_ID=AKBENCH AWS_SECRET_ACCESS_KEY=bench-secret AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=$work/aws.config
unset AWS_CA_BUNDLE REQUESTS_CA_BUNDLE  # each client is told what to trust
declare -A server  # by kind
store() {  # store KIND PORT MORE...
  local kind=$1 port=$2
  shift 2
  ROOT_ACCESS_KEY=AKBENCH ROOT_SECRET_KEY=bench-secret versitygw --port "127.0.0.1:$port" --region us-east-1 "$@" \
    posix --sidecar "$work/meta" "$work/store" >"$kind.log" 2>&1 &
  server[$kind]=$!
  pids+=($!)
}
used() { awk -v hz="$(getconf CLK_TCK)" '{print ($14 + $15) / hz}' "/proc/${server[$1]}/stat"; }  # processor, s
plain=$(free_port)
tls=$(free_port)
store plain "$plain"
store tls "$tls" --cert "$work/tls.pem" --key "$work/tls.key"
declare -A endpoint=([plain]=http://127.0.0.1:$plain [tls]=https://127.0.0.1:$tls)
answers() { for _ in $(seq 100); do (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; pause 0.1; done; return 1; }
answers "$plain"
answers "$tls"
front=$(free_port)
front_pid=
start_front() {  # start_front KIND: a DRS front that knows nothing yet
  if [ -n "$front_pid" ]; then kill "$front_pid"; wait "$front_pid" 2>/dev/null || true; fi
  python3 "$here/interop/drs_stub.py" --port "$front" --data-dir "$work/store" --bucket bucket --token token \
    --endpoint "${endpoint[$1]}" --access-key AKBENCH --secret-key bench-secret >drs.log 2>&1 &
  front_pid=$!
  pids+=("$front_pid")
  answers "$front"
}
empty() { rm -rf store/bucket/* store/bucket/.sgwtmp meta/*; }

# --- the clients ----------------------------------------------------------------------------------------------------
configure() {  # configure NAME CONNECTIONS PART_SIZE HOURS
  cat >"$1.yaml" <<Y
site: bench-site
state_dir: $work/state-$1
run_folders: [ { path: $work/runs, settle: 1s } ]
subjects: [ { name: lims, plugin: csv, settings: { file: $work/subjects.csv } } ]
pseudonyms: { key_file: p.key }
destinations:
  - name: national
    plugin: drs
    settings:
      url: "http://127.0.0.1:$front/ga4gh/drs/v1"
      part_size: $3
      controlled_access: [ "https://repository.example.org/datasets/EX1" ]
    auth: { type: bearer, token_file: token }
    tls: { ca_file: tls.pem }
    recipients: [ box.pub ]
policies: [ { name: wgs, destination: national, purpose: { use: HMB }, files: [ fastq ] } ]
listen: null
limits: { connections: $2, upload_hours: [ "$4" ] }
Y
}
timed() { local name=$1; shift; /usr/bin/time -f '%U %S %e %M' -o "$name.time" "$@" >"$name.out" 2>&1; }
seal() {  # seal NAME PART_SIZE: an outbox that may not send
  configure "$1" 1 "$2" "$(date -d '+6 hours' +%H:00)-$(date -d '+7 hours' +%H:00)"
  "$bin/tributaryd" --config "$1.yaml" --once >"$1.log" 2>&1 || true
}
told() { "$bin/tributary" --config "$1.yaml" status --json || true; }
push() {  # push NAME KIND CONNECTIONS
  configure "$1" "$3" 64MiB 00:00-24:00
  start_front "$2"
  rm -rf "state-$1" && cp -r state-sealed "state-$1"
  timed "$1" "$bin/tributaryd" --config "$1.yaml" --once || true
  told "$1" | grep -qE '"state": ?"delivered"' || { tail -n 5 "$1.out"; return 1; }
  # Registering makes the front read everything: not of the upload.
  python3 - drs.log "$1.time" <<'PY'
import sys
at = {}
for line in open(sys.argv[1]):
    for route in ("upload-request", "objects/register"):
        if route in line:
            at[route] = float(line.split()[0])
user, system, _, memory = open(sys.argv[2]).read().split()[-4:]
open(sys.argv[2], "w").write(f"{user} {system} {at['objects/register'] - at['upload-request']:.2f} {memory}\n")
PY
}
cat >sdk.py <<'PY'
import sys
import boto3
from boto3.s3.transfer import TransferConfig
path, endpoint, connections, part = sys.argv[1:5]
client = boto3.client("s3", endpoint_url=endpoint, verify="tls.pem" if endpoint.startswith("https") else None)
config = TransferConfig(multipart_chunksize=int(part), multipart_threshold=int(part), max_concurrency=int(connections),
                        use_threads=int(connections) > 1)
client.upload_file(path, "bucket", "ready.c4gh", Config=config)
PY
rclone_at() {  # rclone_at KIND CONNECTIONS PART: the words of the command
  printf '[far]\ntype = s3\nprovider = Other\nenv_auth = true\nregion = us-east-1\nendpoint = %s\n' "${endpoint[$1]}" \
    >rclone.conf
  echo rclone --config rclone.conf --ca-cert tls.pem --s3-no-check-bucket --s3-upload-concurrency "$2" \
    --s3-chunk-size "$3" --s3-upload-cutoff "$3" --retries 1 copyto ready.c4gh far:bucket/ready.c4gh
}
peer() {  # peer NAME KIND CONNECTIONS
  local ca=()
  [ "$2" = tls ] && ca=(--ca-bundle tls.pem)
  case $1 in
    # shellcheck disable=SC2046
    rclone) timed "$1-$2-$3" $(rclone_at "$2" "$3" 64M) ;;
    boto3) timed "$1-$2-$3" python3 sdk.py ready.c4gh "${endpoint[$2]}" "$3" 67108864 ;;
    aws)
      printf '[default]\ns3 =\n  multipart_chunksize = 64MB\n  max_concurrent_requests = %s\n' "$3" >aws.config
      timed "$1-$2-$3" aws s3 cp --no-progress --endpoint-url "${endpoint[$2]}" ${ca[@]+"${ca[@]}"} \
        ready.c4gh s3://bucket/ready.c4gh
      ;;
  esac
}
peers=()
if command -v rclone >/dev/null; then peers+=(rclone); else echo "skipped: rclone is not here"; fi
if python3 -c 'import boto3' 2>/dev/null; then peers+=(boto3); else echo "skipped: boto3 is not here"; fi
if command -v aws >/dev/null; then peers+=(aws); else echo "skipped: aws cli is not here"; fi

# --- throughput -----------------------------------------------------------------------------------------------------
seal sealed 64MiB
bytes=$(told sealed | python3 -c '
import json, sys
print(sum(o["size"] for p in json.load(sys.stdin)["parcels"] for o in p["objects"]))')
[ "$bytes" -gt 0 ] || { cat sealed.log; exit 1; }
size=$(calc "$bytes/2**30")
head -c "$bytes" /dev/urandom >ready.c4gh
row() {  # row NAME TIMES KIND BEFORE
  awk -v name="$1" -v gib="$size" -v before="$4" -v after="$(used "$3")" \
    '{printf "  %-12s %6.0f MiB/s  %6.2f s/GiB  %6.0f MiB  %6.2f s/GiB\n",
      name, gib*1024/$3, ($1+$2)/gib, $4/1024, (after-before)/gib}' "$2.time"
}
echo "one object of $(calc "round($size, 2)") GiB, parts of 64 MiB: speed, processor seconds per GiB, peak memory;" \
  "processor seconds per GiB at the server"
push unmeasured plain 1
for kind in plain tls; do
  for connections in 1 4; do
    echo "$kind, $connections at a time"
    empty
    before=$(used "$kind")
    push "ours-$kind-$connections" "$kind" "$connections"
    row tributary "ours-$kind-$connections" "$kind" "$before"
    for name in ${peers[@]+"${peers[@]}"}; do
      empty
      before=$(used "$kind")
      if peer "$name" "$kind" "$connections"; then
        row "$name" "$name-$kind-$connections" "$kind" "$before"
      else
        echo "  $name could not: $(tail -n 1 "$name-$kind-$connections.out")"
      fi
    done
  done
done
empty

echo "where the processor goes, s/GiB"
per() { awk -v gib="$size" '{printf "%.2f", ($1+$2)/gib}' "$1.time"; }
printf 'SAMPLE-0001\tTS-0001\n' >ids.tsv
timed clean "$bin/tributary" deidentify --in "$reads" --out clean.fastq.gz --map ids.tsv || true
rm -f clean.fastq.gz
timed encrypt sh -c "'$bin/tributary' crypt4gh encrypt --recipient box.pub <ready.c4gh >/dev/null"
echo "  cleaning into a file $(per clean), encrypting $(per encrypt)"
echo "  one at a time: all of it plain $(per ours-plain-1), over TLS $(per ours-tls-1)"

# --- kill -9 in the middle of 25 parts ------------------------------------------------------------------------------
part=$(calc "max(5, -(-$bytes // (25 * 2**20)))")
needed=$(calc "-(-$bytes // ($part * 2**20))")
sent() { grep -E '\| 200 \|' plain.log | grep -cE 'PUT.*partNumber=' || true; }
orphans() { find store/bucket/.sgwtmp/multipart -mindepth 2 -maxdepth 2 -type d 2>/dev/null | wc -l; }
struck() {  # struck NAME COMMAND...: killed when half of the parts are there, then run again
  local name=$1 before there
  shift
  before=$(sent)
  "$@" >"$name.killed" 2>&1 &
  local pid=$!
  while kill -0 "$pid" 2>/dev/null && [ $(($(sent) - before)) -lt $((needed / 2)) ]; do pause 0.02; done
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  pause 1  # what the server had received is counted as there
  there=$(($(sent) - before))
  "$@" >"$name.again" 2>&1 || true
  echo "  $name: $there of $needed parts there when killed, $(($(sent) - before - needed)) sent again," \
    "$(orphans) unfinished uploads left"
  empty
}
echo "kill -9 in the middle of $needed parts of $part MiB, 4 at a time"
seal parts "${part}MiB"
configure parts 4 "${part}MiB" 00:00-24:00
start_front plain
struck tributary "$bin/tributaryd" --config parts.yaml --once
for name in ${peers[@]+"${peers[@]}"}; do
  case $name in
    # shellcheck disable=SC2046
    rclone) struck rclone $(rclone_at plain 4 "${part}M") ;;
    boto3) struck boto3 python3 sdk.py ready.c4gh "${endpoint[plain]}" 4 "$(calc "$part * 2**20")" ;;
    aws) ;;  # its way of sending is that of boto3
  esac
done
