// tests/line/trustee_test.cpp: pseudonyms from a trusted third party, asked over HTTP by the host of the plugin.
#include <mutex>
#include <set>

#include "agent/port/files/files.hpp"
#include "agent/port/json/json.hpp"
#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

/// Speaks as the gateway of gPAS does; knows those whom it was told of.
class Trustee {
 public:
  Trustee() {
    auto server =
        http::serve({"127.0.0.1:0", {}, {}, {}, 2, 5}, [this](http::Exchange& exchange) { answer(exchange); });
    if (server) server_ = std::move(*server);
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/ttp-fhir/fhir/gpas";
  }
  void knows(const std::string& id) {
    const std::lock_guard lock(mutex_);
    known_.insert(id);
  }
  void says(int status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  /// How often an id was asked for.
  int asked(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return asked_[id];
  }

 private:
  void answer(http::Exchange& exchange) {
    Bytes body;
    stream::BufferSink sink(body, 1U << 20);
    const auto read = stream::copy(exchange.body(), sink);
    const std::lock_guard lock(mutex_);
    if (!read || exchange.header("Authorization") != "Bearer let-me-in") return exchange.reply(401, {}, {});
    if (status_ != 200) return exchange.reply(status_, {}, view("SAMPLE-01 and others"));
    auto question = json::parse(text(body));
    if (!question || http::percent_decode(exchange.path()) != "/ttp-fhir/fhir/gpas/$pseudonymizeAllowCreate")
      return exchange.reply(400, {}, {});
    std::string domain;
    Json list = Json::array();
    for (const auto& parameter : (*question)["parameter"].items()) {
      const std::string value(parameter["valueString"].as_string());
      if (parameter["name"].as_string() == "target") domain = value;
      if (parameter["name"].as_string() != "original") continue;
      ++asked_[value];
      if (known_.count(value) == 0) continue;
      // Another word for each domain, and nothing of the original in it.
      const auto word = domain + "-9" + value.substr(value.size() - 2);
      Json parts = Json::array();
      for (const auto& [name, said] :
           {std::pair<const char*, std::string>{"original", value}, {"target", domain}, {"pseudonym", word}}) {
        parts.push(Json().add("name", name).add("valueIdentifier", Json().add("system", "x").add("value", said)));
      }
      list.push(Json().add("name", "pseudonym").add("part", std::move(parts)));
    }
    const auto reply = Json().add("resourceType", "Parameters").add("parameter", std::move(list)).dump();
    exchange.reply(200, {{"Content-Type", "application/fhir+json"}}, view(reply));
  }

  std::mutex mutex_;
  std::set<std::string> known_;
  std::map<std::string, int> asked_;
  int status_ = 200;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

TEST_GROUP(TrustedThirdParty) {
  Laboratory laboratory{10};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Trustee trustee;
  std::unique_ptr<Agent> agent;

  void open(const std::string& token = "let-me-in") {
    const auto file = laboratory.path() + "/trustee.token";
    CHECK_TRUE(files::write_atomic(file, view(token), 0600).ok());
    agent = std::make_unique<Agent>(laboratory, far, clock,
                                    "plugin: http, settings: { url: \"" + trustee.url() +
                                        "\", domains: { far/sample: XS, far/subject: XP } }, auth: { type: bearer, "
                                        "token_file: \"" +
                                        file + "\" }");
    CHECK_TEXT(agent->is_open(), agent->log().c_str());
  }
  void work() {
    agent->look();
    while (agent->runner().step("far")) {
    }
  }
  std::string state_of(const std::string& pseudonym) {
    const auto rows = agent->journal().parcels().value_or({});
    for (const auto& row : rows) {
      if (row.pseudonym == pseudonym)
        return std::string(journal::state_of(row.stage, row.condition, row.operator_hold));
    }
    return "(none)";
  }
};

TEST(TrustedThirdParty, is_asked_once_for_whom_it_knows_and_again_for_whom_it_does_not) {
  trustee.knows("SAMPLE-01");
  trustee.knows("SUBJECT-01");
  open();
  work();
  STRCMP_EQUAL("delivered", state_of("XS-901").c_str());
  LONGS_EQUAL(0, trustee.asked("SAMPLE-03"));  // did not agree: nobody outside learns of it
  trustee.knows("SAMPLE-02");
  trustee.knows("SUBJECT-02");
  work();
  STRCMP_EQUAL("(none)", state_of("XS-902").c_str());  // not before its time
  clock.set(clock.now_utc_s() + 901);
  work();
  STRCMP_EQUAL("delivered", state_of("XS-902").c_str());
  LONGS_EQUAL(1, trustee.asked("SAMPLE-01"));
  LONGS_EQUAL(2, trustee.asked("SAMPLE-02"));
}

TEST(TrustedThirdParty, that_is_away_or_keeps_us_out_is_waited_for) {
  trustee.knows("SAMPLE-01");
  trustee.knows("SUBJECT-01");
  trustee.says(503);
  open();
  work();
  trustee.says(400);
  clock.set(clock.now_utc_s() + 86400);
  work();
  LONGS_EQUAL(0, agent->journal().parcels()->size());
  const auto log = agent->log();
  STRCMP_CONTAINS("HTTP 503", log.c_str());
  STRCMP_CONTAINS("HTTP 400", log.c_str());
  LONGS_EQUAL(std::string::npos, log.find("SAMPLE-01"));
  trustee.says(200);
  laboratory.write_subjects();  // the export of the next day
  clock.set(clock.now_utc_s() + 3600);
  work();
  STRCMP_EQUAL("delivered", state_of("XS-901").c_str());
}

TEST(TrustedThirdParty, that_does_not_let_us_in_is_a_matter_for_the_operator) {
  open("wrong");
  work();
  LONGS_EQUAL(0, agent->journal().parcels()->size());
  STRCMP_CONTAINS("pseudonyms.auth", agent->log().c_str());
}

}  // namespace tributary::line_test
