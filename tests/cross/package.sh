#!/usr/bin/env bash
# tests/cross/package.sh: packages for another processor: `bash tests/cross/package.sh DIR SYSROOT [ARCH]`.
#
# They are what they say, and work. DIR is where cross/package.sh left them, SYSROOT what they were built with, ARCH
# arm64. Looks at processor and dependencies, and runs the unpacked programs under qemu: configuration, schema, keys, one
# file made clean and searched. What reads run folders is not run, see run.sh. Lines and exit as there.
[ $# -ge 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
debs=$(cd "$1" && pwd) && sysroot=$(cd "$2" && pwd) || exit 2
arch=${3:-arm64}
case $arch in
  arm64) machine=AArch64 emulator=qemu-aarch64-static ;;
  *) echo "package.sh: '$arch' is not arm64" >&2; exit 2 ;;
esac
top=$(cd "$(dirname "$0")/../.." && pwd)
BUILD_DIR=$debs
# shellcheck source=tests/interop/common.sh
. "$top/tests/interop/common.sh"
code=0
failed() { code=1; echo "failed: $*"; }
needs "$emulator" python3 dpkg-deb readelf
tree=$work/tree
lab=$work/lab
runs() { "$emulator" -L "$sysroot" "$tree/usr/bin/$1" "${@:2}"; }

