#!/usr/bin/env python3
"""Made-up people for tests/interop/fhir.sh: `people.py COUNT BASE_URL CALLS` loads them and writes expected.json.

Each is PERSON-n with SAMPLE-n and consents of one of the kinds in KINDS; expected.json maps each sample to whether the
decision must be `permit`. CALLS is the folder for their reads and, two levels up, the sample sheet.
"""
import gzip
import json
import sys
import urllib.request

OID = "2.16.840.1.113883.3.1937.777.24."
PERSON = "https://hospital.example.org/sid/person"
SAMPLE = "https://lab.example.org/sid/sample"


def consent(n, place, kind, status="active", until="2050-12-31", module="1", form="1791", who=None):
    code = {"coding": [{"system": f"urn:oid:{OID}5.3", "code": f"{OID}5.3.{module}"}]}
    period = {"start": "2020-01-01", "end": until}
    return {
        "resourceType": "Consent", "id": f"c{n}-{place}", "status": status,
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "57016-8"}]}],
        "patient": who or {"reference": f"Patient/p{n}"},
        "dateTime": "2020-01-01", "policy": [{"uri": f"urn:oid:{OID}2.{form}"}],
        "provision": {"type": "deny", "period": period,
                      "provision": [{"type": kind, "period": period, "code": [code]}]},
    }


# What each kind of person signed, and whether research may have the data.
KINDS = [
    (lambda n: [consent(n, 0, "permit")], True),
    (lambda n: [consent(n, 0, "deny")], False),
    (lambda n: [consent(n, 0, "permit"), consent(n, 1, "deny", module="8")], False),
    (lambda n: [consent(n, 0, "permit", until="2024-12-31")], False),
    (lambda n: [consent(n, 0, "permit", status="draft")], False),
    (lambda n: [], False),
    (lambda n: [consent(n, 0, "permit", until="2024-12-31"), consent(n, 1, "permit", module="8")], True),
    (lambda n: [consent(n, 0, "permit", module="6")], False),
]
LONG = 45  # consents of the first two persons of the last kind, so that they come in pages


def long_story(n, last):
    return [consent(n, i, "permit", module="6") for i in range(LONG - 1)] + [consent(n, LONG - 1, last)]


def person(n):
    if n in (7, 15):
        consents, permitted = long_story(n, "permit" if n == 7 else "deny"), n == 7
    else:
        make, permitted = KINDS[n % len(KINDS)]
        consents = make(n)
    return [
        {"resourceType": "Patient", "id": f"p{n}", "identifier": [{"system": PERSON, "value": f"PERSON-{n:04}"}]},
        {"resourceType": "Specimen", "id": f"s{n}", "subject": {"reference": f"Patient/p{n}"},
         "accessionIdentifier": {"system": SAMPLE, "value": f"SAMPLE-{n:04}"}},
        *consents,
    ], permitted


def load(base, resources):
    entries = [{"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
               for one in resources]
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    request = urllib.request.Request(base, body, {"Content-Type": "application/fhir+json"})
    with urllib.request.urlopen(request, timeout=120) as reply:
        assert reply.status == 200, reply.status


def main():
    count, base, calls = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    expected, resources = {}, []
    rows = ["[Header],", "IEMFileVersion,4", ",", "[Data],", "Sample_ID,Sample_Name,index,Sample_Project"]
    for n in range(count):
        added, permitted = person(n)
        resources += added
        expected[f"SAMPLE-{n:04}"] = permitted
        rows.append(f"SAMPLE-{n:04},SAMPLE-{n:04},{''.join('ACGT'[n >> 2 * i & 3] for i in range(8))},research")
        for read in (1, 2):
            with gzip.open(f"{calls}/SAMPLE-{n:04}_S{n + 1}_L001_R{read}_001.fastq.gz", "wt") as out:
                out.write(f"@M00146:21:000000000-A2WDF:1:1101:1:{n} {read}:N:0:ACGT\nACGT\n+\nFFFF\n")
        if len(resources) > 200 or n + 1 == count:
            load(base, resources)
            resources = []
    with open(f"{calls}/../../../SampleSheet.csv", "w") as sheet:
        sheet.write("\n".join(rows) + "\n")
    with open("expected.json", "w") as out:
        json.dump(expected, out)


if __name__ == "__main__":
    main()
