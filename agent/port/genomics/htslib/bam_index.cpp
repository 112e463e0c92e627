// agent/port/genomics/htslib/bam_index.cpp: htslib's index builder, saved through a file in memory.
#include "agent/port/genomics/htslib/bam_index.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tributary::genomics {

namespace {

constexpr std::uint64_t bai_contig_limit = (std::uint64_t{1} << 29U) - 1;
constexpr int min_shift = 14;
constexpr int bai_levels = 5;

int csi_levels(std::uint64_t longest) {
  int levels = 0;
  for (std::uint64_t span = std::uint64_t{1} << min_shift; longest + 256 > span; span <<= 3U) ++levels;
  return levels;
}

}  // namespace

Result<files::Fd> memory_file() {
  const int fd = ::memfd_create("tributary", MFD_CLOEXEC);
  if (fd < 0) return wait_error(std::string("making a file in memory: ") + std::strerror(errno));
  return files::Fd(fd);
}

Result<Bytes> contents_of(int memory_file) {
  const off_t size = ::lseek(memory_file, 0, SEEK_END);
  if (size < 0) return wait_error("reading a file in memory: it has no size");
  Bytes bytes(static_cast<std::size_t>(size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pread(memory_file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return wait_error("reading a file in memory: it ends early");
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

Result<BamIndex> BamIndex::make(const Contigs& contigs, bool want_csi, std::uint64_t first_record_at) {
  const std::uint64_t longest = contigs.longest();
  const bool csi = want_csi || longest > bai_contig_limit;
  const int format = csi ? HTS_FMT_CSI : HTS_FMT_BAI;
  hts_idx_t* index = hts_idx_init(static_cast<int>(contigs.size()), format, first_record_at, min_shift,
                                  csi ? csi_levels(longest) : bai_levels);
  if (index == nullptr) return wait_error("BAM: no memory for the index");
  return BamIndex(index, format);
}

Status BamIndex::add(const Region& region, std::uint64_t end_at) {
  if (hts_idx_push(index_.get(), region.contig, region.begin, region.end, end_at, region.mapped ? 1 : 0) < 0) {
    return refusal("BAM: a record can not be indexed: the file is not in order of coordinate though its header says so",
                   "sort the file, or ask for no index");
  }
  return {};
}

Result<Bytes> BamIndex::finish(std::uint64_t end_at) {
  if (hts_idx_finish(index_.get(), end_at) < 0) return refusal("BAM: the index can not be completed");
  auto file = memory_file();
  if (!file) return file.error();
  const std::string name = "/proc/self/fd/" + std::to_string(file->get());
  if (hts_idx_save_as(index_.get(), nullptr, name.c_str(), format_) < 0) {
    return wait_error("BAM: the index can not be written to memory", "check that /proc is mounted and memory is left");
  }
  return contents_of(file->get());
}

}  // namespace tributary::genomics
