// tests/agent/cli/tools_test.cpp: the commands that need no site: crypt4gh, keys, scan, deidentify.
#include <fcntl.h>
#include <unistd.h>

#include "agent/base/text.hpp"
#include "tests/agent/cli/desk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {

TEST_GROUP(Crypt4ghCommand) {
  Desk desk;
  std::string secret = desk.at("a.sec"), open = desk.at("a.pub");

  void works(const std::vector<std::string>& words) {
    const auto ended = desk.run(words);
    STRCMP_EQUAL("", ended.words.c_str());
    LONGS_EQUAL(0, ended.code);
  }
  Ending could_not(const std::vector<std::string>& words) {
    const auto ended = desk.run(words);
    LONGS_EQUAL_TEXT(1, ended.code, ended.words.c_str());
    STRCMP_CONTAINS("tributary: ", ended.words.c_str());
    return ended;
  }
  void make_keys() { works({"crypt4gh", "keygen", "--secret", secret, "--public", open}); }
  std::string plain(std::size_t bytes = 200000) {
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + "\n";
    return text;
  }
};

TEST(Crypt4ghCommand, makes_keys_that_nobody_else_may_read) {
  make_keys();
  LONGS_EQUAL(0600, desk.mode("a.sec"));
  CHECK_TRUE(desk.read("a.sec").starts_with("-----BEGIN CRYPT4GH PRIVATE KEY-----"));
  CHECK_TRUE(desk.read("a.pub").starts_with("-----BEGIN CRYPT4GH PUBLIC KEY-----"));
}

TEST(Crypt4ghCommand, never_overwrites_a_key) {
  make_keys();
  const auto former = desk.read("a.sec"), former_open = desk.read("a.pub");
  for (const auto& [one, other] : std::vector<std::pair<std::string, std::string>>{
           {secret, desk.at("b.pub")}, {desk.at("b.sec"), open}, {desk.at("b.sec"), secret}}) {
    STRCMP_CONTAINS("exists already",
                    could_not({"crypt4gh", "keygen", "--secret", one, "--public", other}).words.c_str());
  }
  STRCMP_EQUAL(former.c_str(), desk.read("a.sec").c_str());
  STRCMP_EQUAL(former_open.c_str(), desk.read("a.pub").c_str());
  CHECK_FALSE(desk.exists("b.sec") || desk.exists("b.pub"));
}

TEST(Crypt4ghCommand, wants_two_files_for_two_halves) {
  LONGS_EQUAL(2, desk.run({"crypt4gh", "keygen", "--secret", desk.at("x"), "--public", desk.at("x")}).code);
  CHECK_FALSE(desk.exists("x"));
}

TEST(Crypt4ghCommand, gives_back_what_it_encrypted) {
  make_keys();
  for (const auto& content : {std::string(), std::string("x"), std::string(65536, 'y'), plain()}) {
    desk.write("in", content);
    works({"crypt4gh", "encrypt", "--recipient", open, "--in", desk.at("in"), "--out", desk.at("in.c4gh")});
    CHECK_TRUE(desk.read("in.c4gh").starts_with("crypt4gh"));
    CHECK_TRUE(content.size() < 2 || !has(desk.read("in.c4gh"), content.substr(0, 100)));
    works({"crypt4gh", "decrypt", "--secret", secret, "--in", desk.at("in.c4gh"), "--out", desk.at("out")});
    CHECK_TRUE(content == desk.read("out"));
    LONGS_EQUAL(0600, desk.mode("out"));
  }
}

TEST(Crypt4ghCommand, writes_to_standard_output_by_default) {
  make_keys();
  desk.write("in", "some text\n");
  works({"crypt4gh", "encrypt", "--recipient", open, "--in", desk.at("in"), "--out", desk.at("in.c4gh")});
  const auto ended = desk.run({"crypt4gh", "decrypt", "--secret", secret, "--in", desk.at("in.c4gh")});
  LONGS_EQUAL(0, ended.code);
  STRCMP_EQUAL("some text\n", ended.words.c_str());
}

