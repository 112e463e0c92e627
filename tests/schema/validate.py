# tests/schema/validate.py: validate.py CONF_DIR TRIBUTARY: what the schema takes `check` takes, and what is wrong both
# refuse. Called by run.sh.
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

conf, tributary = pathlib.Path(sys.argv[1]), sys.argv[2]
counts = {"passed": 0, "failed": 0, "skipped": 0}


class Loader(yaml.SafeLoader):
    """YAML 1.2 as tributary reads it: no sexagesimals, no dates, no yes and no."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith((":timestamp", ":bool"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def tell(good, what, said=""):
    word = "passed" if good else "failed"
    counts[word] += 1
    print(f"{word}: {what}" + ("" if good else f"\n    {said}"))


def modeline(path):
    first = path.read_text().split("\n", 1)[0]
    prefix = "# yaml-language-server: $schema="
    return first[len(prefix):].strip() if first.startswith(prefix) else None


schema = json.loads(subprocess.run([tributary, "schema"], check=True, capture_output=True, text=True).stdout)
jsonschema.Draft202012Validator.check_schema(schema)
tell(True, "the schema is one of draft 2020-12")


def validator(fragment):
    target = schema
    for part in fragment.strip("/").split("/") if fragment else []:
        target = target[part]
    return jsonschema.Draft202012Validator(target)


def problems(value, fragment=""):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator(fragment).iter_errors(value)]


seen = 0
for path in sorted(conf.rglob("*.yaml")):
    named = modeline(path)
    if named is None:
        continue
    seen += 1
    file, _, fragment = named.partition("#")
    right_place = (path.parent / file).resolve() == (conf / "tributary.schema.json").resolve()
    said = problems(yaml.load(path.read_text(), Loader), fragment)
    tell(right_place and not said, f"{path.relative_to(conf)} is what its schema says", said or f"modeline names {file}")
tell(seen > 8, "files of conf/ name their schema", f"only {seen}")
tell(json.loads((conf / "tributary.schema.json").read_text()) == schema, "conf/tributary.schema.json is up to date")

good = {
    "site": "a-lab",
    "state_dir": "state",
    "run_folders": [{"path": "runs"}],
    "pseudonyms": {"key_file": "key"},
    "destinations": [{"name": "d", "plugin": "folder", "settings": {"path": "out"}, "recipients": ["pub"]}],
    "policies": [{"name": "p", "destination": "d", "purpose": {"use": "HMB"}}],
}
public_key = (
    "-----BEGIN CRYPT4GH PUBLIC KEY-----\n"
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    "-----END CRYPT4GH PUBLIC KEY-----\n"
)


def check(value):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for directory in ("runs", "state", "out"):
            (folder / directory).mkdir(mode=0o700)
        for file, text in {"key": "k" * 32, "pub": public_key, "t.yaml": json.dumps(value)}.items():
            (folder / file).write_text(text)
            (folder / file).chmod(0o600)
        done = subprocess.run([tributary, "--config", str(folder / "t.yaml"), "check"], capture_output=True, text=True)
        return done.returncode, done.stderr


def changed(path, value):
    out = json.loads(json.dumps(good))
    target = out
    for part in path[:-1]:
        target = target[part]
    if value is None:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return out


code, said = check(good)
tell(not problems(good) and code == 0, "a good configuration is taken by both", f"{problems(good)} {said}")
hook = {"name": "n", "plugin": "webhook", "settings": {"url": "https://a.example"}}
wrong = [
    (["sight"], "a-lab"),
    (["site"], "A Lab"),
    (["site"], None),
    (["run_folders"], None),
    (["run_folders", 0, "settle"], 600),
    (["run_folders", 0, "settle"], "10 minutes"),
    (["run_folders", 0, "retain"], "copy"),
    (["destinations", 0, "recipients"], None),
    (["destinations", 0, "verify_after"], "half"),
    (["destinations", 0, "settings", "part_size"], "64"),
    (["policies", 0, "purpose", "country"], "Germany"),
    (["policies", 0, "files"], ["fastq", "pdf"]),
    (["policies", 0, "priority"], 10),
    (["limits"], {"threads": 0}),
    (["limits"], {"upload_hours": ["8-17"]}),
    (["limits"], {"upload_rate": "fast"}),
    (["notifications"], [{**hook, "every": "1"}]),
    (["notifications"], [{**hook, "events": ["all"]}]),
    (["notifications"], [{**hook, "name": None}]),
]
for path, value in wrong:
    bad = changed(path, value)
    code, said = check(bad)
    what = f"{'.'.join(map(str, path))}: {json.dumps(value)} is refused by both"
    tell(bool(problems(bad)) and code == 2, what, f"schema: {problems(bad)}; check: {code} {said}")
print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
sys.exit(1 if counts["failed"] else 0)
