// tests/agent/doctor/doctor_test.cpp: every hop is asked, and what is wrong has its cure.
#include "agent/doctor/doctor.hpp"

#include <sys/stat.h>

#include <atomic>

#include "agent/config/config.hpp"
#include "agent/doctor/machine.hpp"
#include "agent/line/presence.hpp"
#include "agent/line/site.hpp"
#include "agent/port/http/http.hpp"
#include "tests/agent/files/folder.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/fakes/run_folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::doctor_test {

using doctor::Finding;
using doctor::Health;

/// A repository that knows one token, behind TLS.
class Repository {
 public:
  explicit Repository(const fakes::CertificateFiles& certificate) {
    http::ServerSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.cert_file = certificate.cert_file;
    settings.key_file = certificate.key_file;
    auto made = http::serve(settings, [this](http::Exchange& exchange) {
      const auto given = exchange.header("authorization");
      if (!given.empty() && given != "Bearer right") return exchange.reply(401, {{"Date", date}}, {});
      Json drs;
      drs.add("uploadRequestSupported", true).add("objectRegistrationSupported", true);
      drs.add("controlledAccessSupported", true).add("supportedUploadMethods", Json::array().push("s3"));
      const auto body =
          Json()
              .add("id", "r")
              .add("name", "r")
              .add("type", Json().add("group", "org.ga4gh").add("artifact", "drs").add("version", "1.5.0"))
              .add("drs", std::move(drs))
              .dump();
      exchange.reply(200, {{"Content-Type", "application/json"}, {"Date", date}}, view(body));
    });
    CHECK_TRUE(made.ok());
    server_ = std::move(*made);
  }
  [[nodiscard]] std::string url() const { return "https://localhost:" + std::to_string(server_->port()) + "/drs"; }
  std::string date = "Sun, 01 Mar 2026 12:00:00 GMT";

 private:
  std::unique_ptr<http::Server> server_;
};

TEST_GROUP(Doctor) {
  fakes::TemporaryDirectory folder;
  fakes::Authority ca{folder.path(), "ca"};
  ManualClock clock{*from_iso8601("2026-03-01T12:00:00Z")};
  Stop stop;
  SilentLog log;
  std::string more;  // YAML

  [[nodiscard]] std::string at(const std::string& name) const { return folder.path() + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    CHECK_TRUE(files::write_atomic(at(name), view(text), 0600).ok());
  }
  void setup() override {
    for (const auto* name : {"state", "runs"}) CHECK_TRUE(files::make_directories(at(name), 0700).ok());
    write("k", std::string(32, 'k'));
    write("token", "right");
    auto pair = crypto::x25519_generate();
    write("p.pub", crypt4gh::write_public_key(pair->public_key));
  }
  void add_repository(const std::string& name, const std::string& url, const std::string& token = "token",
                      const std::string& tls = "tls: { ca_file: ca.pem }") {
    if (more.empty()) more = "destinations:\n";
    more +=
        "  - name: " + name + "\n    plugin: drs\n    settings: { url: \"" + url +
        "\", controlled_access: [ \"https://elsewhere.example/a\" ] }\n    auth: { type: bearer, token_file: " + token +
        " }\n    recipients: [ p.pub ]\n    " + tls + "\n";
  }
  config::Settings settings() {
    write("t.yaml",
          "site: a-lab\nstate_dir: state\nrun_folders: [ { path: runs } ]\npseudonyms: { key_file: k }\n"
          "listen: null\nplugin_dir: " TRIBUTARY_TEST_PLUGINS "\n" +
              more);
    auto loaded = config::load(at("t.yaml"), line::plugin_keys());
    for (const auto& problem : loaded.problems) CHECK_TRUE_TEXT(problem.warning, problem.sentence().c_str());
    return std::move(*loaded.settings);
  }
  std::vector<Finding> examine() { return doctor::examine(settings(), {log, clock, stop}); }
  /// Everything that is said of one hop, one finding a line.
  std::string of(const std::string& hop) {
    std::string out;
    for (const auto& finding : examine()) {
      if (finding.hop != hop) continue;
      out += std::string(doctor::name_of(finding.health)) + " " + finding.said + "; " + finding.cure + "\n";
    }
    return out;
  }
};