TEST(Crypt4ghCommand, encrypts_for_several_who_can_all_read) {
  make_keys();
  works({"crypt4gh", "keygen", "--secret", desk.at("b.sec"), "--public", desk.at("b.pub")});
  desk.write("in", plain());
  works({"crypt4gh", "encrypt", "--recipient", open, "--recipient", desk.at("b.pub"), "--in", desk.at("in"), "--out",
         desk.at("in.c4gh")});
  for (const auto* key : {"a.sec", "b.sec"}) {
    works({"crypt4gh", "decrypt", "--secret", desk.at(key), "--in", desk.at("in.c4gh"), "--out", desk.at("out")});
    CHECK_TRUE(plain() == desk.read("out"));
  }
}

TEST(Crypt4ghCommand, may_write_where_it_reads) {
  make_keys();
  desk.write("file", plain());
  works({"crypt4gh", "encrypt", "--recipient", open, "--in", desk.at("file"), "--out", desk.at("file")});
  works({"crypt4gh", "decrypt", "--secret", secret, "--in", desk.at("file"), "--out", desk.at("file")});
  CHECK_TRUE(plain() == desk.read("file"));
}

TEST(Crypt4ghCommand, leaves_no_half_of_a_file_and_keeps_what_was_there) {
  make_keys();
  works({"crypt4gh", "keygen", "--secret", desk.at("b.sec"), "--public", desk.at("b.pub")});
  desk.write("in", plain());
  works({"crypt4gh", "encrypt", "--recipient", open, "--in", desk.at("in"), "--out", desk.at("in.c4gh")});
  auto sealed = desk.read("in.c4gh");
  could_not({"crypt4gh", "decrypt", "--secret", desk.at("b.sec"), "--in", desk.at("in.c4gh"), "--out", desk.at("out")});
  CHECK_FALSE(desk.exists("out"));
  desk.write("out", "of yesterday");
  sealed[sealed.size() - 5] = static_cast<char>(sealed[sealed.size() - 5] ^ 1);
  desk.write("in.c4gh", sealed);
  could_not({"crypt4gh", "decrypt", "--secret", secret, "--in", desk.at("in.c4gh"), "--out", desk.at("out")});
  STRCMP_EQUAL("of yesterday", desk.read("out").c_str());
}

