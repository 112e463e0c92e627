#!/bin/bash
# tests/bench/deidentify.sh: speed of making files clean, and what is left in them, beside others in the same run.
# Usage: deidentify.sh BUILD_DIR [MIB_OF_TEXT [ROUNDS]]. Needs samtools, bcftools, bgzip, python3 and the package `time`.
# Each figure is the median of the rounds: processor seconds per GiB of the file as it lies on disk, and GiB per second of
# wall time. Absolute figures are of this machine: quote ratios.
set -euo pipefail
build=$(realpath "${1:?usage: deidentify.sh BUILD_DIR [MIB_OF_TEXT [ROUNDS]]}")
mib=${2:-400}
rounds=${3:-3}
tool=$build/bin/tributary
work=$(mktemp -d "${TMPDIR:-/var/tmp}/tributary-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
for need in samtools bcftools bgzip python3; do command -v "$need" >/dev/null || { echo "needs $need"; exit 1; }; done

echo "== files of about $mib MiB of text, made here =="
printf 'SAMPLE-0001\tTL-0001\n' > map.tsv
cut -f1 map.tsv > ids.txt
echo ABSENT-7741 > absent.txt
python3 - "$mib" <<'PY'
import os, random, sys
mib = int(sys.argv[1])
bases = bytes(b"ACGT"[i & 3] for i in range(256))
quals = bytes(b"FFFFFFFFFFFF::,#"[i & 15] for i in range(256))
fastq, sam = open("reads.fastq", "wb"), open("reads.sam", "wb")
sam.write(b"@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:240000000\n@RG\tID:GROUP\tSM:SAMPLE-0001\tPL:ILLUMINA\tLB:SAMPLE-0001_L1\n"
          b"@PG\tID:bwa\tPN:bwa\tCL:bwa mem ref.fa SAMPLE-0001_R1.fastq.gz\n")
for i in range(mib * 2**20 // 370):
    raw = os.urandom(300)
    seq, qual = raw[:150].translate(bases), raw[150:].translate(quals)
    name = b"LH00130:61:A22CC55LT4:1:1101:%d:%d" % (i % 30000, i)
    fastq.write(b"@%s 1:N:0:ACGTACGT\n%s\n+\n%s\n" % (name, seq, qual))
    sam.write(b"%s\t0\tchr1\t%d\t60\t150M\t*\t0\t0\t%s\t%s\tRG:Z:GROUP\tNM:i:0\tAS:i:150\n" % (name, 1 + i * 100, seq, qual))
random.seed(1)
vcf = open("calls.vcf", "w")
vcf.write('##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description="All filters passed">\n##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">\n'
          '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">\n'
          '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihoods">\n##caller_command=call --sample SAMPLE-0001 SAMPLE-0001.bam\n'
          '##contig=<ID=chr1,length=248956422>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE-0001\n')
at = 1
while vcf.tell() < mib * 2**20:
    for _ in range(10000):
        at += random.randint(1, 20)
        d = random.randint(5, 99)
        vcf.write(f"chr1\t{at}\t.\t{'ACGT'[at & 3]}\t{'GTCA'[at & 3]},<NON_REF>\t{d}.5\tPASS\tDP={d}\tGT:DP:PL\t0/1:{d}:{random.randint(0, 999)},0,{d}\n")
PY
# As a pipeline would leave them: names of the sample in groups, command lines, file names.
sed 's/GROUP/SAMPLE-0001.L1/' reads.sam | samtools view --no-PG -b -1 -o renamed.bam -
sed 's/\(ID\|RG:Z\):GROUP/\1:1/' reads.sam | samtools view --no-PG -b -1 -o numbered.bam -
samtools view --no-PG -C --output-fmt-option no_ref=1 -o SAMPLE-0001.cram renamed.bam && mv SAMPLE-0001.cram reads.cram
bgzip -c calls.vcf > calls.vcf.gz
bgzip -l 1 -c reads.fastq > blocks.fastq.gz
cp reads.fastq SAMPLE-0001_R1.fastq && gzip -1 SAMPLE-0001_R1.fastq && mv SAMPLE-0001_R1.fastq.gz stream.fastq.gz
rm reads.fastq reads.sam calls.vcf

# measure NAME FILE COMMAND: the medians of the rounds.
measure() {
  local name=$1 file=$2 round
  shift 2
  rm -f times
  for round in $(seq "$rounds"); do
    rm -f out out.*
    /usr/bin/env time -a -o times -f '%U %S %e %M' sh -c "$*" >/dev/null 2>&1 || { echo "  $name failed"; return 1; }
  done
  python3 - "$name" "$(stat -c %s "$file")" <<'PY'
import statistics, sys
name, size = sys.argv[1], int(sys.argv[2]) / 2**30
rows = [list(map(float, line.split())) for line in open("times") if line[0].isdigit()]
median = lambda f: statistics.median(f(r) for r in rows)
print(f"  {name:44s} {median(lambda r: r[0] + r[1]) / size:7.2f} CPU s/GiB  {size / median(lambda r: max(r[2], 0.01)):7.3f} GiB/s  {median(lambda r: r[3]) / 1024:6.0f} MiB")
PY
}
ours() {  # FILE
  for threads in 1 2; do
    measure "tributary deidentify, $threads thread(s)" "$1" "$tool deidentify --threads $threads --in $1 --out out --map map.tsv"
    sha256sum < out > "sum.$threads"
  done
  measure "tributary scan: inflates and searches" "$1" "$tool scan --threads 1 --identifiers absent.txt $1"
  cmp -s sum.1 sum.2 || { echo "  the results of one and two threads DIFFER"; exit 1; }
}

# theirs NAME FILE COMMAND: the same with one and two threads; $T is their number, $X how many there are beside the first.
theirs() {
  local name=$1 file=$2 threads
  shift 2
  for threads in 1 2; do measure "$name, $threads thread(s)" "$file" "T=$threads; X=$((threads - 1)); $*"; done
}

for file in renamed.bam numbered.bam; do
  echo "== $file ($(( $(stat -c %s "$file") >> 20 )) MiB) =="
  ours "$file"
  samtools view -H "$file" | sed 's/SAMPLE-0001/TL-0001/g' > header.sam
  measure "samtools reheader -P" "$file" "samtools reheader -P header.sam $file > out"
  theirs "samtools view -b -1" "$file" "samtools view --no-PG -b -1 -@\$X -o out $file"
  measure "bgzip -dc, sha256sum twice" "$file" "bgzip -dc $file | tail -c 1; sha256sum $file; sha256sum $file"
done
echo "== reads.cram ($(( $(stat -c %s reads.cram) >> 20 )) MiB) =="
ours reads.cram
theirs "samtools view -C" reads.cram "samtools view --no-PG -C --output-fmt-option no_ref=1 -@\$X -o out reads.cram"
echo "== calls.vcf.gz ($(( $(stat -c %s calls.vcf.gz) >> 20 )) MiB) =="
ours calls.vcf.gz
printf 'TL-0001\n' > names
measure "bcftools reheader" calls.vcf.gz "bcftools reheader -s names -o out calls.vcf.gz"
measure "bgzip -dc | bgzip -l1 -@2" calls.vcf.gz "bgzip -dc calls.vcf.gz | bgzip -l 1 -@2 > out"
measure "bgzip -dc, sha256sum twice" calls.vcf.gz "bgzip -dc calls.vcf.gz | tail -c 1; sha256sum calls.vcf.gz; sha256sum calls.vcf.gz"
for file in blocks.fastq.gz stream.fastq.gz; do
  echo "== $file ($(( $(stat -c %s "$file") >> 20 )) MiB) =="
  ours "$file"
  theirs "bgzip -dc | bgzip -l1" "$file" "bgzip -dc $file | bgzip -l 1 -@\$T > out"
  measure "cat" "$file" "cat $file"
  measure "sha256sum" "$file" "sha256sum $file"
done

echo "== what is left of the sample's name (findings of tributary scan) =="
left() {  # NAME FILE
  local found code=0
  found=$("$tool" scan --identifiers ids.txt "$2" 2>/dev/null) || code=$?
  case $code in
    0) found=none ;;
    4) found="$(grep -c 'identifier of line' <<<"$found") places or more" ;;
    *) found="could not be read" ;;
  esac
  printf '  %-60s %s\n' "$1" "$found"
}
samtools view -H renamed.bam | sed 's/SAMPLE-0001/TL-0001/g' > header.sam
left "a copy of renamed.bam" renamed.bam
samtools reheader -P header.sam renamed.bam > a.bam; left "samtools reheader -P, every name in the header replaced" a.bam
samtools addreplacerg -m overwrite_all -r ID:TL-0001 -r SM:TL-0001 -o b.bam renamed.bam; left "samtools addreplacerg -m overwrite_all" b.bam
"$tool" deidentify --in renamed.bam --out c.bam --map map.tsv 2>/dev/null; left "tributary deidentify" c.bam
left "a copy of reads.cram" reads.cram
samtools reheader -P header.sam reads.cram > a.cram 2>/dev/null && left "samtools reheader -P on CRAM" a.cram
"$tool" deidentify --in reads.cram --out c.cram --map map.tsv 2>/dev/null; left "tributary deidentify on CRAM" c.cram
left "a copy of calls.vcf.gz" calls.vcf.gz
bcftools reheader -s names -o a.vcf.gz calls.vcf.gz; left "bcftools reheader -s" a.vcf.gz
"$tool" deidentify --in calls.vcf.gz --out c.vcf.gz --map map.tsv 2>/dev/null; left "tributary deidentify on VCF" c.vcf.gz
left "a copy of stream.fastq.gz (renamed by mv)" stream.fastq.gz
"$tool" deidentify --in stream.fastq.gz --out c.fastq.gz --map map.tsv 2>/dev/null; left "tributary deidentify on FASTQ" c.fastq.gz
