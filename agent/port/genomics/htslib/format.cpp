// agent/port/genomics/htslib/format.cpp: names of formats, and how their first bytes look.
#include "agent/port/genomics/htslib/format.hpp"

#include <htslib/hts_log.h>
#include <malloc.h>

#include <cstdlib>
#include <mutex>

#include "agent/port/genomics/htslib/bed.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t head_bytes = std::size_t{64} << 10U;

std::string_view take_line(std::string_view& rest) {
  const std::size_t feed = rest.find('\n');
  std::string_view line = rest.substr(0, feed);
  rest.remove_prefix(feed == std::string_view::npos ? rest.size() : feed + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_sam_header(std::string_view line) {
  return line.size() > 3 && line[0] == '@' && line[1] >= 'A' && line[1] <= 'Z' && line[2] >= 'A' && line[2] <= 'Z' &&
         line[3] == '\t';
}

/// A first record whose bases reach beyond `head` (long reads) counts as well.
bool looks_like_fastq(std::string_view head) {
  const std::string_view name = take_line(head);
  if (name.size() < 2 || name[0] != '@' || is_sam_header(name)) return false;
  take_line(head);
  return head.empty() || head.front() == '+';
}

bool looks_like_bed(std::string_view head) {
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    if (!is_bed_comment(line)) return bed_interval(line).has_value();
  }
  return false;
}

}  // namespace

std::string_view name_of(Format format) {
  switch (format) {
    case Format::unknown:
      break;
    case Format::fastq:
      return "fastq";
    case Format::bam:
      return "bam";
    case Format::cram:
      return "cram";
    case Format::vcf:
      return "vcf";
    case Format::bcf:
      return "bcf";
    case Format::bed:
      return "bed";
  }
  return "unknown";
}

std::string_view extension_of(IndexKind kind) {
  switch (kind) {
    case IndexKind::none:
      break;
    case IndexKind::bai:
      return "bai";
    case IndexKind::csi:
      return "csi";
    case IndexKind::tbi:
      return "tbi";
    case IndexKind::crai:
      return "crai";
    case IndexKind::gzi:
      return "gzi";
  }
  return "";
}

void prepare() {
  static std::once_flag done;
  std::call_once(done, [] {
    // htslib looks for network plugins where HTS_PATH says, at its first open; there is nothing there. Its messages
    // name files, reads and contigs: what it has to say comes back as errors of this port.
    setenv("HTS_PATH", "/nonexistent", 1);
    hts_set_log_level(HTS_LOG_OFF);
    // Blocks and containers come and go: as it is, malloc gives their pages back each time, a third of the time of a
    // CRAM. Bounded, so that what is kept of them is.
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
  });
}

Format format_of(std::string_view head) {
  if (head.starts_with("BAM\1")) return Format::bam;
  if (head.starts_with("CRAM")) return Format::cram;
  if (head.starts_with("BCF\2")) return Format::bcf;
  if (head.starts_with("##fileformat=VCF")) return Format::vcf;
  if (looks_like_fastq(head)) return Format::fastq;
  return looks_like_bed(head) ? Format::bed : Format::unknown;
}

Result<std::string> head_of(Unpacker& input) {
  std::string head(head_bytes, '\0');
  std::size_t size = 0;
  while (size < head.size()) {
    Result<std::size_t> got = input.read({reinterpret_cast<std::uint8_t*>(head.data()) + size, head.size() - size});
    if (!got) return got.error();
    if (*got == 0) break;
    size += *got;
  }
  head.resize(size);
  return head;
}

}  // namespace tributary::genomics
