// agent/port/genomics/htslib/cram_index.cpp: the lines of a crai index.
#include "agent/port/genomics/htslib/cram_index.hpp"

#include <htslib/bgzf.h>

#include <algorithm>

#include "agent/port/genomics/htslib/bam_index.hpp"

namespace tributary::genomics {

namespace {

constexpr std::int32_t several_contigs = -2;

}  // namespace

void CramIndex::line(std::int32_t contig, std::int64_t begin, std::int64_t span, std::uint64_t offset,
                     const CramSlicePlace& slice) {
  lines_ += std::to_string(contig) + '\t' + std::to_string(begin) + '\t' + std::to_string(span) + '\t' +
            std::to_string(offset) + '\t' + std::to_string(slice.landmark) + '\t' + std::to_string(slice.size_bytes) +
            '\n';
}

Status CramIndex::add(const CleanContainer& container, std::uint64_t offset) {
  const bool mixed = std::any_of(container.slices.begin(), container.slices.end(),
                                 [](const CramSlicePlace& slice) { return slice.header.contig == several_contigs; });
  if (mixed) return add_mixed(container, offset);
  for (const CramSlicePlace& slice : container.slices) {
    line(slice.header.contig, slice.header.begin, slice.header.span, offset, slice);
  }
  return {};
}

/// Slices of several contigs do not say where their records lie: they are decoded.
Status CramIndex::add_mixed(const CleanContainer& container, std::uint64_t offset) {
  std::size_t records = 0;
  for (const CramSlicePlace& slice : container.slices) records += static_cast<std::size_t>(slice.header.records);
  auto loci = loci_of(version_, text_, container.bytes, records);
  if (!loci) return loci.error();
  auto next = loci->begin();
  for (const CramSlicePlace& slice : container.slices) {
    if (slice.header.contig != several_contigs) {
      line(slice.header.contig, slice.header.begin, slice.header.span, offset, slice);
      next += slice.header.records;
      continue;
    }
    CramLocus run;
    bool open = false;
    for (std::int32_t i = 0; i < slice.header.records; ++i, ++next) {
      if (open && next->contig == run.contig) {
        run.end = std::max(run.end, next->end);
        continue;
      }
      if (open) line(run.contig, run.begin, run.end - run.begin + 1, offset, slice);
      run = *next;
      open = true;
    }
    if (open) line(run.contig, run.begin, run.end - run.begin + 1, offset, slice);
  }
  return {};
}

Result<Bytes> CramIndex::finish() const {
  auto file = memory_file();
  if (!file) return file.error();
  auto copy = file->duplicate();
  if (!copy) return copy.error();
  BGZF* out = bgzf_dopen(copy->get(), "wg");  // plain gzip, one member, no name, no time
  if (out == nullptr) return wait_error("CRAM: no memory for the index");
  (void)copy->release();
  const ssize_t written = bgzf_write(out, lines_.data(), lines_.size());
  const int closed = bgzf_close(out);
  if (written != static_cast<ssize_t>(lines_.size()) || closed != 0) {
    return wait_error("CRAM: the index can not be written to memory");
  }
  return contents_of(file->get());
}

}  // namespace tributary::genomics
