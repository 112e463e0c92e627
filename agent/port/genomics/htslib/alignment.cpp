// agent/port/genomics/htslib/alignment.cpp: BAM or CRAM, by the transform's word or by the file's first bytes.
#include "agent/port/genomics/htslib/alignment.hpp"

#include <array>

#include "agent/port/genomics/htslib/bam.hpp"
#include "agent/port/genomics/htslib/cram.hpp"
#include "agent/port/genomics/htslib/cram_bytes.hpp"

namespace tributary::genomics {

Result<std::unique_ptr<CleanSource>> open_clean_alignment(files::Fd file, const Transform& transform,
                                                          const Pass& pass) {
  switch (transform.format) {
    case Format::bam:
      return open_clean_bam(std::move(file), transform, pass);
    case Format::cram:
      return open_clean_cram(std::move(file), transform, pass);
    default:
      return operator_error("alignment: this transform is for BAM and CRAM only");
  }
}

Status scan_alignment(const files::Fd& file, ContentTap& tap, const Stop& stop) {
  std::array<std::uint8_t, 4> magic{};
  auto got = read_at(file, 0, magic);
  if (!got) return got.error();
  return text(ByteView(magic).first(*got)) == "CRAM" ? scan_cram(file, tap, stop) : scan_bam(file, tap, stop);
}

}  // namespace tributary::genomics