TEST(Crypt4ghCommand, writes_into_a_pipe_and_leaves_it_there) {
  // A pipe of our own: a program that takes its output away must not find anybody else's.
  make_keys();
  desk.write("in", "some text\n");
  CHECK_TRUE(::mkfifo(desk.at("pipe").c_str(), 0600) == 0);
  const files::Fd reader(::open(desk.at("pipe").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  CHECK_TRUE(reader.valid());
  works({"crypt4gh", "encrypt", "--recipient", open, "--in", desk.at("in"), "--out", desk.at("pipe")});
  struct stat info{};
  CHECK_TRUE(::lstat(desk.at("pipe").c_str(), &info) == 0 && S_ISFIFO(info.st_mode));
  std::string got(4096, '\0');
  const auto n = ::read(reader.get(), got.data(), got.size());
  CHECK_TRUE(n > 8);
  CHECK_TRUE(got.starts_with("crypt4gh"));
}

TEST(Crypt4ghCommand, opens_a_key_with_its_passphrase_only) {
  const auto good = desk.write("good", "a long passphrase\n"), bad = desk.write("bad", "another\n");
  works({"crypt4gh", "keygen", "--secret", secret, "--public", open, "--passphrase-file", good});
  desk.write("in", "some text\n");
  works({"crypt4gh", "encrypt", "--recipient", open, "--in", desk.at("in"), "--out", desk.at("in.c4gh")});
  const std::vector<std::string> decrypt{"crypt4gh", "decrypt", "--secret", secret, "--in", desk.at("in.c4gh")};
  STRCMP_CONTAINS("--passphrase-file", could_not(decrypt).words.c_str());
  auto words = decrypt;
  words.insert(words.end(), {"--passphrase-file", bad});
  could_not(words);
  words.back() = good;
  const auto ended = desk.run(words);
  LONGS_EQUAL(0, ended.code);
  STRCMP_EQUAL("some text\n", ended.words.c_str());
}

TEST(Crypt4ghCommand, makes_no_open_key_where_a_passphrase_was_meant) {
  const auto empty = desk.write("empty", "\n");
  could_not({"crypt4gh", "keygen", "--secret", secret, "--public", open, "--passphrase-file", empty});
  CHECK_FALSE(desk.exists("a.sec") || desk.exists("a.pub"));
}

TEST(Crypt4ghCommand, names_the_option_whose_file_is_none) {
  desk.write("in", "some text\n");
  STRCMP_CONTAINS(
      "--recipient",
      could_not({"crypt4gh", "encrypt", "--recipient", desk.at("in"), "--in", desk.at("in")}).words.c_str());
  STRCMP_CONTAINS("--secret", could_not({"crypt4gh", "decrypt", "--secret", desk.at("in")}).words.c_str());
}

TEST_GROUP(KeysGenerate) { Desk desk; };

TEST(KeysGenerate, makes_keys_of_each_kind_that_nobody_else_may_read) {
  for (const auto* kind : {"pseudonym", "state", "identity"}) {
    const auto ended = desk.run({"keys", "generate", kind, desk.at(kind)});
    LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
    LONGS_EQUAL(0600, desk.mode(kind));
  }
  LONGS_EQUAL(32, desk.read("pseudonym").size());
  LONGS_EQUAL(32, desk.read("state").size());
  CHECK_TRUE(desk.read("pseudonym") != desk.read("state"));
  CHECK_TRUE(has(desk.read("identity"), "PRIVATE KEY"));
  CHECK_TRUE(has(desk.read("identity.pub"), "PUBLIC KEY"));
}

TEST(KeysGenerate, never_overwrites_a_key) {
  for (const auto* kind : {"pseudonym", "state", "identity"}) {
    desk.write("key", "the former one");
    const auto ended = desk.run({"keys", "generate", kind, desk.at("key")});
    LONGS_EQUAL(1, ended.code);
    STRCMP_CONTAINS("exists already", ended.words.c_str());
    STRCMP_EQUAL("the former one", desk.read("key").c_str());
  }
}

TEST(KeysGenerate, makes_no_half_of_a_pair) {
  desk.write("identity.pub", "of a former one");
  const auto ended = desk.run({"keys", "generate", "identity", desk.at("identity")});
  LONGS_EQUAL(1, ended.code);
  STRCMP_CONTAINS("exists already", ended.words.c_str());
  CHECK_FALSE(desk.exists("identity"));
  STRCMP_EQUAL("of a former one", desk.read("identity.pub").c_str());
}

TEST_GROUP(Scan) {
  Desk desk;
  std::string list = desk.write("ids.txt", "\nSUBJECT-77\r\nMuster-4711\n");

  Ending scan(std::vector<std::string> files) {
    files.insert(files.begin(), {"scan", "--identifiers", list});
    const auto ended = desk.run(files);
    CHECK_FALSE_TEXT(has(ended.words, "SUBJECT-77") || has(ended.words, "Muster-4711"), "it names the identifier");
    return ended;
  }
};

TEST(Scan, says_that_what_is_clean_is_clean) {
  const auto ended = scan({desk.write("a.txt", "nothing here\n"), desk.write("b.gz", fakes::gzip("nor here\n"))});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS("clean  2 files", ended.words.c_str());
  STRCMP_CONTAINS("2 words", ended.words.c_str());
}

TEST(Scan, tells_the_place_and_the_line_of_the_list) {
  const auto ended = scan({desk.write("a.txt", "one\ntwo SUBJECT-77 two\n")});
  LONGS_EQUAL(4, ended.code);
  STRCMP_EQUAL((desk.at("a.txt") + ": line 2: identifier of line 2\n").c_str(), ended.words.c_str());
}

TEST(Scan, looks_into_what_is_compressed) {
  const auto ended = scan({desk.write("a.gz", fakes::gzip("one\nMuster-4711\n"))});
  LONGS_EQUAL(4, ended.code);
  STRCMP_CONTAINS("identifier of line 3", ended.words.c_str());
}

TEST(Scan, does_not_repeat_a_file_name_that_is_an_identifier) {
  const auto ended = scan({desk.write("clean.txt", "x\n"), desk.write("SUBJECT-77_R1.txt", "Muster-4711\n")});
  LONGS_EQUAL(4, ended.code);
  STRCMP_CONTAINS("file 2 of the command line: file name: identifier of line 2", ended.words.c_str());
  STRCMP_CONTAINS("file 2 of the command line: line 1: identifier of line 3", ended.words.c_str());
}

TEST(Scan, could_not_where_a_file_could_not_be_read) {
  LONGS_EQUAL(1, scan({desk.at("nothing")}).code);
  // What was found weighs more than what was not read.
  LONGS_EQUAL(4, scan({desk.at("nothing"), desk.write("a.txt", "SUBJECT-77\n")}).code);
}

TEST(Scan, searches_a_folder_and_says_what_it_did_not_open) {
  const auto folder = desk.at("run");
  CHECK_TRUE(files::make_directories(folder + "/SUBJECT-77", 0700).ok());
  desk.write("run/a.txt", "x\n");
  desk.write("run/SUBJECT-77/b.txt", "Muster-4711\n");
  LONGS_EQUAL(0, ::mkfifo((folder + "/pipe").c_str(), 0600));
  LONGS_EQUAL(0, ::symlink("a.txt", (folder + "/link").c_str()));
  const auto ended = scan({folder});
  LONGS_EQUAL(4, ended.code);
  STRCMP_CONTAINS("below argument 1, whose path holds an identifier: folder name: identifier of line 2",
                  ended.words.c_str());
  STRCMP_CONTAINS("whose path holds an identifier: line 1: identifier of line 3", ended.words.c_str());
  STRCMP_CONTAINS("/run/link: a symbolic link, not followed", ended.words.c_str());
  STRCMP_CONTAINS("/run/pipe: a pipe, socket or device, not opened", ended.words.c_str());
  CHECK_TRUE(files::make_directories(desk.at("clean"), 0700).ok());
  desk.write("clean/a.txt", "x\n");
  STRCMP_CONTAINS("clean  1 file, ", scan({desk.at("clean")}).words.c_str());
}

TEST(Scan, gives_one_object_a_line_to_programs) {
  CHECK_TRUE(files::make_directories(desk.at("run/SUBJECT-77"), 0700).ok());
  desk.write("run/a.txt", "Muster-4711\n");
  desk.write("run/SUBJECT-77/b.txt", "x\n");
  CHECK_TRUE(desk.write("run/cut.gz", fakes::gzip("some text").substr(0, 20)).ends_with("cut.gz"));
  LONGS_EQUAL(0, ::symlink("a.txt", desk.at("run/link").c_str()));
  list = desk.write("ids.txt", "a\nSUBJECT-77\nMuster-4711\n");
  const auto ended = scan({"--json", "--threads", "3", desk.at("run")});
  LONGS_EQUAL(4, ended.code);
  std::vector<Json> said;
  for (const auto& line : split(ended.words, '\n')) {
    if (!line.empty()) said.push_back(*json::parse(line));
  }
  const auto is = [&](std::size_t at, const char* type, const Json& path) {
    STRCMP_EQUAL(type, std::string(said.at(at)["type"].as_string()).c_str());
    STRCMP_EQUAL(path.dump().c_str(), said.at(at)["path"].dump().c_str());
    CHECK_TRUE(said.at(at)["path_holds_identifier"].as_bool() == path.is_null());
  };
  LONGS_EQUAL(6, said.size());
  is(0, "finding", {});
  LONGS_EQUAL(2, said[0]["list_line"].as_integer());
  is(1, "finding", "a.txt");
  STRCMP_EQUAL("line 1", std::string(said[1]["place"].as_string()).c_str());
  is(2, "not_searched", "cut.gz");
  is(3, "skipped", "link");
  STRCMP_EQUAL("unsearchable", std::string(said[4]["type"].as_string()).c_str());
  STRCMP_EQUAL("found", std::string(said[5]["result"].as_string()).c_str());
  LONGS_EQUAL(3, said[5]["files"].as_integer());
  LONGS_EQUAL(1, said[5]["not_searched"].as_integer());
}

TEST(Scan, does_not_wait_for_a_pipe) {
  LONGS_EQUAL(0, ::mkfifo(desk.at("pipe").c_str(), 0600));
  const auto ended = scan({desk.at("pipe")});
  LONGS_EQUAL(1, ended.code);
  STRCMP_CONTAINS("is no regular file", ended.words.c_str());
  LONGS_EQUAL(2, scan({"--threads", "0", desk.at("pipe")}).code);
}

TEST(Scan, takes_no_list_without_a_word) {
  list = desk.write("empty.txt", "\n \n");
  LONGS_EQUAL(2, scan({desk.write("a.txt", "x\n")}).code);
  list = desk.at("nothing.txt");
  LONGS_EQUAL(2, scan({desk.at("a.txt")}).code);
}

TEST(Scan, warns_of_words_that_can_not_be_searched_for) {
  list = desk.write("short.txt", "a\nSUBJECT-77\n");
  const auto ended = scan({desk.write("a.txt", "a\n")});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS("warning: line 1 of the list", ended.words.c_str());
  STRCMP_CONTAINS("1 word\n", ended.words.c_str());
}

TEST_GROUP(Deidentify) {
  Desk desk;
  std::string map = desk.write("ids.tsv", "SAMPLE-77\tTL-ABC\nMuster-4711\tTL-ABC\n");

  Ending deidentify(const std::string& in, const std::string& out, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"deidentify", "--in", desk.at(in), "--out", desk.at(out), "--map", map});
    const auto ended = desk.run(more);
    CHECK_FALSE_TEXT(has(ended.words, "SAMPLE-77") || has(ended.words, "Muster-4711"), "it names the identifier");
    return ended;
  }
  static std::string vcf(const std::string& sample, const std::string& header = {}) {
    return "##fileformat=VCFv4.2\n" + header +
           "##contig=<ID=chr1,length=1000>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
           "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" +
           sample + "\nchr1\t100\t.\tA\tG\t50\tPASS\t.\tGT\t0/1\n";
  }
  static std::string fastq(const std::string& name) { return "@" + name + " 1:N:0:ACGT\nACGTACGT\n+\nIIIIIIII\n"; }
};

