// agent/port/genomics/htslib/bam_units.cpp: lengths are believed only as bytes arrive.
#include "agent/port/genomics/htslib/bam_units.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>

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

Result<std::uint32_t> take_number(Window& window, const Take& take) {
  auto there = window.have(4);
  if (!there) return there.error();
  if (!*there) return truncated();
  const std::uint32_t number = load_le32(view(window.rest().substr(0, 4)));
  if (Status done = take(4); !done) return done.error();
  return number;
}

Result<Contig> take_contig(Window& window, const Take& take) {
  auto size = take_number(window, take);
  if (!size) return size.error();
  if (*size < 2 || *size > contig_name_limit_bytes) return refusal("BAM: a contig's name has no valid length");
  auto there = window.have(*size);
  if (!there) return there.error();
  if (!*there) return truncated();
  if (window.rest()[*size - 1] != '\0') return refusal("BAM: a contig's name does not end");
  Contig contig{std::string(window.rest().substr(0, *size - 1)), 0};
  if (Status done = take(*size); !done) return done.error();
  auto length = take_number(window, take);
  if (!length) return length.error();
  if (!is_contig_name(contig.name)) return refusal("BAM: a contig's name has characters that SAM forbids");
  if (*length > 0x7fffffffU) return refusal("BAM: a contig has no valid length");
  contig.length = *length;
  return contig;
}

/// The bytes of the line at the front, its end included, of at most `left`.
Result<std::size_t> line_bytes(Window& window, std::size_t left) {
  for (std::size_t searched = 0;;) {
    const std::string_view there = window.rest().substr(0, left);
    const auto feed = there.find('\n', searched);
    if (feed != std::string_view::npos) return feed + 1;
    if (there.size() == left) return left;
    if (there.size() > longest_line_bytes) return refusal("BAM: a header line of more than 64 MiB");
    if (window.ended()) return truncated();
    searched = there.size();
    if (Status done = window.more(); !done) return done.error();
  }
}

/// Bytes from the first NUL on are padding.
Status take_text(Window& window, std::size_t left, const std::function<Status(std::string_view)>& visit,
                 const Take& take) {
  bool padding = false;
  while (left > 0) {
    auto bytes = line_bytes(window, left);
    if (!bytes) return bytes.error();
    std::string_view line = window.rest().substr(0, *bytes);
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto nul = line.find('\0');
    line = line.substr(0, nul);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!padding && !line.empty()) {
      if (Status done = visit(line); !done) return done;
    }
    padding = padding || nul != std::string_view::npos;
    if (Status done = take(*bytes); !done) return done;
    left -= *bytes;
  }
  return {};
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

Result<std::vector<Contig>> bam_header(Window& window, const std::function<Status(std::string_view line)>& visit,
                                       const Take& take) {
  auto there = window.have(4);
  if (!there) return there.error();
  if (!*there) return truncated();
  if (window.rest().substr(0, 4) != std::string_view("BAM\1", 4))
    return refusal("BAM: the file does not begin as BAM does");
  if (Status done = take(4); !done) return done.error();
  auto size = take_number(window, take);
  if (!size) return size.error();
  if (*size > 0x7fffffffU) return refusal("BAM: the header's text has no valid length");
  if (Status done = take_text(window, *size, visit, take); !done) return done.error();
  auto count = take_number(window, take);
  if (!count) return count.error();
  if (*count > contig_count_limit) return refusal("BAM: the list of contigs has no valid length");
  std::vector<Contig> contigs;
  for (std::uint32_t i = 0; i < *count; ++i) {
    auto contig = take_contig(window, take);
    if (!contig) return contig.error();
    contigs.push_back(std::move(*contig));
  }
  return contigs;
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
