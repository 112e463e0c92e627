// tests/agent/consent/desk_test.cpp: policies, sources in their order, withdrawals, identities that grow.
#include "agent/consent/consent.hpp"

#include <map>
#include <string>
#include <vector>

#include "agent/consent/choose.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;  // NOLINT: brevity of a test
using consent::choose;
using consent::Verdict;

class FakeSource final : public plugin::SubjectSource {
 public:
  explicit FakeSource(std::string name) : name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  Status probe() override { return {}; }
  Result<std::optional<plugin::Subject>> ask(const std::string& sample_id) override {
    if (away) return wait_error("the file is 30 h old, of at most 26 h");
    const auto found = subjects.find(sample_id);
    if (found == subjects.end()) return std::optional<plugin::Subject>();
    return std::optional(found->second);
  }
  Result<std::optional<plugin::Subject>> ask_subject(const std::string& subject_id) override {
    if (persons_away) return wait_error("the register does not answer");
    const auto found = persons.find(subject_id);
    return found == persons.end() ? std::optional<plugin::Subject>() : std::optional(found->second);
  }
  std::string revision() override { return "1"; }

  std::map<std::string, plugin::Subject> subjects, persons;
  bool away = false, persons_away = false;

 private:
  std::string name_;
};

plugin::Subject subject(const std::string& id, const std::string& status = "active") {
  return {id, {{"c-1", status, "HMB", "2026-01-01", ""}}, {{"birth_date", "2001-02-03", true}, {"ward", "3", false}}};
}

identify::IdentifiedSample sample(const std::string& id, const std::string& project = "WGS") {
  identify::IdentifiedSample out;
  out.identity = identify::Identity(id, project);
  out.identity.add_file_name(id);
  for (const auto* kind : {"fastq", "bam", "bai", "vcf"}) {
    identify::SampleFile file;
    file.kind = kind;
    file.path = "out/" + id + "." + (file.kind == "bai" ? "bam.bai" : file.kind);
    out.files.push_back(file);
  }
  return out;
}

config::Policy policy(const std::string& name) {
  config::Policy out;
  out.name = name;
  out.destination = "national";
  out.purpose.country = "DE";
  out.files = {"bam"};
  return out;
}

bool has(const identify::Identity& identity, const std::string& kind, const std::string& value) {
  for (const auto& word : identity.identifiers()) {
    if (word.kind == kind && word.value == value) return true;
  }
  return false;
}

}  // namespace

TEST_GROUP(Desk) {
  config::Settings settings;
  FakeSource first{"lims"};
  FakeSource second{"broker"};
  std::string withdrawn;
  ManualClock clock{1795255200};

  void setup() override { settings.policies = {policy("wgs")}; }
  consent::Desk desk() {
    return {settings, {&first, &second}, [this](const std::string& id) { return id == withdrawn; }, clock};
  }
  Verdict verdict() { return desk().ask(sample("SAMPLE-01")).choices[0].decision.verdict; }
};

TEST(Desk, sends_what_every_source_that_knows_the_person_permits) {
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  CHECK(verdict() == Verdict::permit);
  second.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  second.subjects["SAMPLE-01"].records[0].valid_until = "2026-12-31";
  const auto told = desk().ask(sample("SAMPLE-01"));
  CHECK_TRUE(told.known);
  STRCMP_EQUAL("SUBJECT-01", told.sample.identity.subject_id().c_str());
  CHECK(told.choices[0].decision.verdict == Verdict::permit);
  LONGS_EQUAL(2, told.choices[0].decision.findings.size());
  STRCMP_EQUAL("2026-12-31T23:59:59Z", to_rfc3339(*told.choices[0].decision.valid_until_utc_s).c_str());
  second.subjects["SAMPLE-01"].records[0].status = "withdrawn";
  CHECK(verdict() == Verdict::deny);
}

TEST(Desk, takes_a_source_that_knows_nobody_for_silence) {
  second.subjects["SAMPLE-01"] = subject("SUBJECT-02");
  const auto told = desk().ask(sample("SAMPLE-01"));
  STRCMP_EQUAL("SUBJECT-02", told.sample.identity.subject_id().c_str());
  CHECK(told.choices[0].decision.verdict == Verdict::permit);
}

TEST(Desk, asks_a_source_of_persons_by_the_subject_that_another_named) {
  first.persons["SUBJECT-01"] = subject("SUBJECT-01", "rejected");
  second.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  CHECK(verdict() == Verdict::deny);
  second.subjects["SAMPLE-01"] = subject("SUBJECT-02");
  CHECK(verdict() == Verdict::permit);
  first.persons_away = true;
  CHECK(verdict() == Verdict::unknown);
}

