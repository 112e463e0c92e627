#!/bin/bash
# tests/bench/rate.sh: how well limits.upload_rate and upload_rate of a destination are kept, over all connections of two
# destinations. Usage: rate.sh BUILD_DIR [SECONDS]. Needs python3. Everything is made up, in a temporary folder, and talks
# to loopback only. Bytes are counted by relays between the daemon and the repository, heads of requests included; the
# window begins five seconds after the first bytes. Exit: 0 all within 2 %.
set -euo pipefail
build=$(realpath "${1:?usage: rate.sh BUILD_DIR [SECONDS]}")
seconds=${2:-60}
rate=5000000 own=1000000  # bytes per second: all together, and the second destination by itself
bin=$build/bin
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tributary-bench.XXXXXX")
pids=()
finish() { for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; wait; rm -rf "$work"; }
trap finish EXIT
cd "$work"
waits_for() { for _ in $(seq 200); do [ -s "$1" ] && return; read -rt 0.1 <> <(:) || true; done; echo "no $1"; exit 1; }

run=251120_M00146_0021_000000000-A2WDF
calls=runs/$run/Data/Intensities/BaseCalls
mkdir -p "$calls/L001/C1.1" "runs/$run/InterOp" keys
python3 - "$calls" $((rate * (seconds + 20) / 2)) <<'PY'
import gzip, os, sys
for read in (1, 2):
    with gzip.GzipFile(f"{sys.argv[1]}/SAMPLE-01_S1_L001_R{read}_001.fastq.gz", "wb", compresslevel=1, mtime=0) as out:
        bases = bytes(b"ACGT"[i % 4] for i in range(256))
        quality = bytes(33 + i % 41 for i in range(256))
        for i in range(int(sys.argv[2]) // 170):
            out.write(b"@M00146:21:000000000-A2WDF:1:1101:%d:%d %d:N:0:ACGTACGT\n" % (1000 + i % 9000, 2000 + i // 9000, read)
                      + os.urandom(151).translate(bases) + b"\n+\n" + os.urandom(151).translate(quality) + b"\n")
PY
cat > "runs/$run/RunInfo.xml" <<XML
<?xml version="1.0" encoding="utf-8"?>
<RunInfo Version="2"><Run Id="$run" Number="21"><Flowcell>000000000-A2WDF</Flowcell><Instrument>M00146</Instrument><Date>251120</Date><Reads><Read Number="1" NumCycles="151" IsIndexedRead="N" /><Read Number="2" NumCycles="151" IsIndexedRead="N" /></Reads></Run></RunInfo>
XML
printf '<?xml version="1.0"?>\n<RunParameters><Setup><ApplicationName>MiSeq Control Software</ApplicationName><ApplicationVersion>2.6.2.1</ApplicationVersion></Setup></RunParameters>\n' > "runs/$run/runParameters.xml"
printf '11/20/2025,15:11:43.174,Illumina RTA 1.18.54\n' > "runs/$run/RTAComplete.txt"
touch "runs/$run"/Basecalling_Netcopy_complete_Read{1,2}.txt "runs/$run/QueuedForAnalysis.txt"
printf '<?xml version="1.0"?>\n<AnalysisJobInfo><Error /><Warning /></AnalysisJobInfo>\n' > "runs/$run/CompletedJobInfo.xml"
printf '[Header]\nIEMFileVersion,4\nWorkflow,GenerateFASTQ\n[Reads]\n151\n151\n[Data]\nSample_ID,Sample_Name,index\nSAMPLE-01,SAMPLE-01,ACGTACGT\n' > "runs/$run/SampleSheet.csv"
find runs -exec touch -d 2025-11-20T10:00:00Z {} +
printf 'sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\nSAMPLE-01,SUBJECT-01,CONSENT-01,active,HMB,2020-01-01,\n' > subjects.csv
"$bin/tributary" keys generate pseudonym keys/p >/dev/null
"$bin/tributary-sandbox" --dir box --listen 127.0.0.1:0 --ready-file box.url >/dev/null 2>box.log & pids+=($!)
waits_for box.url

cat > relay.py <<'PY'
import socket, sys, threading, time
far, window = int(sys.argv[1]), float(sys.argv[2])
counts, lock = [0, 0], threading.Lock()
def carry(a, b, which):
    try:
        while data := a.recv(65536):
            if which is not None:
                with lock:
                    counts[which] += len(data)
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
def serve(listener, which):
    while True:
        near = listener.accept()[0]
        away = socket.create_connection(("127.0.0.1", far))
        for s in (near, away): s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 131072)
        threading.Thread(target=carry, args=(near, away, which), daemon=True).start()
        threading.Thread(target=carry, args=(away, near, None), daemon=True).start()
ports = []
for which in (0, 1):
    listener = socket.create_server(("127.0.0.1", 0))
    ports.append(str(listener.getsockname()[1]))
    threading.Thread(target=serve, args=(listener, which), daemon=True).start()
open("ports", "w").write(" ".join(ports) + "\n")
while min(counts) < 1 << 20: time.sleep(0.01)
time.sleep(5)
first, begun = list(counts), time.monotonic()
time.sleep(window)
last, ended = list(counts), time.monotonic()
open("result", "w").write(" ".join(str((b - a) / (ended - begun)) for a, b in zip(first, last)))
PY
port=$(sed 's/.*:\([0-9]*\).*/\1/' box.url)
python3 relay.py "$port" "$seconds" & pids+=($!)
waits_for ports
read -r one two < ports
destination() {  # name port more
  printf '  - name: %s\n    plugin: drs\n    settings: { url: "http://127.0.0.1:%s/ga4gh/drs/v1", part_size: 5MiB, controlled_access: [ "https://repository.example.org/datasets/EX1" ] }\n    auth: { type: bearer, token_file: box/token }\n    recipients: [ box/recipient.pub ]\n%s' "$1" "$2" "$3"
}
{
  printf 'site: bench-site\nstate_dir: %s/state\nrun_folders: [ { path: %s/runs, settle: 1s } ]\n' "$work" "$work"
  printf 'subjects: [ { name: lims, plugin: csv, settings: { file: %s/subjects.csv } } ]\npseudonyms: { key_file: keys/p }\ndestinations:\n' "$work"
  destination first "$one" ""
  destination second "$two" "    upload_rate: $((own / 125))kbit/s
"
  printf 'policies:\n  - { name: a, destination: first, purpose: { use: HMB }, files: [ fastq ] }\n'
  printf '  - { name: b, destination: second, purpose: { use: HMB }, files: [ fastq ] }\n'
  printf 'limits: { upload_rate: %skbit/s }\nlisten: null\n' $((rate / 125))
} > rate.yaml
"$bin/tributaryd" --config rate.yaml 2>daemon.log & pids+=($!)
for _ in $(seq $((seconds + 300))); do [ -s result ] && break; read -rt 1 <> <(:) || true; done
[ -s result ] || { tail -5 daemon.log; exit 1; }
python3 - "$rate" "$own" $(cat result) <<'PY'
import sys
rate, own, first, second = map(float, sys.argv[1:])
rows = (("all destinations together", rate, first + second), ("second destination by itself", own, second))
print("| limit | wanted, kB/s | measured, kB/s | off by |\n| --- | --- | --- | --- |")
for name, wanted, got in rows: print(f"| {name} | {wanted/1000:.0f} | {got/1000:.1f} | {(got/wanted-1)*100:+.2f} % |")
sys.exit(any(abs(got / wanted - 1) > 0.02 for _, wanted, got in rows))
PY
