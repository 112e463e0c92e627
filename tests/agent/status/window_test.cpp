// tests/agent/status/window_test.cpp: the status page, and the small server before it.
#include "agent/port/json/json.hpp"
#include "tests/agent/status/hospital.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::status_test {

using journal::Condition;
using journal::Stage;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// What is wrong with the elements of a page: "" when every one is closed in its order.
std::string unbalanced(const std::string& html) {
  std::vector<std::string> open;
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const auto end = html.find_first_of(" >", at + 1);
    auto name = html.substr(at + 1, end - at - 1);
    if (name == "!doctype" || name == "meta" || name == "br") continue;
    if (!name.starts_with('/')) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name.substr(1)) {
      return "closed out of order: " + name;
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

/// A report in which every text is `evil`.
Json report_of(const std::string& evil) {
  const Json run = Json()
                       .add("run", evil)
                       .add("instrument", evil)
                       .add("model", evil)
                       .add("state", evil)
                       .add("since", evil)
                       .add("samples", 2);
  Json parcel;
  parcel.add("parcel", evil).add("run", evil).add("destination", evil).add("policy", evil).add("pseudonym", evil);
  parcel.add("state", evil).add("bytes_total", 100).add("bytes_sent", 50).add("bytes_per_s", 5).add("seconds_left", 10);
  const auto said = [&](Json row) { return row.add("reason", evil).add("hint", evil); };
  Json out;
  out.add("site", evil).add("version", evil).add("now", evil).add("queue_bytes", 1);
  out.add("runs", Json::array().push(said(run))).add("parcels", Json::array().push(said(parcel)));
  const Json destination = Json().add("destination", evil).add("state", evil);
  out.add("destinations", Json::array().push(said(destination)));
  return out;
}

}  // namespace

TEST_GROUP(Page) { Hospital hospital; };

TEST(Page, lets_nothing_through_that_a_browser_would_take_for_markup) {
  const auto html = status::page(report_of("<img src=x onerror=\"e\">&'"));
  CHECK_FALSE(has(html, "<img"));
  CHECK_FALSE(has(html, "\"e\""));
  CHECK_FALSE(has(html, "&'"));
  CHECK_TRUE(has(html, "&lt;img src=x onerror=&quot;e&quot;&gt;&amp;&#39;"));
  STRCMP_EQUAL("", unbalanced(html).c_str());
}

TEST(Page, shows_every_text_it_is_given) {
  const auto html = status::page(report_of("MARK"));
  std::size_t marks = 0;
  for (auto at = html.find("MARK"); at != std::string::npos; at = html.find("MARK", at + 1)) ++marks;
  // site twice, version, now; the run: state twice, reason, hint, name, model, since; the parcel: state twice, reason,
  // hint, pseudonym, destination, run, id; the destination: name, state, reason, hint.
  LONGS_EQUAL(4 + 7 + 8 + 4, marks);
}

TEST(Page, is_whole_in_itself) {
  hospital.fill();
  const auto html = status::page(hospital.report());
  for (const auto* word : {"<script", "<link", "<img", "http://", "https://", "url(", "@import", " src=", " href="}) {
    CHECK_FALSE_TEXT(has(html, word), word);
  }
  CHECK_TRUE(html.starts_with("<!doctype html><html lang=\"en\">"));
  STRCMP_EQUAL("", unbalanced(html).c_str());
}

TEST(Page, says_of_an_empty_house_that_it_is_empty) {
  const auto html = status::page(hospital.report());
  CHECK_TRUE(has(html, "No run folder seen yet."));
  CHECK_TRUE(has(html, "No parcel yet."));
  STRCMP_EQUAL("", unbalanced(html).c_str());
}

TEST(Page, shows_figures_reasons_and_progress) {
  hospital.fill();
  const auto html = status::page(hospital.report());
  CHECK_TRUE(has(html, "<b class=\"delivered\">1</b>delivered"));
  CHECK_TRUE(has(html, "<b class=\"held\">2</b>held"));
  CHECK_TRUE(has(html, "<b class=\"refused\">2</b>refused"));
  CHECK_TRUE(has(html, "<progress max=\"1010\" value=\"400\""));
  CHECK_TRUE(has(html, "100 B/s, 6 s left"));
  CHECK_TRUE(has(html, "the far side says no"));
  CHECK_TRUE(has(html, "&rarr; do something"));
}

TEST(Page, never_shows_more_sent_than_there_is) {
  hospital.sent(hospital.parcel("TL-01", Stage::uploading), 5000, 0);
  CHECK_TRUE(has(status::page(hospital.report()), "max=\"1010\" value=\"1010\""));
}

