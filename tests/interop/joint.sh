#!/usr/bin/env bash
# tests/interop/joint.sh: joint VCF and BCF cut by `tributary deidentify`, beside `bcftools view -s --trim-alt-alleles`.
. "$(dirname "$0")/common.sh"
needs bcftools tabix bgzip awk
cd "$work" || exit 1

samples=60
printf 'P07\tTL-A\n' >one.tsv
printf 'P03\tTL-A\nP31\tTL-B\nP59\tTL-C\n' >three.tsv

# Up to five alternate alleles, rare and common ones, diploid, haploid and missing genotypes.
make_vcf() {
  awk -v samples=$samples 'BEGIN {
    srand(13)
    print "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=1000000>\n##FILTER=<ID=PASS,Description=\"all\">"
    print "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"count\">\n##INFO=<ID=AN,Number=1,Type=Integer,Description=\"called\">"
    print "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"depth\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">"
    print "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"depths\">\n##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"likelihoods\">"
    print "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"depth\">"
    line = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    for (s = 0; s < samples; s++) line = line sprintf("\tP%02d", s)
    print line
    split("C G T AT ATT", alt, " ")
    for (r = 1; r <= 3000; r++) {
      n = rand() < 0.6 ? 1 : 1 + int(rand() * 5); rare = rand() < 0.5 ? 0.01 : 0.3; a = alt[1]; zeros = "0"
      for (i = 2; i <= n; i++) { a = a "," alt[i]; zeros = zeros ",0" }
      line = "chr1\t" r * 50 "\t.\tA\t" a "\t50\tPASS\tAC=" zeros ";AN=0;DP=9000\tGT:AD:PL:DP"
      for (s = 0; s < samples; s++) {
        copies = rand() < 0.1 ? 1 : 2; g = ""; missing = rand() < 0.05
        for (c = 1; c <= copies; c++) g = g (c > 1 ? (rand() < 0.3 ? "|" : "/") : "") (missing ? "." : rand() < rare ? 1 + int(rand() * n) : 0)
        ad = int(rand() * 40); for (i = 1; i <= n; i++) ad = ad "," int(rand() * 40)
        values = copies == 1 ? n + 1 : (n + 1) * (n + 2) / 2
        pl = int(rand() * 99); for (i = 2; i <= values; i++) pl = pl "," int(rand() * 99)
        line = line "\t" g ":" ad ":" (missing ? "." : pl) ":" int(rand() * 60)
      }
      print line
    }
  }' >joint.vcf && bgzip -c joint.vcf >joint.vcf.gz && bcftools view --no-version -Ob -o joint.bcf joint.vcf
}
# cut MAP KIND SITES
cut_file() { "$tributary" deidentify --in "joint.$2" --out "$1.$3.$2" --map "$1.tsv" --sites-without-variant "$3"; }
names() { cut -f1 "$1.tsv" | paste -sd,; }
by_bcftools() { # MAP KIND SITES
  local more=()
  [ "$3" = drop ] && more=(--min-ac 1)
  bcftools view --no-version --trim-alt-alleles "${more[@]}" -s "$(names "$1")" "joint.$2"
}
fields='%CHROM %POS %REF %ALT %AN[ %GT:%AD:%PL:%DP]\n'
same_genotypes() { cmp <(bcftools query -f "$fields" "$1.$3.$2") <(by_bcftools "$@" | bcftools query -f "$fields"); }
same_counts() { cmp <(bcftools query -f '%POS %AC %AN\n' "$1.drop.$2") <(by_bcftools "$1" "$2" drop | bcftools query -f '%POS %AC %AN\n'); }
named() { [ "$(bcftools query -l "$1.drop.$2")" = "$(cut -f2 "$1.tsv")" ]; }
silent() { [ -z "$(bcftools view -H "$1.drop.$2" 2>&1 >/dev/null)" ] && ! bcftools view "$1.drop.$2" | grep -qE 'P[0-9][0-9]|DP=9000'; }
indexed() { bcftools index -f "$1.drop.$2" && [ -n "$(bcftools view -H -r chr1:1-150000 "$1.drop.$2" | head -n 1)" ]; }

verdict "bcftools made a joint file of $samples samples" make_vcf
for map in one three; do
  for kind in vcf.gz bcf; do
    for sites in drop keep; do
      verdict "$kind, $map: cut, sites without a variant: $sites" cut_file $map $kind $sites
      verdict "$kind, $map, $sites: the same alleles, genotypes and values as bcftools view -s -a" same_genotypes $map $kind $sites
    done
    verdict "$kind, $map: the same allele counts" same_counts $map $kind
    verdict "$kind, $map: the columns have their new names" named $map $kind
    verdict "$kind, $map: bcftools has no complaint, and nothing speaks of the others" silent $map $kind
    verdict "$kind, $map: bcftools indexes and reads it" indexed $map $kind
  done
done
