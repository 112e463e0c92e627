// tests/agent/verify/scan_files_test.cpp: the search through files of any kind.
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "agent/verify/scan_files.hpp"
#include "tests/agent/verify/looking.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::verify {
namespace {

std::uint32_t crc32_of(std::string_view text) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1U) ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

/// A gzip member that stores its content, with the name of the file in its header.
std::string gzip(const std::string& name, const std::string& content) {
  std::string out("\x1f\x8b\x08\x08\0\0\0\0\0\xff", 10);
  out += name + std::string(1, '\0') + "\x01" + little(content.size(), 2) + little(~content.size(), 2) + content;
  return out + little(crc32_of(content), 4) + little(content.size(), 4);
}

}  // namespace

TEST_GROUP(ScanFiles) {
  std::string folder;
  Stop stop;
  IdentifierList ids = read_identifiers("\xef\xbb\xbfQUX-0042\r\n\nS1\n X7Q \n4711\n");

  void setup() override {
    genomics::prepare();
    std::string name = std::filesystem::temp_directory_path() / "scan-XXXXXX";
    CHECK(::mkdtemp(name.data()) != nullptr);
    folder = name;
  }
  void teardown() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& name, const std::string& content) {
    const std::string path = folder + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  ScanReport scan(const std::vector<std::string>& paths) { return *scan_files(paths, ids, stop); }
};

TEST(ScanFiles, reads_a_list_with_its_line_numbers) {
  LONGS_EQUAL(4, ids.words.size());
  CHECK(ids.lines == (std::vector<std::uint32_t>{1, 3, 4, 5}));
  STRCMP_EQUAL("QUX-0042", ids.words[0].value.c_str());
  STRCMP_EQUAL("X7Q", ids.words[2].value.c_str());
}

TEST(ScanFiles, tells_which_lines_of_the_list_are_not_looked_for) {
  CHECK(scan({}).unsearchable_lines == (std::vector<std::uint32_t>{3}));
}

TEST(ScanFiles, finds_words_in_file_names_headers_and_content) {
  const auto report =
      scan({write("clean.fastq", "@a\nACGT\n+\nFFFF\n"), write("qux_0042_S1.fastq", "@a\nACGT\n+\nFFFF\n"),
            write("b.fastq", "@a\nACGT\n+\nFFFF\n@b X7Q\nACGT\n+\nFFFF\n"),
            write("c.vcf",
                  "##fileformat=VCFv4.2\n##id=4711\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
                  "1\t4711\tQUX-0042\tA\tC\t.\t.\t.\n")});
  LONGS_EQUAL(0, report.problems.size());
  LONGS_EQUAL(4, report.hits);
  LONGS_EQUAL(4, report.findings.size());
  const auto is = [&report](std::size_t at, std::size_t file, const char* place, std::uint32_t line) {
    LONGS_EQUAL(file, report.findings[at].file);
    STRCMP_EQUAL(place, report.findings[at].place.c_str());
    LONGS_EQUAL(line, report.findings[at].line);
  };
  is(0, 1, "file name", 1);
  is(1, 2, "record 2", 4);
  is(2, 3, "header line 2", 5);
  is(3, 3, "record 1", 1);
}

TEST(ScanFiles, looks_into_compressed_files_and_the_names_in_their_headers) {
  const auto report = scan({write("a.gz", gzip("QUX-0042.fastq", "@a\nACGT\n+\nFFFF\n")),
                            write("b.gz", gzip("b", "one\ntwo X7Q\n")), write("c.gz", gzip("c", "one\n"))});
  LONGS_EQUAL(0, report.problems.size());
  LONGS_EQUAL(2, report.findings.size());
  LONGS_EQUAL(0, report.findings[0].file);
  STRCMP_EQUAL("container field 1", report.findings[0].place.c_str());
  LONGS_EQUAL(1, report.findings[1].file);
  STRCMP_EQUAL("line 2", report.findings[1].place.c_str());
}

TEST(ScanFiles, looks_into_files_of_no_known_kind_of_any_size) {
  std::string large(1500000, 'z');
  large.replace(1048570, 8, "QUX-0042");
  std::string lines;
  for (int i = 1; i < 60000; ++i) lines += "some text of line x" + std::to_string(i) + "\n";
  const auto report = scan({write("a.bin", large), write("b.txt", lines + "QUX-0042\n"), write("empty", "")});
  LONGS_EQUAL(2, report.hits);
  LONGS_EQUAL(0, report.findings[0].file);
  LONGS_EQUAL(1, report.findings[1].file);
  STRCMP_EQUAL("line 60000", report.findings[1].place.c_str());
}

TEST(ScanFiles, tells_of_files_that_it_could_not_search_and_goes_on) {
  const auto report =
      scan({folder + "/missing", write("cut.gz", gzip("x", "some text").substr(0, 20)), write("a.txt", "QUX-0042\n")});
  LONGS_EQUAL(2, report.problems.size());
  LONGS_EQUAL(0, report.problems[0].file);
  LONGS_EQUAL(1, report.problems[1].file);
  LONGS_EQUAL(1, report.hits);
}

TEST(ScanFiles, stops_when_told_to) {
  stop.request();
  CHECK(scan_files({write("a.txt", "text")}, ids, stop).error().remedy == Remedy::wait);
}

}  // namespace tributary::verify
