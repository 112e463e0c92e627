// tests/agent/verify/scan_paths_test.cpp: the search through files of any kind.
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "agent/verify/scan_paths.hpp"
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

/// A BGZF file of one block.
std::string bgzf(const std::string& content) {
  const std::string stored = "\x01" + little(content.size(), 2) + little(~content.size(), 2) + content;
  std::string out("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", 16);
  out += little(stored.size() + 25, 2) + stored + little(crc32_of(content), 4) + little(content.size(), 4);
  return out + std::string("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0", 28);
}

struct Told {
  std::size_t file;
  std::string place;
  std::uint32_t line;
};
struct Report : ScanSummary {
  std::vector<Told> findings;
  std::vector<std::size_t> failed;
  std::vector<ScannedEntry> entries;
};

}  // namespace

TEST_GROUP(ScanPaths) {
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
  Report scan(const std::vector<std::string>& paths, const ScanWishes& wishes = {}) {
    Report report;
    static_cast<ScanSummary&>(report) = *scan_paths(paths, ids, wishes, stop, [&](const ScannedEntry& entry) {
      for (const auto& finding : entry.findings)
        report.findings.push_back({entry.argument, finding.place, finding.line});
      if (entry.problem) report.failed.push_back(entry.argument);
      report.entries.push_back(entry);
    });
    return report;
  }
};

TEST(ScanPaths, reads_a_list_with_its_line_numbers) {
  LONGS_EQUAL(4, ids.words.size());
  CHECK(ids.lines == (std::vector<std::uint32_t>{1, 3, 4, 5}));
  STRCMP_EQUAL("QUX-0042", ids.words[0].value.c_str());
  STRCMP_EQUAL("X7Q", ids.words[2].value.c_str());
}

TEST(ScanPaths, tells_which_lines_of_the_list_are_not_looked_for) {
  CHECK(scan({}).unsearchable_lines == (std::vector<std::uint32_t>{3}));
}

