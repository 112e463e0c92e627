// tests/plugins/pseudonyms_file/file_test.cpp: a list of pseudonyms as a plugin: the suite, rows, ages, replacements.
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/suites/pseudonym_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_file(void);

namespace {

using namespace tributary;  // NOLINT: brevity of a test
using Pseudonyms = suites::Instance<tributary_pseudonym_ops>;

class List final : public suites::PseudonymSide {
 public:
  List() {
    std::array<char, 64> name{"/tmp/tributary-list-XXXXXX"};
    folder_ = ::mkdtemp(name.data());
    host_.settings["file"] = path();
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  ~List() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_file(); }
  [[nodiscard]] fakes::PluginHost& host() override { return host_; }
  [[nodiscard]] std::string path() const { return folder_ + "/pseudonyms.csv"; }
  void hold(const std::vector<suites::PseudonymFact>& facts) override {
    std::string text = "destination,kind,id,pseudonym\r\n";
    for (const auto& f : facts) text += f.destination + "," + f.kind + "," + f.id + "," + f.pseudonym + "\r\n";
    replace(text);
  }
  void go_away() override { std::filesystem::remove(path()); }
  void hold_nonsense() override { replace("destination,kind,id,pseudonym\nnational,sample,SAMPLE-01,\"QX7-001"); }
  void replace(const std::string& text, std::int64_t age_s = 60) {
    std::ofstream(path() + ".new", std::ios::binary) << text;
    std::filesystem::rename(path() + ".new", path());
    const std::array<timespec, 2> times{timespec{host_.now_utc_s - age_s, 0}, timespec{host_.now_utc_s - age_s, 0}};
    ::utimensat(AT_FDCWD, path().c_str(), times.data(), 0);
  }

 private:
  std::string folder_;
  fakes::PluginHost host_{tributary_plugin_file()};
};

const std::string header = "destination,kind,id,pseudonym\n";

}  // namespace

TEST_GROUP(PseudonymList) {
  List list;

  suites::PseudonymAnswer answer(const std::string& text, const std::string& destination = "national") {
    list.replace(text);
    Pseudonyms at(list.plugin(), list.host());
    return suites::ask(at, {{destination, "sample", "SAMPLE-01", ""}});
  }
  void is_refused(const std::string& rows, const std::string& why) {
    const auto told = answer(header + rows);
    LONGS_EQUAL_TEXT(TRIBUTARY_LATER, told.outcome, rows.c_str());
    STRCMP_CONTAINS(why.c_str(), told.said.c_str());
    LONGS_EQUAL(0, told.told);
    CHECK_TRUE_TEXT(told.said.find("SAMPLE-") == std::string::npos, told.said.c_str());
  }
};

TEST(PseudonymList, holds_what_every_pseudonym_plugin_must_hold) {
  suites::pseudonyms_must_hold([] { return std::make_unique<List>(); });
}

TEST(PseudonymList, may_have_its_columns_in_any_order_a_byte_order_mark_and_quotes) {
  const auto told = answer(
      "\xef\xbb\xbfPseudonym,Remark,ID,Kind,Destination\r\n\"QX7-001\",\"a \"\"b\"\"\", SAMPLE-01 "
      ",sample,national\r\n");
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.said.c_str());
  STRCMP_EQUAL("QX7-001", told.pseudonyms.at(0).c_str());
}

TEST(PseudonymList, is_refused_whole_for_rows_that_are_double_or_contradict_each_other) {
  const std::string row = "national,sample,SAMPLE-01,QX7-001\n";
  is_refused(row + row, "rows 2 and 3: name the same id");
  is_refused(row + "national,sample,SAMPLE-01,QX7-002\n", "rows 2 and 3: name the same id");
  is_refused(row + "\nnational,sample,SAMPLE-02,QX7-001\n", "rows 2 and 4: give one pseudonym to two ids");
  is_refused(row + "national,subject,SUBJECT-01,QX7-001\n", "rows 2 and 3: give one pseudonym to two ids");
}

