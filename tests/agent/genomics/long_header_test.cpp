// tests/agent/genomics/long_header_test.cpp: headers of BAM and CRAM that are longer than anybody thinks of.
#include <htslib/hts_log.h>

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/genomics/htslib/alignment.hpp"
#include "agent/port/genomics/htslib/cram_header.hpp"
#include "agent/port/genomics/htslib/inspect_bam.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"
#include "agent/port/genomics/htslib/sam_text.hpp"
#include "bam_samples.hpp"
#include "bgzf_samples.hpp"
// Behind everything that uses `new`.
#include <CppUTest/TestHarness.h>

namespace tributary::genomics {

namespace {

const char* const hidden = "HIDDEN-01";

Transform transform_to(Format format, IndexKind index = IndexKind::none) {
  Transform transform;
  transform.format = format;
  transform.sample = "TL-7";
  transform.index = index;
  return transform;
}

Bytes file_of(Format format, const std::string& sam) {
  return format == Format::bam ? samples::bam_of(sam) : samples::cram_of(sam, {});
}

std::string heard_in(const Bytes& file) {
  samples::Listener listener;
  const Stop stop;
  CHECK(scan_alignment(samples::file_with(file), listener, stop).ok());
  return listener.heard;
}

std::string group(std::size_t number) { return std::string(hidden) + ".L" + std::to_string(number); }

/// Every read in another group, far from the one before; `numbered`: groups are called as their place says.
std::string sam_of_groups(std::size_t groups, bool numbered) {
  const auto id = [&](std::size_t g) { return numbered ? std::to_string(g + 1) : group(g); };
  std::string sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:100000\n";
  for (std::size_t g = 0; g < groups; ++g) {
    sam += "@RG\tID:" + id(g) + "\tSM:" + hidden + "\tLB:" + hidden + "_lib" + std::to_string(g) + "\n";
  }
  for (std::size_t i = 0; i < groups; ++i) {
    sam += "r" + std::to_string(i) + "\t0\tchr1\t" + std::to_string(1 + i) +
           "\t60\t4M\t*\t0\t0\tACGT\tFFFF\tRG:Z:" + id(i * 2017 % groups) + "\n";
  }
  return sam;
}

/// A header of `lines` contigs that nobody needs.
std::string sam_of_contigs(std::size_t lines) {
  std::string sam = "@HD\tVN:1.6\tSO:coordinate\n";
  for (std::size_t i = 0; i < lines; ++i)
    sam += "@SQ\tSN:contig_" + std::to_string(i) + "\tLN:" + std::to_string(1000 + i) + "\n";
  return sam + "r1\t0\tcontig_7\t5\t60\t4M\t*\t0\t0\tACGT\tFFFF\tSA:Z:contig_" + std::to_string(lines - 1) +
         ",9,+,4M,60,0;\n";
}

}  // namespace

TEST_GROUP(LongHeader){void setup() override{hts_set_log_level(HTS_LOG_OFF);
}  // namespace tributary::genomics
}
;

TEST(LongHeader, of_five_thousand_read_groups_keeps_each_read_in_its_group) {
  constexpr std::size_t groups = 5000;
  for (const Format format : {Format::bam, Format::cram}) {
    for (const bool numbered : {false, true}) {
      const Bytes file = file_of(format, sam_of_groups(groups, numbered));
      auto facts = inspect_alignment(samples::file_with(file));
      CHECK(facts.ok());
      CHECK_EQUAL(1U, facts->sample_names.size());
      auto clean = samples::cleaned(file, transform_to(format));
      CHECK(clean.ok());
      const auto records = samples::records_of(*clean);
      CHECK_EQUAL(groups, records.size());
      for (std::size_t i = 0; i < groups; ++i) {
        const std::string number = std::to_string(i * 2017 % groups + 1);
        CHECK(records[i].ends_with((numbered ? "\tRG:Z:" : "\tRG:Z:TL-7.") + number));
      }
      CHECK(heard_in(*clean).find(hidden) == std::string::npos);
    }
  }
}

TEST(LongHeader, of_many_lines_that_go_is_no_part_of_the_result) {
  std::string sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:100000\n";
  for (int i = 0; i < 20000; ++i) {
    sam +=
        "@PG\tID:step." + std::to_string(i) + "\tPN:tool\tCL:tool --in /data/" + hidden + ".bam\n@CO\t" + hidden + "\n";
  }
  sam += "r1\t0\tchr1\t5\t60\t4M\t*\t0\t0\tACGT\tFFFF\n";
  for (const Format format : {Format::bam, Format::cram}) {
    const Bytes file = file_of(format, sam);
    CHECK(heard_in(file).find(hidden) != std::string::npos);
    auto clean = samples::cleaned(file, transform_to(format));
    CHECK(clean.ok());
    CHECK(clean->size() < 1000);
    CHECK_EQUAL(1U, samples::records_of(*clean).size());
    CHECK(heard_in(*clean).find(hidden) == std::string::npos);
  }
}

TEST(LongHeader, of_many_contigs_stays_as_it_is) {
  const std::string sam = sam_of_contigs(30000);
  for (const Format format : {Format::bam, Format::cram}) {
    auto clean = samples::cleaned(file_of(format, sam), transform_to(format));
    CHECK(clean.ok());
    STRCMP_EQUAL(sam.c_str(), (join(samples::lines_of(*clean), "\n") + "\n").c_str());
  }
}

TEST(LongHeader, of_more_than_the_limit_of_what_stays_is_refused) {
  std::string line = "@SQ\tSN:" + std::string(4000, 'c');
  std::string sam = "@HD\tVN:1.6\n";
  for (std::size_t i = 0; sam.size() <= header_text_limit_bytes; ++i) sam += line + std::to_string(i) + "\tLN:9\n";
  for (const Format format : {Format::bam, Format::cram}) {
    const Bytes file = file_of(format, sam);
    auto clean = samples::cleaned(file, transform_to(format));
    CHECK_FALSE(clean.ok());
    CHECK(clean.error().remedy == Remedy::give_up);
    CHECK(clean.error().what.find("contigs and read groups of more than") != std::string::npos);
    CHECK_FALSE(inspect_alignment(samples::file_with(file)).ok());
  }
}

TEST(LongHeader, with_a_line_without_end_is_refused) {
  const std::string sam = "@HD\tVN:1.6\n@CO\t" + std::string(longest_header_line_bytes + 100, 'x') + "\n";
  for (const Format format : {Format::bam, Format::cram}) {
    auto clean = samples::cleaned(file_of(format, sam), transform_to(format));
    CHECK_FALSE(clean.ok());
    CHECK(clean.error().what.find("a header line of more than 16 MiB") != std::string::npos);
  }
}

TEST(LongHeader, of_bam_hides_nothing_behind_its_text_from_the_search) {
  const std::string text = std::string("@HD\tVN:1.6\r\n\0\0HIDDEN-01\nHIDDEN-01\n", 34);
  std::string content = std::string("BAM\1", 4) + std::string("\x22\0\0\0", 4) + text + std::string(4, '\0');
  const Bytes file = to_bytes(sample::bgzf_of(content));
  CHECK(heard_in(file).find(hidden) != std::string::npos);
  auto clean = samples::cleaned(file, transform_to(Format::bam));
  CHECK(clean.ok());
  CHECK(samples::lines_of(*clean) == std::vector<std::string>{"@HD\tVN:1.6"});
}

TEST_GROUP(CramHeader){};

namespace {

constexpr CramVersion version{3, 0};

/// A file whose header container holds these blocks and then the end.
Bytes cram_with(const std::vector<Bytes>& blocks, std::string_view slack = {}) {
  Bytes body;
  for (const Bytes& block : blocks) body.insert(body.end(), block.begin(), block.end());
  body.insert(body.end(), slack.begin(), slack.end());
  ContainerHeader header;
  header.blocks = static_cast<std::int32_t>(blocks.size());
  header.landmarks = {0};
  Bytes out = clean_file_definition(version);
  append_container_header(out, version, header, body.size());
  out.insert(out.end(), body.begin(), body.end());
  const Bytes end = end_container(version);
  out.insert(out.end(), end.begin(), end.end());
  return out;
}

Bytes block_of(BlockMethod method, BlockType type, std::size_t raw_size, ByteView data) {
  Bytes out;
  append_block(out, version, method, type, 0, raw_size, data);
  return out;
}

Bytes header_content(std::string_view text, std::string_view behind = {}) {
  Bytes out;
  append_le32(out, static_cast<std::uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
  out.insert(out.end(), behind.begin(), behind.end());
  return out;
}

Bytes raw_header(std::string_view text, std::string_view behind = {}) {
  const Bytes content = header_content(text, behind);
  return block_of(BlockMethod::raw, BlockType::file_header, content.size(), content);
}

Bytes gzip_header(std::string_view text, const std::string& name = {}, std::size_t false_bytes = 0) {
  const Bytes content = header_content(text);
  const std::string packed = sample::gzip_of(tributary::text(content), name);
  return block_of(BlockMethod::gzip, BlockType::file_header, content.size() + false_bytes, view(packed));
}

const std::string short_text = "@HD\tVN:1.6\n@CO\tx\n";

}  // namespace

TEST(CramHeader, is_read_packed_or_plain) {
  for (const Bytes& header : {raw_header(short_text), gzip_header(short_text)}) {
    auto clean = samples::cleaned(cram_with({header}), transform_to(Format::cram));
    CHECK(clean.ok());
    CHECK(samples::lines_of(*clean) == std::vector<std::string>{"@HD\tVN:1.6"});
  }
}

TEST(CramHeader, whose_length_looks_like_gzip_is_read_as_it_stands) {
  const std::string text = "@HD\tVN:1.6\n@CO\t" + std::string(0x8b1f - 16, 'x') + "\n";  // 1f 8b 00 00
  auto clean = samples::cleaned(cram_with({raw_header(text)}), transform_to(Format::cram));
  CHECK(clean.ok());
}

TEST(CramHeader, hides_nothing_from_the_search_and_leaves_nothing_hidden) {
  const Bytes padding = block_of(BlockMethod::raw, BlockType::file_header, 9, view(std::string_view(hidden)));
  const std::string behind_nul = short_text + std::string(1, '\0') + hidden;
  for (const Bytes& file : {cram_with({raw_header(short_text, hidden)}), cram_with({gzip_header(short_text, hidden)}),
                            cram_with({raw_header(behind_nul)}), cram_with({raw_header(short_text), padding}),
                            cram_with({raw_header(short_text)}, hidden)}) {
    CHECK(heard_in(file).find(hidden) != std::string::npos);
    auto clean = samples::cleaned(file, transform_to(Format::cram));
    CHECK(clean.ok());
    CHECK_FALSE(samples::contains(*clean, hidden));
  }
}

TEST(CramHeader, cuts_no_word_that_stands_beside_it) {
  class Whole final : public ContentTap {
   public:
    Status content(const Place&, ByteView bytes) override {
      if (text(bytes).find(hidden) != std::string_view::npos) ++seen;
      return {};
    }
    std::size_t seen = 0;
  };
  for (const std::size_t before : {std::size_t{65530}, std::size_t{131066}, std::size_t{524280}}) {
    const std::string beside = std::string(before, '.') + hidden + std::string(70000, '.');
    const Bytes padding = block_of(BlockMethod::raw, BlockType::file_header, beside.size(), view(beside));
    for (const Bytes& file : {cram_with({raw_header(short_text, beside)}), cram_with({raw_header(short_text), padding}),
                              cram_with({raw_header(short_text)}, beside)}) {
      Whole tap;
      const Stop stop;
      CHECK(scan_alignment(samples::file_with(file), tap, stop).ok());
      CHECK(tap.seen > 0);
    }
  }
}

TEST(CramHeader, with_sizes_that_do_not_fit_is_refused) {
  Bytes longer = header_content(short_text);
  longer[0] = 0xff;
  const std::string twice = sample::gzip_of(text(header_content(short_text))) + sample::gzip_of("x");
  const std::vector<Bytes> bad = {
      block_of(BlockMethod::raw, BlockType::file_header, longer.size(), longer),
      block_of(BlockMethod::raw, BlockType::file_header, 5, header_content(short_text)),
      block_of(BlockMethod::raw, BlockType::file_header, 3, Bytes(3, 0)),
      block_of(BlockMethod::raw, BlockType::core, 4, Bytes(4, 0)),
      block_of(static_cast<BlockMethod>(4), BlockType::file_header, 4, Bytes(4, 0)),
      block_of(BlockMethod::gzip, BlockType::file_header, 4, Bytes(40, 7)),
      block_of(BlockMethod::gzip, BlockType::file_header, header_content(short_text).size(), view(twice)),
      gzip_header(short_text, {}, 1)};
  for (const Bytes& block : bad) {
    auto clean = samples::cleaned(cram_with({block}), transform_to(Format::cram));
    CHECK_FALSE(clean.ok());
    CHECK(clean.error().remedy == Remedy::give_up);
  }
}

TEST_GROUP(Contigs){};

TEST(Contigs, are_found_by_name_among_many) {
  Contigs contigs;
  CHECK_FALSE(contigs.has("chr1"));
  for (std::uint32_t i = 0; i < 5000; ++i) contigs.add("chr" + std::to_string(i), i);
  CHECK_EQUAL(5000U, contigs.size());
  CHECK_EQUAL(4999U, contigs.longest());
  STRCMP_EQUAL("chr0", std::string(contigs.name(0)).c_str());
  STRCMP_EQUAL("chr4321", std::string(contigs.name(4321)).c_str());
  CHECK_EQUAL(4321U, contigs.length(4321));
  CHECK(contigs.has("chr0") && contigs.has("chr63") && contigs.has("chr4999"));
  CHECK_FALSE(contigs.has("chr5000") || contigs.has("") || contigs.has("chr"));
}

}  // namespace tributary::genomics