TEST(Deidentify, replaces_the_name_of_the_sample) {
  desk.write("a.vcf", vcf("SAMPLE-77"));
  const auto ended = deidentify("a.vcf", "b.vcf");
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  LONGS_EQUAL(0600, desk.mode("b.vcf"));
  LONGS_EQUAL(0, desk.run({"scan", "--identifiers", desk.write("ids.txt", "SAMPLE-77\n"), desk.at("b.vcf")}).code);
  desk.write("yes.txt", "TL-ABC\n");
  LONGS_EQUAL(4, desk.run({"scan", "--identifiers", desk.at("yes.txt"), desk.at("b.vcf")}).code);
}

TEST(Deidentify, keeps_the_columns_of_a_joint_file_that_the_map_names) {
  desk.write("a.vcf",
             "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=1000>\n"
             "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
             "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE-76\tSAMPLE-77\tSAMPLE-78\tMuster-4711\n"
             "chr1\t100\t.\tA\tG,C\t50\tPASS\t.\tGT\t0/1\t0/2\t0/1\t2/2\n"
             "chr1\t200\t.\tA\tG\t50\tPASS\t.\tGT\t0/1\t0/0\t0/1\t0/0\n");
  LONGS_EQUAL(2, deidentify("a.vcf", "b.vcf").code);  // two columns would have one name
  map = desk.write("joint.tsv", "SAMPLE-77\tTL-ABC\nMuster-4711\tTL-DEF\nSAMPLE-99\tTL-GHI\n");
  auto ended = deidentify("a.vcf", "b.vcf");
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("sample columns cut: 2\n", ended.words.c_str());
  STRCMP_CONTAINS("records: 1\n", ended.words.c_str());
  LONGS_EQUAL(0, deidentify("a.vcf", "c.vcf", {"--sites-without-variant", "keep"}).code);
  LONGS_EQUAL(2, deidentify("a.vcf", "d.vcf", {"--sites-without-variant", "all"}).code);
  map = desk.write("nobody.tsv", "SAMPLE-99\tTL-GHI\n");
  ended = deidentify("a.vcf", "e.vcf");
  LONGS_EQUAL(2, ended.code);
  STRCMP_CONTAINS("none of the 4 sample columns", ended.words.c_str());
}

