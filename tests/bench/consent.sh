#!/bin/bash
# tests/bench/consent.sh: decisions on many samples by two sources that must agree: a CSV list and a folder of FHIR.
# Usage: consent.sh BUILD_DIR [SAMPLES]. Needs python3 and the package `time`. Everything is made up, in a temporary folder.
# Three times are told: a run without sources, one with them, and the difference: what the decisions cost, the reading of
# both sources included. Absolute figures are of this machine.
set -euo pipefail
build=$(realpath "${1:?usage: consent.sh BUILD_DIR [SAMPLES]}")
samples=${2:-10000}
tool=$build/bin/tributary
here=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tributary-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v python3 >/dev/null || { echo "needs python3"; exit 1; }
[ -x /usr/bin/time ] || { echo "needs the package 'time'"; exit 1; }

run=runs/20260101_LH00130_0061_A22CC55LT4
python3 - "$samples" "$run" <<'PY'
import gzip, json, os, sys
count, run = int(sys.argv[1]), sys.argv[2]
fastq = f"{run}/Analysis/1/Data/BCLConvert/fastq"
for folder in (fastq, "fhir", "keys"):
    os.makedirs(folder)
read = gzip.compress(b"@LH00130:61:A22CC55LT4:1:1101:1000:2000 1:N:0:ACGT\nACGT\n+\nFFFF\n", mtime=0)
name = lambda i: f"SAMPLE-{i:05}"
with open(f"{run}/SampleSheet.csv", "w") as sheet, open("subjects.csv", "w") as subjects:
    sheet.write("[Header]\nFileFormatVersion,2\n[BCLConvert_Data]\nLane,Sample_ID,Index\n")
    subjects.write("sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until,name\n")
    for i in range(1, count + 1):
        sheet.write(f"1,{name(i)},ACGTACGT\n")
        status = "withdrawn" if i % 100 == 0 else "active"
        subjects.write(f"{name(i)},SUBJECT-{i:05},c-{i},{status},HMB;NPU,2020-01-01,2035-12-31,Made Up {i:05}\n")
        with open(f"{fastq}/{name(i)}_S{i}_L001_R1_001.fastq.gz", "wb") as file:
            file.write(read)
oid = "2.16.840.1.113883.3.1937.777.24."
def consent(i, kind):
    period = {"start": "2020-01-01", "end": "2050-01-01"}
    return {"resourceType": "Consent", "id": f"consent-{i}", "status": "active",
            "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]},
            "category": [{"coding": [{"system": "http://loinc.org", "code": "57016-8"}]}],
            "patient": {"reference": f"Patient/p{i}"}, "dateTime": "2020-01-01",
            "policy": [{"uri": "urn:oid:" + oid + "2.1791"}],
            "provision": {"type": "deny", "period": period, "provision": [
                {"type": kind, "period": period,
                 "code": [{"coding": [{"system": "urn:oid:" + oid + "5.3", "code": oid + "5.3.8"}]}]}]}}
with open("fhir/all.ndjson", "w") as out:
    for i in range(1, count + 1):
        for resource in (
            {"resourceType": "Patient", "id": f"p{i}", "identifier": [{"system": "urn:made-up:subject", "value": f"SUBJECT-{i:05}"}]},
            {"resourceType": "Specimen", "id": f"s{i}", "subject": {"reference": f"Patient/p{i}"},
             "identifier": [{"system": "urn:made-up:sample", "value": name(i)}]},
            consent(i, "deny" if i % 50 == 0 else "permit")):
            out.write(json.dumps(resource) + "\n")
PY
echo '<?xml version="1.0"?><RunInfo Version="6"><Run Id="20260101_LH00130_0061_A22CC55LT4" Number="61"><Flowcell>A22CC55LT4</Flowcell><Instrument>LH00130</Instrument><Date>2026-01-01T00:00:00Z</Date></Run></RunInfo>' > "$run/RunInfo.xml"
echo '<RunCompletionStatus><RunStatus>RunCompleted</RunStatus></RunCompletionStatus>' > "$run/RunCompletionStatus.xml"
touch "$run/RTAComplete.txt" "$run/CopyComplete.txt" "$run/Analysis/1/CopyComplete.txt" "$run/Analysis/1/Data/Secondary_Analysis_Complete.txt"
find "$run" -exec touch -d '1 hour ago' {} +
"$tool" keys generate pseudonym keys/p >/dev/null
"$tool" crypt4gh keygen --secret keys/r.sec --public keys/r.pub
settings() {  # name sources
  cat > "$1.yaml" <<Y
site: bench-site
state_dir: $work/state
run_folders: [ { path: $work/runs, settle: 1s } ]
subjects: $2
pseudonyms: { key_file: keys/p }
destinations:
  - { name: shelf, plugin: folder, settings: { path: $work/shelf }, recipients: [ keys/r.pub ] }
policies:
  - { name: wgs, destination: shelf, purpose: { use: HMB, country: DE }, files: [ fastq ] }
listen: null
Y
}
mkdir shelf state
settings none '[]'
csv="{ name: lims, plugin: csv, settings: { file: $work/subjects.csv } }"
fhir="{ name: records, plugin: fhir, settings: { folder: $work/fhir, code_map: $here/conf/consent-codes, sample_systems: [ 'urn:made-up:sample' ], subject_system: 'urn:made-up:subject' } }"
settings both "[ $csv, $fhir ]"
plan() {  # name: seconds of wall and KiB of memory into NAME.time, the plan into NAME.json
  /usr/bin/time -f '%e %M' -o "$1.time" "$tool" --config "$1.yaml" plan "$run" --json > "$1.json" || [ $? -eq 3 ]
}
plan none
plan both
python3 - "$samples" <<'PY'
import collections, json, sys
count = int(sys.argv[1])
plan = json.load(open("both.json"))
found = collections.Counter(s["policies"][0]["action"] for s in plan["samples"])
refused = sum(1 for i in range(1, count + 1) if i % 50 == 0)
assert found == {"send": count - refused, "refuse": refused}, (found, plan["samples"][0])
none, both = ([float(x) for x in open(f"{name}.time").read().split()[-2:]] for name in ("none", "both"))
print(f"{count} samples: without sources {none[0]:.2f} s, with two {both[0]:.2f} s: decided in {both[0] - none[0]:.2f} s; "
      f"peak memory {none[1] / 1024:.0f} and {both[1] / 1024:.0f} MiB; {dict(found)}")
PY
