// agent/port/genomics/htslib/cram_header.hpp: the first container of a CRAM file, which holds the SAM header.
//
// Memory does not grow with the header: the lines of a long one go by. Its block is plain or gzip, as the specification
// wants it; blocks beside it are padding.
// Source     CRAM specification 3.x, section 7.
// Failure    give_up: damaged, truncated, packed in another way; the visitor's own error.
#pragma once

#include <cstdint>
#include <functional>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/htslib/cram_container.hpp"

namespace tributary::genomics {

struct CramHeaderVisitor {
  std::function<Status(std::string_view line)> line;  // of the SAM header
  /// Whatever else stands in the container; may be empty: then it is passed over.
  std::function<Status(ByteView bytes)> beside;
};

/// Answers where the first data container stands.
Result<std::uint64_t> read_cram_header(const files::Fd& file, CramVersion version, const CramHeaderVisitor& visitor);

/// File definition and header container for `text`, as this house writes them.
Bytes cram_preamble(CramVersion version, std::string_view text);

}  // namespace tributary::genomics