unpacks() {
  local deb
  mkdir "$tree" "$lab"
  for deb in "$debs"/*_"$arch".deb; do dpkg-deb -x "$deb" "$tree" || return 1; done
  [ "$(ls "$debs"/*.deb | wc -l)" -eq 2 ] && [ -x "$tree/usr/bin/tributaryd" ] &&
    [ -x "$tree/usr/bin/tributary-sandbox" ]
}
programs() { find "$tree/usr/bin" "$tree/usr/lib/tributary" -type f; }
is_for_it() {
  local file deb
  for deb in "$debs"/*.deb; do
    [ "$(dpkg-deb -f "$deb" Architecture)" = "$arch" ] || { dpkg-deb -I "$deb"; return 1; }
  done
  [ "$(programs | wc -l)" -gt 10 ] || return 1
  while read -r file; do
    readelf -h "$file" | grep -q "Machine: *$machine\$" || { echo "$file"; return 1; }
  done < <(programs)
}
# Who owns the libraries that programs name is asked of SYSROOT anew, and must be what their package depends on.
depends_rightly() {
  python3 - "$sysroot/var/lib/dpkg" "$arch" "$debs"/*.deb <<'PY'
import glob, os, re, subprocess, sys, tempfile
admin, arch, debs = sys.argv[1], sys.argv[2], sys.argv[3:]
def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
owners = {}
for path in glob.glob(admin + "/info/*.list"):
    for line in open(path):
        owners.setdefault(os.path.basename(line.strip()), set()).add(os.path.basename(path)[:-5].split(":")[0])
installed = {}
for block in open(admin + "/status").read().split("\n\n"):
    fields = dict(re.findall(r"^(\S+): (.*)$", block, re.M))
    if fields:
        installed[fields["Package"]] = fields
wrong = []
for deb in debs:
    with tempfile.TemporaryDirectory() as tree:
        said("dpkg-deb", "-x", deb, tree)
        files = [os.path.join(at, name) for at, _, names in os.walk(tree + "/usr") for name in names]
        elves = [f for f in files if open(f, "rb").read(4) == b"\x7fELF"]
        named = set(re.findall(r"\(NEEDED\).*\[(.*)\]", said("readelf", "-dW", *elves)))
    named = {n for n in named if not n.startswith("ld-linux")}
    packages = {next(iter(owners[n])) for n in named if len(owners.get(n, ())) == 1}
    wrong += [f"{deb}: {n} belongs to {sorted(owners.get(n, ()))}" for n in named if len(owners.get(n, ())) != 1]
    depends = [d.strip() for d in said("dpkg-deb", "-f", deb, "Depends").split(",")]
    libraries = {re.match(r"(\S+)(?: \((\S+) (\S+)\))?", d).groups() for d in depends if d.startswith("lib")}
    if {d[0] for d in libraries} != packages:
        wrong.append(f"{deb}: depends on {sorted(d[0] for d in libraries)}, its programs need {sorted(packages)}")
    for name, relation, version in libraries:
        fields = installed.get(name, {})
        compare = ["dpkg", "--compare-versions", fields.get("Version", ""), relation or "ge", version or ""]
        if fields.get("Architecture") != arch:
            wrong.append(f"{deb}: {name} is {fields.get('Architecture')}")
        elif subprocess.run(compare).returncode:
            wrong.append(f"{deb}: {name} {relation} {version} is not met by {fields['Version']}")
    if not packages:
        wrong.append(f"{deb}: no library")
sys.exit("\n".join(wrong) if wrong else 0)
PY
}
tells_its_version() {
  local version name
  version=$(dpkg-deb -f "$debs"/tributary_*.deb Version)
  for name in tributary tributaryd; do runs $name --version | grep -F "$version" || return 1; done
}
makes_keys() {
  (cd "$top/conf" && cp -r . "$lab") && mkdir "$lab/keys" "$lab/runs" && chmod 700 "$lab/keys" || return 1
  runs tributary keys generate pseudonym "$lab/keys/pseudonym.key" &&
    runs tributary keys generate identity "$lab/keys/site.key" && grep -q 'PUBLIC KEY' "$lab/keys/site.key.pub" &&
    runs tributary crypt4gh keygen --secret "$lab/keys/national.sec" --public "$lab/keys/national.pub" &&
    [ "$(stat -c '%a %s' "$lab/keys/pseudonym.key")" = "600 32" ]
}
checks() {  # the annotated example, with folders of ours
  printf 'token-of-the-test\n' >"$lab/keys/national.token" && chmod 600 "$lab/keys/national.token" &&
    sed -i "s#path: /data/runs#path: $lab/runs#" "$lab/tributary.yaml" &&
    sed -i "s#file: /srv/lims/subjects.csv#file: $lab/demo/subjects.csv#" "$lab/subjects.d/lims.yaml" &&
    rm -r "$lab"/notifications.d "$lab"/subjects.d/{optout,records,trustee}.yaml "$lab/destinations.d/archive.yaml" &&
    runs tributary --config "$lab/tributary.yaml" check
}
finds_errors() {
  sed -i 's/^site: /sight: /' "$lab/tributary.yaml" && exits 2 runs tributary --config "$lab/tributary.yaml" check
}
has_its_schema() { runs tributary schema | cmp - "$tree/usr/share/tributary/conf/tributary.schema.json"; }
# A made-up file: the name of its column goes, and is not found again.
makes_clean() {
  local fixed='chr1\t7\t.\tA\tC\t50\tPASS\t.\tGT\t0/1\n'
  {
    printf '##fileformat=VCFv4.2\n##contig=<ID=chr1,length=1000>\n'
    printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tMADE-UP-0001\n%b' "$fixed"
  } >"$lab/a.vcf"
  printf 'MADE-UP-0001\tTL-NOBODY\n' >"$lab/ids.tsv"
  echo MADE-UP-0001 >"$lab/ids.txt"
  exits 4 runs tributary scan --identifiers "$lab/ids.txt" "$lab/a.vcf" &&
    runs tributary deidentify --in "$lab/a.vcf" --out "$lab/b.vcf" --map "$lab/ids.tsv" &&
    runs tributary scan --identifiers "$lab/ids.txt" "$lab/b.vcf" && gzip -dc <"$lab/b.vcf" >"$lab/c.vcf" &&
    grep -q '^#CHROM.*TL-NOBODY$' "$lab/c.vcf" && grep -q '^chr1.*0/1$' "$lab/c.vcf"
}

verdict "$arch: both packages unpack" unpacks
verdict "$arch: control files and programs name the processor" is_for_it
verdict "$arch: they depend on the libraries of that processor, and on no others" depends_rightly
verdict "$arch: the programs tell the package's version" tells_its_version
verdict "$arch: keys are made" makes_keys
verdict "$arch: the annotated configuration is good, with the plugins of the package" checks
verdict "$arch: a wrong one is refused" finds_errors
verdict "$arch: the schema is the one that is shipped" has_its_schema
verdict "$arch: a made-up file is searched, made clean, and clean" makes_clean
exit "$code"