TEST(Deidentify, keeps_or_masks_the_names_of_reads) {
  desk.write("a.fastq", fastq("M00146:21:000000000-A2WDF:1:1101:1000:7"));
  LONGS_EQUAL(0, deidentify("a.fastq", "kept.fastq").code);
  LONGS_EQUAL(0, deidentify("a.fastq", "masked.fastq", {"--read-names", "mask"}).code);
  desk.write("run.txt", "000000000-A2WDF\n");
  LONGS_EQUAL(4, desk.run({"scan", "--identifiers", desk.at("run.txt"), desk.at("kept.fastq")}).code);
  LONGS_EQUAL(0, desk.run({"scan", "--identifiers", desk.at("run.txt"), desk.at("masked.fastq")}).code);
}

TEST(Deidentify, waits_for_no_pipe_in_the_place_of_a_file) {
  LONGS_EQUAL(0, ::mkfifo(desk.at("pipe").c_str(), 0600));
  desk.write("a.vcf", vcf("SAMPLE-77"));
  const auto onto = deidentify("a.vcf", "pipe");
  LONGS_EQUAL(1, onto.code);
  STRCMP_CONTAINS("exists already", onto.words.c_str());
  const auto from = deidentify("pipe", "b.vcf");
  LONGS_EQUAL(1, from.code);
  STRCMP_CONTAINS("is no regular file", from.words.c_str());
}

