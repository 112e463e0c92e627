// agent/port/genomics/htslib/bam_units.hpp: header and records of a BAM file, checked for their lengths.
//
// Failure    give_up: no BAM, truncated, a length that does not fit. wait: the file could not be read now.
// Source     SAM specification, section 4.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/htslib/sam_text.hpp"
#include "agent/port/genomics/htslib/window.hpp"

namespace tributary::genomics {

inline constexpr std::size_t bam_record_limit_bytes = std::size_t{64} << 20U;

/// A window over the content of a file that is BGZF and has its end-of-file block.
Result<std::unique_ptr<Unpacker>> open_bam(files::Fd file, Workers* workers);

/// Goes through the header's text and takes it from the window. Memory does not grow with it.
Status bam_header_text(Window& window, const SamTextVisitor& visitor);
/// Goes through the list of contigs behind the text; answers how many they are.
Result<std::size_t> bam_contigs(Window& window, const SamTextVisitor& visitor,
                                const std::function<Status(std::string_view name, std::uint32_t length)>& visit);
/// Bytes of the record at the front of the window, its length's four included; 0 at the end of the file.
Result<std::size_t> bam_record_bytes(Window& window);

}  // namespace tributary::genomics
