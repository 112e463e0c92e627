// tests/plugins/csv/csv_test.cpp: the subject table as a plugin: the suite, ages, replacements, persons.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/plugins/csv/answer.hpp"
#include "tests/plugins/csv/consent_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_csv(void);

namespace {

using namespace tributary;  // NOLINT: brevity of a test
using suites::Answer;
using Consent = suites::Instance<tributary_consent_ops>;

const std::string header = "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until";
const std::string granted = "SAMPLE-01,SUBJECT-01,c-1,active,HMB,2025-01-01,2030-12-31";

class Table final : public suites::ConsentSide {
 public:
  Table() {
    std::array<char, 64> name{"/tmp/tributary-csv-XXXXXX"};
    folder_ = ::mkdtemp(name.data());
    host_.settings["file"] = path();
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  ~Table() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_csv(); }
  [[nodiscard]] fakes::PluginHost& host() override { return host_; }
  [[nodiscard]] std::string path() const { return folder_ + "/subjects.csv"; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

  void hold(const std::vector<suites::ConsentFact>& facts) override {
    std::string text = header + "\r\n";
    for (const auto& f : facts) {
      text += f.sample + "," + f.subject + "," + f.consent + "," + f.status + "," + f.permissions + "," + f.from + "," +
              f.until + "\r\n";
    }
    replace(text);
  }
  void go_away() override { std::filesystem::remove(path()); }
  void hold_nonsense() override { replace("this,is\nno table\n\"of subjects"); }

  /// A new file under the name, `age_s` old by the host's clock.
  void replace(const std::string& text, std::int64_t age_s = 60) {
    std::ofstream(path() + ".new", std::ios::binary) << text;
    std::filesystem::rename(path() + ".new", path());
    set_age(age_s);
  }
  /// The same file with other content.
  void overwrite(const std::string& text, std::int64_t age_s = 60) {
    std::ofstream(path(), std::ios::binary) << text;
    set_age(age_s);
  }
  void set_age(std::int64_t age_s) {
    const std::array<timespec, 2> times{timespec{host_.now_utc_s - age_s, 0}, timespec{host_.now_utc_s - age_s, 0}};
    ::utimensat(AT_FDCWD, path().c_str(), times.data(), 0);
  }

 private:
  std::string folder_;
  fakes::PluginHost host_{tributary_plugin_csv()};
};

}  // namespace

TEST_GROUP(Csv) {
  Table table;

  Answer answer(const std::string& rows, const std::string& sample = "SAMPLE-01") {
    table.replace(rows);
    Consent at(table.plugin(), table.host());
    return suites::ask(at, sample);
  }
  void is_later(const std::string& rows, const std::string& why) {
    const auto told = answer(rows);
    LONGS_EQUAL_TEXT(TRIBUTARY_LATER, told.outcome, told.note.what);
    STRCMP_CONTAINS(why.c_str(), told.note.what);
    LONGS_EQUAL(0, told.records.size());
  }
};

TEST(Csv, holds_what_every_consent_plugin_must_hold) {
  suites::consent_must_hold([] { return std::make_unique<Table>(); });
}

TEST(Csv, finds_columns_by_name_in_any_order_and_keeps_the_others_as_attributes) {
  const auto told = answer(
      "Ward,valid_until,VALID_FROM,permissions,consent_status,consent_id,Subject ID,sample-id,Birth Date,empty\n"
      "\"3, east\",2030-12-31,2025-01-01,HMB;NPU,active,c-1,SUBJECT-01,SAMPLE-01,2001-02-03,\n");
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  STRCMP_EQUAL("c-1 active HMB;NPU 2025-01-01 2030-12-31", told.records[0].c_str());
  LONGS_EQUAL(2, told.attributes.size());
  STRCMP_EQUAL("!ward=3, east", told.attributes[0].c_str());
  STRCMP_EQUAL("!birth_date=2001-02-03", told.attributes[1].c_str());
}

TEST(Csv, lets_the_operator_say_which_columns_identify) {
  table.host().settings["identifying"] = "Ward Name\nnick";
  const auto told = answer(header + ",ward_name,name\n" + granted + ",East,Kim\n");
  STRCMP_EQUAL("!ward_name=East", told.attributes[0].c_str());
  STRCMP_EQUAL("name=Kim", told.attributes[1].c_str());
}

TEST(Csv, takes_every_further_column_for_identifying_unless_it_is_said_to_tell_of_nobody) {
  const auto text = header + ",sex,Sample Type,nick\n" + granted + ",female,blood,Kim\n";
  auto told = answer(text);
  LONGS_EQUAL(3, told.attributes.size());
  STRCMP_EQUAL("sex=female", told.attributes[0].c_str());
  STRCMP_EQUAL("sample_type=blood", told.attributes[1].c_str());
  STRCMP_EQUAL("!nick=Kim", told.attributes[2].c_str());
  table.host().settings["not_identifying"] = "NICK";
  told = answer(text);
  STRCMP_EQUAL("!sex=female", told.attributes[0].c_str());
  STRCMP_EQUAL("nick=Kim", told.attributes[2].c_str());
}

TEST(Csv, tells_all_words_of_everybody) {
  table.replace(header + ",sex,nick\n" + granted + ",female,Kim\n\nSAMPLE-02,SUBJECT-02,,,,,,male,\n");
  Consent at(table.plugin(), table.host());
  std::string told;
  tributary_word_sink sink{};
  sink.size = sizeof sink;
  sink.self = &told;
  sink.word = [](void* self, const char* kind, const char* value) {
    *static_cast<std::string*>(self) += std::string(kind) + "=" + value + ";";
  };
  LONGS_EQUAL(TRIBUTARY_DONE, at.call([&](tributary_note* note) { return at.ops().words(at.self(), &sink, note); }));
  STRCMP_EQUAL("subject id=SUBJECT-01;sample id=SAMPLE-01;column nick=Kim;subject id=SUBJECT-02;sample id=SAMPLE-02;",
               told.c_str());
  table.go_away();
  LONGS_EQUAL(TRIBUTARY_LATER, at.call([&](tributary_note* note) { return at.ops().words(at.self(), &sink, note); }));
}

TEST(Csv, takes_blanks_around_values_for_nothing) {
  const auto told = answer(header + "\n SAMPLE-01 ,\tSUBJECT-01,c-1, active ,HMB,,\n", " SAMPLE-01");
  LONGS_EQUAL(TRIBUTARY_DONE, told.outcome);
  STRCMP_EQUAL("SUBJECT-01", told.subject.c_str());
  STRCMP_EQUAL("c-1 active HMB  ", told.records[0].c_str());
}

TEST(Csv, tells_withdrawals_of_other_samples_of_the_person_but_not_their_permits) {
  const auto told = answer(header + "\n" + granted +
                           "\nSAMPLE-02,SUBJECT-01,c-2,active,GRU,,\nSAMPLE-03,SUBJECT-01,c-3,withdrawn,HMB,,\n"
                           "SAMPLE-04,SUBJECT-01,c-4,withdrawm,HMB,,\nSAMPLE-05,SUBJECT-02,c-5,withdrawn,HMB,,\n"
                           "SAMPLE-06,SUBJECT-01,c-6,draft,HMB,,\n");
  LONGS_EQUAL(3, told.records.size());
  STRCMP_EQUAL("c-3 withdrawn HMB  ", told.records[1].c_str());
  STRCMP_EQUAL("c-4 withdrawm HMB  ", told.records[2].c_str());
}

TEST(Csv, takes_rows_of_a_subject_without_sample_for_documents_of_the_person) {
  const auto told = answer(header + "\nSAMPLE-01,SUBJECT-01,,,,,\n,SUBJECT-01,c-1,active,HMB,,\n");
  LONGS_EQUAL(TRIBUTARY_DONE, told.outcome);
  LONGS_EQUAL(1, told.records.size());
}

TEST(Csv, holds_a_sample_of_two_persons_and_one_of_none) {
  is_later(header + "\n" + granted + "\nSAMPLE-01,SUBJECT-02,c-2,active,HMB,,\n", "name different subjects");
  is_later(header + "\nSAMPLE-01,,c-2,active,HMB,,\n", "names no subject");
}

TEST(Csv, holds_everyone_when_the_table_is_malformed) {
  is_later("", "is empty");
  is_later("sample_id,subject_id\n", "the column consent_id is missing");
  is_later("sample_id;subject_id;consent_id\n", "separated by ';'");
  is_later(header + ",sample_id\n", "has the name of another one");
  is_later(header + "\n" + granted + "\nSAMPLE-02,SUBJECT-02,c-2,act", "row 3: 4 fields, the header has 7");
  is_later(header + "\n" + granted + ",more\n", "row 2: 8 fields");
  is_later(header + "\n" + granted + "\n,,c-2,active,HMB,,\n", "names neither sample nor subject");
  is_later(header + "\n" + granted + "\n\"SAMPLE", "inside a quoted field");
}

TEST(Csv, skips_rows_without_any_word) {
  LONGS_EQUAL(TRIBUTARY_DONE, answer(header + "\n,,,,,,\n" + granted + "\n , ,,,,,\n").outcome);
}

TEST(Csv, trusts_the_table_up_to_its_age_and_no_longer) {
  table.replace(header + "\n" + granted + "\n", 26 * 3600);
  Consent at(table.plugin(), table.host());
  LONGS_EQUAL(TRIBUTARY_DONE, suites::ask(at, "SAMPLE-01").outcome);
  table.host().now_utc_s += 1;
  const auto told = suites::ask(at, "SAMPLE-01");
  LONGS_EQUAL(TRIBUTARY_LATER, told.outcome);
  STRCMP_CONTAINS("is 26 h old, of at most 26 h", told.note.what);
  LONGS_EQUAL(TRIBUTARY_LATER, suites::ask(at, "SAMPLE-99").outcome);
}

TEST(Csv, changes_its_revision_when_the_table_grows_too_old) {
  table.replace(header + "\n" + granted + "\n", 26 * 3600);
  Consent at(table.plugin(), table.host());
  std::array<char, 64> before{};
  std::array<char, 64> after{};
  at.ops().revision(at.self(), before.data(), 64);
  table.host().now_utc_s += 1;
  at.ops().revision(at.self(), after.data(), 64);
  CHECK_TRUE(std::string(before.data()) != after.data());
}

TEST(Csv, does_not_trust_a_table_from_the_future) {
  table.replace(header + "\n" + granted + "\n", -300);
  Consent at(table.plugin(), table.host());
  LONGS_EQUAL(TRIBUTARY_DONE, suites::ask(at, "SAMPLE-01").outcome);
  table.set_age(-301);
  const auto told = suites::ask(at, "SAMPLE-01");
  LONGS_EQUAL(TRIBUTARY_LATER, told.outcome);
  STRCMP_CONTAINS("in the future", told.note.what);
}

TEST(Csv, reads_again_when_the_same_file_is_written_with_the_same_size_and_time) {
  table.replace(header + "\n" + granted + "\n");
  Consent at(table.plugin(), table.host());
  STRCMP_EQUAL("SUBJECT-01", suites::ask(at, "SAMPLE-01").subject.c_str());
  table.overwrite(header + "\nSAMPLE-01,SUBJECT-02,c-1,active,HMB,2025-01-01,2030-12-31\n");
  STRCMP_EQUAL("SUBJECT-02", suites::ask(at, "SAMPLE-01").subject.c_str());
}

TEST(Csv, waits_while_a_table_may_still_be_written) {
  table.replace(header + "\n" + granted, 0);
  Consent at(table.plugin(), table.host());
  const auto told = suites::ask(at, "SAMPLE-01");
  LONGS_EQUAL(TRIBUTARY_LATER, told.outcome);
  LONGS_EQUAL(table.host().now_utc_s + 2, told.note.not_before_utc_s);
  table.host().now_utc_s += 2;
  LONGS_EQUAL(TRIBUTARY_DONE, suites::ask(at, "SAMPLE-01").outcome);
}

TEST(Csv, follows_a_symbolic_link_and_refuses_what_is_no_file) {
  table.replace(header + "\n" + granted + "\n");
  const auto link = table.folder() + "/link.csv";
  std::filesystem::create_symlink(table.path(), link);
  table.host().settings["file"] = link;
  Consent at(table.plugin(), table.host());
  LONGS_EQUAL(TRIBUTARY_DONE, suites::ask(at, "SAMPLE-01").outcome);
  std::filesystem::remove(link);
  LONGS_EQUAL(0, ::mkfifo(link.c_str(), 0600));
  const auto told = suites::ask(at, "SAMPLE-01");
  LONGS_EQUAL(TRIBUTARY_LATER, told.outcome);
  STRCMP_CONTAINS("no regular file", told.note.what);
}

TEST(Csv, refuses_a_table_that_is_too_large_without_reading_it) {
  table.replace(header + "\n");
  std::filesystem::resize_file(table.path(), (64ULL << 20) + 1);
  table.set_age(60);
  Consent at(table.plugin(), table.host());
  const auto told = suites::ask(at, "SAMPLE-01");
  LONGS_EQUAL(TRIBUTARY_LATER, told.outcome);
  STRCMP_CONTAINS("67108865 bytes, of at most 67108864", told.note.what);
}

TEST(Csv, finds_one_of_many_rows) {
  std::string text = header + "\n";
  for (int i = 0; i < 20000; ++i) {
    text += "S" + std::to_string(i) + ",P" + std::to_string(i / 2) + ",c,active,HMB,,\n";
  }
  table.replace(text);
  Consent at(table.plugin(), table.host());
  for (const int i : {0, 1, 9999, 19999}) {
    STRCMP_EQUAL(("P" + std::to_string(i / 2)).c_str(), suites::ask(at, "S" + std::to_string(i)).subject.c_str());
  }
  LONGS_EQUAL(TRIBUTARY_REFUSED, suites::ask(at, "S20000").outcome);
}

TEST(Csv, is_broken_without_a_file_setting) {
  table.host().settings["file"] = "";
  void* self = nullptr;
  tributary_note note{};
  const auto* ops = static_cast<const tributary_consent_ops*>(table.plugin()->ops);
  LONGS_EQUAL(TRIBUTARY_BROKEN, ops->open(table.host().abi(), &self, &note));
}

// --- codes of a programme -----------------------------------------------------------------------------------------

namespace {

constexpr const char* two_packs =
    "programme: made-up\ndenies: everything\nperiods: optional\npacks:\n"
    "  - valid_from: 2020-01-01\n    grants:\n"
    "      - { codes: [RESEARCH, 'urn:x|7'], terms: HMB, unless: [ABROAD], bound: 'GS[DE]' }\n"
    "  - valid_from: 2027-01-01\n    grants:\n"
    "      - { codes: [RESEARCH], terms: 'HMB;NPU' }\n";

}  // namespace

TEST_GROUP(CsvCodes) {
  Table table;
  void setup() override { put_map(two_packs); }
  void put_map(const std::string& text) {
    std::ofstream(table.folder() + "/codes.new") << text;
    std::filesystem::rename(table.folder() + "/codes.new", table.folder() + "/codes.yaml");
    table.host().settings["codes"] = table.folder() + "/codes.yaml";
  }
  std::vector<std::string> records(const std::string& rows) {
    table.replace(header + "\n" + rows + "\n");
    Consent at(table.plugin(), table.host());
    const auto answer = ask(at, "SAMPLE-01");
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, answer.outcome, answer.note.what);
    return answer.records;
  }
  std::string held(const std::string& rows) {
    table.replace(header + "\n" + rows + "\n");
    Consent at(table.plugin(), table.host());
    const auto answer = ask(at, "SAMPLE-01");
    LONGS_EQUAL(TRIBUTARY_LATER, answer.outcome);
    return answer.note.what;
  }
  void tells(const char* wanted, const std::string& rows) {
    const auto told = records(rows);
    LONGS_EQUAL(1, told.size());
    STRCMP_EQUAL(wanted, told[0].c_str());
  }
};

