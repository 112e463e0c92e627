#!/usr/bin/env python3
"""tests/packages/bill.py: is the bill of materials in a package what CycloneDX 1.5 and the package say? `bill.py DEB...`

Exit 1 and a sentence: a member is missing or of another form, a reference leads nowhere, or the package depends on a
library that the bill does not name. What is wanted is written down here, from the specification (ECMA-424), so that no
network is needed; with the package cyclonedx-python-lib[json-validation] its schema is asked too.
"""
import json
import re
import subprocess
import sys

PURL = re.compile(r"^pkg:deb/debian/[a-z0-9][a-z0-9.+%A-F-]*@[A-Za-z0-9.%~_-]+\?arch=[a-z0-9]+$")


def want(condition, sentence):
    if not condition:
        sys.exit(f"bill.py: {sentence}")


def check_form(bill):
    want(bill.get("bomFormat") == "CycloneDX" and bill.get("specVersion") == "1.5", "no CycloneDX 1.5")
    want(isinstance(bill.get("version"), int) and bill["version"] >= 1, "no version of the bill")
    subject = bill["metadata"]["component"]
    want(subject.get("type") == "application" and subject.get("name") and subject.get("version"), "no subject")
    references = [subject["bom-ref"]]
    for part in bill["components"]:
        want(part.get("type") == "library" and part.get("name") and part.get("version"), f"incomplete: {part}")
        want(PURL.match(part.get("purl", "")), f"no package URL: {part.get('purl')}")
        for choice in part.get("licenses", []):
            want(set(choice) == {"expression"} and choice["expression"], f"no licence expression: {choice}")
        references.append(part["bom-ref"])
    want(len(set(references)) == len(references), "a reference stands twice")
    known = set(references)
    for edge in bill["dependencies"]:
        want(edge["ref"] in known and set(edge.get("dependsOn", [])) <= known, f"leads nowhere: {edge['ref']}")
    want({edge["ref"] for edge in bill["dependencies"]} == known, "a component has no entry in dependencies")
    direct = next(edge["dependsOn"] for edge in bill["dependencies"] if edge["ref"] == subject["bom-ref"])
    licences = {part["bom-ref"]: part.get("licenses") for part in bill["components"]}
    want(all(licences[reference] for reference in direct), "a library that is linked has no licence")


def check_schema(text):
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError:
        return
    problem = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    want(problem is None, f"the schema of CycloneDX says: {problem}")


def main(debs):
    for deb in debs:
        name = subprocess.run(["dpkg-deb", "-f", deb, "Package"], check=True, capture_output=True, text=True).stdout.strip()
        member = f"./usr/share/doc/{name}/{name}.cdx.json"
        archive = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout
        text = subprocess.run(["tar", "-xO", member], input=archive, check=True, capture_output=True).stdout.decode()
        bill = json.loads(text)
        check_form(bill)
        check_schema(text)
        depends = subprocess.run(["dpkg-deb", "-f", deb, "Depends"], check=True, capture_output=True, text=True).stdout
        named = {part["name"] for part in bill["components"]}
        wanted = {word.split()[0] for word in depends.split(",") if word.strip().startswith("lib")}
        want(wanted <= named, f"{name} depends on {sorted(wanted - named)}, which the bill does not name")


main(sys.argv[1:])
