# tests/interop/laboratory.sh: a sequencer's run, keys, consents and a configuration in $work; sourced after common.sh.
#
# SAMPLE-01 may be sent to the destination, SAMPLE-02 may not; so a start that did all it could ends with exit code 3.
# With start_store and start_front there are versitygw and a DRS front for it. $store_port and $drs_port are theirs.
run=251120_M00146_0021_000000000-A2WDF
calls=runs/$run/Data/Intensities/BaseCalls
store_port=$(free_port)
drs_port=$(free_port)
reads=${reads:-400}

# SAMPLE-01 has two FASTQ of about READS x 170 bytes each; with 80,000, parts of 5 MiB make a multipart upload.
make_reads() {
  python3 - "$calls" "$reads" <<'PY'
import gzip, os, sys
bases, qualities = bytes(b"ACGT"[i % 4] for i in range(256)), bytes(33 + i % 41 for i in range(256))
for read in (1, 2):
    for sample, pairs in (("SAMPLE-01_S1", int(sys.argv[2])), ("SAMPLE-02_S2", 40), ("Undetermined_S0", 40)):
        with gzip.GzipFile(f"{sys.argv[1]}/{sample}_L001_R{read}_001.fastq.gz", "wb", compresslevel=1, mtime=0) as out:
            for i in range(pairs):
                name = f"@M00146:21:000000000-A2WDF:1:1101:{1000 + i % 9000}:{2000 + i // 9000} {read}:N:0:ACGTACGT\n".encode()
                out.write(name + os.urandom(151).translate(bases) + b"\n+\n" + os.urandom(151).translate(qualities) + b"\n")
PY
}
make_run() {
  mkdir -p "$calls/L001/C1.1" "runs/$run/InterOp" &&
    cat >"runs/$run/RunInfo.xml" <<XML &&
<?xml version="1.0" encoding="utf-8"?>
<RunInfo Version="2"><Run Id="$run" Number="21"><Flowcell>000000000-A2WDF</Flowcell><Instrument>M00146</Instrument><Date>251120</Date><Reads><Read Number="1" NumCycles="151" IsIndexedRead="N" /><Read Number="2" NumCycles="151" IsIndexedRead="N" /></Reads></Run></RunInfo>
XML
    cat >"runs/$run/runParameters.xml" <<'XML' &&
<?xml version="1.0"?>
<RunParameters><Setup><ApplicationName>MiSeq Control Software</ApplicationName><ApplicationVersion>2.6.2.1</ApplicationVersion></Setup></RunParameters>
XML
    printf '11/20/2025,15:11:43.174,Illumina RTA 1.18.54\n' >"runs/$run/RTAComplete.txt" &&
    touch "runs/$run"/Basecalling_Netcopy_complete_Read{1,2}.txt "runs/$run/QueuedForAnalysis.txt" &&
    printf '<?xml version="1.0"?>\n<AnalysisJobInfo><Error /><Warning /></AnalysisJobInfo>\n' >"runs/$run/CompletedJobInfo.xml" &&
    cat >"runs/$run/SampleSheet.csv" <<'CSV' && make_reads && find runs -exec touch -d 2025-11-20T10:00:00Z {} +
[Header],,,,,
IEMFileVersion,4,,,,
Workflow,GenerateFASTQ,,,,
,,,,,
[Reads],,,,,
151,,,,,
151,,,,,
,,,,,
[Data],,,,,
Sample_ID,Sample_Name,Sample_Plate,index,Sample_Project,Description
SAMPLE-01,SAMPLE-01,PLATE-1,ACGTACGT,research,
SAMPLE-02,SAMPLE-02,PLATE-1,TGCATGCA,research,
CSV
}
subjects() {  # subjects STATUS: what SAMPLE-01's person says; SAMPLE-02's never agreed
  printf 'sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\nSAMPLE-01,SUBJECT-01,CONSENT-01,%s,HMB,2020-01-01,\nSAMPLE-02,SUBJECT-02,CONSENT-02,rejected,HMB,2020-01-01,\n' "$1" >subjects.new &&
    mv subjects.new subjects.csv
}
configure() {  # configure RATE [INGEST]: writes tributary.yaml; INGEST is YAML for the destination, as one flow mapping
  cat >tributary.yaml <<YAML
site: interop-lab
state_dir: state
plugin_dir: $build/plugins
run_folders:
  - path: runs
    settle: 1m
subjects:
  - name: lims
    plugin: csv
    settings: { file: subjects.csv, max_age: 26h }
identity: { key_file: site.key }
pseudonyms: { key_file: pseudonym.key }
destinations:
  - name: national
    plugin: drs
    settings:
      url: http://127.0.0.1:$drs_port${drs_base:-/ga4gh/drs/v1}
      part_size: 5MiB
      controlled_access: [ "https://repository.example.org/datasets/EX1" ]
    auth: { type: bearer, token_file: token }
    recipients: [ recipient.pub ]${2:+
    ingest: $2}
policies:
  - name: research
    destination: national
    purpose: { use: HMB, country: DE }
    files: [ fastq ]
limits: { upload_rate: $1 }
listen: null
YAML
}
make_laboratory() {
  make_run && subjects active && configure 400Mbit/s && printf 'token-of-the-test\n' >token && chmod 600 token &&
    "$tributary" keys generate pseudonym pseudonym.key && "$tributary" keys generate identity site.key &&
    "$tributary" crypt4gh keygen --secret recipient.sec --public recipient.pub && "$tributary" --config tributary.yaml check
}
start_store() {
  mkdir -p store/bucket meta
  ROOT_ACCESS_KEY=AKINTEROP ROOT_SECRET_KEY=interop-secret versitygw --port "127.0.0.1:$store_port" --region us-east-1 \
    posix --sidecar "$work/meta" "$work/store" >versitygw.log 2>&1 &
  started+=($!)
  answers "$store_port"
}
start_front() {
  python3 "$here/drs_stub.py" --port "$drs_port" --data-dir "$work/store" --bucket bucket --token token-of-the-test \
    --endpoint "http://127.0.0.1:$store_port" --access-key AKINTEROP --secret-key interop-secret >drs.log 2>&1 &
  started+=($!)
  answers "$drs_port"
}

once() { exits "$1" timeout 300 "$tributaryd" --config tributary.yaml --once; }
receipts() { "$tributary" --config tributary.yaml receipts --json; }
# told FIELD VALUE: true when a parcel of `status --json` has this value there; FIELD may be a path with dots.
told() {
  "$tributary" --config tributary.yaml status --json >told.json  # exit 3: a sample is refused
  python3 - "$1" "$2" <<'PY' || { cat told.json; return 1; }
import json, sys
def at(item, path):
    for word in path.split("."):
        item = (item or {}).get(word)
    return item
sys.exit(0 if any(at(p, sys.argv[1]) == sys.argv[2] for p in json.load(open("told.json"))["parcels"]) else 1)
PY
}
