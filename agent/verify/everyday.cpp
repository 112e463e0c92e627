// agent/verify/everyday.cpp: the words themselves.
#include "agent/verify/everyday.hpp"

#include <algorithm>
#include <array>

#include "agent/base/text.hpp"

namespace tributary::verify {
namespace {

// Lower case, in the order of their bytes. With "fisher", "sanger" and the like: tests and methods whose inventors'
// names stand in headers of every caller. With particles of names and titles, which are parts of many names.
constexpr auto everyday = std::to_array<std::string_view>(
    {"1000",       "10000",        "100000",        "1000000",     "adapter", "aligned",
     "allele",     "alleles",      "alt",           "amplicon",    "and",     "autosome",
     "b37",        "bam",          "barcode",       "barcodes",    "base",    "bases",
     "batch",      "bcf",          "bcftools",      "bed",         "bgzf",    "biopsy",
     "blood",      "blut",         "bonito",        "bowtie",      "bowtie2", "broad",
     "bwa",        "capture",      "case",          "cases",       "cdna",    "center",
     "centre",     "child",        "chm13",         "chr1",        "chr10",   "chr11",
     "chr12",      "chr13",        "chr14",         "chr15",       "chr16",   "chr17",
     "chr18",      "chr19",        "chr2",          "chr20",       "chr21",   "chr22",
     "chr3",       "chr4",         "chr5",          "chr6",        "chr7",    "chr8",
     "chr9",       "chrm",         "chrmt",         "chrun",       "chrx",    "chry",
     "clean",      "cohort",       "contig",        "contigs",     "control", "controls",
     "coordinate", "count",        "counts",        "cram",        "data",    "date",
     "decoy",      "dedup",        "deepvariant",   "default",     "del",     "den",
     "depth",      "der",          "des",           "description", "dna",     "dorado",
     "dragen",     "duplicate",    "ebv",           "element",     "eltern",  "end",
     "ensembl",    "exom",         "exome",         "exomes",      "fail",    "failed",
     "false",      "familie",      "family",        "fasta",       "fastq",   "father",
     "female",     "file",         "filter",        "filtered",    "final",   "fisher",
     "flag",       "float",        "for",           "format",      "forward", "frau",
     "freebayes",  "from",         "gatk",          "gencode",     "genom",   "genome",
     "genomes",    "germline",     "gewebe",        "grch37",      "grch38",  "gridion",
     "group",      "groups",       "guppy",         "gvcf",        "gzip",    "haplotypecaller",
     "hardy",      "herr",         "hg19",          "hg38",        "high",    "hisat2",
     "hiseq",      "hla",          "homo",          "hs37d5",      "htslib",  "human",
     "illumina",   "index",        "info",          "integer",     "iseq",    "kontrolle",
     "lambda",     "lane",         "lanes",         "left",        "length",  "libraries",
     "library",    "list",         "low",           "male",        "mann",    "manta",
     "mapped",     "max",          "mean",          "median",      "mem",     "mem2",
     "merged",     "metastasis",   "min",           "minimap2",    "minion",  "miniseq",
     "minknow",    "miseq",        "mitochondrion", "mother",      "mutect",  "mutect2",
     "mutter",     "n/a",          "name",          "names",       "nan",     "nanopore",
     "ncbi",       "nextseq",      "none",          "normal",      "not",     "novaseq",
     "novaseqx",   "null",         "number",        "pacbio",      "paired",  "panel",
     "pass",       "passed",       "patient",       "patients",    "person",  "phix",
     "picard",     "plasma",       "plate",         "primary",     "primer",  "proband",
     "probe",      "project",      "projects",      "promethion",  "quality", "queryname",
     "random",     "raw",          "read",          "reads",       "recal",   "ref",
     "reference",  "refseq",       "replicate",     "reverse",     "revio",   "right",
     "rna",        "run",          "runs",          "saliva",      "sam",     "sample",
     "samples",    "samtools",     "sanger",        "sapiens",     "score",   "secondary",
     "sentieon",   "sequel",       "serum",         "sibling",     "single",  "site",
     "size",       "snpeff",       "somatic",       "sorted",      "source",  "star",
     "start",      "strand",       "strelka",       "string",      "study",   "subject",
     "subjects",   "sum",          "supplementary", "t2t",         "test",    "tests",
     "the",        "time",         "tissue",        "total",       "trio",    "true",
     "tumor",      "tumour",       "type",          "ucsc",        "ultima",  "unaligned",
     "unassigned", "unclassified", "undetermined",  "unique",      "unknown", "unmapped",
     "unsorted",   "value",        "values",        "van",         "variant", "variants",
     "varscan",    "vater",        "vcf",           "vep",         "version", "von",
     "weinberg",   "well",         "wes",           "wgs",         "whitney", "wilcoxon",
     "with",       "wxs",          "zum",           "zur"});
static_assert(std::is_sorted(everyday.begin(), everyday.end()));

}  // namespace

bool is_everyday(std::string_view word) {
  return std::binary_search(everyday.begin(), everyday.end(), std::string_view(lower(word)));
}

}  // namespace tributary::verify