TEST(Desk, holds_what_one_source_can_not_tell_unless_another_denies) {
  first.away = true;
  second.subjects["SAMPLE-01"] = subject("SUBJECT-02");
  const auto told = desk().ask(sample("SAMPLE-01"));
  CHECK_TRUE(told.known);
  CHECK(told.choices[0].decision.verdict == Verdict::unknown);
  STRCMP_EQUAL("subject source lims can not answer: the file is 30 h old, of at most 26 h",
               told.choices[0].decision.reason.c_str());
  second.subjects["SAMPLE-01"] = subject("SUBJECT-02", "withdrawn");
  CHECK(verdict() == Verdict::deny);
  withdrawn = "SUBJECT-02";
  second.subjects["SAMPLE-01"] = subject("SUBJECT-02");
  CHECK(verdict() == Verdict::deny);
  second.subjects.clear();
  const auto nobody = desk().ask(sample("SAMPLE-01"));
  CHECK_FALSE(nobody.known);
  STRCMP_EQUAL(nobody.unknown_reason.c_str(), nobody.choices[0].decision.reason.c_str());
}

TEST(Desk, holds_a_sample_for_which_sources_name_different_subjects) {
  for (const auto* status : {"active", "withdrawn"}) {
    first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
    second.subjects["SAMPLE-01"] = subject("SUBJECT-02", status);
    const auto told = desk().ask(sample("SAMPLE-01"));
    CHECK_FALSE(told.known);
    STRCMP_EQUAL("", told.sample.identity.subject_id().c_str());
    CHECK_TRUE(has(told.sample.identity, "subject id", "SUBJECT-01"));
    CHECK_TRUE(has(told.sample.identity, "subject id", "SUBJECT-02"));
    CHECK(told.choices[0].decision.verdict == Verdict::unknown);
    STRCMP_EQUAL("subject sources lims and broker name different subjects for the sample",
                 told.choices[0].decision.reason.c_str());
  }
}

TEST(Desk, lets_a_source_be_silent_only_when_its_documents_are_optional) {
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  first.subjects["SAMPLE-01"].records.clear();
  second.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  CHECK(verdict() == Verdict::unknown);
  settings.subjects.resize(1);
  settings.subjects[0].name = "lims";
  settings.subjects[0].may_be_silent = true;
  CHECK(verdict() == Verdict::permit);
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01", "rejected");
  CHECK(verdict() == Verdict::deny);
  first.subjects["SAMPLE-01"].records.clear();
  second.subjects.clear();
  CHECK(verdict() == Verdict::unknown);
}

TEST(Desk, holds_a_sample_that_nobody_knows) {
  const auto told = desk().ask(sample("SAMPLE-01"));
  CHECK_FALSE(told.known);
  CHECK(told.choices[0].decision.verdict == Verdict::unknown);
  STRCMP_EQUAL("no subject source knows the sample", told.unknown_reason.c_str());
}

TEST(Desk, holds_a_sample_without_a_subject) {
  first.subjects["SAMPLE-01"] = subject("");
  const auto told = desk().ask(sample("SAMPLE-01"));
  CHECK_FALSE(told.known);
  STRCMP_EQUAL("", told.sample.identity.subject_id().c_str());
}

TEST(Desk, denies_a_subject_that_was_withdrawn_here_whatever_a_source_says) {
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  withdrawn = "SUBJECT-01";
  const auto told = desk().ask(sample("SAMPLE-01"));
  const auto& decision = told.choices[0].decision;
  CHECK(decision.verdict == Verdict::deny);
  STRCMP_EQUAL("the subject was withdrawn at this site", decision.reason.c_str());
  STRCMP_EQUAL("withdrawn", decision.findings[0].rule.c_str());
  CHECK_TRUE(decision.terms.empty());
  CHECK(desk().ask_again("SAMPLE-01", settings.policies[0]).verdict == Verdict::deny);
}

TEST(Desk, adds_the_subject_and_what_identifies_it_to_the_identity) {
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  const auto identity = desk().ask(sample("SAMPLE-01")).sample.identity;
  CHECK_TRUE(has(identity, "subject id", "SUBJECT-01"));
  CHECK_TRUE(has(identity, "birth date", "2001-02-03"));
  CHECK_FALSE(has(identity, "ward", "3"));
}

TEST(Desk, asks_again_with_the_time_of_that_moment) {
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  first.subjects["SAMPLE-01"].records[0].valid_until = "2026-11-21";
  CHECK(desk().ask_again("SAMPLE-01", settings.policies[0]).verdict == Verdict::permit);
  clock.advance(86400);
  CHECK(desk().ask_again("SAMPLE-01", settings.policies[0]).verdict == Verdict::deny);
  first.away = true;
  CHECK(desk().ask_again("SAMPLE-01", settings.policies[0]).verdict == Verdict::unknown);
}

