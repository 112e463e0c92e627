// agent/port/genomics/htslib/region_index.cpp: htslib's index builder for VCF, BCF and BED.
#include "agent/port/genomics/htslib/region_index.hpp"

#include <htslib/tbx.h>

#include <algorithm>
#include <array>

#include "agent/port/genomics/htslib/bam_index.hpp"

namespace tributary::genomics {

namespace {

constexpr int min_shift = 14;
constexpr int tbi_levels = 5;
constexpr int least_csi_levels = 6;  // as tabix chooses
constexpr std::uint64_t unknown_length = std::uint64_t{100} << 30U;
constexpr std::uint64_t greatest_length = std::uint64_t{1} << 43U;
constexpr std::size_t names_limit_bytes = std::size_t{64} << 20U;

int csi_levels(int least, std::uint64_t longest) {
  int levels = least;
  const std::uint64_t length = std::min(longest, greatest_length) + 256;
  while (length > std::uint64_t{1} << static_cast<unsigned>(min_shift + 3 * levels)) ++levels;
  return levels;
}

std::int64_t span(int levels) { return std::int64_t{1} << static_cast<unsigned>(min_shift + 3 * levels); }

Error no_memory() { return wait_error("index: no memory for it"); }

}  // namespace

Result<std::unique_ptr<RegionIndex>> RegionIndex::of_text(Format format, IndexKind kind, std::uint64_t longest_contig,
                                                          std::uint64_t first_record_at) {
  const bool csi = kind == IndexKind::csi;
  const int levels =
      csi ? csi_levels(least_csi_levels, longest_contig > 0 ? longest_contig : unknown_length) : tbi_levels;
  std::unique_ptr<RegionIndex> made(new RegionIndex(format, csi ? HTS_FMT_CSI : HTS_FMT_TBI, span(levels)));
  made->index_.reset(hts_idx_init(0, made->kind_, first_record_at, min_shift, levels));
  if (!made->index_) return no_memory();
  return made;
}

Result<std::unique_ptr<RegionIndex>> RegionIndex::of_bcf(std::uint64_t contigs, std::uint64_t longest_contig,
                                                         std::uint64_t first_record_at) {
  const int levels = csi_levels(0, longest_contig > 0 ? longest_contig : (std::uint64_t{1} << 31U) - 1);
  std::unique_ptr<RegionIndex> made(new RegionIndex(Format::bcf, HTS_FMT_CSI, span(levels)));
  made->index_.reset(hts_idx_init(static_cast<int>(contigs), HTS_FMT_CSI, first_record_at, min_shift, levels));
  if (!made->index_) return no_memory();
  return made;
}

Result<std::int32_t> RegionIndex::number_of(std::string_view contig) {
  if (number_ >= 0 && contig == name_) return number_;
  name_ = contig;
  const auto [found, fresh] = numbers_.try_emplace(name_, static_cast<std::int32_t>(numbers_.size()));
  if (fresh) {
    names_.append(name_).push_back('\0');
    if (names_.size() > names_limit_bytes) return refusal("index: more than 64 MiB of contig names");
  }
  number_ = found->second;
  return number_;
}

Status RegionIndex::add(const Region& region, std::uint64_t end_at) {
  const std::int64_t begin = std::max<std::int64_t>(region.begin, 0);
  const std::int64_t end = std::max(region.end, begin + 1);
  if (end > limit_) {
    return refusal(
        "index: a record ends at base " + std::to_string(end) + " and this index ends at " + std::to_string(limit_),
        kind_ == HTS_FMT_TBI ? "ask for csi" : "the contig lengths in the header are too small");
  }
  if (hts_idx_push(index_.get(), region.contig, begin, end, end_at, 1) < 0) {
    return refusal("index: the records are not in order of coordinate", "sort the file, or ask for no index");
  }
  return {};
}

/// What tabix keeps beside the intervals: the columns and the names of the contigs.
Status RegionIndex::set_names() {
  const tbx_conf_t& conf = format_ == Format::bed ? tbx_conf_bed : tbx_conf_vcf;
  Bytes meta;
  for (const std::int32_t field : {conf.preset, conf.sc, conf.bc, conf.ec, conf.meta_char, conf.line_skip}) {
    append_le32(meta, static_cast<std::uint32_t>(field));
  }
  append_le32(meta, static_cast<std::uint32_t>(names_.size()));
  meta.insert(meta.end(), names_.begin(), names_.end());
  if (hts_idx_set_meta(index_.get(), static_cast<std::uint32_t>(meta.size()), meta.data(), 1) < 0) return no_memory();
  return {};
}

Result<Bytes> RegionIndex::finish(std::uint64_t end_at) {
  if (hts_idx_finish(index_.get(), end_at) < 0) return no_memory();
  if (format_ != Format::bcf) {
    if (Status done = set_names(); !done) return done.error();
  }
  auto file = memory_file();
  if (!file) return file.error();
  const std::string name = "/proc/self/fd/" + std::to_string(file->get());
  if (hts_idx_save_as(index_.get(), nullptr, name.c_str(), kind_) < 0) {
    return wait_error("index: can not be written to memory", "check that /proc is mounted and memory is left");
  }
  return contents_of(file->get());
}

}  // namespace tributary::genomics
