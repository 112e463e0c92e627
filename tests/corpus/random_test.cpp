// tests/corpus/random_test.cpp: random files with words planted in random places, from one seed.
//
// Of each file: the search alone finds every planted word; the transform takes all away, or the search still finds it;
// and what the counts do not name is as it was.
#include <algorithm>
#include <random>
#include <set>

#include "agent/base/text.hpp"
#include "agent/verify/dictionary.hpp"
#include "tests/agent/genomics/bam_samples.hpp"
#include "tests/agent/genomics/bgzf_samples.hpp"
#include "tests/agent/genomics/vcf_samples.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::corpus {
namespace {

using genomics::Format;
namespace sample = genomics::sample;
namespace samples = genomics::samples;

/// Random numbers that are the same everywhere; the library's distributions are not.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string of(std::string_view alphabet, std::size_t length) {
    std::string out;
    for (std::size_t i = 0; i < length; ++i) out += alphabet[below(alphabet.size())];
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

/// Twelve people, and which of their words were planted where the transform takes them away, or can not.
struct Plants {
  std::vector<verify::Word> words;
  std::set<std::uint32_t> planted;
  bool stays = false;

  explicit Plants(Dice& dice) {
    for (int i = 0; i < 12; ++i) {
      words.push_back({"sample id", "QX" + dice.of("KLMPRVWZ", 4) + "-" + dice.of("123456789", 5)});
    }
  }
  /// One of the words, in one of its spellings.
  std::string word(Dice& dice) {
    const auto which = dice.below(words.size());
    planted.insert(static_cast<std::uint32_t>(which));
    std::string out = words[which].value;
    const std::string sign(1, "-_."[dice.below(3)]);
    out.replace(out.find('-'), 1, dice.one_in(5) ? "" : sign);
    return dice.one_in(3) ? lower(out) : out;
  }
  /// The text with WORD replaced, or nothing most of the time.
  std::string maybe(Dice& dice, std::string text, std::size_t one_in = 3) {
    if (!dice.one_in(one_in)) return {};
    const auto found = text.find("WORD");
    return text.replace(found, 4, word(dice));
  }
};

struct Outcome {
  sample::Cleaned cleaned;
  std::uint64_t hits = 0;
  std::set<std::uint32_t> found;  // by the search of the file as it stands
};

Outcome examine(const std::string& file, const Plants& plants, genomics::Transform transform) {
  Outcome out;
  const auto dictionary = *verify::Dictionary::build(plants.words);
  transform.sample = "TL-1";
  auto left = *verify::Inspector::make(dictionary, transform.format);
  out.cleaned = sample::clean(file, transform, left.get());
  out.hits = left->hits();
  auto alone = *verify::Inspector::make(dictionary, transform.format, 10000);
  const Stop stop;
  CHECK_TRUE(genomics::scan_content(sample::file_of(file), "", *alone, stop).ok());
  for (const auto& finding : alone->findings()) out.found.insert(finding.word);
  return out;
}

void proven(const Outcome& out, const Plants& plants, const std::string& label) {
  CHECK_TEXT(out.cleaned.complete, (label + ": " + out.cleaned.error).c_str());
  CHECK_TEXT((out.hits > 0) == plants.stays, label.c_str());
  CHECK_TEXT(out.found == plants.planted, (label + ": the search alone found other words than were planted").c_str());
}

std::uint64_t counted(const sample::Cleaned& cleaned, const std::string& beginning) {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : cleaned.counts) sum += name.starts_with(beginning) ? count : 0;
  return sum;
}

std::string read_of(Dice& dice, Plants& plants, bool masks, std::size_t number) {
  std::string name = "M1:7:FC:1:1101:" + std::to_string(number) + ":" + std::to_string(dice.below(20000));
  if (dice.one_in(60)) {
    name = plants.word(dice) + "_" + std::to_string(number);
    plants.stays = plants.stays || !masks;
  }
  const auto length = 1 + dice.below(150);
  const std::string comment = dice.one_in(2) ? plants.maybe(dice, " 1:N:0:WORD", 20) : " 2:Y:0:" + dice.of("ACGT", 8);
  std::string plus;
  if (dice.one_in(10)) plus = dice.one_in(2) ? name + comment : plants.word(dice);
  // Qualities begin with the lowest: a line of them is never taken for a name.
  return "@" + name + comment + "\n" + dice.of("ACGTN", length) + "\n+" + plus + "\n#" +
         dice.of("#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHI", length - 1) + "\n";
}

