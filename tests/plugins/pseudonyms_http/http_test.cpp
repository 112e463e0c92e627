// tests/plugins/pseudonyms_http/http_test.cpp: a trusted third party as a plugin: the suite, batches, statuses,
// answers.
#include <functional>

#include "plugins/pseudonyms/http/reply.hpp"
#include "plugins/sdk/json.hpp"
#include "tests/suites/pseudonym_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_http(void);

namespace {

using namespace tributary;  // NOLINT: brevity of a test
using Pseudonyms = suites::Instance<tributary_pseudonym_ops>;

std::string part(const std::string& name, const std::string& value) {
  return R"({"name":")" + name + R"(","valueIdentifier":{"system":"https://ths-greifswald.de/gpas","value":")" + value +
         "\"}}";
}
std::string triple(const std::string& domain, const std::string& original, const std::string& pseudonym) {
  return R"({"name":"pseudonym","part":[)" + part("target", domain) + "," + part("original", original) + "," +
         part("pseudonym", pseudonym) + "]}";
}
std::string parameters(const std::string& items) {
  return R"({"resourceType":"Parameters","id":"1","parameter":[)" + items + "]}";
}

/// A gateway that knows a table and makes nothing by itself.
class Trustee final : public suites::PseudonymSide {
 public:
  Trustee() {
    host_.settings["url"] = "https://ttp.example.org/ttp-fhir/fhir/gpas/";
    host_.settings["domains"] = "national/sample=NS\nnational/subject=NP\narchive/sample=AS\narchive/subject=AP";
    host_.http = [this](const fakes::HttpAsked& asked) { return answer(asked); };
  }
  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_http(); }
  [[nodiscard]] fakes::PluginHost& host() override { return host_; }
  void hold(const std::vector<suites::PseudonymFact>& facts) override {
    facts_ = facts;
    instead_ = {};
  }
  void go_away() override { answers({TRIBUTARY_LATER, "no connection to the far side", 0, {}, {}}); }
  void hold_nonsense() override { answers({TRIBUTARY_DONE, {}, 200, {}, "<html>SAMPLE-01 QX7-001</html>"}); }
  void answers(fakes::HttpAnswer instead) {
    instead_ = [instead = std::move(instead)] { return instead; };
  }

 private:
  static std::string domain_of(const suites::PseudonymFact& fact) {
    return std::string(fact.destination == "national" ? "N" : "A") + (fact.kind == "sample" ? "S" : "P");
  }
  fakes::HttpAnswer answer(const fakes::HttpAsked& asked) {
    if (instead_) return instead_();
    if (asked.method == "GET") return {TRIBUTARY_DONE, {}, 200, {}, R"({"resourceType":"CapabilityStatement"})"};
    const auto json = sdk::parse_json(asked.body);
    std::string domain, items;
    for (const auto& parameter : (*json)["parameter"].items()) {
      const auto value = parameter["valueString"].text();
      if (parameter["name"].text() == "target") domain = value;
      for (const auto& fact : facts_) {
        if (parameter["name"].text() != "original" || fact.id != value || domain_of(fact) != domain) continue;
        items += (items.empty() ? "" : ",") + triple(domain, value, fact.pseudonym);
      }
    }
    return {TRIBUTARY_DONE, {}, 200, {}, parameters(items)};
  }

  fakes::PluginHost host_{tributary_plugin_http()};
  std::vector<suites::PseudonymFact> facts_;
  std::function<fakes::HttpAnswer()> instead_;
};

const suites::PseudonymFact sample{"national", "sample", "SAMPLE-01", "QX7-001"};

}  // namespace

TEST_GROUP(Trustee) {
  Trustee trustee;

  suites::PseudonymAnswer after(int status, const std::string& body = {},
                                const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    trustee.answers({TRIBUTARY_DONE, {}, status, headers, body});
    Pseudonyms at(trustee.plugin(), trustee.host());
    return suites::ask(at, {sample});
  }
  std::string complaint() {
    void* self = nullptr;
    tributary_note note{};
    const auto& ops = *static_cast<const tributary_pseudonym_ops*>(trustee.plugin()->ops);
    const auto outcome = ops.open(trustee.host().abi(), &self, &note);
    if (outcome == TRIBUTARY_DONE) ops.close(self);
    return outcome == TRIBUTARY_DONE ? "" : note.what;
  }
};

TEST(Trustee, holds_what_every_pseudonym_plugin_must_hold) {
  suites::pseudonyms_must_hold([] { return std::make_unique<Trustee>(); });
}

TEST(Trustee, is_asked_in_the_words_of_the_gateway_and_with_our_credentials) {
  trustee.hold({sample});
  Pseudonyms at(trustee.plugin(), trustee.host());
  LONGS_EQUAL(1, suites::ask(at, {sample}).told);
  const auto& asked = trustee.host().asked.at(0);
  STRCMP_EQUAL("POST", asked.method.c_str());
  STRCMP_EQUAL("https://ttp.example.org/ttp-fhir/fhir/gpas/$pseudonymizeAllowCreate", asked.url.c_str());
  STRCMP_EQUAL("application/fhir+json", asked.header("Content-Type").c_str());
  STRCMP_EQUAL(
      R"({"resourceType":"Parameters","parameter":[{"name":"target","valueString":"NS"},{"name":"original","valueString":"SAMPLE-01"}]})",
      asked.body.c_str());
  CHECK_TRUE(asked.authorize);
}

