#!/usr/bin/env bash
# tests/interop/samtools.sh: what `tributary deidentify` writes, judged by samtools, bcftools and tabix.
. "$(dirname "$0")/common.sh"
needs samtools bcftools tabix bgzip gzip awk
cd "$work" || exit 1

person=SAMPLE-01
other=HOSP-7734521
printf '%s\tTL-CLEAN\n%s\tTL-CLEAN\n' "$person" "$other" >ids.tsv
printf '%s\n%s\n' "$person" "$other" >ids.txt

# --- the inputs: one chromosome of 20,000 bases, 1500 pairs over it, 400 variants --------------------------------------
make_reference() {
  awk 'BEGIN { srand(7); print ">chr1"; for (i = 0; i < 200; i++) { s = ""; for (j = 0; j < 100; j++) s = s substr("ACGT", int(rand() * 4) + 1, 1); print s } }' >ref.fa &&
    samtools faidx ref.fa
}
make_sam() {
  {
    printf '@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:20000\n'
    printf '@RG\tID:%s.L1\tSM:%s\tLB:lib-%s\tPL:ILLUMINA\tPU:A22CC55LT4.1\tDS:%s\n' "$person" "$person" "$person" "$other"
    printf '@PG\tID:mapper\tPN:mapper\tVN:1.0\tCL:mapper -R %s.fa /data/%s_R1.fastq.gz\n@CO\tpatient %s\n' "$person" "$person" "$other"
    awk -v rg="$person.L1" 'NR > 1 { genome = genome $0 } END {
      srand(11)
      for (i = 0; i < 1500; i++) {
        at = 1 + int(i * 13); mate = at + 200; q = ""
        for (j = 0; j < 100; j++) q = q sprintf("%c", 33 + int(rand() * 41))
        name = sprintf("LH00130:61:A22CC55LT4:1:1101:%d:%d", 1000 + i, 2000 + i)
        printf "%s\t99\tchr1\t%d\t60\t100M\t=\t%d\t300\t%s\t%s\tRG:Z:%s\tNM:i:0\tMD:Z:100\n", name, at, mate, substr(genome, at, 100), q, rg
        printf "%s\t147\tchr1\t%d\t60\t100M\t=\t%d\t-300\t%s\t%s\tRG:Z:%s\tNM:i:0\tMD:Z:100\n", name, mate, at, substr(genome, mate, 100), q, rg
      }
      printf "LH00130:61:A22CC55LT4:1:1101:9:9\t4\t*\t0\t0\t*\t*\t0\t0\tACGTACGTAC\tFFFFFFFFFF\tRG:Z:%s\n", rg
    }' ref.fa
  } | samtools sort --no-PG -O sam -o in.sam -
}
make_vcf() {
  {
    printf '##fileformat=VCFv4.2\n##contig=<ID=chr1,length=20000>\n##FILTER=<ID=PASS,Description="all">\n'
    printf '##INFO=<ID=DP,Number=1,Type=Integer,Description="depth">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n'
    printf '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="depths">\n##callerCommand=caller --sample %s --out /data/%s.vcf\n' "$person" "$other"
    printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%s\n' "$person"
    awk 'NR > 1 { genome = genome $0 } END { srand(5); for (i = 1; i <= 400; i++) { r = substr(genome, i * 45, 1); a = r == "A" ? "G" : "A"
      printf "chr1\t%d\t.\t%s\t%s\t%d\tPASS\tDP=%d\tGT:AD\t0/1:%d,%d\n", i * 45, r, a, 30 + int(rand() * 60), 20 + i % 30, 10 + i % 7, 9 + i % 5 } }' ref.fa
  } >in.vcf
}
# 300 pairs of which each has a copy: near it on the flow cell, far from it, on another tile, or from another lane.
make_copies() {
  {
    printf '@HD\tVN:1.6\tSO:queryname\n@SQ\tSN:chr1\tLN:20000\n@RG\tID:%s.L1\tSM:%s\tPL:ILLUMINA\tPU:A22CC55LT4.1\n' "$person" "$person"
    awk -v rg="$person.L1" 'NR > 1 { genome = genome $0 } END {
      srand(3); q = ""; for (j = 0; j < 100; j++) q = q "F"
      for (i = 0; i < 300; i++) for (copy = 0; copy < 2; copy++) {
        at = 1 + i * 60; mate = at + 200; lane = 1; tile = 1101; x = 1000 + i * 90; y = 2000 + i
        if (copy == 1 && i % 4 == 0) x += 100
        if (copy == 1 && i % 4 == 1) y += 30000
        if (copy == 1 && i % 4 == 2) tile = 1102
        if (copy == 1 && i % 4 == 3) lane = 2
        name = sprintf("LH00130:61:A22CC55LT4:%d:%d:%d:%d", lane, tile, x, y)
        printf "%s\t99\tchr1\t%d\t60\t100M\t=\t%d\t300\t%s\t%s\tRG:Z:%s\n", name, at, mate, substr(genome, at, 100), q, rg
        printf "%s\t147\tchr1\t%d\t60\t100M\t=\t%d\t-300\t%s\t%s\tRG:Z:%s\n", name, mate, at, substr(genome, mate, 100), q, rg
      }
    }' ref.fa
  } | samtools fixmate -m - - | samtools sort --no-PG -o copies.bam -
}
make_inputs() {
  make_reference && make_sam && make_vcf && make_copies &&
    samtools view --no-PG -b -o in.bam in.sam && samtools view --no-PG -C -T ref.fa -o in.cram in.sam &&
    bcftools view --no-version -Oz -o in.vcf.gz in.vcf && bcftools view --no-version -Ob -o in.bcf in.vcf &&
    samtools fastq -n in.bam 2>/dev/null | awk 'NR % 4 == 1 { $0 = $0 " 1:N:0:ACGT" } { print }' >reads.fastq &&
    bgzip -c reads.fastq >in.fastq.gz &&
    cp reads.fastq "${person}_R1.fastq" && gzip -Nc "${person}_R1.fastq" >in.named.fastq.gz && # the name goes into the gzip header
    sed "5s/\$/:$person/" reads.fastq | gzip -nc >in.marked.fastq.gz &&
    sed "5s/^@[^ ]*/@$person.7/" reads.fastq | gzip -nc >in.titled.fastq.gz
}