std::string sam_of(Dice& dice, Plants& plants, bool masks) {
  std::string out = "@HD\tVN:1.6\tSO:coordinate" + plants.maybe(dice, "\txx:WORD", 8) + "\n";
  out += "@SQ\tSN:chr1\tLN:100000" + plants.maybe(dice, "\tSP:WORD", 8) + "\n@RG\tID:g1\tSM:a";
  for (const auto* field : {"LB", "DS", "CN", "PU", "PM", "BC"}) {
    out += plants.maybe(dice, "\t" + std::string(field) + ":x WORD", 8);
  }
  out += "\n" + plants.maybe(dice, "@PG\tID:bwa\tCL:bwa mem /data/WORD_R1.fastq.gz\n", 4);
  out += plants.maybe(dice, "@CO\tpatient WORD of ward 3\n", 4);
  std::size_t at = 1;
  for (std::size_t i = 0, n = 1 + dice.below(30); i < n; ++i) {
    std::string name = "M1:7:FC:1:1101:" + std::to_string(i) + ":7";
    if (dice.one_in(50)) {
      name = plants.word(dice) + ":" + std::to_string(i);
      plants.stays = plants.stays || !masks;
    }
    const auto length = 1 + dice.below(100);
    at += dice.below(1000);
    out += name + "\t0\tchr1\t" + std::to_string(at) + "\t60\t" + std::to_string(length) + "M\t*\t0\t0\t" +
           dice.of("ACGT", length) + "\t" + dice.of("#+5;?AFI", length) + "\tNM:i:" + std::to_string(dice.below(9)) +
           "\tRG:Z:g1";
    if (dice.one_in(3)) out += "\tXX:Z:" + dice.of("abcdefgh", 12);
    if (dice.one_in(3)) out += "\tAS:i:" + std::to_string(dice.below(100));
    for (const auto* tag : {"CO", "LB", "ZZ", "MI"}) out += plants.maybe(dice, "\t" + std::string(tag) + ":Z:WORD", 60);
    out += "\n";
  }
  return out;
}

std::string vcf_of(Dice& dice, Plants& plants) {
  std::string out = "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n";
  for (const auto* line :
       {"##SAMPLE=<ID=WORD,Description=\"x\">\n", "##source=WORD\n", "##reference=file:///x/WORD.fa\n",
        "##callCommand=call -o /data/WORD.vcf\n", "##META=<ID=T,Values=[WORD]>\n",
        "##INFO=<ID=ZZ,Number=1,Type=Integer,Description=\"x\",Source=\"WORD\">\n"}) {
    out += plants.maybe(dice, line, 6);
  }
  out += plants.maybe(dice, "##INFO=<ID=YY,Number=1,Type=Integer,Description=\"of WORD\">\n", 12);
  // Descriptions of fields stay, and so a word in one holds the file back.
  plants.stays = out.find("ID=YY") != std::string::npos;
  out +=
      "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
      "##INFO=<ID=NOTE,Number=1,Type=String,Description=\"Note\">\n"
      "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
      "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Quality\">\n"
      "##contig=<ID=chr1,length=1000000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t";
  out += (dice.one_in(2) ? plants.word(dice) : "a") + "\n";
  std::size_t at = 1;
  for (std::size_t i = 0, n = 1 + dice.below(30); i < n; ++i) {
    at += dice.below(1000);
    std::string id = dice.one_in(3) ? "rs" + std::to_string(1 + dice.below(1000000)) : ".";
    if (dice.one_in(60)) id = plants.word(dice);
    out += "chr1\t" + std::to_string(at) + "\t" + id + "\t" + dice.of("ACGT", 1 + dice.below(4)) + "\t<DEL>\t" +
           std::to_string(dice.below(99)) + "\tPASS\tDP=" + std::to_string(dice.below(500)) +
           plants.maybe(dice, ";NOTE=WORD", 40) + "\tGT:GQ\t0/" + std::to_string(dice.below(2)) + ":" +
           std::to_string(dice.below(99)) + "\n";
  }
  return out;
}

std::vector<std::vector<std::string>> lines_of(const std::string& text, char comment) {
  std::vector<std::vector<std::string>> out;
  for (const auto& line : split(text, '\n')) {
    if (!line.empty() && line[0] != comment) out.push_back(split(line, '\t'));
  }
  return out;
}

}  // namespace

