// tests/agent/status/window_test.cpp: the small server before the page: routes, who is answered, who is obeyed.
#include <filesystem>
#include <fstream>

#include "agent/port/json/json.hpp"
#include "agent/status/guard.hpp"
#include "agent/status/page.hpp"
#include "agent/status/sessions.hpp"
#include "tests/agent/status/hospital.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::status_test {

using journal::Condition;
using journal::Stage;

namespace {

constexpr const char* token = "a-token-of-the-test";

std::string token_file(const Hospital& hospital) {
  const auto path = hospital.state.directory + "/page.token";
  std::ofstream(path) << token << "\n";
  return path;
}

}  // namespace

TEST_GROUP(Window) {
  InUtc zone;
  Hospital hospital;
  ManualClock clock{noon};
  Stop stop;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::Client> client;

  void setup() override { open(hospital.settings()); }
  void teardown() override {
    client.reset();
    server.reset();
  }
  void open(const config::Settings& settings) {
    server.reset();
    auto serving = status::serve(settings, *hospital.state.journal, clock, around);
    CHECK_TEXT(serving.ok(), serving.ok() ? "" : sentence(serving.error()).c_str());
    server = std::move(*serving);
    http::ClientSettings with;
    with.answer_timeout_s = 10;
    client = std::move(*http::make_client(with, clock, stop));
  }
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
  http::Response ask(const std::string& path, const std::string& method = "GET",
                     const std::vector<http::Header>& headers = {}, const std::string& body = {}) {
    http::Request request;
    request.method = method;
    request.url = origin() + path;
    request.headers = headers;
    request.body = view(body);
    auto response = client->send(request);
    CHECK_TEXT(response.ok(), response.ok() ? "" : sentence(response.error()).c_str());
    return *response;
  }
  std::string body(const std::string& path) {
    const auto response = ask(path);
    LONGS_EQUAL(200, response.status);
    return std::string(text(response.body));
  }
  /// A form as our own page sends it.
  http::Response post(const std::string& path, const std::string& form, const std::string& with = {}) {
    return ask(path, "POST", from(origin(), with), form);
  }
  static std::vector<http::Header> from(const std::string& site, const std::string& with) {
    std::vector<http::Header> out{{"Content-Type", "application/x-www-form-urlencoded"}, {"Origin", site}};
    if (!with.empty()) out.push_back({"Cookie", with});
    return out;
  }
  void may_act() {
    auto settings = hospital.settings();
    settings.status_page.token_file = token_file(hospital);
    open(settings);
  }
  /// The cookie of a session, and the word for its forms.
  std::string cookie, csrf;
  void sign_in() {
    may_act();
    const auto answer = post("/sign-in", std::string("token=") + token);
    LONGS_EQUAL(303, answer.status);
    const auto set = std::string(answer.header("Set-Cookie"));
    cookie = set.substr(0, set.find(';'));
    const auto html = std::string(text(ask("/", "GET", {{"Cookie", cookie}}).body));
    const std::string before = "name=\"csrf\" value=\"";
    csrf = html.substr(html.find(before) + before.size(), 64);
  }
  std::string last_record() {
    const auto audit = hospital.state.journal->audit();
    return audit->empty() ? "" : audit->back().body;
  }
};

TEST(Window, has_four_panes) {
  hospital.fill();
  STRCMP_EQUAL("ok\n", body("/healthz").c_str());
  const auto without_process = [](const std::string& text) { return text.substr(0, text.find("# HELP process_cpu")); };
  STRCMP_EQUAL(without_process(*status::metrics(*hospital.state.journal, around(), noon)).c_str(),
               without_process(body("/metrics")).c_str());
  STRCMP_EQUAL((hospital.report().dump(true) + "\n").c_str(), body("/api/status").c_str());
  STRCMP_EQUAL(status::page(hospital.overview(), {noon, status::Language::en, false, false, {}, {}, {}, {}}).c_str(),
               body("/").c_str());
}

TEST(Window, has_what_the_page_needs_in_itself) {
  STRCMP_EQUAL(std::string(status::style_sheet()).c_str(), body("/style.css").c_str());
  STRCMP_EQUAL(std::string(status::script()).c_str(), body("/app.js").c_str());
  STRCMP_EQUAL("text/javascript; charset=utf-8", std::string(ask("/app.js").header("Content-Type")).c_str());
  STRCMP_EQUAL("image/svg+xml", std::string(ask("/icon.svg").header("Content-Type")).c_str());
}

