#!/usr/bin/env bash
# tests/interop/syfon.sh: a DRS server by others that takes registrations and no upload requests: parcels wait for a person.
. "$(dirname "$0")/common.sh"
needs python3 gzip
needs_or_builds syfon github.com/calypr/syfon@v0.3.0
cd "$work" || exit 1
. "$here/laboratory.sh"

start_syfon() {
  mkdir -p store/bucket
  head -c 32 /dev/urandom | base64 >kek
  cat >syfon.yaml <<YAML
port: $drs_port
auth: { mode: local, allow_unauthenticated: true }
database: { sqlite: { file: $work/drs.db } }
credential_encryption: { local_key_file: $work/kek }
buckets: [ { bucket: bucket, provider: file, endpoint: $work/store } ]
YAML
  syfon serve --config syfon.yaml >syfon.log 2>&1 &
  started+=($!)
  answers "$drs_port"
}
held_with_a_reason() {
  once 3 && told state held && python3 - <<'PY' && [ "$(receipts | tr -d ' \n')" = "[]" ]
import json
held = [p for p in json.load(open("told.json"))["parcels"] if p["state"] == "held"]
assert len(held) == 1 and held[0]["reason"] and held[0]["hint"], held
PY
}

verdict "a laboratory, a run and keys are made" make_laboratory
verdict "syfon answers" start_syfon
verdict "a repository without upload requests holds the parcel and says why" held_with_a_reason
