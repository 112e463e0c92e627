#!/usr/bin/env bash
# tests/interop/s3.sh: a run goes to a strict S3 server (versitygw) behind a DRS front, is killed half-way, arrives, and is withdrawn.
. "$(dirname "$0")/common.sh"
needs python3 gzip sha256sum
needs_or_builds versitygw github.com/versity/versitygw/cmd/versitygw@v1.7.0
cd "$work" || exit 1
reads=80000
. "$here/laboratory.sh"

# --- the questions ------------------------------------------------------------------------------------------------------
stored() { find store/bucket -type f -name '*.c4gh' | sort; }
killed_half_way() {
  configure 24Mbit/s
  "$tributaryd" --config tributary.yaml --once >first.log 2>&1 &
  local pid=$! _
  for _ in $(seq 600); do
    grep -q 'partNumber=[12]' versitygw.log && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || { echo "it ended before it could be killed"; cat first.log; return 1; }
  wait "$pid" 2>/dev/null
  configure 400Mbit/s
  ! grep -q 'POST /ga4gh/drs/v1/objects/register' drs.log
}
receipt_is_true() {
  receipts >receipts.json && stored >files && python3 - receipts.json files <<'PY'
import hashlib, json, sys
kept = {}
for path in open(sys.argv[2]).read().split():
    data = open(path, "rb").read()
    kept[path.rsplit("/", 1)[1]] = (len(data), hashlib.sha256(data).hexdigest())
receipts = json.load(open(sys.argv[1]))
claimed = {o["name"]: (o["size"], o["sha256"]) for r in receipts for o in r["objects"]}
assert len(receipts) == 1, f"{len(receipts)} receipts"
assert claimed == kept, f"receipt {claimed}, store {kept}"
assert all(o["drs_id"] for r in receipts for o in r["objects"])
assert sum(n.endswith(".fastq.gz.c4gh") for n in kept) == 2 and sum(".manifest.json" in n for n in kept) == 1, sorted(kept)
PY
}
several_parts() {
  find meta -name etag -exec cat {} + | tr '"' '\n' | grep -qE '^[0-9a-f]{32}-[2-9]' || { find meta | head; return 1; }
}
decrypts() {
  local read file
  for read in 1 2; do
    for file in $(stored | grep 'fastq'); do "$tributary" crypt4gh decrypt --secret recipient.sec --in "$file" | gzip -dc | sha256sum; done
  done | sort -u >arrived
  for read in 1 2; do gzip -dc "$calls/SAMPLE-01_S1_L001_R${read}_001.fastq.gz" | sha256sum; done | sort -u >sent
  cmp sent arrived
}
manifest_is_signed() {
  "$tributary" crypt4gh decrypt --secret recipient.sec --in "$(stored | grep manifest)" >manifest && [ "$(tr -cd . <manifest | wc -c)" -eq 2 ]
}
parts_sent() { grep -E '\| 200 \|.*\| PUT \|' versitygw.log | grep -oE 'partNumber=.*'; }
resumed() { [ -z "$(parts_sent | sort | uniq -d)" ] || { parts_sent; return 1; }; }
nothing_again() {
  local before
  before=$(grep -c 'PUT' versitygw.log)
  once 3 && [ "$(grep -c 'PUT' versitygw.log)" -eq "$before" ]
}
nobody_is_named() { ! LC_ALL=C grep -aqE 'SAMPLE-0|SUBJECT-0' <(cat drs.log versitygw.log ./*.json first.log state/*; stored); }
no_upload_is_left() { [ -z "$(find store/bucket -path '*multipart*' -type f)" ]; }
withdrawn() { subjects withdrawn && sleep 1 && once 3 && [ -z "$(stored)" ] && told state withdrawn && grep -q '/delete' drs.log; }

verdict "a laboratory, a run and keys are made" make_laboratory
verdict "versitygw answers" start_store
verdict "the DRS front answers" start_front
verdict "the daemon is killed while the second part goes, nothing is registered" killed_half_way
verdict "the next start delivers what is permitted and says that one sample is not" once 3
verdict "no part that had arrived was sent again" resumed
verdict "the parcel is delivered" told state delivered
verdict "the sample without consent is refused" told state refused
verdict "the store holds what the receipt says, and nothing else" receipt_is_true
verdict "the large objects came in several parts" several_parts
verdict "no unfinished upload is left in the store" no_upload_is_left
verdict "the recipient decrypts the same reads" decrypts
verdict "the manifest is a signed JWS" manifest_is_signed
verdict "another start sends nothing again" nothing_again
verdict "no sample and no person is named on the way" nobody_is_named
verdict "a withdrawal deletes the objects at the repository" withdrawn
