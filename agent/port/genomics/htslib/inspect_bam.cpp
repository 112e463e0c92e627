// agent/port/genomics/htslib/inspect_bam.cpp: facts from the header of a BAM or CRAM file.
#include "agent/port/genomics/htslib/inspect_bam.hpp"

#include <array>
#include <set>

#include "agent/port/genomics/htslib/bam_units.hpp"
#include "agent/port/genomics/htslib/cram.hpp"
#include "agent/port/genomics/htslib/cram_bytes.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"
#include "agent/port/genomics/htslib/user_names.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t most_users = 1000;

void remember_users(std::string_view line, std::set<std::string>& users) {
  user_names(line, [&](std::string_view name) {
    if (users.size() < most_users) users.emplace(name);
  });
}

Facts facts_of(Format format, Compression compression, SamHeader& header, const std::set<std::string>& users) {
  Facts facts;
  facts.format = format;
  facts.compression = compression;
  facts.sample_names = std::move(header.sample_names);
  facts.identifiers = std::move(header.identifiers);
  facts.identifiers.insert(facts.identifiers.end(), users.begin(), users.end());
  facts.coordinate_sorted = header.coordinate_sorted;
  return facts;
}

}  // namespace

Result<Facts> inspect_alignment(const files::Fd& file) {
  std::array<std::uint8_t, 4> magic{};
  auto got = read_at(file, 0, magic);
  if (!got) return got.error();
  SamHeaderReader reader;
  std::set<std::string> users;
  const auto line = [&](std::string_view one) {
    remember_users(one, users);
    auto read = reader.line(one);
    return read ? Status{} : Status(read.error());
  };
  if (text(ByteView(magic).first(*got)) == "CRAM") {
    auto file_id = read_cram_head(file, line);
    if (!file_id) return file_id.error();
    Facts facts = facts_of(Format::cram, Compression::none, reader.header(), users);
    if (!file_id->empty()) facts.identifiers.push_back(std::move(*file_id));
    return facts;
  }
  auto own = file.duplicate();
  if (!own) return own.error();
  auto input = open_bam(std::move(*own), nullptr);
  if (!input) return input.error();
  Window window(std::move(*input));
  const SamTextVisitor visitor{line, {}, [&](std::size_t bytes) {
                                 window.take(bytes);
                                 return Status{};
                               }};
  if (Status done = bam_header_text(window, visitor); !done) return done.error();
  return facts_of(Format::bam, Compression::bgzf, reader.header(), users);
}

}  // namespace tributary::genomics