TEST(Window, speaks_the_language_of_the_browser_or_of_the_link) {
  CHECK_TRUE(has(text(ask("/", "GET", {{"Accept-Language", "de-DE"}}).body), "<html lang=\"de\">"));
  CHECK_TRUE(has(text(ask("/?lang=en", "GET", {{"Accept-Language", "de"}}).body), "<html lang=\"en\">"));
}

TEST(Window, gives_lists_in_pages_that_lead_on) {
  for (int i = 0; i < 60; ++i) hospital.parcel("TL-" + std::to_string(1000 + i), Stage::waiting, Condition::held, "no");
  std::string path = "/parcels?show=held";
  std::size_t rows = 0, pages = 0;
  for (; !path.empty() && pages < 9; ++pages) {
    const auto html = body(path);
    for (auto at = html.find("<tr><th scope=\"row\" class=\"id\">"); at != std::string::npos;
         at = html.find("<tr><th scope=\"row\" class=\"id\">", at + 1))
      ++rows;
    const std::string before = "rel=\"next\" href=\"";
    const auto at = html.find(before);
    if (at == std::string::npos) break;
    path = html.substr(at + before.size(), html.find('"', at + before.size()) - at - before.size());
    for (auto amp = path.find("&amp;"); amp != std::string::npos; amp = path.find("&amp;")) path.replace(amp, 5, "&");
  }
  LONGS_EQUAL(60, rows);
  LONGS_EQUAL(1, pages);  // that lead on
}

TEST(Window, takes_any_word_for_a_list_or_a_place_in_it) {
  hospital.fill();
  for (const auto* path :
       {"/parcels", "/parcels?show=%3Cscript%3E", "/parcels?run=nobody", "/parcels?run=%27%22%3C",
        "/parcels?show=ended&after=%27", "/runs?after=x", "/runs?after=99999999999999999999", "/?lang=xx"}) {
    const auto html = body(path);
    CHECK_FALSE_TEXT(has(html, "<script>"), path);
    STRCMP_EQUAL("", unbalanced(html).c_str());
  }
}

TEST(Window, answers_under_its_own_names_alone) {
  for (const auto* path : {"/", "/api/status", "/metrics", "/healthz", "/events", "/style.css", "/nothing"}) {
    const auto response = ask(path, "GET", {{"Host", "evil.example"}});
    LONGS_EQUAL_TEXT(421, response.status, path);
    CHECK_FALSE(has(text(response.body), "test-lab"));
  }
  LONGS_EQUAL(421, ask("/act", "POST", {{"Host", "evil.example"}}).status);
  LONGS_EQUAL(200, ask("/healthz", "GET", {{"Host", "localhost:1"}}).status);
}

TEST(Window, tells_news_to_whoever_listens) {
  struct Heard final : stream::Sink {
    explicit Heard(Stop& ends) : enough(ends) {}
    Status write(ByteView bytes) override {
      said += text(bytes);
      if (said.ends_with("\n\n")) enough.request();
      return {};
    }
    Stop& enough;
    std::string said;
  } heard(stop);
  http::Request request;
  request.url = origin() + "/events";
  request.response_sink = &heard;
  CHECK_FALSE(client->send(request).ok());  // it would go on
  STRCMP_EQUAL("data: 1\n\n", heard.said.c_str());
}

TEST(Window, only_shows_when_no_token_is_configured) {
  const auto answer = post("/act", "act=pause&destination=national&csrf=");
  LONGS_EQUAL(403, answer.status);
  LONGS_EQUAL(403, post("/sign-in", "token=").status);
  CHECK_FALSE(hospital.state.journal->destination("national")->is_paused(noon));
  CHECK_TRUE(has(text(answer.body), "This page only shows."));
}

TEST(Window, lets_in_whoever_knows_the_token) {
  may_act();
  LONGS_EQUAL(403, post("/sign-in", "token=a-token-of-nobody").status);
  LONGS_EQUAL(403, post("/sign-in", "").status);
  const auto answer = post("/sign-in", std::string("token=") + token);
  LONGS_EQUAL(303, answer.status);
  STRCMP_EQUAL("/", std::string(answer.header("Location")).c_str());
  STRCMP_EQUAL("/?lang=de", std::string(ask("/sign-in?lang=de").header("Location")).c_str());
  const auto set = std::string(answer.header("Set-Cookie"));
  CHECK_TRUE(set.starts_with("tributary=") && has(set, "; HttpOnly") && has(set, "; SameSite=Strict"));
}