TEST(Doctor, finds_a_repository_well_that_trusts_us_and_that_we_trust) {
  const Repository repository(ca.issue({}));
  add_repository("national", repository.url());
  const auto said = of("destination national");
  STRCMP_CONTAINS("certificate of CN=localhost by CN=ca, until 2099-12-31T23:59:59Z", said.c_str());
  STRCMP_CONTAINS("differ by 0 s", said.c_str());
  STRCMP_CONTAINS("good answers", said.c_str());
  CHECK_TRUE_TEXT(said.find("broken") == std::string::npos && said.find("elsewhere") == std::string::npos,
                  said.c_str());
}

TEST(Doctor, says_when_credentials_are_refused) {
  const Repository repository(ca.issue({}));
  write("other", "wrong");
  add_repository("national", repository.url(), "other");
  STRCMP_CONTAINS("broken it refuses our credentials with status 401; ask the repository for new ones",
                  of("destination national").c_str());
}

TEST(Doctor, says_when_the_certificate_of_a_server_ends_soon) {
  const Repository repository(ca.issue({}));
  add_repository("national", repository.url());
  clock.set(*from_iso8601("2099-12-15T23:59:59Z"));
  STRCMP_CONTAINS("until 2099-12-31T23:59:59Z: 16 days left; tell the repository", of("destination national").c_str());
}

TEST(Doctor, says_when_our_own_certificate_ends) {
  fakes::Leaf mine;
  mine.usage = fakes::Usage::client;
  mine.until = "20260310120000";
  const auto own = ca.issue(mine);
  const Repository repository(ca.issue({}));
  add_repository("national", repository.url(), "token",
                 "tls: { ca_file: ca.pem, cert_file: " + own.cert_file + ", key_file: " + own.key_file + " }");
  STRCMP_CONTAINS("warning tls.cert_file is good until 2026-03-10T12:00:00Z; renew it in time",
                  of("destination national").c_str());
  clock.set(*from_iso8601("2026-03-11T12:00:00Z"));
  STRCMP_CONTAINS("broken tls.cert_file ended at 2026-03-10T12:00:00Z", of("destination national").c_str());
}

TEST(Doctor, says_when_clocks_differ) {
  const Repository repository(ca.issue({}));
  add_repository("national", repository.url());
  clock.advance(300);
  STRCMP_CONTAINS("warning our clock and that of https://localhost:", of("destination national").c_str());
  clock.advance(-1300);
  STRCMP_CONTAINS("broken our clock and that of https://localhost:", of("destination national").c_str());
}

TEST(Doctor, is_not_kept_by_one_fault_from_finding_the_others) {
  fakes::Leaf elsewhere;
  elsewhere.dns = {"elsewhere.example"};
  const Repository wrong(ca.issue(elsewhere)), right(ca.issue({}));
  add_repository("named-otherwise", wrong.url());
  add_repository("away", "https://localhost:1/drs");
  add_repository("unknown", "https://no-such-host.invalid/drs");
  add_repository("well", right.url());
  STRCMP_CONTAINS("broken TLS: https://localhost:", of("destination named-otherwise").c_str());
  STRCMP_CONTAINS("refused", of("destination away").c_str());
  STRCMP_CONTAINS("the name can not be resolved", of("destination unknown").c_str());
  STRCMP_CONTAINS("good answers", of("destination well").c_str());
}

TEST(Doctor, says_when_a_source_of_subjects_is_away) {
  more = "subjects: [ { name: lims, plugin: csv, settings: { file: none.csv } } ]\n";
  STRCMP_CONTAINS("broken", of("subjects lims").c_str());
  clock.set(SystemClock().now_utc_s());  // a list may be too old, or of tomorrow
  write("none.csv", "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\n");
  STRCMP_CONTAINS("good answers", of("subjects lims").c_str());
  STRCMP_CONTAINS("none.csv lies on ", of("subjects lims").c_str());
  LONGS_EQUAL(std::string::npos, of("subjects lims").find("broken"));
}

