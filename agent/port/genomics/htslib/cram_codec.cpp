// agent/port/genomics/htslib/cram_codec.cpp: htslib's CRAM functions over files in memory.
#include "agent/port/genomics/htslib/cram_codec.hpp"

#include <htslib/cram.h>
#include <htslib/hfile.h>
#include <htslib/sam.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "agent/port/genomics/htslib/bam_index.hpp"
#include "agent/port/genomics/htslib/cram_header.hpp"

namespace tributary::genomics {

namespace {

constexpr int names_level = 5;
constexpr int try_gzip = 1 << 1;
constexpr std::uint64_t far_distance_bytes = std::uint64_t{1} << 30U;  // a hole: takes no memory

struct BlockCloser {
  void operator()(cram_block* block) const noexcept { cram_free_block(block); }
};
struct FileCloser {
  void operator()(htsFile* file) const noexcept { (void)hts_close(file); }
};
struct HeaderCloser {
  void operator()(sam_hdr_t* header) const noexcept { sam_hdr_destroy(header); }
};
struct RecordCloser {
  void operator()(bam1_t* record) const noexcept { bam_destroy1(record); }
};

Status write_at(int fd, std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return wait_error("CRAM: writing to a file in memory did not succeed");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

Error broken_block() {
  return refusal("CRAM: a block does not decompress to the size it states", "copy the file again");
}

/// Sizes within a compressed stream that decoders allocate by: they must agree with the block.
bool states_its_size(const CramBlock& block) {
  const ByteView data = block.data;
  switch (block.method) {
    case 1:  // gzip: the last four bytes
      return data.size() >= 18 && load_le32(data.last(4)) == block.raw_size;
    case 4:  // rANS 4x8: order, compressed size, raw size
      return data.size() >= 9 && load_le32(data.subspan(5, 4)) == block.raw_size;
    case 5:    // rANS Nx16
    case 6: {  // adaptive arithmetic: flags, size in groups of seven bits unless told otherwise
      if (data.empty() || (data[0] & 0x10U) != 0) return false;
      std::uint64_t size = 0;
      for (std::size_t i = 1; i < data.size() && i < 7; ++i) {
        size = (size << 7U) | (data[i] & 0x7fU);
        if ((data[i] & 0x80U) == 0) return size == block.raw_size;
      }
      return false;
    }
    case 8:  // names: raw size, number of names
      return data.size() >= 9 && load_le32(data) == block.raw_size && load_le32(data.subspan(4, 4)) <= block.raw_size;
    default:
      return true;
  }
}

}  // namespace

void CramCloser::operator()(cram_fd* fd) const noexcept { (void)cram_close(fd); }

Result<CramCodec> CramCodec::open(CramVersion version) {
  auto memory = memory_file();
  if (!memory) return memory.error();
  const Bytes preamble = cram_preamble(version, "@HD\tVN:1.6\n");
  if (Status done = write_at(memory->get(), 0, preamble); !done) return done.error();
  auto copy = memory->duplicate();
  if (!copy) return copy.error();
  if (::lseek(copy->get(), 0, SEEK_SET) != 0)
    return wait_error("CRAM: a file in memory can not be read from its start");
  hFILE* stream = hdopen(copy->get(), "r");
  if (stream == nullptr) return wait_error("CRAM: no memory for the block reader");
  (void)copy->release();
  cram_fd* fd = cram_dopen(stream, "blocks", "r");
  if (fd == nullptr) {
    hclose_abruptly(stream);
    return wait_error("CRAM: the block reader can not be made");
  }
  CramCodec codec(version, std::move(*memory), preamble.size());
  codec.fd_.reset(fd);
  return codec;
}

Result<Bytes> CramCodec::content(const CramBlock& block) {
  if (block.method == 0) return Bytes(block.data.begin(), block.data.end());  // its checksum was compared already
  if (block.raw_size == 0) return Bytes{};
  if (!states_its_size(block)) return broken_block();
  // Two places in turn, far apart: at the place of the block before, htslib would answer from its read buffer.
  far_ = !far_;
  const std::uint64_t at = far_ ? blocks_at_ + far_distance_bytes : blocks_at_;
  if (Status done = write_at(memory_.get(), at, block.whole); !done) return done.error();
  if (cram_seek(fd_.get(), static_cast<off_t>(at), SEEK_SET) != 0) return broken_block();
  const std::unique_ptr<cram_block, BlockCloser> read(cram_read_block(fd_.get()));
  if (!read || cram_uncompress_block(read.get()) != 0) return broken_block();
  const auto size = static_cast<std::size_t>(cram_block_get_uncomp_size(read.get()));
  if (size != block.raw_size) return broken_block();
  const auto* data = static_cast<const std::uint8_t*>(cram_block_get_data(read.get()));
  return Bytes(data, data + size);
}

Status CramCodec::append_packed(Bytes& out, BlockType type, std::int32_t id, ByteView content) {
  const std::unique_ptr<cram_block, BlockCloser> block(cram_new_block(EXTERNAL, id));
  if (!block || content.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      cram_block_append(block.get(), content.data(), static_cast<int>(content.size())) != 0) {
    return wait_error("CRAM: no memory for a block");
  }
  cram_block_update_size(block.get());
  if (cram_compress_block(fd_.get(), block.get(), nullptr, try_gzip, names_level) != 0) {
    return wait_error("CRAM: a block could not be compressed");
  }
  const auto size = static_cast<std::size_t>(cram_block_get_comp_size(block.get()));
  const auto* data = static_cast<const std::uint8_t*>(cram_block_get_data(block.get()));
  append_block(out, version_, size < content.size() ? BlockMethod::gzip : BlockMethod::raw, type, id, content.size(),
               ByteView(data, size));
  return {};
}

Result<std::vector<CramLocus>> loci_of(CramVersion version, std::string_view text, ByteView container,
                                       std::size_t records) {
  const auto undecodable = [] {
    return refusal("CRAM: the places of a slice's records can not be decoded for the index",
                   "copy the file again, or ask for no index");
  };
  auto memory = memory_file();
  if (!memory) return memory.error();
  const Bytes preamble = cram_preamble(version, text);
  const Bytes end = end_container(version);
  if (Status done = write_at(memory->get(), 0, preamble); !done) return done.error();
  if (Status done = write_at(memory->get(), preamble.size(), container); !done) return done.error();
  if (Status done = write_at(memory->get(), preamble.size() + container.size(), end); !done) return done.error();
  hFILE* stream = hdopen(memory->get(), "r");
  if (stream == nullptr) return wait_error("CRAM: no memory for the record reader");
  (void)memory->release();  // pwrite left its offset at the start
  const std::unique_ptr<htsFile, FileCloser> file(hts_hopen(stream, "records", "r"));
  if (!file) {
    hclose_abruptly(stream);
    return undecodable();
  }
  if (hts_set_opt(file.get(), CRAM_OPT_REQUIRED_FIELDS, SAM_RNAME | SAM_POS | SAM_CIGAR | SAM_FLAG) != 0 ||
      hts_set_opt(file.get(), CRAM_OPT_DECODE_MD, 0) != 0) {
    return undecodable();
  }
  const std::unique_ptr<sam_hdr_t, HeaderCloser> header(sam_hdr_read(file.get()));
  const std::unique_ptr<bam1_t, RecordCloser> record(bam_init1());
  if (!header || !record) return undecodable();
  std::vector<CramLocus> loci;
  for (std::size_t i = 0; i < records; ++i) {
    if (sam_read1(file.get(), header.get(), record.get()) < 0) return undecodable();
    const std::int64_t begin = record->core.pos + 1;
    const bool mapped = (record->core.flag & BAM_FUNMAP) == 0;
    const std::int64_t length =
        mapped ? bam_cigar2rlen(static_cast<int>(record->core.n_cigar), bam_get_cigar(record.get())) : 1;
    loci.push_back({record->core.tid, begin, begin + (length > 0 ? length : 1) - 1});
  }
  return loci;
}

}  // namespace tributary::genomics