TEST(Window, does_what_a_signed_in_person_asks_and_records_it_first) {
  hospital.fill();
  const auto id = hospital.parcel("TL-20", Stage::uploading, Condition::held, "no right");
  sign_in();
  LONGS_EQUAL(303, post("/act", "act=pause&destination=national&csrf=" + csrf, cookie).status);
  CHECK_TRUE(hospital.state.journal->destination("national")->is_paused(noon));
  STRCMP_CONTAINS("\"action\":\"pause\",\"destination\":\"national\",\"by\":\"status page\"", last_record().c_str());
  CHECK_TRUE(
      has(text(ask("/", "GET", {{"Cookie", cookie}}).body), "role=\"status\"><p>No uploads any more to: national"));
  LONGS_EQUAL(303, post("/act", "act=resume&destination=national&csrf=" + csrf, cookie).status);
  CHECK_FALSE(hospital.state.journal->destination("national")->is_paused(noon));
  LONGS_EQUAL(303, post("/act?lang=de", "act=retry&parcel=" + id + "&csrf=" + csrf, cookie).status);
  STRCMP_EQUAL("uploading", hospital.state.state_of(id).c_str());
  STRCMP_CONTAINS("\"action\":\"retry\"", last_record().c_str());
  LONGS_EQUAL(303, post("/act", "act=hold&parcel=" + id + "&csrf=" + csrf, cookie).status);
  STRCMP_EQUAL("held", hospital.state.state_of(id).c_str());
  STRCMP_CONTAINS("\"action\":\"hold\"", last_record().c_str());
  LONGS_EQUAL(303, post("/act", "act=release&parcel=" + id + "&csrf=" + csrf, cookie).status);
  STRCMP_EQUAL("uploading", hospital.state.state_of(id).c_str());
  CHECK_TRUE(journal::verify_chain(*hospital.state.journal->audit()).ok());
}

TEST(Window, comes_back_to_the_list_in_which_somebody_acted) {
  const auto id = hospital.parcel("TL-20", Stage::uploading);
  sign_in();
  const std::string list(text(ask("/parcels?show=moving&lang=de", "GET", {{"Cookie", cookie}}).body));
  CHECK_TRUE(has(list, "action=\"/act?show=moving&amp;lang=de\""));
  CHECK_TRUE(has(list, "href=\"/parcels?show=moving&amp;cancel=" + id + "&amp;lang=de\""));
  const auto answer = post("/act?show=moving&lang=de", "act=hold&parcel=" + id + "&csrf=" + csrf, cookie);
  STRCMP_EQUAL("/parcels?show=moving&lang=de", std::string(answer.header("Location")).c_str());
  const std::string after(text(ask("/parcels?show=moving&cancel=" + id, "GET", {{"Cookie", cookie}}).body));
  CHECK_TRUE(has(after, "class=\"told\" role=\"status\"") && has(after, "name=\"sure\" value=\"" + id + "\""));
  const auto run = post("/act?run=%2F%2Fevil.example&after=p-1", "act=release&parcel=" + id + "&csrf=" + csrf, cookie);
  STRCMP_EQUAL("/parcels?run=%2F%2Fevil.example&after=p-1", std::string(run.header("Location")).c_str());
}

TEST(Window, cancels_a_parcel_only_when_it_was_asked_whether_that_is_meant) {
  const auto id = hospital.parcel("TL-20", Stage::uploading);
  sign_in();
  const auto question = "name=\"sure\" value=\"" + id + "\"";
  CHECK_FALSE(has(body("/?cancel=" + id), question));  // nobody is signed in
  CHECK_FALSE(has(text(ask("/?cancel=p-1", "GET", {{"Cookie", cookie}}).body), "name=\"sure\""));
  CHECK_TRUE(has(text(ask("/?cancel=" + id, "GET", {{"Cookie", cookie}}).body), question));
  STRCMP_EQUAL("uploading", hospital.state.state_of(id).c_str());
  LONGS_EQUAL(303, post("/act", "act=cancel&parcel=" + id + "&csrf=" + csrf, cookie).status);
  STRCMP_EQUAL("uploading", hospital.state.state_of(id).c_str());
  LONGS_EQUAL(0, hospital.state.journal->audit()->size());
  LONGS_EQUAL(303, post("/act", "act=cancel&sure=" + id + "&csrf=" + csrf, cookie).status);
  STRCMP_EQUAL("withdrawing", hospital.state.state_of(id).c_str());
  STRCMP_CONTAINS("\"action\":\"cancel\"", last_record().c_str());
}