TEST(Deidentify, leaves_nothing_where_an_identifier_is_left) {
  desk.write("a.fastq", fastq("SAMPLE-77:1"));
  const auto ended = deidentify("a.fastq", "b.fastq");
  LONGS_EQUAL_TEXT(4, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("1 identifier is left", ended.words.c_str());
  CHECK_FALSE(desk.exists("b.fastq"));
}

TEST(Deidentify, never_touches_a_file_that_is_there) {
  desk.write("a.vcf", vcf("SAMPLE-77"));
  desk.write("b.vcf", "of yesterday");
  LONGS_EQUAL(1, deidentify("a.vcf", "b.vcf").code);
  STRCMP_EQUAL("of yesterday", desk.read("b.vcf").c_str());
  LONGS_EQUAL(1, deidentify("a.vcf", "a.vcf").code);
  STRCMP_EQUAL(vcf("SAMPLE-77").c_str(), desk.read("a.vcf").c_str());
}

TEST(Deidentify, takes_nothing_away_that_it_did_not_make) {
  // A link to nowhere can not be opened, and is somebody's all the same.
  CHECK_TRUE(::symlink("nowhere", desk.at("b.vcf").c_str()) == 0);
  desk.write("a.vcf", vcf("SAMPLE-77"));
  LONGS_EQUAL(1, deidentify("a.vcf", "b.vcf").code);
  CHECK_TRUE(desk.exists("b.vcf"));
  LONGS_EQUAL(1, deidentify("nothing.vcf", "b.vcf").code);
  CHECK_TRUE(desk.exists("b.vcf"));
}

TEST(Deidentify, could_not_with_what_is_no_file_of_a_sequencer) {
  desk.write("a.bin", std::string("\x00\x01\x02\x03", 4));
  LONGS_EQUAL(1, deidentify("a.bin", "b.bin").code);
  LONGS_EQUAL(1, deidentify("nothing", "b.bin").code);
  CHECK_FALSE(desk.exists("b.bin"));
}

TEST(Deidentify, points_at_the_line_of_a_map_that_is_none) {
  desk.write("a.vcf", vcf("SAMPLE-77"));
  const std::vector<std::pair<std::string, std::string>> bad{
      {"SAMPLE-77 TL-ABC\n", "--map line 1 is not"},
      {"SAMPLE-77\tTL-ABC\nMuster-4711\tTL-DEF\n", "--map line 2 has another replacement"},
      {"SAMPLE-77\tTL ABC\n", "--map line 1: the replacement holds"},
      {"\n\n", "--map holds no line"}};
  for (const auto& [content, says] : bad) {
    map = desk.write("bad.tsv", content);
    const auto ended = deidentify("a.vcf", "b.vcf");
    LONGS_EQUAL_TEXT(2, ended.code, content.c_str());
    STRCMP_CONTAINS(says.c_str(), ended.words.c_str());
    CHECK_FALSE(desk.exists("b.vcf"));
  }
}

}  // namespace tributary::cli_test
