#!/usr/bin/env bash
# tests/interop/fhir.sh: consents from a real FHIR server: HAPI FHIR's JPA server, started from Maven artifacts.
#
# 240 made-up people; every decision of `plan` is compared with what was loaded. The server answers in pages of 20, two
# people have 45 consents. It knows no `patient:identifier` and sends no entity tags for searches.
. "$(dirname "$0")/common.sh"
needs python3 java javac mvn
people=240
fhir_port=$(free_port)
base=http://127.0.0.1:$fhir_port/fhir
offline=-o
[ "${CI:-}" = true ] && offline=
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
if ! timeout 240 mvn -q -B $offline -f "$here/fhir/pom.xml" "$plugin:build-classpath" -Dmdep.includeScope=runtime \
  "-Dmdep.outputFile=$work/classpath" >"$work/mvn.log" 2>&1; then
  skipped "HAPI FHIR"
  exit 0
fi
cd "$work" || exit 1
reads=1
. "$here/laboratory.sh"

start_server() {
  java -XX:TieredStopAtLevel=1 -Xmx1500m -cp "$(cat classpath)" "$here/fhir/FhirServer.java" "$fhir_port" \
    >server.log 2>&1 &
  started+=($!)
  local _
  for _ in $(seq 1200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$fhir_port") 2>/dev/null && return 0
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 server.log
  return 1
}
ask_server() {  # ask_server CONSENTS_BY: the source of consents becomes the FHIR server
  python3 - "$1" "$base" "$here/../../conf/consent-codes/mii-broad-consent.yaml" <<'PY'
import sys
text = open("tributary.yaml").read()
head, rest = text.split("subjects:\n")
tail = rest[rest.index("identity:"):]
source = f"""subjects:
  - name: records
    plugin: fhir
    settings:
      url: {sys.argv[2]}
      consents_by: {sys.argv[1]}
      code_map: {sys.argv[3]}
      sample_systems: [ "https://lab.example.org/sid/sample" ]
      subject_system: https://hospital.example.org/sid/person
"""
open("tributary.yaml", "w").write(head + source + tail)
PY
}
loaded() {
  rm -f "$calls"/SAMPLE-* "$calls"/Undetermined* && python3 "$here/fhir/people.py" "$people" "$base" "$calls" &&
    find runs -exec touch -d 2025-11-20T10:00:00Z {} +
}
plan() { timeout 200 "$tributary" --config tributary.yaml plan "runs/$run" --json >plan.json || [ $? -eq 3 ]; }
# decided [SAMPLE WORD]: every sample is decided as expected.json says, but this one in this way.
decided() {
  plan && python3 - "$@" <<'PY'
import json, sys
expected = {s: "permit" if yes else None for s, yes in json.load(open("expected.json")).items()}
if len(sys.argv) > 1:
    expected[sys.argv[1]] = sys.argv[2]
samples = {s["sample"]: s for s in json.load(open("plan.json"))["samples"]}
assert samples.keys() == expected.keys(), f"{len(samples)} samples"
wrong = []
for name, wanted in sorted(expected.items()):
    sample = samples[name]
    assert sample["known"] and not sample["unknown_reason"], (name, sample["unknown_reason"])
    verdict = sample["policies"][0]["decision"]["verdict"]
    if verdict != wanted and (wanted or verdict == "permit"):
        wrong.append((name, wanted, verdict))
assert not wrong, wrong
PY
}
changed() {  # changed PLACE STATUS: SAMPLE-0000's only consent, anew
  python3 - "$base" "$here/fhir" "$1" "$2" <<'PY'
import sys
sys.path.insert(0, sys.argv[2])
sys.dont_write_bytecode = True
import people
people.load(sys.argv[1], [people.consent(0, 0, sys.argv[3], form=sys.argv[4])])
PY
}
withdrawn() { changed deny 2720 && decided SAMPLE-0000 deny; }
given_again() { changed permit 1791 && decided; }
explained() {  # the daemon looks at one who denied; nothing leaves
  sed -i 's/^    files: .*/&\n    samples: { name: [ SAMPLE-0001 ] }/' tributary.yaml
  once 3 >once.log 2>&1 || { tail once.log; return 1; }
  "$tributary" --config tributary.yaml explain "$run" --sample SAMPLE-0001 --json >explain.json || [ $? -eq 3 ] ||
    return 1
  grep -q '"deny"' explain.json && grep -q 'c1-0' explain.json || { cat explain.json; return 1; }
}
identifier_is_told() {
  ask_server both && plan && ! grep -q '"permit"' plan.json &&
    grep -q 'refuses a search of Consent (HTTP 400)' plan.json && ask_server reference
}
server_away() {
  kill "${started[-1]}" && wait "${started[-1]}" 2>/dev/null
  plan && ! grep -q '"permit"' plan.json && ! grep -q '"deny"' plan.json
}

verdict "a laboratory, a run and keys are made" make_laboratory
verdict "HAPI FHIR answers" start_server
verdict "$people people with their specimens and consents are loaded" loaded
verdict "the source is the server" ask_server reference
verdict "the configuration with it is good" "$tributary" --config tributary.yaml check
begun_s=$SECONDS
verdict "every decision is what was loaded, also over pages" decided
echo "    $people samples in $((SECONDS - begun_s)) s"
verdict "a withdrawal at the server is a denial in the next plan" withdrawn
verdict "and a consent given again a permit" given_again
verdict "a server without patient:identifier holds all when it is asked for that" identifier_is_told
verdict "explain names the document that decided" explained
verdict "a server that is away holds all and denies nobody" server_away
