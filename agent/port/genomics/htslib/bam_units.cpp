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

/// Walks a header, making it available as it goes.
class HeaderWalk {
 public:
  explicit HeaderWalk(Window& window) : window_(window) {}
  Result<std::string_view> bytes(std::size_t count) {
    auto there = window_.have(at_ + count);
    if (!there) return there.error();
    if (!*there) return truncated();
    at_ += count;
    return window_.rest().substr(at_ - count, count);
  }
  Result<std::uint32_t> number() {
    auto raw = bytes(4);
    if (!raw) return raw.error();
    return load_le32(view(*raw));
  }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  Window& window_;
  std::size_t at_ = 0;
};

Result<Contig> read_contig(HeaderWalk& walk) {
  auto size = walk.number();
  if (!size) return size.error();
  if (*size < 2 || *size > contig_name_limit_bytes) return refusal("BAM: a contig's name has no valid length");
  auto raw = walk.bytes(*size);
  if (!raw) return raw.error();
  if (raw->back() != '\0') return refusal("BAM: a contig's name does not end");
  Contig contig{std::string(raw->substr(0, raw->size() - 1)), 0};
  auto length = walk.number();
  if (!length) return length.error();
  if (!is_contig_name(contig.name)) return refusal("BAM: a contig's name has characters that SAM forbids");
  if (*length > 0x7fffffffU) return refusal("BAM: a contig has no valid length");
  contig.length = *length;
  return contig;
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

Result<BamHeader> bam_header(Window& window) {
  HeaderWalk walk(window);
  auto magic = walk.bytes(4);
  if (!magic) return magic.error();
  if (*magic != std::string_view("BAM\1", 4)) return refusal("BAM: the file does not begin as BAM does");
  auto size = walk.number();
  if (!size) return size.error();
  if (*size > header_text_limit_bytes) return refusal("BAM: the header's text has no valid length");
  auto text = walk.bytes(*size);
  if (!text) return text.error();
  BamHeader header;
  header.text = *text;
  auto count = walk.number();
  if (!count) return count.error();
  if (*count > contig_count_limit) return refusal("BAM: the list of contigs has no valid length");
  for (std::uint32_t i = 0; i < *count; ++i) {
    auto contig = read_contig(walk);
    if (!contig) return contig.error();
    header.contigs.push_back(std::move(*contig));
  }
  header.bytes = walk.at();
  return header;
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