# --- the questions ------------------------------------------------------------------------------------------------------
clean() { "$tributary" deidentify --in "in.$1" --out "out.$1" --map ids.tsv; }
whole_bam() { samtools quickcheck -v "$1" && samtools view -@1 -c "$1" >/dev/null; }
whole_cram() { samtools quickcheck -v "$1" && samtools view -T ref.fa -c "$1" >/dev/null; }
records() { samtools view -T ref.fa -x RG -x PG "$1"; }
same_records() { cmp <(records "in.$1") <(records "out.$1"); }
named_in_read_groups() { samtools view -H -T ref.fa "out.$1" | awk '/^@RG/ { n++; if ($0 !~ /\tSM:TL-CLEAN(\t|$)/) bad++ } END { exit !(n == 1 && !bad) }'; }
grouped() { [ "$(samtools view -T ref.fa -c -R <(samtools view -H "out.$1" | sed -n 's/^@RG.*\tID:\([^\t]*\).*/\1/p') "out.$1")" -eq 3001 ]; }
counts() { samtools idxstats "$1" | awk '$1 == "chr1" { ok = ($3 == 3000) } END { exit !ok }'; }
regions() { cmp <(samtools view -T ref.fa -x RG "out.$1" chr1:5000-5600) <(samtools index "in.$1" && samtools view -T ref.fa -x RG "in.$1" chr1:5000-5600); }
same_variants() { cmp <(bcftools view -H "in.$1") <(bcftools view -H "out.$1") && [ "$(bcftools query -l "out.$1")" = TL-CLEAN ]; }
tabix_reads() { tabix -f -p vcf "$1" && [ "$(tabix "$1" chr1:4500-9000 | wc -l)" -eq 101 ]; }
bcf_index_reads() { bcftools index -f "$1" && [ "$(bcftools view -H -r chr1:4500-9000 "$1" | wc -l)" -eq 101 ]; }
same_reads() { cmp <(gzip -dc "in.$1") <(gzip -dc "out.$1"); }
unnamed() { ! LC_ALL=C grep -aqiE "$person|$other|SAMPLE.?01|7734521" "$@"; }
unnamed_alignment() { unnamed "out.$1" && ! samtools view -h -T ref.fa "out.$1" | LC_ALL=C grep -qiE "$person|$other|7734521"; }
unnamed_packed() { unnamed "$1" && ! gzip -dc "$1" | LC_ALL=C grep -aqiE "$person|$other|7734521"; }
refused() { exits 4 clean "$1" && [ ! -e "out.$1" ]; }
# Which reads are copies, and which of these lie side by side on the flow cell, is told by names.
mark() { samtools markdup -d 2500 -t -S --no-PG -s -f "$1.stats" "$1.bam" - | samtools view -x do | awk '{ print $2, $3, $4, /dt:Z:SQ/, /dt:Z:LB/ }' >"$1.marks"; }
counted_copies() { grep -v '^COMMAND' "$1.stats"; }
same_copies() {
  "$tributary" deidentify --in copies.bam --out masked.bam --map ids.tsv --read-names mask && mark copies && mark masked &&
    cmp copies.marks masked.marks && cmp <(counted_copies copies) <(counted_copies masked) &&
    grep -q '^DUPLICATE PAIR OPTICAL: [1-9]' masked.stats && ! samtools view masked.bam | grep -q -e LH00130 -e A22CC55LT4
}
scan_of() { exits "$1" "$tributary" scan --identifiers ids.txt "$2"; }