TEST(Trustee, is_asked_for_each_domain_in_batches_and_for_no_id_twice) {
  trustee.host().settings["batch"] = "2";
  trustee.hold({sample});
  Pseudonyms at(trustee.plugin(), trustee.host());
  std::vector<suites::PseudonymFact> queries(3, sample);
  for (int i = 10; i < 14; ++i) queries.push_back({"national", "sample", "SAMPLE-" + std::to_string(i), ""});
  queries.push_back({"archive", "sample", "SAMPLE-01", ""});
  LONGS_EQUAL(3, suites::ask(at, queries).told);
  LONGS_EQUAL(4, trustee.host().asked.size());  // five ids in batches of two, and one elsewhere
}

TEST(Trustee, may_be_forbidden_to_make_pseudonyms) {
  trustee.host().settings["create"] = "false";
  int asked = 0;
  trustee.host().http = [&asked](const fakes::HttpAsked& question) -> fakes::HttpAnswer {
    ++asked;
    CHECK_TRUE(question.url.ends_with("/$pseudonymize"));
    if (question.body.find("SAMPLE-02") != std::string::npos) return {TRIBUTARY_DONE, {}, 404, {}, "SAMPLE-02"};
    return {TRIBUTARY_DONE, {}, 200, {}, parameters(triple("NS", "SAMPLE-01", "QX7-001"))};
  };
  Pseudonyms at(trustee.plugin(), trustee.host());
  const auto answer = suites::ask(at, {sample, {"national", "sample", "SAMPLE-02", ""}});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, answer.outcome, answer.said.c_str());
  LONGS_EQUAL(1, answer.told);
  STRCMP_EQUAL("QX7-001", answer.pseudonyms.at(0).c_str());
  LONGS_EQUAL(3, asked);
}

TEST(Trustee, is_waited_for_when_it_is_busy_and_a_person_is_called_when_it_refuses) {
  const auto busy = after(503, "SAMPLE-01", {{"Retry-After", "120"}});
  LONGS_EQUAL(TRIBUTARY_LATER, busy.outcome);
  LONGS_EQUAL(trustee.host().now_utc_s + 120, busy.not_before_utc_s);
  for (const int status : {400, 401, 403, 404, 422}) {
    const auto refused = after(status, R"({"resourceType":"OperationOutcome","issue":[{"diagnostics":"SAMPLE-01"}]})");
    LONGS_EQUAL(TRIBUTARY_BROKEN, refused.outcome);
    STRCMP_CONTAINS(("HTTP " + std::to_string(status)).c_str(), refused.said.c_str());
    CHECK_TRUE(refused.said.find("SAMPLE") == std::string::npos);
  }
}

TEST(Trustee, is_not_believed_when_it_answers_something_else) {
  const auto good = triple("NS", "SAMPLE-01", "QX7-001");
  for (const auto& body :
       {std::string(), std::string("[]"), std::string("{}"), parameters(good + "," + good),
        parameters(triple("AS", "SAMPLE-01", "QX7-001")), parameters(triple("NS", "SAMPLE-02", "QX7-002")),
        parameters(good + "," + triple("NS", "SAMPLE-02", "QX7-002")),
        parameters(R"({"name":"pseudonym","part":[)" + part("original", "SAMPLE-01") + "]}"),
        parameters(R"({"name":"pseudonym","part":[)" + part("target", "NS") + "," + part("original", "SAMPLE-01") +
                   "," + part("pseudonym", "QX7-001") + "," + part("pseudonym", "QX7-002") + "]}"),
        parameters(R"({"name":"pseudonym","valueString":"QX7-001"})"), parameters(R"({"name":"return"})")}) {
    const auto answer = after(200, body);
    LONGS_EQUAL_TEXT(TRIBUTARY_BROKEN, answer.outcome, body.c_str());
    LONGS_EQUAL(0, answer.told);
  }
  const auto unknown = after(200, parameters(R"({"name":"error","part":[)" + part("original", "SAMPLE-01") + "]}"));
  LONGS_EQUAL(TRIBUTARY_DONE, unknown.outcome);
  LONGS_EQUAL(0, unknown.told);
  LONGS_EQUAL(TRIBUTARY_DONE, after(200, R"({"resourceType":"Parameters"})").outcome);
}

TEST(Trustee, is_not_opened_with_domains_that_are_none_or_that_link_destinations) {
  auto& domains = trustee.host().settings["domains"];
  STRCMP_EQUAL("", complaint().c_str());
  for (const auto* wrong : {"", "national=NS", "national/person=NS", "/sample=NS", "national/sample="}) {
    domains = wrong;
    STRCMP_CONTAINS("domains: ", complaint().c_str());
  }
  domains = "national/sample=D\narchive/sample=D";
  STRCMP_CONTAINS("linked", complaint().c_str());
  trustee.host().settings["linkable"] = "true";
  STRCMP_EQUAL("", complaint().c_str());
  Pseudonyms at(trustee.plugin(), trustee.host());
  STRCMP_CONTAINS("no domain for far/sample", suites::ask(at, {{"far", "sample", "SAMPLE-01", ""}}).said.c_str());
}
