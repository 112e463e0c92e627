// agent/port/genomics/htslib/bam_reader.cpp: BAM by htslib's BGZF reader; lengths are believed only as bytes arrive.
#include "agent/port/genomics/htslib/bam_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tributary::genomics {

namespace {

constexpr std::size_t step_bytes = std::size_t{1} << 20U;
constexpr std::uint32_t contig_count_limit = 1U << 24U;
constexpr std::uint32_t contig_name_limit_bytes = 4096;

Error truncated() {
  return refusal("BAM: the file ends within a header or a record: it is truncated", "copy the file again");
}

}  // namespace

Result<BamReader> BamReader::open(const files::Fd& file) {
  auto copy = file.duplicate();
  if (!copy) return copy.error();
  if (::lseek(copy->get(), 0, SEEK_SET) != 0) return wait_error("BAM: the file can not be read from its start");
  BGZF* opened = bgzf_dopen(copy->get(), "r");
  if (opened == nullptr) return refusal("BAM: this is no BGZF file");
  (void)copy->release();  // bgzf_close closes it
  BamReader reader(opened);
  if (bgzf_compression(opened) != 2) return refusal("BAM: this is no BGZF file");
  if (bgzf_check_EOF(opened) != 1) {
    return refusal("BAM: the end-of-file block is missing: the file is truncated", "copy the file again");
  }
  if (Status done = reader.read_header(); !done) return done.error();
  return reader;
}

Result<bool> BamReader::fill(MutableByteView into) {
  const ssize_t got = bgzf_read(file_, into.data(), into.size());
  if (got < 0) {
    if ((file_->errcode & BGZF_ERR_IO) != 0 && (errno == EIO || errno == ESTALE)) {
      return wait_error("BAM: reading the file: input/output error",
                        "look at the disk or the mount; this is tried again");
    }
    return refusal("BAM: a compressed block is damaged", "copy the file again");
  }
  if (got == 0 && !into.empty()) return false;
  if (static_cast<std::size_t>(got) < into.size()) return truncated();
  return true;
}

Status BamReader::read_into(Bytes& into, std::size_t size) {
  while (size > 0) {
    const std::size_t take = std::min(size, step_bytes);
    into.resize(into.size() + take);
    auto got = fill(MutableByteView(into).last(take));
    if (!got) return got.error();
    if (!*got) return truncated();
    size -= take;
  }
  return {};
}

Result<std::uint32_t> BamReader::read_number() {
  std::array<std::uint8_t, 4> raw{};
  auto got = fill(raw);
  if (!got) return got.error();
  if (!*got) return truncated();
  return load_le32(raw);
}

Status BamReader::read_contig() {
  auto name_size = read_number();
  if (!name_size) return name_size.error();
  if (*name_size < 2 || *name_size > contig_name_limit_bytes)
    return refusal("BAM: a contig's name has no valid length");
  Bytes name;
  if (Status done = read_into(name, *name_size); !done) return done;
  auto length = read_number();
  if (!length) return length.error();
  if (name.back() != 0) return refusal("BAM: a contig's name does not end");
  name.pop_back();
  if (!is_contig_name(tributary::text(name))) return refusal("BAM: a contig's name has characters that SAM forbids");
  if (*length > 0x7fffffffU) return refusal("BAM: a contig has no valid length");
  contigs_.push_back(Contig{std::string(tributary::text(name)), *length});
  return {};
}

Status BamReader::read_header() {
  std::array<std::uint8_t, 4> magic{};
  auto got = fill(magic);
  if (!got) return got.error();
  if (!*got || tributary::text(magic) != std::string_view("BAM\1", 4)) {
    return refusal("BAM: the file does not begin as BAM does");
  }
  auto text_size = read_number();
  if (!text_size) return text_size.error();
  if (*text_size > header_text_limit_bytes) return refusal("BAM: the header's text has no valid length");
  Bytes raw;
  if (Status done = read_into(raw, *text_size); !done) return done;
  text_.assign(raw.begin(), raw.end());
  auto count = read_number();
  if (!count) return count.error();
  if (*count > contig_count_limit) return refusal("BAM: the list of contigs has no valid length");
  for (std::uint32_t i = 0; i < *count; ++i) {
    if (Status done = read_contig(); !done) return done;
  }
  return {};
}

Result<bool> BamReader::next(Bytes& record) {
  record.clear();
  std::array<std::uint8_t, 4> prefix{};
  auto got = fill(prefix);
  if (!got || !*got) return got;
  const std::uint32_t size = load_le32(prefix);
  if (size < 32 || size > bam_record_limit_bytes) {
    return refusal("BAM: a record of " + std::to_string(size) + " bytes: damaged, or beyond the limit of " +
                   std::to_string(bam_record_limit_bytes));
  }
  if (Status done = read_into(record, size); !done) return done.error();
  return true;
}

Status BamReader::seek(std::uint64_t virtual_offset) {
  if (bgzf_seek(file_, static_cast<std::int64_t>(virtual_offset), SEEK_SET) != 0) {
    return refusal("BAM: the place to continue from does not exist: the file has changed");
  }
  return {};
}

}  // namespace tributary::genomics