TEST(Desk, answers_for_every_policy_in_their_order) {
  settings.policies.push_back(policy("ancestry"));
  settings.policies[1].purpose.use = consent::Use::poa;
  settings.policies.push_back(policy("other"));
  settings.policies[2].samples.project = {"EXOME*"};
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  const auto told = desk().ask(sample("SAMPLE-01"));
  LONGS_EQUAL(3, told.choices.size());
  CHECK(told.choices[0].decision.verdict == Verdict::permit);
  CHECK(told.choices[1].decision.verdict == Verdict::deny);
  CHECK_FALSE(told.choices[2].matches);
}

TEST(Desk, asks_for_whole_families_where_the_policy_does) {
  settings.policies[0].whole_family = true;
  const auto member = [&](const std::string& number, const std::string& family, const std::string& size) {
    auto person = subject("SUBJECT-" + number);
    person.attributes.push_back({"family_id", family, false});
    person.attributes.push_back({"family_size", size, true});
    first.subjects["SAMPLE-" + number] = person;
  };
  bool sealed = true;
  const auto again = [&] {
    return desk().ask_again("SAMPLE-01", settings.policies[0], {{"SAMPLE-02", sealed}, {"SAMPLE-03", true}}).verdict;
  };
  member("01", "FAMILY-01", "2");
  member("02", "FAMILY-01", "2");
  member("03", "FAMILY-02", "1");
  CHECK(verdict() == Verdict::unknown);  // alone it is half a family
  CHECK(again() == Verdict::permit);
  const auto told = desk().ask(sample("SAMPLE-01"));
  CHECK_TRUE(has(told.sample.identity, "family id", "FAMILY-01"));
  CHECK_FALSE(has(told.sample.identity, "family size", "2"));
  sealed = false;
  CHECK(again() == Verdict::unknown);
  withdrawn = "SUBJECT-02";
  CHECK(again() == Verdict::deny);
  sealed = true;
  CHECK(again() == Verdict::deny);
  withdrawn = "SUBJECT-03";
  CHECK(again() == Verdict::permit);
  member("02", "FAMILY-02", "2");
  CHECK(again() == Verdict::unknown);
  member("01", "FAMILY-01", "one");
  CHECK(again() == Verdict::unknown);
  member("01", "FAMILY-01", "1");
  CHECK(again() == Verdict::permit);
  second.subjects["SAMPLE-01"] = first.subjects["SAMPLE-01"];
  CHECK(again() == Verdict::permit);
  for (const auto* size : {"2", "one", "1 of 2", "0"}) {
    second.subjects["SAMPLE-01"].attributes.back().value = size;
    CHECK(again() == Verdict::unknown);
  }
  member("01", "FAMILY-01", "2");
  second.subjects["SAMPLE-01"].attributes.back().value = "1";
  CHECK(again() == Verdict::unknown);
  member("01", "FAMILY-01", "1");
  second.subjects["SAMPLE-01"].attributes = {{"family_id", "FAMILY-09", false}};
  CHECK(again() == Verdict::unknown);
}

TEST(Desk, keeps_data_in_the_region_that_they_come_from) {
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01");
  settings.egress = consent::Egress{"", {"CH"}, Verdict::deny};
  CHECK(verdict() == Verdict::deny);  // nobody says where the data come from
  first.subjects["SAMPLE-01"].attributes.push_back({"country", "FR", true});
  CHECK(verdict() == Verdict::permit);
  CHECK_FALSE(has(desk().ask(sample("SAMPLE-01")).sample.identity, "country", "FR"));
  first.subjects["SAMPLE-01"].attributes.back().value = "CH";
  CHECK(verdict() == Verdict::deny);
  CHECK(desk().ask_again("SAMPLE-01", settings.policies[0]).verdict == Verdict::deny);
  first.subjects.clear();
  CHECK(verdict() == Verdict::unknown);
}

TEST(Desk, never_says_an_identifier_in_a_reason) {
  first.subjects["SAMPLE-01"] = subject("SUBJECT-01", "withdrawn");
  settings.policies.push_back(policy("other"));
  settings.policies[1].samples.except = {"SAMPLE-*"};
  const auto told = desk().ask(sample("SAMPLE-01"));
  for (const auto& choice : told.choices) {
    for (const auto& text : {choice.why_not, choice.decision.reason}) {
      CHECK_TRUE(text.find("SAMPLE-01") == std::string::npos && text.find("SUBJECT-01") == std::string::npos);
    }
  }
}

