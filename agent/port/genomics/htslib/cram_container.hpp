// agent/port/genomics/htslib/cram_container.hpp: containers and blocks of CRAM 2.1, 3.0 and 3.1, as bytes.
//
// Source     CRAM specification 3.x, sections 6 (file definition), 7 (container header) and 8 (blocks).
// Failure    give_up: lengths that do not fit, a checksum that differs, sizes beyond the limits.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::genomics {

inline constexpr std::size_t cram_container_limit_bytes = std::size_t{64} << 20U;
inline constexpr std::size_t cram_block_limit_bytes = std::size_t{128} << 20U;

struct CramVersion {
  std::uint8_t major_number = 0;
  std::uint8_t minor_number = 0;
  [[nodiscard]] bool has_checksums() const { return major_number >= 3; }
};

/// "CRAM", two version bytes and the file id of 20 bytes, which names the file that was written first.
inline constexpr std::size_t file_definition_bytes = 26;
struct FileDefinition {
  CramVersion version;
  Bytes file_id;  // an IDENTITY
};
Result<FileDefinition> read_file_definition(const files::Fd& file);
Bytes clean_file_definition(CramVersion version);

enum class BlockMethod : std::uint8_t { raw = 0, gzip = 1 };  // those that are written here
enum class BlockType : std::uint8_t {
  file_header = 0,
  compression_header = 1,
  slice_header = 2,
  external = 4,
  core = 5
};

struct CramBlock {
  std::uint8_t method = 0;
  std::uint8_t type = 0;
  std::int32_t id = 0;
  std::size_t raw_size = 0;
  ByteView whole;  // header, data and checksum
  ByteView data;   // as it is stored
};

struct ContainerHeader {
  std::int32_t contig = 0;
  std::int32_t begin = 0;
  std::int32_t span = 0;
  std::int32_t records = 0;
  std::int64_t record_counter = 0;
  std::int64_t bases = 0;
  std::int32_t blocks = 0;
  std::vector<std::int32_t> landmarks;
};

/// One container with its bytes. Views of blocks point into `bytes`: move it, never copy it.
struct CramContainer {
  CramContainer() = default;
  CramContainer(CramContainer&&) = default;
  CramContainer& operator=(CramContainer&&) = default;
  CramContainer(const CramContainer&) = delete;
  CramContainer& operator=(const CramContainer&) = delete;

  Bytes bytes;  // header and body
  std::size_t header_bytes = 0;
  ContainerHeader header;
  std::vector<CramBlock> blocks;
  bool has_slack = false;  // bytes behind the last block
  [[nodiscard]] ByteView body() const { return ByteView(bytes).subspan(header_bytes); }
};

/// Where a container lies and what its header says.
struct ContainerPlace {
  ContainerHeader header;
  std::size_t header_bytes = 0;
  std::uint64_t body_bytes = 0;  // within the file
};
/// The header of the container at `offset`, or nothing at the end of the file.
Result<std::optional<ContainerPlace>> read_container_header(const files::Fd& file, std::uint64_t offset,
                                                            CramVersion version);
/// The container at `offset`, or nothing at the end of the file.
Result<std::optional<CramContainer>> read_container(const files::Fd& file, std::uint64_t offset, CramVersion version);

/// True for the container that ends a file.
bool is_end_container(const ContainerHeader& header);
Bytes end_container(CramVersion version);

void append_block(Bytes& out, CramVersion version, BlockMethod method, BlockType type, std::int32_t id,
                  std::size_t raw_size, ByteView data);
/// `body_bytes`: length of all blocks. The checksum is added.
void append_container_header(Bytes& out, CramVersion version, const ContainerHeader& header, std::size_t body_bytes);

}  // namespace tributary::genomics