TEST(CsvCodes, come_to_the_terms_of_the_map) {
  tells("c-1 active HMB;GS[DE] 2025-01-01 2030-12-31",
        "SAMPLE-01,SUBJECT-01,c-1,active,RESEARCH;OTHER,2025-01-01,2030-12-31");
  tells("c-1 active HMB;GS[DE]  ", "SAMPLE-01,SUBJECT-01,c-1,active,urn:x|7,,");
  tells("c-1 active HMB  ", "SAMPLE-01,SUBJECT-01,c-1,active,RESEARCH; ABROAD,,");
}

TEST(CsvCodes, grant_nothing_when_no_map_knows_them) {
  LONGS_EQUAL(0, records("SAMPLE-01,SUBJECT-01,c-1,active,HMB,2025-01-01,").size());
  LONGS_EQUAL(0, records("SAMPLE-01,SUBJECT-01,c-1,active,urn:y|7,2025-01-01,").size());
  LONGS_EQUAL(0, records("SAMPLE-01,SUBJECT-01,c-1,active,,2025-01-01,").size());
}

TEST(CsvCodes, are_read_as_the_pack_of_the_day_says) {
  const auto row = "SAMPLE-01,SUBJECT-01,c-1,active,RESEARCH,2025-01-01,2030-12-31";
  tells("c-1 active HMB;GS[DE] 2025-01-01 2030-12-31", row);
  Consent at(table.plugin(), table.host());
  const auto before = revision(at);
  table.host().now_utc_s = 1798761600;  // 2027-01-01
  CHECK(before != revision(at));
  tells("c-1 active HMB;NPU 2025-01-01 2030-12-31", row);
}

