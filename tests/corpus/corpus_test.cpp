// tests/corpus/corpus_test.cpp: no planted word leaves, and the search alone finds what a transform takes away.
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>

#include "agent/base/text.hpp"
#include "agent/verify/scan_paths.hpp"
#include "tests/agent/genomics/bam_samples.hpp"
#include "tests/agent/genomics/bgzf_samples.hpp"
#include "tests/corpus/places.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::corpus {
namespace {

const std::string known = "Quxholm_Ada-7742";

// The ways in which the word comes in files although the list has it in one.
std::vector<std::string> spellings() {
  std::vector<std::string> all = {
      known,       "quxholm_ada-7742", "QUXHOLM_ADA-7742", "Quxholm-Ada-7742", "Quxholm.Ada.7742", "QuxholmAda7742",
      "Quxholm_A", "Ada_Quxholm"};
  return all;
}

struct Result {
  bool complete = false;
  std::uint64_t hits = 0;
  std::string content;  // decompressed
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class Search {
 public:
  explicit Search(std::vector<std::string> words = {known, "Ada Quxholm"}) : words_(std::move(words)) {
    std::vector<verify::Word> of_dictionary;
    for (const auto& word : words_) of_dictionary.push_back({"identifier", word});
    auto made = verify::Dictionary::build(of_dictionary);
    CHECK(made.ok());
    dictionary_ = *made;
    genomics::prepare();
  }

  Result clean(const Planted& place, const std::string& file) const {
    genomics::Transform transform;
    transform.format = place.format;
    transform.sample = "TL-1";
    if (place.masks_names) transform.read_names = genomics::ReadNames::mask;
    if (place.column)
      transform.columns = {{*place.column, genomics::column_check(transform.name_key, "a"), transform.sample}};
    auto inspector = verify::Inspector::make(dictionary_, place.format);
    const auto done = genomics::sample::clean(file, transform, inspector->get());
    Result result{done.complete, (*inspector)->hits(), {}};
    if (!done.complete) return result;
    result.content = place.format == genomics::Format::cram ? done.stream : genomics::sample::unpacked(done.stream);
    if (place.format == genomics::Format::cram) {
      for (const auto& line : genomics::samples::lines_of(to_bytes(done.stream))) result.content += "\n" + line;
    }
    return result;
  }

  // Of the file as it stands.
  std::uint64_t hits(const std::string& file) const {
    std::string name = "/tmp/corpus-XXXXXX";
    const int fd = ::mkstemp(name.data());
    CHECK(fd >= 0);
    ::close(fd);
    std::ofstream(name, std::ios::binary) << file;
    const auto report = verify::scan_paths({name}, verify::read_identifiers(join(words_, "\n")), {}, stop_,
                                           [](const verify::ScannedEntry&) {});
    std::remove(name.c_str());
    CHECK(report.ok());
    return report->hits;
  }

 private:
  std::vector<std::string> words_;
  std::shared_ptr<const verify::Dictionary> dictionary_;
  Stop stop_;
};

std::string told(const Planted& place, const std::string& word) { return place.name + " with " + word; }

}  // namespace

TEST_GROUP(Corpus){};

TEST(Corpus, no_planted_word_leaves) {
  const Search search;
  for (const auto& place : places()) {
    for (const auto& word : spellings()) {
      const auto result = search.clean(place, place.file(word));
      const bool leaves = result.complete && result.hits == 0;
      CHECK_TEXT(leaves == (place.fate == Fate::removed), told(place, word).c_str());
      CHECK_TEXT(result.complete == (place.fate != Fate::refused), told(place, word).c_str());
      if (leaves) CHECK_TEXT(lower(result.content).find(lower(word)) == std::string::npos, told(place, word).c_str());
    }
  }
}

TEST(Corpus, the_search_alone_finds_every_planted_word) {
  const Search search;
  for (const auto& place : places()) {
    if (!place.is_searchable) continue;
    for (const auto& word : spellings()) CHECK_TEXT(search.hits(place.file(word)) > 0, told(place, word).c_str());
  }
}

TEST(Corpus, a_file_without_a_planted_word_leaves_and_nothing_is_found_in_it) {
  const Search search;
  for (const auto& place : places()) {
    const auto result = search.clean(place, place.file("A1"));
    CHECK_TEXT(result.hits == 0, place.name.c_str());
    CHECK_TEXT(search.hits(place.file("A1")) == 0, place.name.c_str());
  }
}

namespace {

// Reads of a short name and of a number, with as much in a tag.
std::string weak_sam(const std::string& name, const std::string& note) {
  std::string text = "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:100000\n";
  for (int i = 1; i <= 5; ++i) {
    text += name + std::to_string(i) + "\t0\tchr1\t" + std::to_string(100 * i) +
            "\t60\t4M\t*\t0\t0\tACGT\tFFFF\tCO:Z:" + note + "\n";
  }
  return text;
}

std::vector<Planted> alignments(const std::string& sam) {
  std::vector<Planted> all = {{"BAM", genomics::Format::bam, Fate::proven, [sam](const std::string&) {
                                 return std::string(text(genomics::samples::bam_of(sam)));
                               }}};
  for (const char* version : {"3.0", "3.1"}) {
    all.push_back({version, genomics::Format::cram, Fate::proven, [sam, version](const std::string&) {
                     genomics::samples::CramOptions options;
                     options.version = version;
                     return std::string(text(genomics::samples::cram_of(sam, options)));
                   }});
  }
  return all;
}

}  // namespace

TEST(Corpus, short_words_and_numbers_in_names_of_reads_are_found_in_every_format) {
  const Search search({"S1", "4711999", "Kunze"});
  for (const auto* const name : {"4711999_", "Kunze:"}) {
    for (const auto& place : alignments(weak_sam(name, "x"))) {
      CHECK_TEXT(search.clean(place, place.file("")).hits == 5, told(place, name).c_str());
      CHECK_TEXT(search.hits(place.file("")) == 5, told(place, name).c_str());
    }
  }
  for (const auto& place : alignments(weak_sam("A00123:4711999:HX:1:1101:4711999:", "x"))) {
    CHECK_TEXT(search.clean(place, place.file("")).hits == 0, place.name.c_str());
    CHECK_TEXT(search.hits(place.file("")) == 0, place.name.c_str());
  }
}

TEST(Corpus, short_words_and_numbers_in_tags_are_found_in_every_format) {
  const Search search({"S1", "4711999", "Kunze"});
  for (const auto& place : alignments(weak_sam("r", "sample of Kunze, no. 4711999"))) {
    CHECK_TEXT(search.clean(place, place.file("")).hits == 0, place.name.c_str());
    CHECK_TEXT(search.hits(place.file("")) == 10, place.name.c_str());
  }
}

}  // namespace tributary::corpus