verdict "samtools and bcftools made the inputs" make_inputs

for kind in bam cram; do
  verdict "$kind: cleaned" clean $kind
  verdict "$kind: samtools quickcheck and a count of all records" whole_$kind out.$kind
  verdict "$kind: the same records but for the read group" same_records $kind
  verdict "$kind: the read group names the pseudonym" named_in_read_groups $kind
  verdict "$kind: every record still belongs to the read group" grouped $kind
  verdict "$kind: a region through our index gives the same records" regions $kind
  verdict "$kind: idxstats counts all records" counts out.$kind
  verdict "$kind: no identifier is left for grep" unnamed_alignment $kind
  verdict "$kind: scan finds the identifiers in the input" scan_of 4 in.$kind
  verdict "$kind: scan calls the output clean" scan_of 0 out.$kind
done
verdict "masked names: markdup finds the same copies and the same optical ones" same_copies
for kind in vcf.gz bcf; do
  verdict "$kind: cleaned" clean $kind
  verdict "$kind: the same variants under the pseudonym" same_variants $kind
  verdict "$kind: no identifier is left for grep" unnamed_packed out.$kind
  verdict "$kind: scan finds the identifiers in the input" scan_of 4 in.$kind
  verdict "$kind: scan calls the output clean" scan_of 0 out.$kind
done
verdict "vcf.gz: tabix indexes and reads it" tabix_reads out.vcf.gz
verdict "bcf: bcftools indexes and reads it" bcf_index_reads out.bcf

for kind in fastq.gz named.fastq.gz; do
  verdict "$kind: cleaned" clean $kind
  verdict "$kind: the same reads" same_reads $kind
  verdict "$kind: gzip finds it whole" gzip -t out.$kind
  verdict "$kind: no identifier is left for grep" unnamed_packed out.$kind
  verdict "$kind: scan calls the output clean" scan_of 0 out.$kind
done
verdict "named.fastq.gz: scan finds the name in the gzip header of the input" scan_of 4 in.named.fastq.gz
verdict "marked.fastq.gz: scan finds the identifier in a read's comment" scan_of 4 in.marked.fastq.gz
verdict "marked.fastq.gz: the comment is dropped" clean marked.fastq.gz
verdict "marked.fastq.gz: no identifier is left for grep" unnamed_packed out.marked.fastq.gz
verdict "titled.fastq.gz: scan finds the identifier in a read's name" scan_of 4 in.titled.fastq.gz
verdict "titled.fastq.gz: a read's name that holds it is refused, and no file is left" refused titled.fastq.gz