TEST(Doctor, looks_at_the_names_the_chain_and_the_token_of_a_far_side) {
  const Repository repository(ca.issue({}));
  const auto claims = to_base64url(view("{\"exp\":" + std::to_string(clock.now_utc_s() + 86400) + "}"));
  write("jwt", "e30." + claims + ".c2ln");
  add_repository("national", repository.url(), "jwt");
  const auto said = of("destination national");
  STRCMP_CONTAINS("good DNS: localhost has ", said.c_str());
  STRCMP_CONTAINS("warning auth.token_file is good until 2026-03-02T12:00:00Z; renew it in time", said.c_str());
}

TEST(Doctor, looks_at_the_tls_of_sources_of_consent_and_of_pseudonyms) {
  fakes::Leaf elsewhere;
  elsewhere.dns = {"elsewhere.example"};
  const Repository wrong(ca.issue(elsewhere)), right(ca.issue({}));
  more = "subjects:\n  - { name: trustee, plugin: gics, settings: { url: \"" + wrong.url() +
         "\", domain: d, version: \"1\", code_map: c.yaml }, tls: { ca_file: ca.pem } }\n";
  write("c.yaml", "");
  auto mine = settings();
  mine.pseudonyms.plugin = "http";
  mine.pseudonyms.settings = {{"url", right.url()}, {"domains", "national/sample=a"}};
  mine.pseudonyms.tls.ca_file = at("ca.pem");
  std::string said;
  for (const auto& finding : doctor::examine(mine, {log, clock, stop}))
    said += finding.hop + ": " + std::string(doctor::name_of(finding.health)) + " " + finding.said + "\n";
  STRCMP_CONTAINS("subjects trustee: broken TLS: https://localhost:", said.c_str());
  STRCMP_CONTAINS("pseudonyms: good TLS with https://localhost:", said.c_str());
}

TEST(Doctor, says_who_may_open_secrets) {
  STRCMP_CONTAINS("good mode 0600, of user ", of("secret " + at("k")).c_str());
  LONGS_EQUAL(0, ::chmod(at("k").c_str(), 0640));
  STRCMP_CONTAINS("warning mode 0640", of("secret " + at("k")).c_str());
  LONGS_EQUAL(0, ::chmod(at("k").c_str(), 0644));
  STRCMP_CONTAINS("broken mode 0644", of("secret " + at("k")).c_str());
  STRCMP_CONTAINS("replace what is in it", of("secret " + at("k")).c_str());
}

TEST(Doctor, looks_at_the_secrets_of_an_ingest_too) {
  write("hook", std::string(32, 'k'));
  LONGS_EQUAL(0, ::chmod(at("hook").c_str(), 0644));
  config::Settings mine;
  mine.destinations.resize(1);
  mine.destinations[0].ingest.emplace().settings = {{"signing_key_file", at("hook")}, {"task_file", at("token")}};
  const auto found = doctor::examine_secrets(mine);
  LONGS_EQUAL(1, found.size());
  CHECK_TRUE(found[0].health == doctor::Health::broken);
}

TEST(Doctor, lets_a_service_in_by_the_group_of_a_secret_of_root) {
  if (::geteuid() != 0) return;
  const auto good = settings();
  const auto secret = [&] {
    for (const auto& finding : doctor::examine_secrets(good)) {
      if (finding.hop.ends_with("/k")) return finding.health;
    }
    return Health::broken;
  };
  LONGS_EQUAL(0, ::chmod(folder.path().c_str(), 0711));
  LONGS_EQUAL(0, ::chown(at("k").c_str(), 0, 4712));
  for (const auto& [mode, health] : {std::pair<mode_t, Health>{0640, Health::good}, {0660, Health::warning}}) {
    LONGS_EQUAL(0, ::chmod(at("k").c_str(), mode));
    LONGS_EQUAL(static_cast<int>(health), files_test::in_child([&] {
                  if (::setgid(4712) != 0 || ::setuid(4711) != 0) return -1;
                  return static_cast<int>(secret());
                }));
  }
}