TEST(ScanPaths, finds_words_in_file_names_headers_and_content) {
  const auto report =
      scan({write("clean.fastq", "@a\nACGT\n+\nFFFF\n"), write("qux_0042_S1.fastq", "@a\nACGT\n+\nFFFF\n"),
            write("b.fastq", "@a\nACGT\n+\nFFFF\n@b X7Q\nACGT\n+\nFFFF\n"),
            write("c.vcf",
                  "##fileformat=VCFv4.2\n##id=4711\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
                  "1\t4711\tQUX-0042\tA\tC\t.\t.\t.\n")});
  LONGS_EQUAL(0, report.problems);
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

TEST(ScanPaths, looks_into_compressed_files_and_the_names_in_their_headers) {
  const auto report = scan({write("a.gz", gzip("QUX-0042.fastq", "@a\nACGT\n+\nFFFF\n")),
                            write("b.gz", gzip("b", "one\ntwo X7Q\n")), write("c.gz", gzip("c", "one\n"))});
  LONGS_EQUAL(0, report.problems);
  LONGS_EQUAL(2, report.findings.size());
  LONGS_EQUAL(0, report.findings[0].file);
  STRCMP_EQUAL("container field 1", report.findings[0].place.c_str());
  LONGS_EQUAL(1, report.findings[1].file);
  STRCMP_EQUAL("line 2", report.findings[1].place.c_str());
}

TEST(ScanPaths, finds_short_words_and_numbers_in_records_of_bam) {
  const std::string header = std::string("BAM\1", 4) + little(0, 4) + little(0, 4);
  const auto report = scan({write("a.bam", bgzf(header + bam_record("r1", "", text_tag("CO", "x")) +
                                                bam_record("r2", "", text_tag("CO", "sample of X7Q, no. 4711"))))});
  LONGS_EQUAL(0, report.problems);
  LONGS_EQUAL(2, report.findings.size());
  STRCMP_EQUAL("record 2", report.findings[0].place.c_str());
  STRCMP_EQUAL("record 2", report.findings[1].place.c_str());
}

TEST(ScanPaths, finds_words_in_text_of_two_bytes_a_character) {
  const auto wide = [](std::string_view text, bool big) {
    std::string out;
    for (const char c : text) out += big ? std::string(1, '\0') + c : c + std::string(1, '\0');
    return out;
  };
  const std::string table = "Sample;Note\n1;clean\n2;QUX-0042\n3;X7Q and 4711\n";
  std::string large;
  for (int i = 1; i < 60000; ++i) large += "some text of line x" + std::to_string(i) + "\n";
  const auto report = scan(
      {write("a.csv", "\xff\xfe" + wide(table, false)), write("b.csv", "\xfe\xff" + wide(table, true)),
       write("c.csv", wide(table, false)), write("d.csv", wide(table, true)),
       write("e.gz", gzip("e", wide("one\nof QUX-0042\n", false))), write("f.csv", wide(large + "QUX-0042", false))});
  LONGS_EQUAL(0, report.problems);
  LONGS_EQUAL(14, report.hits);
  STRCMP_EQUAL("line 3", report.findings[0].place.c_str());
  STRCMP_EQUAL("line 4", report.findings[1].place.c_str());
  STRCMP_EQUAL("line 2", report.findings[12].place.c_str());
  STRCMP_EQUAL("line 60000", report.findings[13].place.c_str());
  const std::string name("\xff\xfeM\0\xfc\0l\0l\0e\0r\0", 14);
  ids = read_identifiers("M\xc3\xbcller\n");
  LONGS_EQUAL(1, scan({write("g.txt", name)}).hits);
}

TEST(ScanPaths, finds_words_of_one_byte_a_character_beside_those_of_two) {
  LONGS_EQUAL(1, scan({write("a.bin", std::string("\xff\xfe", 2) + "xQUX-0042x")}).hits);
}

TEST(ScanPaths, looks_into_files_of_no_known_kind_of_any_size) {
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

TEST(ScanPaths, tells_of_files_that_it_could_not_search_and_goes_on) {
  const auto report =
      scan({folder + "/missing", write("cut.gz", gzip("x", "some text").substr(0, 20)), write("a.txt", "QUX-0042\n")});
  LONGS_EQUAL(2, report.problems);
  LONGS_EQUAL(0, report.failed[0]);
  LONGS_EQUAL(1, report.failed[1]);
  LONGS_EQUAL(1, report.hits);
}

TEST(ScanPaths, stops_when_told_to) {
  stop.request();
  const auto done = scan_paths({write("a.txt", "text")}, ids, {}, stop, [](const ScannedEntry&) {});
  CHECK(done.error().remedy == Remedy::wait);
}

TEST(ScanPaths, searches_folders_to_their_end_in_the_order_of_their_paths) {
  for (const auto* name : {"b", "a", "a.d", "c/x7q-z", "c/deep/er"})
    std::filesystem::create_directories(folder + "/" + name);
  for (const auto* name : {"a.d/f", "b/f", "a/f", "c/deep/er/f", "c/x7q-z/f", "z", "B"}) write(name, "QUX-0042\n");
  std::string alone;
  for (const std::size_t threads : {1U, 4U}) {
    ScanWishes wishes;
    wishes.threads = threads;
    const auto report = scan({folder}, wishes);
    std::string order;
    for (const auto& entry : report.entries) order += std::to_string(entry.number) + entry.below + " ";
    if (alone.empty()) alone = order;
    STRCMP_EQUAL(alone.c_str(), order.c_str());
    LONGS_EQUAL(7, report.files);
    LONGS_EQUAL(8, report.hits);  // and the name of a folder
  }
  STRCMP_EQUAL("2B 4a/f 6a.d/f 8b/f 12c/deep/er/f 13c/x7q-z 14c/x7q-z/f 15z ", alone.c_str());
}

TEST(ScanPaths, tells_which_paths_hold_a_word_themselves) {
  std::filesystem::create_directories(folder + "/QUX-0042/in");
  write("QUX-0042/in/clean.txt", "x\n");
  write("plain.txt", "x\n");
  const auto report = scan({folder});
  LONGS_EQUAL(3, report.entries.size());
  LONGS_EQUAL(1, report.hits);
  STRCMP_EQUAL("folder name", report.entries[0].findings[0].place.c_str());
  CHECK(report.entries[0].kind == ScannedEntry::Kind::folder && report.entries[0].names_someone);
  CHECK(report.entries[1].below == "QUX-0042/in/clean.txt" && report.entries[1].names_someone);
  CHECK(report.entries[1].hits == 0 && report.entries[1].inode != 0);
  CHECK(!report.entries[2].names_someone);
}

TEST(ScanPaths, names_links_and_follows_none_and_opens_nothing_special) {
  const auto outside = write("outside.txt", "QUX-0042\n");
  std::filesystem::create_directories(folder + "/in");
  std::filesystem::create_symlink(outside, folder + "/in/to-file");
  std::filesystem::create_symlink(folder, folder + "/in/to-itself");
  std::filesystem::create_symlink("nowhere", folder + "/in/QUX-0042");
  LONGS_EQUAL(0, ::mkfifo((folder + "/in/pipe").c_str(), 0600));
  const auto report = scan({folder + "/in"});
  LONGS_EQUAL(3, report.links);
  LONGS_EQUAL(1, report.special);
  LONGS_EQUAL(0, report.files);
  LONGS_EQUAL(0, report.problems);
  LONGS_EQUAL(1, report.hits);  // the name of a link
}

TEST(ScanPaths, waits_for_no_writer_of_a_pipe_and_follows_a_path_that_is_given) {
  LONGS_EQUAL(0, ::mkfifo((folder + "/pipe").c_str(), 0600));
  write("a.txt", "QUX-0042\n");
  std::filesystem::create_symlink("a.txt", folder + "/link");
  const auto report = scan({folder + "/pipe", "/dev/null", folder + "/link"});
  LONGS_EQUAL(2, report.problems);
  LONGS_EQUAL(1, report.hits);
  LONGS_EQUAL(2, report.findings[0].file);
}

TEST(ScanPaths, tells_how_far_it_is) {
  std::uint64_t told = 0;
  ScanWishes wishes;
  wishes.moved = [&](std::uint64_t bytes) { told = bytes; };
  const auto report = scan({write("large.bin", std::string(40U << 20, 'z'))}, wishes);
  CHECK(told >= (32U << 20) && told <= report.bytes);
}

}  // namespace tributary::verify
