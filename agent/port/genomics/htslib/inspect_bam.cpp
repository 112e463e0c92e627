// agent/port/genomics/htslib/inspect_bam.cpp: facts from the header of a BAM or CRAM file.
#include "agent/port/genomics/htslib/inspect_bam.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "agent/base/text.hpp"

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

Result<Facts> facts_of(Format format, Compression compression, std::string_view text,
                       const std::set<std::string>& users) {
  auto header = read_sam_header(text);
  if (!header) return header.error();
  Facts facts;
  facts.format = format;
  facts.compression = compression;
  facts.sample_names = std::move(header->sample_names);
  facts.identifiers = std::move(header->identifiers);
  facts.identifiers.insert(facts.identifiers.end(), users.begin(), users.end());
  facts.coordinate_sorted = header->coordinate_sorted;
  return facts;
}

}  // namespace

Result<Facts> inspect_alignment(const files::Fd& file) {
  std::array<std::uint8_t, 4> magic{};
  auto got = read_at(file, 0, magic);
  if (!got) return got.error();
  if (text(ByteView(magic).first(*got)) == "CRAM") {
    auto head = read_cram_head(file);
    if (!head) return head.error();
    std::set<std::string> users;
    for (const auto& line : split(head->text, '\n')) remember_users(line, users);
    auto facts = facts_of(Format::cram, Compression::none, head->text, users);
    if (facts && !head->file_id.empty()) facts->identifiers.push_back(head->file_id);
    return facts;
  }
  auto own = file.duplicate();
  if (!own) return own.error();
  auto input = open_bam(std::move(*own), nullptr);
  if (!input) return input.error();
  Window window(std::move(*input));
  std::string kept;
  std::set<std::string> users;
  auto contigs = bam_header(
      window,
      [&](std::string_view line) {
        remember_users(line, users);
        if (is_kept_line(line)) kept.append(line).push_back('\n');
        return Status{};
      },
      [&](std::size_t bytes) {
        window.take(bytes);
        return Status{};
      });
  if (!contigs) return contigs.error();
  return facts_of(Format::bam, Compression::bgzf, kept, users);
}

}  // namespace tributary::genomics