TEST_GROUP(RandomFiles) {
  std::size_t planted = 0, held_back = 0;

  void setup() override { genomics::prepare(); }
  /// Files of all fates were among them.
  void teardown() override { CHECK_TRUE(planted > 100 && held_back > 5 && held_back < 100); }
  void count(const Plants& plants) {
    planted += plants.planted.size();
    held_back += plants.stays ? 1U : 0U;
  }

  static std::string label(const char* what, std::uint64_t seed) { return what + std::to_string(seed); }

  // Names (unless masked), bases, qualities; comments stay only where nothing was counted.
  static void check_reads(const std::string& was, const sample::Cleaned& cleaned, bool masks, const char* what) {
    const auto before = split(was, '\n');
    const auto after = split(sample::unpacked(cleaned.stream), '\n');
    CHECK_EQUAL_TEXT(before.size(), after.size(), what);
    const bool comments = counted(cleaned, "read comments dropped") == 0 && !masks;
    for (std::size_t i = 0; i + 1 < before.size(); ++i) {
      const bool name = i % 4 == 0;
      if (i % 2 == 1) CHECK_TEXT(before[i] == after[i], what);
      if (name && !masks) CHECK_TEXT(split(before[i], ' ')[0] == split(after[i], ' ')[0], what);
      if (name && comments) CHECK_TEXT(before[i] == after[i], what);
    }
  }

  // The eleven columns but masked names; tags are those of before, but for those that were counted.
  static void check_records(const std::vector<std::string>& was, const std::vector<std::string>& is,
                            const sample::Cleaned& cleaned, bool masks, bool counts_tags, const char* what) {
    CHECK_EQUAL_TEXT(was.size(), is.size(), what);
    std::uint64_t gone = 0;
    for (std::size_t i = 0; i < was.size(); ++i) {
      const auto before = split(was[i], '\t');
      const auto after = split(is[i], '\t');
      for (std::size_t column = masks ? 1 : 0; column < 11; ++column) {
        CHECK_TEXT(before[column] == after[column], what);
      }
      const std::set<std::string> tags(before.begin() + 11, before.end());
      for (std::size_t t = 11; t < after.size(); ++t) {
        CHECK_TEXT(after[t] == "RG:Z:TL-1.1" || tags.count(after[t]) == 1, (what + (": " + after[t])).c_str());
      }
      gone += before.size() - after.size();
    }
    if (counts_tags) CHECK_EQUAL_TEXT(gone, counted(cleaned, "record tags dropped"), what);
  }
};

TEST(RandomFiles, of_reads_are_clean_and_else_as_they_were) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Dice dice(seed);
    Plants plants(dice);
    genomics::Transform transform;
    transform.format = Format::fastq;
    const bool masks = dice.one_in(2);
    if (masks) transform.read_names = genomics::ReadNames::mask;
    std::string file;
    for (std::size_t i = 0, n = 1 + dice.below(40); i < n; ++i) file += read_of(dice, plants, masks, i);
    const std::string name = plants.maybe(dice, "WORD_S1_R1.fastq", 2);
    const auto packed =
        name.empty() && dice.one_in(2) ? sample::bgzf_of(file, 200 + dice.below(3000)) : sample::gzip_of(file, name);
    const auto out = examine(packed, plants, transform);
    proven(out, plants, label("FASTQ, seed ", seed));
    count(plants);
    check_reads(file, out.cleaned, masks, label("FASTQ, seed ", seed).c_str());
  }
}

TEST(RandomFiles, of_alignments_are_clean_and_else_as_they_were) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Dice dice(seed);
    Plants plants(dice);
    genomics::Transform transform;
    const bool cram = seed % 5 == 0;
    transform.format = cram ? Format::cram : Format::bam;
    const bool masks = dice.one_in(2);
    if (masks) transform.read_names = genomics::ReadNames::mask;
    const auto sam = sam_of(dice, plants, masks);
    samples::CramOptions options;
    options.file_name = "x.cram";
    const auto file = cram ? samples::cram_of(sam, options) : samples::bam_of(sam);
    const auto out = examine(std::string(text(file)), plants, transform);
    proven(out, plants, label("SAM, seed ", seed));
    count(plants);
    check_records(samples::records_of(file), samples::records_of(to_bytes(out.cleaned.stream)), out.cleaned, masks,
                  !cram, label("SAM, seed ", seed).c_str());
  }
}

TEST(RandomFiles, of_variants_are_clean_and_else_as_they_were) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Dice dice(seed);
    Plants plants(dice);
    const auto vcf = vcf_of(dice, plants);
    const bool bcf = seed % 3 == 0;
    const auto out = examine(bcf              ? sample::bcf_of(vcf)
                             : dice.one_in(2) ? vcf
                                              : sample::bgzf_of(vcf),
                             plants, sample::vcf_transform(bcf ? Format::bcf : Format::vcf));
    const auto what = label("VCF, seed ", seed);
    proven(out, plants, what);
    count(plants);
    const auto before = lines_of(vcf, '#');
    const auto after = lines_of(bcf ? sample::vcf_of(out.cleaned.stream) : sample::unpacked(out.cleaned.stream), '#');
    CHECK_EQUAL_TEXT(before.size(), after.size(), what.c_str());
    std::uint64_t ids = 0, texts = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      for (const std::size_t column : {0U, 1U, 3U, 4U, 5U, 6U, 8U, 9U}) {
        CHECK_TEXT(before[i][column] == after[i][column], what.c_str());
      }
      if (before[i][2] != after[i][2]) ++ids;
      if (before[i][7] != after[i][7]) ++texts;
      CHECK_TEXT(after[i][2] == before[i][2] || after[i][2] == ".", what.c_str());
      CHECK_TEXT(after[i][7] == before[i][7] || after[i][7] == split(before[i][7], ';')[0], what.c_str());
    }
    CHECK_EQUAL_TEXT(ids, counted(out.cleaned, "record ids dropped"), what.c_str());
    CHECK_EQUAL_TEXT(texts, counted(out.cleaned, "record texts dropped"), what.c_str());
  }
}

}  // namespace tributary::corpus
