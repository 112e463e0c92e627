// tests/agent/pseudonymise/naming_test.cpp: what a source outside is asked, and what of its answers may be used.
#include "agent/pseudonymise/naming.hpp"

#include <set>

#include "tests/agent/pseudonymise/house.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::fakes {

using pseudonymise::Kind;
using pseudonymise::Name;
using pseudonymise::Naming;
using pseudonymise::spelling_problem;
using pseudonymise::Wanted;

namespace {

/// A source in the hands of the test.
class ToldNames final : public pseudonymise::Outside {
 public:
  Result<std::optional<std::string>> known(const Wanted& wanted) override {
    const auto found = before.find(wanted.id);
    return found == before.end() ? std::optional<std::string>() : std::optional(found->second);
  }
  Result<std::vector<std::optional<std::string>>> ask(const std::vector<Wanted>& wanted) override {
    if (away) return wait_error("the source is away");
    std::vector<std::optional<std::string>> out;
    for (const auto& one : wanted) {
      asked.insert(one.id);
      const auto found = told.find(one.id);
      out.push_back(found == told.end() ? std::nullopt : std::optional(found->second));
    }
    return out;
  }
  std::string pending(const Wanted& wanted) const override {
    return "pending-" + wanted.id.substr(wanted.id.size() - 2);
  }

  std::map<std::string, std::string> before, told;
  std::set<std::string> asked;
  bool away = false;
};

}  // namespace

TEST_GROUP(Naming) {
  House house;
  ToldNames source;
  std::set<std::string> taken;            // pseudonyms that stand for somebody else
  std::set<std::string> another_persons;  // ids of before

  void setup() override {
    for (const auto* number : {"01", "02"}) {
      const auto sample = std::string("SAMPLE-") + number;
      house.add_sample(sample, std::string("SUBJECT-") + number);
      house.add_file(sample, sample + ".bed", "bed", "chr1\t0\t10\n");
      source.told[sample] = std::string("QX7-0") + number;
      source.told[std::string("SUBJECT-") + number] = std::string("QS7-0") + number;
    }
  }
  std::vector<pseudonymise::Assignment> assigned() {
    auto people = house.consented();
    CHECK_TRUE(people.ok());
    const pseudonymise::Registrar registrar(
        house.settings, house.key,
        [this](const std::string&, const std::string&, const std::string& pseudonym, const std::string& id,
               const std::string&) -> Status {
          if (another_persons.count(id) != 0) return operator_error("this sample id stood for another person before");
          if (taken.count(pseudonym) != 0) return refusal("a pseudonym stands for two ids");
          house.links.push_back(pseudonym + "=" + id);
          return {};
        },
        &source);
    auto all = registrar.assign(*people);
    CHECK_TEXT(all.ok(), all.ok() ? "" : all.error().what.c_str());
    return std::move(*all);
  }
  // Nothing is sent of the first sample, for a reason without an identity in it; the second one is not touched.
  void first_is(Name::State state, const std::string& why) {
    const auto all = assigned();
    CHECK_FALSE(all[0].parcel.has_value());
    CHECK_TRUE_TEXT(all[0].naming.state == state, all[0].naming.reason.c_str());
    STRCMP_CONTAINS(why.c_str(), all[0].naming.reason.c_str());
    CHECK_TRUE(all[0].naming.reason.find("SAMPLE-") == std::string::npos);
    CHECK_TRUE(all[1].parcel.has_value());
  }
};

TEST(Naming, takes_the_names_of_the_source_and_keeps_them_first) {
  const auto all = assigned();
  STRCMP_EQUAL("QX7-001", all[0].pseudonym.c_str());
  STRCMP_EQUAL("QS7-001", all[0].subject_pseudonym.c_str());
  STRCMP_EQUAL("QX7-001", all[0].parcel->pseudonym().c_str());
  STRCMP_EQUAL("QX7-001.bed.gz", all[0].parcel->files()[0].object_name.c_str());
  LONGS_EQUAL(4, house.links.size());
}

TEST(Naming, does_not_ask_for_what_was_given_before) {
  source.before = {{"SAMPLE-01", "OLD-9001"}, {"SUBJECT-01", "OLD-9002"}};
  STRCMP_EQUAL("OLD-9001", assigned()[0].pseudonym.c_str());
  LONGS_EQUAL(0, source.asked.count("SAMPLE-01") + source.asked.count("SUBJECT-01"));
}

TEST(Naming, does_not_tell_the_source_of_anybody_who_did_not_agree) {
  house.subjects.told["SAMPLE-01"].records[0].status = "withdrawn";
  const auto all = assigned();
  LONGS_EQUAL(0, source.asked.count("SAMPLE-01") + source.asked.count("SUBJECT-01"));
  STRCMP_EQUAL("pending-01", all[0].pseudonym.c_str());
  LONGS_EQUAL(1, source.asked.count("SAMPLE-02"));
}

TEST(Naming, holds_whom_the_source_does_not_know) {
  source.told.erase("SAMPLE-01");
  first_is(Name::State::unknown, "does not know the sample");
  source.told["SAMPLE-01"] = "QX7-001";
  source.told.erase("SUBJECT-01");
  first_is(Name::State::unknown, "does not know the subject");
}