TEST(PseudonymList, does_not_make_two_destinations_linkable_unless_told_to) {
  is_refused("*,sample,SAMPLE-01,QX7-001\n", "row 2: '*'");
  is_refused("national,sample,SAMPLE-01,QX7-001\narchive,sample,SAMPLE-01,QX7-001\n", "rows 2 and 3");
  list.host().settings["linkable"] = "true";
  STRCMP_EQUAL("QX7-001", answer(header + "*,sample,SAMPLE-01,QX7-001\n", "anywhere").pseudonyms.at(0).c_str());
  const auto both = header + "national,sample,SAMPLE-01,QX7-001\narchive,sample,SAMPLE-01,QX7-001\n";
  STRCMP_EQUAL("QX7-001", answer(both, "archive").pseudonyms.at(0).c_str());
  is_refused("*,sample,SAMPLE-01,QX7-001\nnational,sample,SAMPLE-01,QX7-002\n", "rows 2 and 3");
  is_refused("*,sample,SAMPLE-01,QX7-001\nnational,sample,SAMPLE-02,QX7-001\n", "rows 2 and 3");
}

TEST(PseudonymList, is_refused_for_what_can_not_be_understood) {
  is_refused("national,person,SAMPLE-01,QX7-001\n", "row 2: kind is subject or sample");
  is_refused("national,sample,,QX7-001\n", "row 2: a field is empty");
  is_refused("national,sample,SAMPLE-01\n", "row 2: 3 fields, the header has 4");
  for (const auto* word : {"QX7", "-QX7-001", "QX7-001.", "QX7 001", "Q/7-001",
                           "Q\xc3\xa4"
                           "7-001"})
    is_refused("national,sample,SAMPLE-01," + std::string(word) + "\n", "row 2: a pseudonym is 4 to 64");
  is_refused("national,sample,SAMPLE-01," + std::string(65, 'Q') + "\n", "row 2: a pseudonym is 4 to 64");
  is_refused("national,sample," + std::string(300, 'S') + ",QX7-001\n", "row 2: a field of more than 256 bytes");
  LONGS_EQUAL(TRIBUTARY_LATER, answer("").outcome);
  STRCMP_CONTAINS("the column kind is missing", answer("destination,id,pseudonym\n").said.c_str());
  STRCMP_CONTAINS("must be by ','", answer("destination;kind;id;pseudonym\n").said.c_str());
  STRCMP_CONTAINS("the column id is there twice", answer("destination,kind,id,ID,pseudonym\n").said.c_str());
}

TEST(PseudonymList, is_trusted_while_it_is_fresh_only) {
  const auto text = header + "national,sample,SAMPLE-01,QX7-001\n";
  list.host().settings["max_age"] = "3600";
  list.replace(text, 3600);
  Pseudonyms at(list.plugin(), list.host());
  LONGS_EQUAL(1, suites::ask(at, {{"national", "sample", "SAMPLE-01", ""}}).told);
  list.replace(text, 3601);
  STRCMP_CONTAINS("old, of at most", suites::ask(at, {{"national", "sample", "SAMPLE-01", ""}}).said.c_str());
  list.replace(text, -301);
  STRCMP_CONTAINS("in the future", suites::ask(at, {{"national", "sample", "SAMPLE-01", ""}}).said.c_str());
}

TEST(PseudonymList, tells_of_a_change_and_of_nothing_else) {
  list.hold({{"national", "sample", "SAMPLE-01", "QX7-001"}});
  Pseudonyms at(list.plugin(), list.host());
  const auto revision = [&] {
    char word[64] = "";
    at.ops().revision(at.self(), word, sizeof word);
    return std::string(word);
  };
  const auto before = revision();
  CHECK_TRUE(before.ends_with("-ok") && before == revision());
  list.hold({{"national", "sample", "SAMPLE-02", "QX7-002"}});
  CHECK_TRUE(before != revision());
  list.go_away();
  CHECK_TRUE(revision().ends_with("-unknown"));
}