TEST(Doctor, tells_a_test_message_only_when_it_is_asked_to) {
  std::atomic<int> heard = 0;
  http::ServerSettings desk;
  desk.listen = "127.0.0.1:0";
  const auto server = *http::serve(desk, [&](http::Exchange& exchange) {
    if (exchange.method() == "POST") ++heard;
    exchange.reply(204, {{"Date", "Sun, 01 Mar 2026 12:00:00 GMT"}}, {});
  });
  more = "notifications: [ { name: desk, plugin: webhook, settings: { url: \"http://127.0.0.1:" +
         std::to_string(server->port()) + "/hook\" } } ]\n";
  STRCMP_CONTAINS("good is ready", of("notification desk").c_str());
  LONGS_EQUAL(0, heard.load());
  const auto findings = doctor::examine(settings(), {log, clock, stop}, {true});
  STRCMP_EQUAL("took a test message", findings.back().said.c_str());
  LONGS_EQUAL(1, heard.load());
}

TEST(Doctor, says_when_state_or_run_folders_are_not_there) {
  STRCMP_CONTAINS("good", of("state_dir").c_str());
  STRCMP_CONTAINS("warning there is none yet", of("journal").c_str());
  const auto good = settings();
  LONGS_EQUAL(0, ::rmdir(at("state").c_str()));
  LONGS_EQUAL(0, ::rmdir(at("runs").c_str()));
  const auto state = doctor::examine_state(good);
  LONGS_EQUAL(1, state.size());
  CHECK_TRUE(state.front().health == Health::broken);
  CHECK_TRUE(doctor::examine_run_folders(good).front().health == Health::broken);
}

TEST(Doctor, says_whether_a_daemon_works) {
  STRCMP_EQUAL(
      "warning no tributaryd works on this state_dir; systemctl start tributary; journalctl -u tributary tells why it "
      "ended\n",
      of("daemon").c_str());
  const auto daemon = line::take_state_dir(at("state"));
  STRCMP_EQUAL("good tributaryd works on this state_dir; \n", of("daemon").c_str());
}

TEST(Doctor, tells_what_a_run_folder_lies_on) {
  const auto behind = files::file_system(at("runs"));
  const auto good = doctor::examine_run_folders(settings());
  STRCMP_EQUAL(("0 entries, on " + behind->type + " mounted at " + behind->mount_point).c_str(),
               good.front().said.c_str());
}

TEST(Doctor, says_whether_links_can_be_kept) {
  auto mine = settings();
  mine.run_folders.front().hard_links = true;
  STRCMP_EQUAL("retain: link: state_dir lies in the same mount", doctor::examine_run_folders(mine).back().said.c_str());
  const int verdict = files_test::in_child([&] {
    if (!files_test::cover(at("state"), "64k")) return 77;
    const auto finding = doctor::examine_run_folders(mine).back();
    if (finding.health != Health::broken || finding.cure.find("ReadWritePaths=") == std::string::npos) return 1;
    if (::mount(nullptr, at("state").c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
    mine.run_folders.front().path = at("state");
    const auto said = doctor::examine_run_folders(mine).front().said;
    return said.find("read-only, which is enough") == std::string::npos ? 2 : 0;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

TEST(Doctor, says_when_the_reserve_is_used_up) {
  auto mine = settings();
  mine.limits.reserve_bytes = UINT64_MAX;
  const auto state = doctor::examine_state(mine);
  CHECK_TRUE(state[1].health == Health::broken);
  STRCMP_CONTAINS("less than limits.reserve", state[1].said.c_str());
  STRCMP_EQUAL("make room: nothing new is sealed until then, sending goes on", state[1].cure.c_str());
}

TEST(Doctor, says_when_the_journal_has_another_key) {
  const auto mine = settings();
  CHECK_TRUE(journal::Journal::open(mine.state_dir, *line::state_key(mine)).ok());
  STRCMP_CONTAINS("good opens with its key", of("journal").c_str());
  write("k", std::string(32, 'x'));
  STRCMP_CONTAINS("broken", of("journal").c_str());
}

TEST(Doctor, does_not_believe_an_impossible_year) {
  clock.set(0);
  CHECK_TRUE(doctor::examine_clock(clock).health == Health::broken);
  clock.set(*from_iso8601("2026-03-01T12:00:00Z"));
  CHECK_TRUE(doctor::examine_clock(clock).health != Health::broken);
}

}  // namespace tributary::doctor_test
