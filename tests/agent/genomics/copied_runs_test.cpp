// tests/agent/genomics/copied_runs_test.cpp: what was copied is read again as it is packed.
#include "agent/port/genomics/htslib/copied_runs.hpp"

#include <random>
#include <set>

#include "tests/agent/genomics/again.hpp"
#include "tests/agent/genomics/bam_samples.hpp"
#include "tests/agent/genomics/vcf_samples.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::genomics {
namespace {

// Records that can hardly be packed; those of `changed` have a comment that does not stay.
std::string fastq(std::size_t records, const std::set<std::size_t>& changed) {
  std::mt19937 chance(7);
  std::string text;
  for (std::size_t i = 0; i < records; ++i) {
    std::string bases(150, 'A'), qualities(150, '#');
    for (auto& base : bases) base = "ACGT"[chance() % 4];
    for (auto& quality : qualities) quality = static_cast<char>('#' + chance() % 40);
    text += "@M:1:FC:1:1101:" + std::to_string(i) + ":7" + (changed.contains(i) ? " LIMS-77" : "") + "\n";
    text += bases + "\n+\n" + qualities + "\n";
  }
  return text;
}

Transform transform_of(Format format, const std::string& name) {
  Transform transform;
  transform.format = format;
  transform.sample = name;
  return transform;
}

// Blocks of 1,000 bytes made of 1,100, back to back from the 28th byte of the file on.
CopiedBlock block(std::uint64_t number) { return {28 + 1100 * number, 1100, 1000}; }

}  // namespace

TEST_GROUP(CopiedRuns) {
  const Transform transform = transform_of(Format::fastq, "");

  static sample::Cleaned clean(const std::string& file, const Transform& how) {
    auto cleaned = sample::clean(file, how, nullptr, nullptr, 262144);
    CHECK_TEXT(cleaned.complete, cleaned.error.c_str());
    return cleaned;
  }
};

TEST(CopiedRuns, hold_all_but_the_end_block_of_a_file_in_which_nothing_changes) {
  const auto file = sample::bgzf_of(fastq(20000, {}));
  const auto whole = clean(file, transform);
  CHECK(whole.stream == file);
  LONGS_EQUAL(1, whole.copied.size());
  LONGS_EQUAL(0, whole.copied[0].input_offset);
  CHECK(whole.copied[0].behind.has_value());
  LONGS_EQUAL(file.size() - 28, sample::read_again(file, transform, whole));
}

TEST(CopiedRuns, go_around_what_changed) {
  // Two changes in one place, one in the middle of nothing, and one in the last record.
  const auto file = sample::bgzf_of(fastq(30000, {5000, 5001, 5300, 17000, 29999}));
  const auto whole = clean(file, transform);
  CHECK(sample::unpacked(whole.stream).find("LIMS") == std::string::npos);
  LONGS_EQUAL(3, whole.copied.size());
  Workers two(2);
  const auto copied = sample::read_again(file, transform, whole, &two);
  CHECK(copied > whole.stream.size() * 9 / 10);
  LONGS_EQUAL(copied, sample::read_again(file, transform, whole));
}

TEST(CopiedRuns, are_not_looked_into_again) {
  auto file = sample::bgzf_of(fastq(20000, {}));
  const auto whole = clean(file, transform);
  file[file.size() / 2] ^= 1;
  const Trace trace{whole.points, whole.copied};
  auto again = open_again(sample::file_of(file), transform, trace, 0, nullptr);
  CHECK(again.ok());
  Bytes all(file.size());
  auto got = stream::read_full(**again, all);
  CHECK(got.ok() && *got == file.size() && text(all) == file);  // who sends it compares the digests
}

TEST(CopiedRuns, of_another_file_are_refused) {
  const auto file = sample::bgzf_of(fastq(20000, {}));
  const auto whole = clean(file, transform);
  const Trace trace{whole.points, whole.copied};
  const auto drained = [&](const std::string& other) {
    auto again = open_again(sample::file_of(other), transform, trace, 100000, nullptr);
    if (!again) return Status(again.error());
    Bytes all(file.size());
    const auto got = stream::read_full(**again, all);
    return got ? Status() : Status(got.error());
  };
  CHECK(drained(file).ok());
  CHECK_FALSE(drained(file.substr(0, file.size() / 2)).ok());                   // within a block
  CHECK_FALSE(drained(sample::bgzf_of(fastq(5000, {}))).ok());                  // ends before
  CHECK_FALSE(drained(sample::bgzf_of(fastq(20000, {}), 0x7000)).ok());         // other blocks
  CHECK_FALSE(drained(fastq(20000, {})).ok());                                  // not packed
  CHECK_FALSE(drained(file.substr(0, 200000) + std::string(90000, 'x')).ok());  // no blocks
}

TEST(CopiedRuns, are_found_between_the_members_of_joined_files) {
  const auto one = sample::bgzf_of(fastq(9000, {})), two = sample::bgzf_of(fastq(8000, {}));
  for (const auto& file : {one + two, one + sample::gzip_of(fastq(300, {})) + two}) {
    const auto whole = clean(file, transform);
    const auto copied = sample::read_again(file, transform, whole);
    CHECK(copied >= one.size() - 28);
  }
}

