// tests/plugins/fhir/loopback_test.cpp: the plugin behind the agent's own host and HTTP client, against a server on
// loopback.
#include <atomic>
#include <memory>
#include <mutex>

#include "agent/plugin/loader.hpp"
#include "agent/port/http/http.hpp"
#include "tests/plugins/fhir/drop.hpp"
#include "tests/plugins/fhir/fhir_server.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;         // NOLINT: brevity of a test
using namespace tributary::tests;  // NOLINT

const std::string dates = "2025-01-01/2030-12-31";
const std::string granted = consent_r4("c-1", "active", r4("deny", dates, "", {r4("permit", dates, mii(8))}));

class Quiet final : public Log {
 public:
  void write(Level /*level*/, std::string_view line, const About& /*about*/) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

std::string all_of(stream::Source& body) {
  std::string out;
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    const auto n = body.read(buffer);
    if (!n || *n == 0) return out;
    out.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*n));
  }
}

}  // namespace

TEST_GROUP(FhirLoopback) {
  Drop files;
  Quiet log;
  ManualClock clock{1763719200};
  Stop stop;
  FhirServer far{""};
  std::string token = "token-1";
  std::atomic<bool> cuts{false};
  std::vector<std::string> seen;
  std::mutex mutex;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<plugin::SubjectSource> source;

  void setup() override {
    auto made = http::serve({"127.0.0.1:0", {}, {}, {}, 2, 30}, [this](http::Exchange& exchange) { answer(exchange); });
    CHECK_TRUE(made.ok());
    server = std::move(*made);
    const auto origin = "http://127.0.0.1:" + std::to_string(server->port());
    far.set_base("http://127.0.0.1:" + std::to_string(server->port()) + "/fhir");
    far.resources = {granted, patient("p1", "SUBJECT-01"), specimen("SAMPLE-01", "p1")};
    std::ofstream(files.folder() + "/token") << token << "\n";
    http::ClientSettings settings;
    settings.auth.kind = http::AuthKind::bearer;
    settings.auth.origin = origin;
    settings.auth.secret_file = files.folder() + "/token";
    auto client = http::make_client(settings, clock, stop);
    CHECK_TRUE(client.ok());
    auto opened = plugin::open_subjects(*tributary_plugin_fhir(), {log, clock, stop, nullptr}, "records",
                                        {{"url", origin + "/fhir"},
                                         {"code_map", TRIBUTARY_CONF_FOLDER "/consent-codes/mii-broad-consent.yaml"},
                                         {"sample_systems", sample_system},
                                         {"subject_system", subject_system}},
                                        std::move(*client));
    CHECK_TRUE(opened.ok());
    source = std::move(*opened);
  }

  void answer(http::Exchange & exchange) {
    const std::lock_guard lock(mutex);
    if (cuts) return exchange.abort();
    fakes::HttpAsked asked;
    asked.method = exchange.method();
    asked.url = "http://127.0.0.1:" + std::to_string(server->port()) + exchange.path() +
                (exchange.query().empty() ? "" : "?" + exchange.query());
    asked.body = all_of(exchange.body());
    for (const auto& header : exchange.headers()) asked.headers.emplace_back(header.name, header.value);
    seen.push_back(exchange.path() + "?" + exchange.query());
    auto told = far.answer(asked);
    if (asked.header("Authorization") != "Bearer " + token) told = FhirServer::json("{}", 401);
    std::vector<http::Header> headers;
    for (const auto& [name, value] : told.headers) headers.push_back({name, value});
    exchange.reply(told.status, headers, view(told.body));
  }
};

TEST(FhirLoopback, finds_a_permit_page_by_page) {
  far.page_size = 1;
  far.resources.push_back(consent_r4("c-2", "draft", ""));
  const auto told = source->ask("SAMPLE-01");
  CHECK_TRUE(told.ok() && told->has_value());
  STRCMP_EQUAL("SUBJECT-01", (*told)->subject_id.c_str());
  LONGS_EQUAL(2, (*told)->records.size());
  for (const auto& line : seen) CHECK_TRUE(line.find("SAMPLE-01") == std::string::npos);
  CHECK_TRUE(source->probe().ok());
}

TEST(FhirLoopback, does_not_know_a_sample_that_is_not_there) {
  const auto told = source->ask("SAMPLE-02");
  CHECK_TRUE(told.ok() && !told->has_value());
}

TEST(FhirLoopback, asks_a_person_when_the_token_is_not_taken) {
  token = "token-2";
  const auto told = source->ask("SAMPLE-01");
  CHECK_TRUE(!told.ok() && told.error().remedy == Remedy::ask_operator);
  STRCMP_CONTAINS("HTTP 401", told.error().what.c_str());
}

TEST(FhirLoopback, waits_when_the_connection_is_cut) {
  cuts = true;
  const auto told = source->ask("SAMPLE-01");
  CHECK_TRUE(!told.ok() && told.error().remedy == Remedy::wait);
  CHECK_TRUE(told.error().what.find("SAMPLE-01") == std::string::npos);
  cuts = false;
  clock.advance(30);
  CHECK_TRUE(source->ask("SAMPLE-01").ok());
}

TEST(FhirLoopback, waits_while_the_server_has_trouble_or_shows_a_page) {
  for (const auto& trouble : {FhirServer::json("{}", 500), FhirServer::json("<html></html>")}) {
    far.instead = [=](const fakes::HttpAsked&) { return trouble; };
    const auto told = source->ask("SAMPLE-01");
    CHECK_TRUE(!told.ok() && told.error().remedy == Remedy::wait);
  }
}

TEST(FhirLoopback, learns_from_304_that_nothing_changed) {
  const auto before = source->revision();
  clock.advance(60);
  STRCMP_EQUAL(before.c_str(), source->revision().c_str());
  far.changes = 2;
  clock.advance(60);
  CHECK_TRUE(before != source->revision());
}