TEST(Naming, waits_for_a_source_that_is_away_and_never_makes_a_name_itself) {
  source.away = true;
  auto people = house.consented();
  const pseudonymise::Registrar registrar(
      house.settings, house.key,
      [](const std::string&, const std::string&, const std::string&, const std::string&, const std::string&) -> Status {
        FAIL("a link was made");
        return {};
      },
      &source);
  const auto all = registrar.assign(*people);
  CHECK_FALSE(all.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::wait), static_cast<int>(all.error().remedy));
}

TEST(Naming, holds_a_sample_whose_id_stood_for_another_person) {
  another_persons = {"SAMPLE-01"};
  first_is(Name::State::held, "stood for another person");
  STRCMP_EQUAL("pending-01", assigned()[0].pseudonym.c_str());
}

TEST(Naming, refuses_what_is_no_pseudonym) {
  for (const auto* word :
       {"", "Q", "QX7", "-QX7-001", "QX7-001_", "QX7 001", "QX7/001", "../QX7", "QX7-001\n", "*** ***"}) {
    source.told["SAMPLE-01"] = word;
    first_is(Name::State::refused, "is no pseudonym");
  }
  source.told["SAMPLE-01"] = std::string(65, 'Q');
  first_is(Name::State::refused, "is no pseudonym");
}

TEST(Naming, refuses_what_is_or_holds_an_identifier_of_the_run) {
  house.instrument.told.identifiers.push_back({"operator", "OPERATOR-ONE"});
  for (const auto* word : {"SAMPLE-01", "sample-01", "PSN-SAMPLE-01", "SUBJECT-02.x", "SAMPLE_01", "Operator-One"}) {
    source.told["SAMPLE-01"] = word;
    first_is(Name::State::refused, "is or holds an identifier");
  }
}

TEST(Naming, refuses_a_short_id_as_its_own_name_too) {
  house.add_sample("S9Q7", "SUBJECT-09");
  house.add_file("S9Q7", "S9Q7.bed", "bed", "chr1\t0\t10\n");
  source.told["S9Q7"] = "s9q7";
  source.told["SUBJECT-09"] = "QS7-009";
  CHECK_TRUE(assigned()[2].naming.state == Name::State::refused);
}

TEST(Naming, refuses_one_name_for_two_ids_for_both_of_them) {
  source.told["SAMPLE-01"] = source.told["SAMPLE-02"];
  const auto all = assigned();
  for (const auto& one : all) {
    CHECK_TRUE(one.naming.state == Name::State::refused);
    CHECK_FALSE(one.parcel.has_value());
  }
}

TEST(Naming, leaves_a_name_to_who_bears_it) {
  source.before = {{"SAMPLE-02", "QX7-002"}, {"SUBJECT-02", "QS7-002"}};
  source.told["SAMPLE-01"] = "QX7-002";
  const auto all = assigned();
  CHECK_TRUE(all[1].parcel.has_value());
  taken = {"QX7-001"};
  source.told["SAMPLE-01"] = "QX7-001";
  first_is(Name::State::refused, "stands for two ids");
}

TEST(Naming, by_the_key_is_refused_when_the_record_contradicts) {
  const pseudonymise::Registrar registrar(house.settings, house.key,
                                          [](const std::string&, const std::string& kind, const std::string&,
                                             const std::string&, const std::string&) -> Status {
                                            if (kind == "sample") return refusal("a pseudonym stands for two ids");
                                            return {};
                                          });
  auto people = house.consented();
  const auto all = registrar.assign(*people);
  CHECK_TRUE(all.ok());
  CHECK_FALSE((*all)[0].parcel.has_value());
  CHECK_TRUE((*all)[0].naming.state == Name::State::refused);
}

TEST_GROUP(Spelling){};

TEST(Spelling, of_ids_that_look_alike_but_are_not_is_noticed) {
  for (const auto* good : {"SAMPLE-01", "  SAMPLE-01\t", "M\xc3\xbcller 7", "\xe6\xa3\xae-1", "\xd0\x98-1", "a b"})
    STRCMP_EQUAL("", spelling_problem(good).c_str());
  STRCMP_CONTAINS("NFD", spelling_problem("Mu\xcc\x88ller").c_str());
  STRCMP_CONTAINS("NFD", spelling_problem("\xe2\x84\xab-1").c_str());            // the sign of the angstrom
  STRCMP_CONTAINS("NFD", spelling_problem("\xe1\x84\x80\xe1\x85\xa1").c_str());  // conjoining letters
  STRCMP_CONTAINS("nobody sees", spelling_problem("SAMPLE\xc2\xa0"
                                                  "01")
                                     .c_str());
  STRCMP_CONTAINS("nobody sees", spelling_problem("SAMPLE-01\xe2\x80\x8b").c_str());
  STRCMP_CONTAINS("nobody sees", spelling_problem("\xef\xbb\xbfSAMPLE-01").c_str());
  STRCMP_CONTAINS("UTF-8", spelling_problem("M\xfcller").c_str());
}

TEST(Spelling, that_is_not_clear_holds_the_sample_whoever_makes_the_name) {
  House house;
  house.add_sample("SAMPLE-01", "Mu\xcc\x88ller-7");
  house.add_file("SAMPLE-01", "SAMPLE-01.bed", "bed", "chr1\t0\t10\n");
  const auto all = house.assign();
  CHECK_TRUE(all.ok());
  CHECK_FALSE((*all)[0].parcel.has_value());
  STRCMP_CONTAINS("the subject: its id is spelled with combining characters", (*all)[0].problems.at(0).c_str());
}

}  // namespace tributary::fakes
