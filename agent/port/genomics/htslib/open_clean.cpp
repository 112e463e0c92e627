// agent/port/genomics/htslib/open_clean.cpp: which transform a format has.
#include "agent/base/text.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/alignment.hpp"
#include "agent/port/genomics/htslib/bcf.hpp"
#include "agent/port/genomics/htslib/bed.hpp"
#include "agent/port/genomics/htslib/fastq.hpp"
#include "agent/port/genomics/htslib/vcf.hpp"

namespace tributary::genomics {

namespace {

Status check_columns(const Transform& transform) {
  if (transform.columns.empty()) return {};
  if (transform.format != Format::vcf && transform.format != Format::bcf)
    return refusal("only VCF and BCF have columns of samples");
  const Column* before = nullptr;
  for (const Column& column : transform.columns) {
    if (!is_portable_name(column.name)) {
      return refusal("a name that should replace a column's is empty or has characters outside of A-Z a-z 0-9 . _ -");
    }
    if (before != nullptr && column.source <= before->source) return refusal("columns are not in their order");
    before = &column;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<CleanSource>> open_clean(files::Fd file, const Transform& transform, const Pass& pass) {
  const bool nameless = transform.format == Format::fastq || transform.format == Format::bed;
  if (!nameless && !is_portable_name(transform.sample)) {
    return refusal("the name that should replace the sample's is empty or has characters outside of A-Z a-z 0-9 . _ -");
  }
  if (Status done = check_columns(transform); !done) return done.error();
  switch (transform.format) {
    case Format::fastq:
      return open_clean_fastq(std::move(file), transform, pass);
    case Format::vcf:
      return open_clean_vcf(std::move(file), transform, pass);
    case Format::bcf:
      return open_clean_bcf(std::move(file), transform, pass);
    case Format::bed:
      return open_clean_bed(std::move(file), transform, pass);
    case Format::bam:
    case Format::cram:
      return open_clean_alignment(std::move(file), transform, pass);
    case Format::unknown:
      break;
  }
  return refusal("a file of unknown format can not be made clean", "only fastq, bam, cram, vcf, bcf and bed are sent");
}

}  // namespace tributary::genomics