TEST(Window, offers_neither_names_nor_links_of_persons) {
  sign_in();
  for (const auto* act : {"reidentify", "linkage", "withdraw"}) {
    post("/act", std::string("act=") + act + "&parcel=p-1&sure=p-1&csrf=" + csrf, cookie);
    LONGS_EQUAL_TEXT(0, hospital.state.journal->audit()->size(), act);
  }
}

TEST(Window, does_nothing_that_was_not_asked_in_full) {
  sign_in();
  for (const auto* form :
       {"act=pause", "act=pause&destination=nowhere", "act=cancel&parcel=p-1", "act=retry", "parcel=p-1", ""}) {
    LONGS_EQUAL_TEXT(303, post("/act", std::string(form) + "&csrf=" + csrf, cookie).status, form);
    LONGS_EQUAL_TEXT(0, hospital.state.journal->audit()->size(), form);
  }
}

TEST(Window, obeys_no_form_that_another_page_made) {
  sign_in();
  const auto form = "act=pause&destination=national&csrf=" + csrf;
  for (const auto& headers :
       {from("null", cookie), from("http://evil.example", cookie), from("http://127.0.0.1:1", cookie),
        from(origin(), ""), from(origin(), "tributary=x"),
        std::vector<http::Header>{{"Cookie", cookie}, {"Origin", origin()}},
        std::vector<http::Header>{{"Cookie", cookie}, {"Content-Type", "application/x-www-form-urlencoded"}}}) {
    LONGS_EQUAL(403, ask("/act", "POST", headers, form).status);
  }
  LONGS_EQUAL(403, post("/act", "act=pause&destination=national&csrf=" + std::string(64, '0'), cookie).status);
  LONGS_EQUAL(403, post("/act", "act=pause&destination=national", cookie).status);
  LONGS_EQUAL(405, ask("/", "POST", from(origin(), cookie), form).status);
  LONGS_EQUAL(0, hospital.state.journal->audit()->size());
}

TEST(Window, takes_no_form_that_is_longer_than_any_of_ours) {
  sign_in();
  LONGS_EQUAL(413, post("/act", "csrf=" + csrf + "&x=" + std::string(5000, 'x'), cookie).status);
}

TEST(Window, forgets_who_signed_out_and_who_was_away_for_half_an_hour) {
  sign_in();
  const auto form = "act=pause&destination=national&csrf=" + csrf;
  const auto out = post("/sign-out", "csrf=" + csrf, cookie);
  LONGS_EQUAL(303, out.status);
  STRCMP_CONTAINS("Max-Age=0", std::string(out.header("Set-Cookie")).c_str());
  LONGS_EQUAL(403, post("/act", form, cookie).status);
  sign_in();
  clock.advance(status::Sessions::idle_s);
  LONGS_EQUAL(403, post("/act", "act=pause&destination=national&csrf=" + csrf, cookie).status);
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
  LONGS_EQUAL(0, (*json::parse(body("/api/status")))["parcels"].items().size());  // read once in a second
  clock.advance(1);
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
  auto settings = hospital.settings();
  settings.listen = taken;
  const auto second = status::serve(settings, *hospital.state.journal, clock, around);
  CHECK_FALSE(second.ok());
  CHECK_TRUE(second.error().what.starts_with("listen: "));
}

TEST_GROUP(Guard) {
  config::Settings settings;
  void setup() override {
    settings.listen = "0.0.0.0:8480";
    settings.status_page.hosts = {"lab.example.org"};
  }
  bool host(const char* name) { return status::is_our_host(name, settings); }
  bool origin(const char* from, const char* to) { return status::is_our_origin(from, to, settings); }
};