TEST(CopiedRuns, of_vcf_and_bam_begin_behind_the_header) {
  const auto vcf = sample::bgzf_of(sample::vcf_text(150000));
  const auto how = sample::vcf_transform(Format::vcf, IndexKind::tbi);
  const auto lines = clean(vcf, how);
  CHECK(sample::read_again(vcf, how, lines) > lines.stream.size() * 8 / 10);
  CHECK(lines.copied.front().output_offset > 0);

  std::string sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:90000000\n@RG\tID:1\tSM:a\n";
  std::mt19937 chance(8);
  for (std::size_t i = 0; i < 20000; ++i) {
    std::string bases(100, 'A');
    for (auto& base : bases) base = "ACGT"[chance() % 4];
    sam += "r" + std::to_string(i) + "\t0\tchr1\t" + std::to_string(1 + 100 * i) + "\t60\t100M\t*\t0\t0\t" + bases +
           "\t" + std::string(100, 'F') + "\tRG:Z:1\n";
  }
  const std::string bam = sample::bgzf_of(text(samples::unpacked(samples::bam_of(sam))));
  const auto records = clean(bam, transform_of(Format::bam, "TL-1"));
  CHECK(sample::read_again(bam, transform_of(Format::bam, "TL-1"), records) > records.stream.size() * 8 / 10);
}

TEST(CopiedRuns, are_none_where_each_record_changes_or_nothing_is_in_blocks) {
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < 9000; i += 50) all.insert(i);
  LONGS_EQUAL(0, clean(sample::bgzf_of(fastq(9000, all)), transform).copied.size());
  LONGS_EQUAL(0, clean(sample::gzip_of(fastq(9000, {})), transform).copied.size());
  LONGS_EQUAL(0, clean(fastq(9000, {}), transform).copied.size());
}

TEST(CopiedRuns, are_cut_so_that_they_can_be_entered) {
  CopiedRuns runs;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    runs.add(1000 * i, block(i));
    runs.reach({1000 * (i + 1), {static_cast<std::uint8_t>(i)}});
  }
  const auto all = runs.all();
  LONGS_EQUAL(6, all.size());  // 100 MB in pieces of 16 MiB
  for (std::size_t i = 0; i < all.size(); ++i) {
    LONGS_EQUAL(i == 0 ? 0 : all[i - 1].end(), all[i].output_offset);
    LONGS_EQUAL(28 + 1100 * (all[i].output_offset / 1000), all[i].input_offset);
    LONGS_EQUAL(i + 1 == all.size(), all[i].behind.has_value());
  }
  LONGS_EQUAL(100000000, all.back().end());
}

TEST(CopiedRuns, never_become_too_many) {
  CopiedRuns one_piece, many;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    // A block of 16 MiB each; and every second one of them is not there.
    const CopiedBlock large{(std::uint64_t{20} << 20U) * i, std::uint64_t{20} << 20U, std::uint64_t{16} << 20U};
    one_piece.add(large.bytes * i, large);
    if (i % 2 == 0) many.add(large.bytes * i, large);
    CHECK(many.all().size() <= CopiedRuns::most_runs);
  }
  const auto joined = one_piece.all();
  CHECK(joined.size() <= CopiedRuns::most_runs && joined.size() > CopiedRuns::most_runs / 4);
  LONGS_EQUAL(std::uint64_t{10000} * (16U << 20U), joined.back().end());
  for (std::size_t i = 1; i < joined.size(); ++i) LONGS_EQUAL(joined[i - 1].end(), joined[i].output_offset);
}

TEST(CopiedRuns, end_where_the_file_or_the_output_has_something_between) {
  const auto runs_of = [](std::uint64_t output_gap, std::uint64_t input_gap) {
    CopiedRuns runs;
    for (std::uint64_t i = 0; i < 400; ++i) {
      auto next = block(i);
      if (i >= 200) next.input_offset += input_gap;
      runs.add(1000 * i + (i >= 200 ? output_gap : 0), next);
      runs.reach({1000 * (i + 1) + (i >= 200 ? output_gap : 0), {}});
    }
    return runs.all();
  };
  LONGS_EQUAL(1, runs_of(0, 0).size());
  for (const auto& all : {runs_of(1, 0), runs_of(0, 1), runs_of(9, 1)}) {
    LONGS_EQUAL(2, all.size());
    CHECK(all[0].behind.has_value() && all[1].behind.has_value());
  }
}

TEST(CopiedRuns, that_are_short_are_forgotten) {
  CopiedRuns runs;
  for (std::uint64_t i = 0; i < 100; ++i) runs.add(5000 * i, block(i));  // by themselves
  LONGS_EQUAL(0, runs.all().size());
  for (std::uint64_t i = 100; i < 300; ++i) runs.add(1000000 + 1000 * i, block(i));
  LONGS_EQUAL(1, runs.all().size());
  runs.at_least(300000);  // as large a header
  LONGS_EQUAL(0, runs.all().size());
}

}  // namespace tributary::genomics
