// agent/port/genomics/htslib/bcf.hpp: BCF 2.1 and 2.2 of one sample (or of sites only), always as BGZF.
//
// The header goes through the allow-list of vcf_header.hpp; the lines that are BCF's dictionary all stay, in order and
// with their IDX, so that records stay valid and are copied byte for byte. A record must tell as many samples as the
// header.
//
// Failure    give_up: those of VCF; a record whose lengths do not fit, a record over 128 MiB.
// Index      csi.
#pragma once

#include <memory>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/window.hpp"

namespace tributary::genomics {

/// The text of the header at the front of the window (magic and length before it), and what to take behind it.
struct BcfHeaderText {
  std::string_view text;  // until the first zero byte; valid until the next `more`
  std::size_t end = 0;
};
Result<BcfHeaderText> bcf_header_text(Window& window);
/// The size of the record at the front of the window, which holds it whole; 0 at the end of the file.
Result<std::size_t> bcf_record_bytes(Window& window);

Result<std::unique_ptr<CleanSource>> open_clean_bcf(files::Fd file, const Transform& transform, const Pass& pass);

}  // namespace tributary::genomics