TEST(Guard, knows_addresses_localhost_and_configured_names) {
  for (const auto* name : {"127.0.0.1", "127.0.0.1:8480", "10.1.2.3:80", "[::1]:8480", "[::1]", "localhost",
                           "LocalHost:1", "lab.example.org", "LAB.example.org:443"}) {
    CHECK_TRUE_TEXT(host(name), name);
  }
}

TEST(Guard, knows_nobody_else) {
  for (const auto* name : {"", "evil.example", "lab.example.org.evil.example", "127.0.0.1.evil.example",
                           "localhost.evil.example", "evil.example:8480", "[::1", "[::1]x", "::1",
                           "127.0.0.1@evil.example", "lab.example.org@evil", "2130706433", "0x7f.1", ":8480"}) {
    CHECK_FALSE_TEXT(host(name), name);
  }
  CHECK_FALSE(status::is_our_host(std::string_view("127.0.0.1\0.evil.example", 23), settings));
}

TEST(Guard, takes_the_name_that_the_window_listens_on) {
  settings.listen = "box.example.org:8480";
  CHECK_TRUE(host("box.example.org:8480"));
}

TEST(Guard, obeys_its_own_origin_alone) {
  CHECK_TRUE(origin("http://127.0.0.1:8480", "127.0.0.1:8480"));
  CHECK_TRUE(origin("https://lab.example.org", "127.0.0.1:8480"));  // a proxy that speaks for us
  CHECK_TRUE(origin("https://lab.example.org", "lab.example.org"));
  for (const auto* from :
       {"", "null", "http://evil.example", "127.0.0.1:8480", "http://127.0.0.1:8481", "http://127.0.0.1",
        "https://evil.example/lab.example.org", "ftp://127.0.0.1:8480", "http://"}) {
    CHECK_FALSE_TEXT(origin(from, "127.0.0.1:8480"), from);
  }
  CHECK_FALSE(origin("http://evil.example", "evil.example"));
}

TEST_GROUP(Sessions) {
  Hospital hospital;
  ManualClock clock{noon};
  std::unique_ptr<status::Sessions> sessions;
  void setup() override { sessions = std::make_unique<status::Sessions>(token_file(hospital), clock); }
  status::Sessions::Answer answer(const std::string& word) { return sessions->sign_in(word)->answer; }
};

TEST(Sessions, take_five_wrong_tokens_in_a_minute_and_no_more) {
  using Answer = status::Sessions::Answer;
  for (int i = 0; i < 5; ++i) CHECK_TRUE(answer("wrong") == Answer::wrong);
  CHECK_TRUE(answer(token) == Answer::too_many);
  clock.advance(60);
  CHECK_TRUE(answer(token) == Answer::yes);
}

TEST(Sessions, are_as_many_as_fit_and_the_one_not_used_makes_room) {
  const auto first = sessions->sign_in(token)->cookie;
  clock.advance(1);
  for (std::size_t i = 0; i < status::Sessions::most; ++i) CHECK_FALSE(sessions->sign_in(token)->cookie == first);
  STRCMP_EQUAL("", sessions->csrf_of(first).c_str());
}

TEST(Sessions, have_words_of_their_own) {
  const auto one = sessions->sign_in(token)->cookie, other = sessions->sign_in(token)->cookie;
  CHECK_TRUE(sessions->is_good(one, sessions->csrf_of(one)));
  CHECK_FALSE(sessions->is_good(one, sessions->csrf_of(other)));
  CHECK_FALSE(sessions->is_good("", ""));
  sessions->tell(one, {"done"});
  STRCMP_EQUAL("", sessions->take_told(other).sentence.c_str());
  STRCMP_EQUAL("done", sessions->take_told(one).sentence.c_str());
  STRCMP_EQUAL("", sessions->take_told(one).sentence.c_str());
}

TEST(Sessions, begin_with_no_empty_token) {
  std::ofstream(hospital.state.directory + "/page.token") << "\n";
  CHECK_TRUE(answer("") == status::Sessions::Answer::wrong);
  std::filesystem::remove(hospital.state.directory + "/page.token");
  CHECK_FALSE(sessions->sign_in("x").ok());
}

TEST(Sessions, know_their_cookie_among_others) {
  STRCMP_EQUAL("x", status::session_cookie("a=b; tributary=x; c=d").c_str());
  STRCMP_EQUAL("", status::session_cookie("nottributary=x").c_str());
  STRCMP_EQUAL("", status::session_cookie("tributary").c_str());
}

}  // namespace tributary::status_test
