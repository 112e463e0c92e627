// tests/agent/doctor/canary_test.cpp: a made-up sample to the sandbox and back.
#include "agent/doctor/canary.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "agent/config/config.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/line/site.hpp"
#include "tests/fakes/run_folder.hpp"
#include "tests/sandbox/sandbox.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::doctor_test {

using doctor::Finding;
using doctor::Health;

namespace {

/// Ends whoever says a certain word, or does something else then.
struct Killed {};
class DeadlyLog final : public Log {
 public:
  void write(Level, std::string_view line, const About&) override {
    if (line.find(deadly) == std::string_view::npos) return;
    if (!instead) throw Killed();
    instead();
  }
  std::string deadly = "nothing says so";
  std::function<void()> instead;
};

}  // namespace

TEST_GROUP(Canary) {
  fakes::TemporaryDirectory folder, far;
  SystemClock clock;
  Stop stop;
  DeadlyLog log;
  std::unique_ptr<sandbox::Sandbox> repository;

  [[nodiscard]] std::string at(const std::string& name) const { return folder.path() + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    CHECK_TRUE(files::write_atomic(at(name), view(text), 0600).ok());
  }
  void setup() override {
    for (const auto* name : {"state", "runs"}) CHECK_TRUE(files::make_directories(at(name), 0700).ok());
    write("k", std::string(32, 'k'));
  }
  void start(std::vector<std::string> faults = {}, bool no_removal = false) {
    sandbox::Settings settings;
    settings.directory = far.path();
    settings.listen = "127.0.0.1:0";
    settings.faults = std::move(faults);
    settings.no_removal = no_removal;
    auto made = sandbox::Sandbox::start(settings, clock);
    CHECK_TRUE_TEXT(made.ok(), made.ok() ? "" : sentence(made.error()).c_str());
    repository = std::move(*made);
  }
  config::Settings settings() {
    write("token", repository->token());
    write("t.yaml",
          "site: a-lab\nstate_dir: state\nrun_folders: [ { path: runs } ]\npseudonyms: { key_file: k }\nlisten: null\n"
          "plugin_dir: " TRIBUTARY_TEST_PLUGINS
          "\ndestinations:\n  - name: national\n    plugin: drs\n"
          "    settings: { url: \"" +
              repository->url() +
              "/ga4gh/drs/v1\", controlled_access: [ \"https://elsewhere.example/a\" ] }\n"
              "    auth: { type: bearer, token_file: token }\n    recipients: [ " +
              far.path() + "/recipient.pub ]\n    verify_after: sample\n");
    auto loaded = config::load(at("t.yaml"), line::plugin_keys());
    for (const auto& problem : loaded.problems) CHECK_TRUE_TEXT(problem.warning, problem.sentence().c_str());
    return std::move(*loaded.settings);
  }
  /// One finding a line.
  std::string fly(const std::string& destination = "national") {
    std::string out;
    for (const auto& finding : doctor::send_canary(settings(), destination, {log, clock, stop}))
      out += finding.hop + ": " + std::string(doctor::name_of(finding.health)) + " " + finding.said + "; " +
             finding.cure + "\n";
    return out;
  }
  /// What lies in the state directory.
  [[nodiscard]] std::size_t left_behind() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(at("state")), {}));
  }
  [[nodiscard]] std::string events() const {
    std::ifstream in(far.path() + "/events.jsonl");
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(Canary, is_delivered_proven_and_withdrawn_again_and_leaves_nothing) {
  start();
  const auto said = fly();
  STRCMP_CONTAINS("canary national: good delivered as parcel p-", said.c_str());
  STRCMP_CONTAINS("canary national: good withdrawn again: parcel p-", said.c_str());
  LONGS_EQUAL(0, left_behind());
  CHECK_TRUE(events().find("CANARY") == std::string::npos);  // over there it has a pseudonym, as everybody
}

TEST(Canary, stands_in_the_audit_of_the_real_journal_and_nowhere_else_in_it) {
  start();
  const auto mine = settings();
  const auto key = line::state_key(mine);
  CHECK_TRUE(journal::Journal::open(mine.state_dir, *key).ok());
  fly();
  auto journal = std::move(*journal::Journal::open(mine.state_dir, *key));
  const auto audit = *journal->audit();
  LONGS_EQUAL(1, audit.size());
  STRCMP_CONTAINS(
      "\"action\":\"canary\",\"destination\":\"national\",\"withdrawn\":true,\"receipts\":[{\"kind\":"
      "\"delivered\"",
      audit[0].body.c_str());
  STRCMP_CONTAINS("{\"kind\":\"withdrawn\"", audit[0].body.c_str());
  LONGS_EQUAL(0, journal->parcels()->size());
  LONGS_EQUAL(0, journal->receipts()->size());
  LONGS_EQUAL(0, journal->runs()->size());
}

TEST(Canary, says_what_is_left_over_there_when_it_can_not_be_taken_back) {
  start({}, true);
  const auto said = fly();
  STRCMP_CONTAINS("good delivered as parcel", said.c_str());
  STRCMP_CONTAINS("broken it could not be taken back: ", said.c_str());
  STRCMP_CONTAINS("ask the repository to delete parcel p-", said.c_str());
  LONGS_EQUAL(1, left_behind());
}

TEST(Canary, takes_back_first_what_one_before_it_had_no_time_to) {
  start();
  for (const auto* moment : {": registered at", ": delivered to"}) {
    log.deadly = moment;
    CHECK_THROWS(Killed, fly());
    LONGS_EQUAL(1, left_behind());
    log.deadly = "nothing says so";
    const auto said = fly();
    const auto home = said.find("good withdrawn again: parcel p-"), next = said.find("good delivered as parcel p-");
    CHECK_TEXT(home < next && next != std::string::npos, said.c_str());
    CHECK_TEXT(said.find("good withdrawn again", next) != std::string::npos, said.c_str());
    LONGS_EQUAL(0, left_behind());
  }
}

TEST(Canary, takes_back_first_what_a_repository_kept_that_went_away) {
  start();
  log.deadly = ": delivered to";
  log.instead = [this] { repository.reset(); };
  const auto mine = settings();
  std::string first;
  for (const auto& finding : doctor::send_canary(mine, "national", {log, clock, stop})) first += finding.said + "\n";
  STRCMP_CONTAINS("it could not be taken back: ", first.c_str());
  LONGS_EQUAL(1, left_behind());
  const auto left = doctor::canaries_left(mine);
  LONGS_EQUAL(1, left.size());
  STRCMP_CONTAINS("of a canary may still lie there", left[0].said.c_str());
  STRCMP_EQUAL("tributary doctor --canary national takes it back first", left[0].cure.c_str());
  log.deadly = "nothing says so";
  start();
  const auto said = fly();
  const auto home = said.find("good withdrawn again: parcel p-"), next = said.find("good delivered as parcel p-");
  CHECK_TEXT(home < next && next != std::string::npos, said.c_str());
  LONGS_EQUAL(0, left_behind());
}

TEST(Canary, does_not_fly_while_one_before_it_lies_there) {
  start();
  log.deadly = ": delivered to";
  CHECK_THROWS(Killed, fly());
  log.deadly = "nothing says so";
  CHECK_TRUE(repository->faults().add("delete:fail:*").ok());
  const auto said = fly();
  STRCMP_CONTAINS("broken it could not be taken back: ", said.c_str());
  CHECK_TEXT(said.find("good delivered") == std::string::npos, said.c_str());
  LONGS_EQUAL(1, left_behind());
  repository->faults().clear();
  STRCMP_CONTAINS("good delivered", fly().c_str());
  LONGS_EQUAL(0, left_behind());
}

TEST(Canary, leaves_one_alone_that_is_under_way) {
  start();
  CHECK_TRUE(files::make_directories(at("state/canary-other"), 0700).ok());
  const auto lock = files::Lock::take(at("state/canary-other/lock"));
  CHECK_TRUE(lock.ok());
  STRCMP_CONTAINS("good delivered", fly().c_str());
  CHECK_TRUE(files::exists(at("state/canary-other/lock")));
  LONGS_EQUAL(0, doctor::canaries_left(settings()).size());
}

TEST(Canary, that_ended_before_it_sent_anything_is_cleared_away) {
  start();
  CHECK_TRUE(files::make_directories(at("state/canary-other"), 0700).ok());
  STRCMP_CONTAINS("good delivered", fly().c_str());
  LONGS_EQUAL(0, left_behind());
}

TEST(Canary, says_why_it_did_not_arrive) {
  start();
  auto mine = settings();
  write("token", "wrong");
  std::string said;
  for (const auto& finding : doctor::send_canary(mine, "national", {log, clock, stop}))
    said += std::string(doctor::name_of(finding.health)) + " " + finding.said;
  STRCMP_CONTAINS("broken parcel p-", said.c_str());
  STRCMP_CONTAINS("401", said.c_str());
}

TEST(Canary, knows_the_destinations_that_there_are) {
  start();
  STRCMP_EQUAL("canary nation: broken there is no destination of that name; there are: national\n",
               fly("nation").c_str());
  LONGS_EQUAL(0, left_behind());
}

}  // namespace tributary::doctor_test
