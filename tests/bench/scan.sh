#!/bin/bash
# tests/bench/scan.sh: speed of the search for identifiers, beside `grep -F -f` in the same run.
# Usage: scan.sh BUILD_DIR [MIB_OF_TEXT [ROUNDS]]. Needs python3 and the package `time`.
# One thread, text without compression, no identifier in it, 2,000 spellings on both sides. The best of the rounds, in
# GB of text per second of processor, the start included: ask for enough text (seconds of 0.01 are the resolution). Absolute figures are of this machine: quote ratios.
set -euo pipefail
build=$(realpath "${1:?usage: scan.sh BUILD_DIR [MIB_OF_TEXT [ROUNDS]]}")
mib=${2:-400}
rounds=${3:-3}
tool=$build/bin/tributary
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tributary-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v python3 >/dev/null || { echo "needs python3"; exit 1; }

python3 - "$mib" <<'PY'
import os, random, sys
mib = int(sys.argv[1])
bases = bytes(b"ACGT"[i & 3] for i in range(256))
quals = bytes(b"FFFFFFFFFFFF::,#"[i & 15] for i in range(256))
wide = bytes(35 + i % 40 for i in range(256))
random.seed(1)
word = lambda: "QX" + "".join(random.choice("KLMPRVWZ") for _ in range(4)) + "-" + str(random.randint(10000, 99999))
words = sorted({word() for _ in range(4000)})
random.shuffle(words)
open("words.txt", "w").write("\n".join(words) + "\n")
with open("reads.fastq", "wb") as fastq, open("long-qualities.fastq", "wb") as many, open("reads.sam", "wb") as sam:
    for i in range(mib * 2**20 // 370):
        raw = os.urandom(300)
        seq, qual = raw[:150].translate(bases), raw[150:].translate(quals)
        name = b"LH00130:61:A22CC55LT4:1:1101:%d:%d" % (i % 30000, i)
        fastq.write(b"@%s 1:N:0:ACGTACGT\n%s\n+\n%s\n" % (name, seq, qual))
        many.write(b"@%s 1:N:0:ACGTACGT\n%s\n+\n#%s\n" % (name, seq, raw[151:].translate(wide)))
        sam.write(b"%s\t0\tchr1\t%d\t60\t150M\t*\t0\t0\t%s\t%s\tRG:Z:1\tNM:i:0\tAS:i:150\n" % (name, 1 + i * 100, seq, qual))
with open("calls.vcf", "w") as vcf:
    vcf.write("##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\n")
    at, lines = 1, []
    for _ in range(200000):
        at += random.randint(1, 20)
        d = random.randint(5, 99)
        lines.append(f"chr1\t{at}\t.\t{'ACGT'[at & 3]}\t{'GTCA'[at & 3]},<NON_REF>\t{d}.5\tPASS\tDP={d}\tGT:DP:PL\t0/1:{d}:{random.randint(0, 999)},0,{d}\n")
    block = "".join(lines)
    for _ in range(mib * 2**20 // len(block) + 1): vcf.write(block)
PY
# As many words as make 2,000 spellings for us; 2,000 spellings for grep, most of them ours of the same words.
for count in $(seq 20 10 1000); do
  head -n "$count" words.txt > ids.txt
  echo x > nothing.txt
  spellings=$("$tool" scan --json --identifiers ids.txt nothing.txt | sed -n 's/.*"spellings":\([0-9]*\).*/\1/p')
  [ "$spellings" -ge 2000 ] && break
done
python3 - "$count" <<'PY'
import sys
words = open("words.txt").read().split()
out = []
for w in words:
    out += [w, w.replace("-", "_"), w.replace("-", "."), w.replace("-", " "), w.replace("-", "")]
open("literals.txt", "w").write("\n".join(out[:2000]) + "\n")
PY
best() {  # NAME FILE COMMAND...
  local name=$1 file=$2 least=1000000 round code used
  shift 2
  for round in $(seq "$rounds"); do
    code=0
    /usr/bin/env time -f '%U %S' -o t "$@" > /dev/null 2>&1 || code=$?
    [ "$code" -le 1 ] || { echo "$name ended with $code"; exit 1; }
    used=$(tail -n 1 t | awk '{print $1+$2}')
    least=$(python3 -c "print(min($least, $used))")
  done
  python3 -c "print(f'  {\"$name\":34} {$(stat -c %s "$file")/1e9/max($least, 0.01):6.2f} GB/s in {$least:.2f} s')"
}
echo "search for $count words in $spellings spellings; grep: 2,000 literals"
for file in reads.fastq long-qualities.fastq reads.sam calls.vcf; do
  cat "$file" > /dev/null
  echo "$file"
  best "tributary scan --threads 1" "$file" "$tool" scan --threads 1 --identifiers ids.txt "$file"
  best "LC_ALL=C grep -F -f" "$file" env LC_ALL=C grep -c -F -f literals.txt "$file"
  best "LC_ALL=C grep -i -F -f" "$file" env LC_ALL=C grep -c -i -F -f literals.txt "$file"
  best "wc -l" "$file" wc -l "$file"
done