TEST_GROUP(Choose){};

TEST(Choose, matches_project_name_and_exclusion_by_globs) {
  auto wanted = policy("p");
  CHECK_TRUE(choose(wanted, sample("SAMPLE-01")).matches);
  CHECK_TRUE(choose(wanted, sample("SAMPLE-01", "")).matches);
  wanted.samples.project = {"EX*", "W?S"};
  CHECK_TRUE(choose(wanted, sample("SAMPLE-01")).matches);
  CHECK_FALSE(choose(wanted, sample("SAMPLE-01", "other")).matches);
  wanted.samples.name = {"SAMPLE-0?"};
  CHECK_TRUE(choose(wanted, sample("SAMPLE-01")).matches);
  CHECK_FALSE(choose(wanted, sample("SAMPLE-11")).matches);
  wanted.samples.except = {"*-01"};
  CHECK_FALSE(choose(wanted, sample("SAMPLE-01")).matches);
  CHECK_TRUE(choose(wanted, sample("SAMPLE-02")).matches);
}

TEST(Choose, excludes_by_any_name_of_the_sample) {
  auto wanted = policy("p");
  wanted.samples.except = {"NTC*"};
  auto control = sample("SAMPLE-01");
  control.identity.add("sample name", "NTC-1");
  CHECK_FALSE(choose(wanted, control).matches);
}

TEST(Choose, takes_an_index_with_its_data_file_only) {
  auto wanted = policy("p");
  const auto taken = choose(wanted, sample("SAMPLE-01")).files;
  LONGS_EQUAL(2, taken.size());
  LONGS_EQUAL(1, taken[0]);
  LONGS_EQUAL(2, taken[1]);
  wanted.files = {"vcf"};
  LONGS_EQUAL(1, choose(wanted, sample("SAMPLE-01")).files.size());
  wanted.files = {"bam"};
  auto short_name = sample("SAMPLE-01");
  short_name.files[2].path = "out/SAMPLE-01.bai";
  LONGS_EQUAL(2, choose(wanted, short_name).files.size());
  short_name.files[2].path = "out/SAMPLE-02.bai";
  LONGS_EQUAL(1, choose(wanted, short_name).files.size());
}

TEST(Choose, says_when_no_file_is_of_a_wanted_kind) {
  auto wanted = policy("p");
  wanted.files = {"cram", "bcf"};
  const auto choice = choose(wanted, sample("SAMPLE-01"));
  CHECK_FALSE(choice.matches);
  STRCMP_EQUAL("the sample has no file of the kinds cram, bcf", choice.why_not.c_str());
}

TEST(Choose, asks_for_the_least_that_a_policy_wants_of_a_sample) {
  auto wanted = policy("p");
  wanted.files = {"bam", "vcf"};
  auto given = sample("SAMPLE-01");
  for (auto& file : given.files) file.id.size = 1024;
  wanted.minimum = {2048, {"bam"}};
  CHECK_TRUE(choose(wanted, given).matches);
  given.files[1].id.size = 1023;
  STRCMP_EQUAL("the sample's files have 2.0 KiB, of at least 2.0 KiB (minimum.size)",
               choose(wanted, given).why_not.c_str());
  wanted.minimum = {1, {"bam"}};
  given.files[1].column = identify::JointColumn{};
  given.files[3].id.size = 0;
  CHECK_FALSE(choose(wanted, given).matches);  // neither index nor joint file counts
  wanted.minimum = {0, {"bam", "vcf"}};
  CHECK_TRUE(choose(wanted, given).matches);
  given.files.pop_back();
  STRCMP_EQUAL("the sample lacks files of the kinds vcf (minimum.kinds)", choose(wanted, given).why_not.c_str());
}

TEST(Choose, leaves_nothing_to_further_policies_where_one_says_so) {
  auto first = policy("first");
  auto second = policy("second");
  first.samples.project = {"WGS"};
  const auto taken = [&](const std::string& project) {
    const auto choices = choose({first, second}, sample("SAMPLE-01", project));
    return std::string(choices[0].matches ? "1" : "") + (choices[1].matches ? "2" : "");
  };
  STRCMP_EQUAL("12", taken("WGS").c_str());
  first.skip_further = true;
  STRCMP_EQUAL("1", taken("WGS").c_str());
  STRCMP_EQUAL("2", taken("other").c_str());
  STRCMP_EQUAL("the policy first takes it before (further_policies: skip)",
               choose({first, second}, sample("SAMPLE-01"))[1].why_not.c_str());
}
