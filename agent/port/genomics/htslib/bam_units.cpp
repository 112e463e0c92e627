// agent/port/genomics/htslib/bam_units.cpp: lengths are believed only as bytes arrive.
#include "agent/port/genomics/htslib/bam_units.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "agent/port/genomics/htslib/sam_header.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t end_block_bytes = 28;
constexpr std::uint32_t contig_count_limit = 1U << 24U;
constexpr std::uint32_t contig_name_limit_bytes = 4096;
constexpr std::uint32_t least_record_bytes = 32;

Error truncated() {
  return refusal("BAM: the file ends within a header or a record: it is truncated", "copy the file again");
}

/// A block without content at the end: its size is told by its last four bytes, and BGZF writers write it in 28.
Result<bool> has_end_block(const files::Fd& file) {
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return wait_error("BAM: the file can not be read now");
  if (facts.st_size < static_cast<off_t>(end_block_bytes)) return false;
  std::array<std::uint8_t, end_block_bytes> last{};
  const auto got = ::pread(file.get(), last.data(), last.size(), facts.st_size - static_cast<off_t>(end_block_bytes));
  if (got != static_cast<ssize_t>(last.size())) return wait_error("BAM: the file can not be read to its end now");
  return last[0] == 0x1f && last[1] == 0x8b && last[12] == 'B' && last[13] == 'C' && last[16] == 0x1b &&
         last[17] == 0 && load_le32(ByteView(last).last(4)) == 0;
}

using Take = std::function<Status(std::size_t)>;
using VisitContig = std::function<Status(std::string_view name, std::uint32_t length)>;

Result<std::uint32_t> take_number(Window& window, const Take& take) {
  auto there = window.have(4);
  if (!there) return there.error();
  if (!*there) return truncated();
  const std::uint32_t number = load_le32(view(window.rest().substr(0, 4)));
  if (Status done = take(4); !done) return done.error();
  return number;
}

Status take_contig(Window& window, const Take& take, const VisitContig& visit) {
  auto size = take_number(window, take);
  if (!size) return size.error();
  if (*size < 2 || *size > contig_name_limit_bytes) return refusal("BAM: a contig's name has no valid length");
  auto there = window.have(std::size_t{*size} + 4);
  if (!there) return there.error();
  if (!*there) return truncated();
  if (window.rest()[*size - 1] != '\0') return refusal("BAM: a contig's name does not end");
  const std::string_view name = window.rest().substr(0, *size - 1);
  if (!is_contig_name(name)) return refusal("BAM: a contig's name has characters that SAM forbids");
  const std::uint32_t length = load_le32(view(window.rest().substr(*size, 4)));
  if (length > 0x7fffffffU) return refusal("BAM: a contig has no valid length");
  if (Status done = visit(name, length); !done) return done;
  return take(std::size_t{*size} + 4);
}

}  // namespace

Result<std::unique_ptr<Unpacker>> open_bam(files::Fd file, Workers* workers) {
  auto complete = has_end_block(file);
  if (!complete) return complete.error();
  auto input = Unpacker::open(std::move(file), {}, Unpacker::Trailing::refuse, workers);
  if (!input) return in("BAM", input.error());
  if ((*input)->compression() != Compression::bgzf) return refusal("BAM: this is no BGZF file");
  if (!*complete) {
    return refusal("BAM: the end-of-file block is missing: the file is truncated", "copy the file again");
  }
  return input;
}

Status bam_header_text(Window& window, const SamTextVisitor& visitor) {
  auto there = window.have(4);
  if (!there) return there.error();
  if (!*there) return truncated();
  if (window.rest().substr(0, 4) != std::string_view("BAM\1", 4))
    return refusal("BAM: the file does not begin as BAM does");
  if (Status done = visitor.take(4); !done) return done;
  auto size = take_number(window, visitor.take);
  if (!size) return size.error();
  if (*size > 0x7fffffffU) return refusal("BAM: the header's text has no valid length");
  Status done = sam_text(window, *size, visitor);
  return done ? done : Status(in("BAM", done.error()));
}

Result<std::size_t> bam_contigs(Window& window, const SamTextVisitor& visitor, const VisitContig& visit) {
  auto count = take_number(window, visitor.take);
  if (!count) return count.error();
  if (*count > contig_count_limit) return refusal("BAM: the list of contigs has no valid length");
  for (std::uint32_t i = 0; i < *count; ++i) {
    if (Status done = take_contig(window, visitor.take, visit); !done) return done.error();
  }
  return std::size_t{*count};
}

Result<std::size_t> bam_record_bytes(Window& window) {
  auto there = window.have(4);
  if (!there) return there.error();
  if (!*there) {
    if (window.rest().empty()) return std::size_t{0};
    return truncated();
  }
  const std::uint32_t size = load_le32(view(window.rest().substr(0, 4)));
  if (size < least_record_bytes || size > bam_record_limit_bytes) {
    return refusal("BAM: a record of " + std::to_string(size) + " bytes: damaged, or beyond the limit of " +
                   std::to_string(bam_record_limit_bytes));
  }
  if (there = window.have(4 + std::size_t{size}); !there) return there.error();
  if (!*there) return truncated();
  return 4 + std::size_t{size};
}

}  // namespace tributary::genomics
