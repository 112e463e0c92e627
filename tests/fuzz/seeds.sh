#!/bin/sh
# tests/fuzz/seeds.sh: small valid inputs for every fuzz target: `sh tests/fuzz/seeds.sh DIR` makes DIR/NAME/*.
#
# BAM, CRAM and BCF need samtools and bcftools; without them these targets start from nothing.
set -eu
dir=${1:?the folder to make the inputs in}
for source in "$(dirname "$0")"/*_fuzz.cpp; do
  name=${source##*/}
  mkdir -p "$dir/${name%_fuzz.cpp}"
done

sam() {
  printf '@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c\tLN:500\n@RG\tID:a\tSM:SAMPLE-01\tPL:ILLUMINA\n@PG\tID:p\tCL:p x\n@CO\tremark\n'
  printf 'M1:1:F:1:1101:1:2\t99\tc\t10\t60\t8M2S\t=\t100\t100\tACGTACGTAC\tFFFFFFFFFF\tRG:Z:a\tNM:i:0\tBC:Z:ACGT\tXA:B:c,1,2\n'
  printf 'M1:1:F:1:1101:1:2\t147\tc\t100\t60\t10M\t=\t10\t-100\tACGTACGTAC\tFFFFFFFFFF\tRG:Z:a\nM1:1:F:1:1101:3:4\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\tRG:Z:a\n'
  printf 'M1:1:F:1:1101:5:6\t0\tc\t50\t60\t4M1D4M\t*\t0\t0\tACGTACGT\tFFFFFFFF\tRG:Z:a\tMD:Z:4^A0C3\tMC:Z:10M2S\tSA:Z:c,100,+,4M4S,60,0;\tOA:Z:c,1,-,8M,,;\tXA:Z:c,-90,8M,1;\tRX:Z:ACG-TTT\tCB:Z:ACGT-1\tMI:Z:12/A\tMM:Z:C+m?,1,0;\tML:B:C,9,200\tCC:Z:=\tBX:Z:x\tXH:H:0AFF\n'
}
vcf() {
  printf '##fileformat=VCFv4.2\n##contig=<ID=c,length=500>\n##INFO=<ID=DP,Number=1,Type=Integer,Description="d">\n'
  printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n##cmd=x\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE-01\n'
  printf 'c\t5\t.\tA\tG\t30\tPASS\tDP=3\tGT\t0/1\nc\t9\trs1\tAC\tA,<DEL>\t.\t.\tDP=4\tGT\t1|2\n'
}
joint_vcf() {
  printf '##fileformat=VCFv4.3\n##contig=<ID=c,length=500>\n##INFO=<ID=AC,Number=A,Type=Integer,Description="c">\n##INFO=<ID=AF,Number=A,Type=Float,Description="f">\n'
  printf '##INFO=<ID=AN,Number=1,Type=Integer,Description="n">\n##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="l">\n##INFO=<ID=END,Number=1,Type=Integer,Description="e">\n'
  printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n##FORMAT=<ID=AD,Number=R,Type=Integer,Description="d">\n##FORMAT=<ID=PL,Number=G,Type=Integer,Description="p">\n'
  printf '##FORMAT=<ID=XA,Number=A,Type=Float,Description="a">\n##PEDIGREE=<ID=b,Mother=a>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\te\n'
  printf 'c\t5\trs1\tA\tG,C,*\t30\tPASS\tAC=1,2,0;AF=0.1,0.2,0;AN=6;SVLEN=1,2,3\tGT:AD:PL:XA\t0/2:1,2,3,4:0,1,2,3,4,5,6,7,8,9:1,2,3\t0/1/2:.\t./.:.:.\n'
  printf 'c\t9\t.\tA\t<NON_REF>\t.\t.\tEND=20\tGT:PL\t0/0:0,3,9\t0/0:0,1,2\t0|0\nc\t30\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/1\t0/0\n'
}
alleles_vcf() {
  printf '##fileformat=VCFv4.3\n##contig=<ID=c,length=500>\n##ALT=<ID=FOO,Description="f">\n##FILTER=<ID=q10,Description="q">\n##INFO=<ID=SVTYPE,Number=1,Type=String,Description="t">\n##INFO=<ID=MATEID,Number=.,Type=String,Description="m">\n'
  printf '##INFO=<ID=CIGAR,Number=A,Type=String,Description="g">\n##INFO=<ID=OWN,Number=1,Type=Integer,Description="o">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n##FORMAT=<ID=PGT,Number=1,Type=String,Description="p">\n##FORMAT=<ID=PS,Number=1,Type=Integer,Description="s">\n'
  printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\nc\t5\tb1\tA\tA[c:90[\t.\tq10\tSVTYPE=BND;MATEID=b2;OWN=0123456\tGT:PGT:PS\t0/1:0|1:5\n'
  printf 'c\t9\t.\tN\t<DUP:TANDEM>,<FOO>,<CN0>,.A\t.\tPASS\tCIGAR=1M2D,3M,1X,4I;OWN=7\tGT\t1\n'
}
fastq() { printf '@M00146:21:A2WDF:1:1101:1000:2000 1:N:0:ACGT\nACGTN\n+\nFFFF#\n@r2/1\nAC\n+r2/1\n!~\n'; }

vcf >"$dir/vcf/plain"
vcf | gzip -nc >"$dir/vcf/gzip"
joint_vcf >"$dir/vcf/joint"
alleles_vcf >"$dir/vcf/alleles"
printf '#track\nc\t1\t20\tname\nc\t30\t40\n' >"$dir/vcf/bed"
fastq >"$dir/fastq/plain"
fastq | gzip -nc >"$dir/fastq/gzip"
if command -v samtools >/dev/null && command -v bcftools >/dev/null && command -v bgzip >/dev/null; then
  sam | samtools view --no-PG -b -o "$dir/bam/small" - 2>/dev/null
  sam | samtools view --no-PG -u -o "$dir/bam/stored" - 2>/dev/null
  for version in 2.1 3.0 3.1; do
    sam | samtools view --no-PG -C --output-fmt-option no_ref=1 --output-fmt-option version=$version -o "$dir/cram/$version" - 2>/dev/null || true
  done
  vcf | bcftools view --no-version -Ob -o "$dir/vcf/bcf" - 2>/dev/null
  vcf | bcftools view --no-version -Ou -o "$dir/vcf/ubcf" - 2>/dev/null
  vcf | bgzip -c >"$dir/vcf/bgzf"
  joint_vcf | bcftools view --no-version -Ou -o "$dir/vcf/joint_ubcf" - 2>/dev/null
  fastq | bgzip -c >"$dir/fastq/bgzf"
fi

# three numbers; then version, no bits, offset behind the gzip header, member 1, and nothing read so far
(head -c 24 /dev/zero; printf '\1\0\0\12\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0'; head -c 24 /dev/zero) >"$dir/restart_point/start"

printf '<?xml version="1.0"?>\n<RunInfo Version="2"><Run Id="251120_M00146_0021_A" Number="21"><Flowcell>A</Flowcell><Instrument>M00146</Instrument><Date>251120</Date><Reads><Read Number="1" NumCycles="151" IsIndexedRead="N"/></Reads></Run></RunInfo>\n' >"$dir/run_info/miseq"
printf '<RunParameters><Setup><ApplicationName>NextSeq Control Software</ApplicationName><ApplicationVersion>4.1.0</ApplicationVersion></Setup><InstrumentID>NB501234</InstrumentID><ExperimentName>Trio 7</ExperimentName><UserName>nobody</UserName><OutputFolder>D:\\Lab\\Project 7\\2026-01-05</OutputFolder></RunParameters>' >"$dir/run_info/parameters"
printf '<RunCompletionStatus><CompletionStatus>CompletedAsPlanned</CompletionStatus></RunCompletionStatus>' >"$dir/run_info/completion"
printf '<RunCompletionStatus><RunStatus>What 7</RunStatus></RunCompletionStatus>' >"$dir/run_info/other_completion"
printf '251120_NB501234_0021_AHWDF' >"$dir/run_info/name"
# The first byte is format and unit.
words='@M:4711:QUX-0042:X7Q/1 1:N:0:4711 ch=4711 duration=4711 x=X7Q CO:Z:4711\tby zwicklbauer, quentin 31.01.1970 qux_0042 123e4567-e89b-12d3-a456-426614174711 00004711000047110000471100004711'
unit=0
while [ "$unit" -lt 49 ]; do
  { printf "\\$(printf '%03o' "$unit")"; printf "$words\n"; } >"$dir/inspector/$unit"
  unit=$((unit + 1))
done
printf '\360Zwicklbauer Quentin' >"$dir/inspector/name"
printf '\3611970-01-31' >"$dir/inspector/date"
printf '[Header],,\nIEMFileVersion,4,\n[Data],,\nSample_ID,Sample_Name,Sample_Project,Lane\nS-1,N_1,P,1\n"S,2",,P,2\n' >"$dir/sample_sheet/v1"
printf '[Header]\nFileFormatVersion,2\n\n[BCLConvert_Data]\nLane,Sample_ID,Index\n1,S-1,ACGT\n' >"$dir/sample_sheet/v2"
printf 'asample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until,name\nS-1,P-1,C-1,active,HMB;NPU,2020-01-01,2030-01-01,"A ""B"""\n' >"$dir/subject_csv/whole"
printf 'cS-1,P-1,C-1,active,DS[MONDO:0007254];GS[DE|FR],2020-01-01T00:00:00Z,\nS-2,P-1,C-2,withdrawn,,,\n' >"$dir/subject_csv/rows"
fhir_person='{"resourceType":"Patient","id":"p","identifier":[{"system":"p","value":"P-1"}]},"search":{"mode":"match"}},{"resource":{"resourceType":"Specimen","accessionIdentifier":{"system":"s","value":"S"},"subject":{"reference":"Patient/p"}}}'
fhir_r4='{"resourceType":"Consent","id":"c","status":"active","scope":{"coding":[{"code":"research"}]},"patient":{"reference":"Patient/p"},"policy":[{"uri":"urn:oid:1.2"}],"verification":[{"verified":true}],"provision":{"type":"deny","period":{"start":"2020-01-01","end":"2030"},"provision":[{"type":"permit","period":{"start":"2020-01-01T00:00:00+01:00"},"code":[{"coding":[{"system":"urn:x","code":"a"}]}]}]}}'
fhir_r5='{"resourceType":"Consent","id":"d","meta":{"lastUpdated":"2025-01-01T00:00:00Z","versionId":"2"},"status":"active","subject":{"identifier":{"system":"p","value":"P-1"}},"decision":"deny","period":{"start":"2020"},"provision":[{"code":[{"coding":[{"code":"b"}]}],"provision":[{"code":[{"coding":[{"code":"c"}]}]}]}]}'
printf '0{"resourceType":"Bundle","type":"searchset","total":3,"link":[{"relation":"next","url":"https://h/f?p=2"}],"entry":[{"fullUrl":"urn:uuid:1","resource":%s,{"resource":%s},{"resource":%s}]}' "$fhir_person" "$fhir_r4" "$fhir_r5" >"$dir/fhir_consent/bundle"
fhir_answers='{"resourceType":"QuestionnaireResponse","id":"q","status":"completed","subject":{"reference":"Patient/p"},"item":[{"linkId":"q","answer":[{"valueCoding":{"system":"s","code":"y"}}],"item":[{"linkId":"r","answer":[{"valueBoolean":true}]}]}]}'
fhir_rests='{"resourceType":"Consent","id":"e","status":"active","scope":{"coding":[{"code":"research"}]},"patient":{"reference":"Patient/p"},"policy":[{"uri":"urn:oid:1.2"}],"sourceReference":{"reference":"QuestionnaireResponse/q"}}'
printf '0{"resourceType":"Bundle","type":"collection","entry":[{"resource":%s},{"resource":%s},{"resource":%s}]}' "$fhir_person" "$fhir_answers" "$fhir_rests" >"$dir/fhir_consent/answers"
printf '1%s\n%s\n' "$fhir_r4" "$fhir_r5" >"$dir/fhir_consent/lines"
printf '2programme: x\ndenies: programme\npacks:\n  - valid_from: 2020-01-01\n    grants:\n      - { codes: [a, "s|b"], terms: HMB, unless: [c], bound: "GS[DE]" }\n' >"$dir/fhir_consent/map"
printf 'format-version: 1.4\n\n[Term]\nid: MONDO:0000003\nis_a: MONDO:0000001 {source="x"} ! a\nis_a: MONDO:0000002\n\n[Term]\nid: MONDO:0000002\nis_a: MONDO:0000003\nis_obsolete: true\n' >"$dir/disease_hierarchy/terms"
printf 'HMB;NPU' >"$dir/duo_terms/short"
printf 'DUO:0000007[MONDO:0007254];GS[DE|FR];TS[18 months]' >"$dir/duo_terms/long"
printf 'site: a\nlist:\n  - { a: 1s, b: [x, "y"] }\n  - c: |\n      text\n' >"$dir/yaml/map"
printf '{"id":"d","name":"n","type":{"group":"org.ga4gh","artifact":"drs","version":"1.5.0"},"drs":{"uploadRequestSupported":true,"supportedUploadMethodTypes":["s3"],"maxUploadSize":5}}' >"$dir/drs_reply/info"
printf '{"responses":[{"name":"n","size":1,"checksums":[{"type":"sha-256","checksum":"00"}],"upload_methods":[{"type":"s3","access_url":{"url":"s3://b/k"},"upload_details":{"bucket":"b","key":"k","access_key_id":"a","secret_access_key":"s","expires_at":"2026-11-21T12:00:00Z"}},{"type":"https","upload_details":{"post_url":{"url":"https://h/","headers":["A: b"]}}}]}]}' >"$dir/drs_reply/grant"
printf '{"objects":[{"id":"i","self_uri":"drs://h/i","size":1,"checksums":[{"type":"sha-256","checksum":"00"}],"aliases":["a"],"access_methods":[{"type":"s3","access_url":{"url":"s3://b/k"}}]}]}' >"$dir/drs_reply/objects"
printf '{"id":"t","state":"EXECUTOR_ERROR","logs":[{"logs":[{"exit_code":1,"stderr":"x"}],"system_logs":["y"]}]}' >"$dir/tes_reply/task"
printf '{"tasks":[{"id":"t","state":"RUNNING","tags":{"a":"b"}}],"next_page_token":"n"}' >"$dir/tes_reply/page"
printf '<?xml version="1.0"?><ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker><Part><PartNumber>1</PartNumber><ETag>"00"</ETag><Size>5</Size></Part></ListPartsResult>' >"$dir/s3_xml/parts"
printf '<Error><Code>NoSuchUpload</Code><Message>a &amp; b</Message></Error>' >"$dir/s3_xml/error"
printf '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"00"</ETag></Part></CompleteMultipartUpload>' >"$dir/sandbox/complete"
printf -- '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n' >"$dir/sandbox/form"
{ printf '\000crypt4gh\001\000\000\000\001\000\000\000\154\000\000\000\000\000\000\000'; head -c 200 /dev/zero; } >"$dir/crypt4gh_header/header"
printf '\002-----BEGIN CRYPT4GH PUBLIC KEY-----\ny67skGFKqYN+0n+1P0FyxYa/lHPUWiloN4kdrx7J3BA=\n-----END CRYPT4GH PUBLIC KEY-----\n' >"$dir/crypt4gh_header/public"
printf '{"resourceType":"Parameters","parameter":[{"name":"pseudonym","part":[{"name":"target","valueIdentifier":{"system":"s","value":"D"}},{"name":"original","valueString":"S-1"},{"name":"pseudonym","valueIdentifier":{"value":"QX7-1"}}]},{"name":"error","part":[{"name":"original","valueString":"S-2"}]}]}' >"$dir/pseudonym_reply/both"
printf 'ad,sample,S-1,QX7-1\nd,subject,P-1,"QS7-1"\n' >"$dir/pseudonym_list/rows"
printf 'c*,sample,S-1,QX7-1\nd,sample,S-2,QX7-1\n' >"$dir/pseudonym_list/linked"
printf 'bpseudonym,x,id,kind,destination\r\nQX7-1,,S-1,sample,d\r\n' >"$dir/pseudonym_list/whole"
printf '\003{"destination":"d","pseudonym":"QX7-1","kind":"sample","key_id":"k","id":"S-1","subject":"P-1","withdrawn_utc_s":0}\n' >"$dir/linkage/one"
printf '[{"table":"withdrawn","row":{"subject_tag":{"base64":"AQ=="},"at":1}},{"table":"object","gone":{"parcel":"p-1"}}]' >"$dir/journal_copy/rows"
printf 'act=pause&destination=national&csrf=00&lang=de' >"$dir/page_words/form"
printf 'de-DE,de;q=0.9,en;q=0.8' >"$dir/page_words/languages"
printf '<b a="x">&amp;\033[31m</b>' >"$dir/page_words/markup"
printf '[::1]:8480' >"$dir/page_words/host"
printf 'e30.eyJleHAiOjF9.x' >"$dir/page_words/token"
printf 'a# list\r\nP-1\r\n P-2 \n' >"$dir/optout_list/plain"
printf 'b%064d\n' 7 >"$dir/optout_list/digests"
printf '{"resourceType":"Parameters","parameter":[{"name":"consented","valueBoolean":true}]}' >"$dir/gics_reply/gics"
printf '{"id":"P-1","opted_out":false}' >"$dir/gics_reply/register"
printf '220 a\r\n250-b\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n220 go\r\n250-b\r\n250 AUTH LOGIN PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n' >"$dir/smtp_reply/taken"
printf 'e30.eyJleHAiOjE3NjM3MTkyMDB9.c2ln' >"$dir/token_end/good"