TEST(CsvCodes, are_denied_whatever_the_dates_of_the_row_are) {
  const std::string granted_row = "SAMPLE-01,SUBJECT-01,c-1,active,RESEARCH,2025-01-01,2030-12-31\n";
  for (const auto* status : {"withdrawn", "rejected"}) {
    for (const auto* codes : {"RESEARCH", "RESAERCH", ""}) {  // a slip of the pen must not undo a withdrawal
      const auto told = records(granted_row + ",SUBJECT-01,c-2," + status + "," + codes + ",2020-01-01,2021-01-01");
      STRCMP_EQUAL("c-2 withdrawn HMB  ", told[0].c_str());  // wins over every permit
    }
  }
  tells("c-1 active HMB;GS[DE] 2025-01-01 2030-12-31", granted_row + ",SUBJECT-01,c-2,withdrawn,ABROAD,,");
}

TEST(CsvCodes, hold_when_a_row_can_not_be_read) {
  STRCMP_CONTAINS("a status that is unknown", held("SAMPLE-01,SUBJECT-01,c-1,maybe,RESEARCH,,").c_str());
  STRCMP_CONTAINS("a system without a code", held("SAMPLE-01,SUBJECT-01,c-1,active,urn:x|,,").c_str());
  STRCMP_CONTAINS("a date that is none", held("SAMPLE-01,SUBJECT-01,c-1,active,RESEARCH,1.1.2025,").c_str());
  STRCMP_CONTAINS("a time without a time zone",
                  held("SAMPLE-01,SUBJECT-01,c-1,active,RESEARCH,2025-01-01T00:00:00,").c_str());
  STRCMP_CONTAINS("ends before it begins",
                  held("SAMPLE-01,SUBJECT-01,c-1,active,RESEARCH,2025-01-01,2024-01-01").c_str());
}

