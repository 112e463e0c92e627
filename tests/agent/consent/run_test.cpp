// tests/agent/consent/run_test.cpp: a whole run at the desk, from the folder on disk.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "agent/consent/consent.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;  // NOLINT: brevity of a test

// A run with one sample and one table of regions.
class OneSample final : public plugin::Instrument {
 public:
  const std::string& name() const override { return name_; }
  int recognise(const std::string& /*folder*/) override { return 100; }
  Result<plugin::Unit> settled(const std::string& /*folder*/) override { return plugin::Unit{"RUN-1", "", "Model"}; }
  Result<plugin::Description> describe(const std::string& /*folder*/, const plugin::Unit& /*unit*/) override {
    plugin::Description told;
    told.samples.push_back({"SAMPLE-01", "WGS", {}});
    told.files.push_back({"SAMPLE-01", "SAMPLE-01.bed", "bed", "", ""});
    told.withheld.push_back({"run.log", "log"});
    told.identifiers.push_back({"project", "WGS"});
    return told;
  }

 private:
  std::string name_ = "one";
};

class OneSubject final : public plugin::SubjectSource {
 public:
  const std::string& name() const override { return name_; }
  Status probe() override { return {}; }
  Result<std::optional<plugin::Subject>> ask(const std::string& /*sample_id*/) override {
    return std::optional(plugin::Subject{"SUBJECT-01", {{"c-1", "active", "GRU", "", ""}}, {}});
  }
  std::string revision() override { return "1"; }

 private:
  std::string name_ = "lims";
};

}  // namespace

TEST_GROUP(ConsentedRun) {
  std::string folder;

  void setup() override {
    std::array<char, 64> name{"/tmp/tributary-consent-XXXXXX"};
    folder = ::mkdtemp(name.data());
    std::ofstream(folder + "/SAMPLE-01.bed") << "chr1\t0\t10\n";
    std::ofstream(folder + "/run.log") << "done\n";
  }
  void teardown() override { std::filesystem::remove_all(folder); }
};

TEST(ConsentedRun, carries_samples_choices_and_words_of_the_run) {
  const ManualClock clock(1795255200);
  OneSample instrument;
  const watch::Watcher watcher({&instrument}, clock);
  const auto sighting = watcher.look_at(folder, "one");
  CHECK_TRUE(sighting.ok() && sighting->settled.has_value());
  const auto identified = identify::identify(*sighting->settled, instrument);
  CHECK_TRUE_TEXT(identified.ok(), identified.ok() ? "" : sentence(identified.error()).c_str());

  config::Settings settings;
  settings.policies.resize(1);
  settings.policies[0].name = "regions";
  settings.policies[0].files = {"bed"};
  OneSubject source;
  const consent::Desk desk(settings, {&source}, [](const std::string&) { return false; }, clock);
  const auto run = desk.ask(*identified);
  CHECK_TRUE(run.ok());
  LONGS_EQUAL(1, run->samples().size());
  STRCMP_EQUAL("SUBJECT-01", run->samples()[0].sample.identity.subject_id().c_str());
  CHECK(run->samples()[0].choices[0].decision.verdict == consent::Verdict::permit);
  LONGS_EQUAL(1, run->samples()[0].choices[0].files.size());
  CHECK_TRUE(run->identifiers().size() == identified->identifiers().size());
  LONGS_EQUAL(identified->withheld().size(), run->withheld().size());
  STRCMP_EQUAL(identified->run().name().c_str(), run->run().name().c_str());
}

namespace {

// Two members of a family, each with a table of regions.
class TwoSamples final : public plugin::Instrument {
 public:
  const std::string& name() const override { return name_; }
  int recognise(const std::string& /*folder*/) override { return 100; }
  Result<plugin::Unit> settled(const std::string& /*folder*/) override { return plugin::Unit{"RUN-1", "", "Model"}; }
  Result<plugin::Description> describe(const std::string& /*folder*/, const plugin::Unit& /*unit*/) override {
    plugin::Description told;
    told.samples.push_back({"SAMPLE-01", "WGS", {}});
    told.samples.push_back({"SAMPLE-02", "WGS", {}});
    if (two_projects) told.samples.push_back({"SAMPLE-02", "EXOME", {}});
    told.files.push_back({"SAMPLE-01", "SAMPLE-01.bed", "bed", "", ""});
    if (!one_without_files) told.files.push_back({"SAMPLE-02", "SAMPLE-02.bed", "bed", "", ""});
    return told;
  }
  bool two_projects = false, one_without_files = false;

 private:
  std::string name_ = "two";
};

class OneFamily final : public plugin::SubjectSource {
 public:
  const std::string& name() const override { return name_; }
  Status probe() override { return {}; }
  Result<std::optional<plugin::Subject>> ask(const std::string& sample_id) override {
    return std::optional(plugin::Subject{"SUBJECT-" + sample_id.substr(7),
                                         {{"c-1", "active", "GRU", "", ""}},
                                         {{"family_id", "FAMILY-01", true}, {"family_size", "2", false}}});
  }
  std::string revision() override { return "1"; }

 private:
  std::string name_ = "lims";
};

}  // namespace

TEST(ConsentedRun, keeps_a_family_here_when_the_sample_of_one_member_can_not_go) {
  std::ofstream(folder + "/SAMPLE-02.bed") << "chr1\t0\t10\n";
  const ManualClock clock(1795255200);
  TwoSamples instrument;
  config::Settings settings;
  settings.policies.resize(1);
  settings.policies[0].files = {"bed"};
  settings.policies[0].whole_family = true;
  OneFamily source;
  const consent::Desk desk(settings, {&source}, [](const std::string&) { return false; }, clock);
  const auto first = [&] {
    const watch::Watcher watcher({&instrument}, clock);
    const auto identified = identify::identify(*watcher.look_at(folder, "two")->settled, instrument);
    return desk.ask(*identified)->samples()[0].choices[0].decision;
  };
  STRCMP_EQUAL("the consent permits HMB", first().reason.c_str());
  instrument.two_projects = true;
  STRCMP_EQUAL("another member of the family: waits: the sample sheet gives the sample two projects",
               first().reason.c_str());
  CHECK(first().verdict == consent::Verdict::unknown);
  instrument = TwoSamples();
  instrument.one_without_files = true;
  STRCMP_EQUAL("another member of the family: is not taken by this policy: the sample has no file of the kinds bed",
               first().reason.c_str());
  CHECK(first().verdict == consent::Verdict::unknown);
}
