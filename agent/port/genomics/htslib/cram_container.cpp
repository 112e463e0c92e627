// agent/port/genomics/htslib/cram_container.cpp: containers and blocks, taken apart and put together.
#include "agent/port/genomics/htslib/cram_container.hpp"

#include <algorithm>
#include <array>

#include "agent/port/genomics/htslib/cram_bytes.hpp"

namespace tributary::genomics {

namespace {

constexpr std::int32_t end_mark = 0x454f46;  // "EOF" as a position
constexpr std::size_t header_first_read_bytes = 256;
constexpr std::size_t header_limit_bytes = std::size_t{1} << 20U;
constexpr std::size_t block_count_limit = std::size_t{1} << 20U;

Error damaged(const std::string& where) { return refusal("CRAM: " + where, "copy the file again"); }
Error cut_off() { return damaged("the file ends within a container: it is truncated"); }

bool supported(CramVersion version) {
  const unsigned number = version.major_number * 10U + version.minor_number;
  return number == 21 || number == 30 || number == 31;
}

/// Parses a container header at the front of `bytes`; `length` is that of the body.
bool parse_header(Cursor& cursor, CramVersion version, ContainerHeader& header, std::int64_t& length) {
  length = static_cast<std::int32_t>(cursor.le32());
  header.contig = cursor.itf8();
  header.begin = cursor.itf8();
  header.span = cursor.itf8();
  header.records = cursor.itf8();
  header.record_counter = version.has_checksums() ? cursor.ltf8() : cursor.itf8();
  header.bases = cursor.ltf8();
  header.blocks = cursor.itf8();
  const std::size_t count = cursor.size();
  if (cursor.bad() || count > cursor.left()) return false;
  header.landmarks.clear();
  for (std::size_t i = 0; i < count; ++i) header.landmarks.push_back(cursor.itf8());
  return !cursor.bad();
}

Result<CramBlock> parse_block(Cursor& cursor, ByteView body, CramVersion version) {
  CramBlock block;
  const std::size_t start = cursor.at();
  block.method = cursor.byte();
  block.type = cursor.byte();
  block.id = cursor.itf8();
  const std::size_t stored = cursor.size();
  block.raw_size = cursor.size();
  block.data = cursor.take(stored);
  const std::size_t end = cursor.at();
  const std::uint32_t checksum = version.has_checksums() ? cursor.le32() : 0;
  if (cursor.bad()) return damaged("a block does not fit into its container");
  block.whole = body.subspan(start, cursor.at() - start);
  if (version.has_checksums() && crc32_of(body.subspan(start, end - start)) != checksum) {
    return damaged("the checksum of a block differs from its bytes");
  }
  if (block.raw_size > cram_block_limit_bytes) {
    return refusal("CRAM: a block of " + std::to_string(block.raw_size) + " bytes is beyond the limit of " +
                   std::to_string(cram_block_limit_bytes));
  }
  if (block.method == 0 && block.raw_size != block.data.size()) return damaged("a block has two different sizes");
  return block;
}

Status parse_blocks(CramContainer& container, CramVersion version) {
  const auto count = static_cast<std::size_t>(std::max(container.header.blocks, 0));
  if (container.header.blocks < 0 || count > block_count_limit)
    return damaged("a container's number of blocks is not valid");
  Cursor cursor(container.body());
  for (std::size_t i = 0; i < count; ++i) {
    auto block = parse_block(cursor, container.body(), version);
    if (!block) return block.error();
    container.blocks.push_back(*block);
  }
  container.has_slack = cursor.left() > 0;
  return {};
}

}  // namespace

Result<FileDefinition> read_file_definition(const files::Fd& file) {
  std::array<std::uint8_t, file_definition_bytes> raw{};
  auto got = read_at(file, 0, raw);
  if (!got) return got.error();
  if (*got < raw.size() || text(ByteView(raw).first(4)) != "CRAM")
    return refusal("CRAM: the file does not begin as CRAM does");
  FileDefinition definition{{raw[4], raw[5]}, Bytes(raw.begin() + 6, raw.end())};
  if (!supported(definition.version)) {
    return refusal(
        "CRAM: version " + std::to_string(raw[4]) + "." + std::to_string(raw[5]) + " is not among 2.1, 3.0 and 3.1",
        "convert it to CRAM 3.0 or to BAM");
  }
  return definition;
}

Bytes clean_file_definition(CramVersion version) {
  Bytes out = to_bytes("CRAM");
  out.push_back(version.major_number);
  out.push_back(version.minor_number);
  out.resize(file_definition_bytes);
  return out;
}

Result<std::optional<ContainerPlace>> read_container_header(const files::Fd& file, std::uint64_t offset,
                                                            CramVersion version) {
  ContainerPlace place;
  std::int64_t length = 0;
  Bytes bytes;
  for (std::size_t want = header_first_read_bytes;; want *= 16) {
    bytes.resize(want);
    auto got = read_at(file, offset, bytes);
    if (!got) return got.error();
    if (*got == 0) return std::optional<ContainerPlace>();
    Cursor cursor(ByteView(bytes).first(*got));
    const bool parsed = parse_header(cursor, version, place.header, length);
    const std::size_t end = cursor.at();
    const std::uint32_t checksum = version.has_checksums() ? cursor.le32() : 0;
    if (parsed && !cursor.bad()) {
      place.header_bytes = cursor.at();
      if (version.has_checksums() && crc32_of(ByteView(bytes).first(end)) != checksum) {
        return damaged("the checksum of a container's header differs from its bytes");
      }
      break;
    }
    if (*got < want) return cut_off();
    if (want > header_limit_bytes) return damaged("a container's header is not valid");
  }
  if (length < 0) return damaged("a container's length is not valid");
  if (place.header.records < 0) return damaged("a container's number of records is not valid");
  place.body_bytes = static_cast<std::uint64_t>(length);
  auto size = files::identify(file);  // a false length costs no memory
  if (!size) return size.error();
  if (offset + place.header_bytes + place.body_bytes > size->size) return cut_off();
  return std::optional<ContainerPlace>(std::move(place));
}

Result<std::optional<CramContainer>> read_container(const files::Fd& file, std::uint64_t offset, CramVersion version) {
  auto place = read_container_header(file, offset, version);
  if (!place) return place.error();
  if (!*place) return std::optional<CramContainer>();
  if ((*place)->body_bytes > cram_container_limit_bytes) {
    return refusal("CRAM: a container of " + std::to_string((*place)->body_bytes) + " bytes is beyond the limit of " +
                   std::to_string(cram_container_limit_bytes));
  }
  CramContainer container;
  container.header = std::move((*place)->header);
  container.header_bytes = (*place)->header_bytes;
  container.bytes.resize(container.header_bytes + static_cast<std::size_t>((*place)->body_bytes));
  auto got = read_at(file, offset, container.bytes);
  if (!got) return got.error();
  if (*got < container.bytes.size()) return cut_off();
  if (Status done = parse_blocks(container, version); !done) return done.error();
  return std::optional<CramContainer>(std::move(container));
}

bool is_end_container(const ContainerHeader& header) {
  return header.records == 0 && header.contig == -1 && header.begin == end_mark;
}

Bytes end_container(CramVersion version) {
  const std::array<std::uint8_t, 6> empty_maps = {1, 0, 1, 0, 1, 0};
  Bytes body;
  append_block(body, version, BlockMethod::raw, BlockType::compression_header, 0, empty_maps.size(), empty_maps);
  ContainerHeader header;
  header.contig = -1;
  header.begin = end_mark;
  header.blocks = 1;
  Bytes out;
  append_container_header(out, version, header, body.size());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

void append_block(Bytes& out, CramVersion version, BlockMethod method, BlockType type, std::int32_t id,
                  std::size_t raw_size, ByteView data) {
  const std::size_t start = out.size();
  out.push_back(static_cast<std::uint8_t>(method));
  out.push_back(static_cast<std::uint8_t>(type));
  append_itf8(out, id);
  append_itf8(out, static_cast<std::int32_t>(data.size()));
  append_itf8(out, static_cast<std::int32_t>(raw_size));
  out.insert(out.end(), data.begin(), data.end());
  if (version.has_checksums()) append_le32(out, crc32_of(ByteView(out).subspan(start)));
}

void append_container_header(Bytes& out, CramVersion version, const ContainerHeader& header, std::size_t body_bytes) {
  const std::size_t start = out.size();
  append_le32(out, static_cast<std::uint32_t>(body_bytes));
  append_itf8(out, header.contig);
  append_itf8(out, header.begin);
  append_itf8(out, header.span);
  append_itf8(out, header.records);
  if (version.has_checksums()) {
    append_ltf8(out, header.record_counter);
  } else {
    append_itf8(out, static_cast<std::int32_t>(header.record_counter));
  }
  append_ltf8(out, header.bases);
  append_itf8(out, header.blocks);
  append_itf8(out, static_cast<std::int32_t>(header.landmarks.size()));
  for (const std::int32_t landmark : header.landmarks) append_itf8(out, landmark);
  if (version.has_checksums()) append_le32(out, crc32_of(ByteView(out).subspan(start)));
}

}  // namespace tributary::genomics