TEST(CsvCodes, hold_everybody_while_the_map_can_not_be_read) {
  table.replace(header + "\nSAMPLE-01,SUBJECT-01,c-1,active,RESEARCH,,\n");
  Consent at(table.plugin(), table.host());
  LONGS_EQUAL(TRIBUTARY_DONE, ask(at, "SAMPLE-01").outcome);
  const auto before = revision(at);
  put_map("programme: made-up\n");
  LONGS_EQUAL(TRIBUTARY_LATER, ask(at, "SAMPLE-01").outcome);
  CHECK(before != revision(at));
  put_map(two_packs);
  LONGS_EQUAL(TRIBUTARY_DONE, ask(at, "SAMPLE-01").outcome);
}

TEST(Csv, tells_by_the_person_what_takes_away_and_what_no_sample_bounds) {
  const auto about = [&](const std::string& rows) {
    table.replace(header + "\n" + rows + "\n");
    Consent at(table.plugin(), table.host());
    return suites::ask_subject(at, "SUBJECT-01");
  };
  for (const auto* row :
       {",SUBJECT-01,c-2,withdrawn,,2026-01-01,", "SAMPLE-02,SUBJECT-01,c-2,withdrawn,,2026-01-01,"}) {
    const auto told = about(row);
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
    LONGS_EQUAL(1, told.records.size());
    STRCMP_EQUAL("c-2 withdrawn  2026-01-01 ", told.records[0].c_str());
  }
  STRCMP_EQUAL("c-1 active HMB  ", about(",SUBJECT-01,c-1,active,HMB,,").records.at(0).c_str());
  // What another sample of the person was given for is not given for this one, and holds nothing.
  LONGS_EQUAL(TRIBUTARY_REFUSED, about("SAMPLE-02,SUBJECT-01,c-1,active,HMB,,").outcome);
  LONGS_EQUAL(TRIBUTARY_REFUSED, about("SAMPLE-02,SUBJECT-01,,,,,").outcome);
  LONGS_EQUAL(TRIBUTARY_REFUSED, about(",SUBJECT-02,c-2,withdrawn,,2026-01-01,").outcome);
}

TEST(Csv, can_tell_nothing_of_a_person_when_the_table_is_old) {
  table.replace(header + "\n,SUBJECT-01,c-2,withdrawn,,,\n", 27 * 3600);
  Consent at(table.plugin(), table.host());
  LONGS_EQUAL(TRIBUTARY_LATER, suites::ask_subject(at, "SUBJECT-01").outcome);
}