TEST_GROUP(Window) {
  Hospital hospital;
  ManualClock clock{noon};
  Stop stop;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::Client> client;

  void setup() override {
    auto serving = status::serve("127.0.0.1:0", "test-lab", *hospital.state.journal, clock, around);
    CHECK_TEXT(serving.ok(), serving.ok() ? "" : sentence(serving.error()).c_str());
    server = std::move(*serving);
    http::ClientSettings settings;
    settings.answer_timeout_s = 10;
    client = std::move(*http::make_client(settings, clock, stop));
  }
  void teardown() override {
    client.reset();
    server.reset();
  }
  http::Response ask(const std::string& path, const std::string& method = "GET") {
    http::Request request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(server->port()) + path;
    auto response = client->send(request);
    CHECK_TEXT(response.ok(), response.ok() ? "" : sentence(response.error()).c_str());
    return *response;
  }
  std::string body(const std::string& path) {
    const auto response = ask(path);
    LONGS_EQUAL(200, response.status);
    return std::string(text(response.body));
  }
};

TEST(Window, has_four_panes) {
  hospital.fill();
  STRCMP_EQUAL("ok\n", body("/healthz").c_str());
  const auto without_process = [](const std::string& text) { return text.substr(0, text.find("# HELP process_cpu")); };
  STRCMP_EQUAL(without_process(*status::metrics(*hospital.state.journal, around(), noon)).c_str(),
               without_process(body("/metrics")).c_str());
  STRCMP_EQUAL((hospital.report().dump(true) + "\n").c_str(), body("/api/status").c_str());
  STRCMP_EQUAL(status::page(hospital.report()).c_str(), body("/").c_str());
}

TEST(Window, names_the_kind_of_what_it_shows) {
  STRCMP_EQUAL("text/html; charset=utf-8", std::string(ask("/").header("Content-Type")).c_str());
  STRCMP_EQUAL("application/json", std::string(ask("/api/status").header("Content-Type")).c_str());
  STRCMP_EQUAL("text/plain; version=0.0.4; charset=utf-8", std::string(ask("/metrics").header("Content-Type")).c_str());
}

TEST(Window, shows_the_time_of_its_clock_and_the_journal_as_it_is_now) {
  clock.advance(60);
  auto shown = json::parse(body("/api/status"));
  CHECK_TRUE(shown.ok());
  STRCMP_EQUAL("2025-11-21T10:01:00Z", std::string((*shown)["now"].as_string()).c_str());
  LONGS_EQUAL(0, (*shown)["parcels"].items().size());
  hospital.fill();
  shown = json::parse(body("/api/status"));
  LONGS_EQUAL(12, (*shown)["parcels"].items().size());
}

TEST(Window, takes_no_query_for_another_page) { STRCMP_EQUAL("ok\n", body("/healthz?from=probe").c_str()); }

TEST(Window, is_healthy_with_parcels_that_are_held_or_refused) {
  hospital.parcel("TL-01", Stage::uploading, Condition::refused, "no");
  hospital.parcel("TL-02", Stage::uploading, Condition::held, "no right");
  LONGS_EQUAL(200, ask("/healthz").status);
}

TEST(Window, is_not_healthy_without_its_journal) {
  hospital.fill();
  lose_the_parcels(hospital.state);
  for (const auto* path : {"/healthz", "/metrics", "/api/status", "/"}) {
    const auto response = ask(path);
    LONGS_EQUAL_TEXT(503, response.status, path);
    CHECK_FALSE(has(text(response.body), "TL-"));
  }
}

TEST(Window, only_shows) {
  for (const auto* method : {"POST", "PUT", "DELETE"}) {
    const auto response = ask("/api/status", method);
    LONGS_EQUAL(405, response.status);
    STRCMP_EQUAL("GET, HEAD", std::string(response.header("Allow")).c_str());
  }
}

TEST(Window, gives_the_head_alone_when_asked_for_it) {
  const auto response = ask("/healthz", "HEAD");
  LONGS_EQUAL(200, response.status);
  LONGS_EQUAL(0, response.body.size());
}

TEST(Window, has_nothing_else) {
  for (const auto* path : {"/status", "/api", "/healthz/", "/../etc/passwd", "/%2e%2e/", "/metrics%00"}) {
    LONGS_EQUAL_TEXT(404, ask(path).status, path);
  }
}

TEST(Window, tells_browsers_to_trust_nothing_else) {
  for (const auto* path : {"/", "/api/status", "/metrics", "/nothing"}) {
    const auto response = ask(path);
    STRCMP_EQUAL("nosniff", std::string(response.header("X-Content-Type-Options")).c_str());
    STRCMP_EQUAL("no-store", std::string(response.header("Cache-Control")).c_str());
    STRCMP_CONTAINS("default-src 'none'", std::string(response.header("Content-Security-Policy")).c_str());
    STRCMP_CONTAINS("frame-ancestors 'none'", std::string(response.header("Content-Security-Policy")).c_str());
  }
}

TEST(Window, says_where_it_could_not_be_opened) {
  const auto taken = "127.0.0.1:" + std::to_string(server->port());
  const auto second = status::serve(taken, "test-lab", *hospital.state.journal, clock, around);
  CHECK_FALSE(second.ok());
  CHECK_TRUE(second.error().what.starts_with("listen: "));
}

}  // namespace tributary::status_test
