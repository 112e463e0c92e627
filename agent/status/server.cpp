// agent/status/server.cpp: routes of the local window.
#include "agent/status/server.hpp"

#include "agent/status/guard.hpp"
#include "agent/status/html.hpp"
#include "agent/status/report.hpp"
#include "agent/status/window.hpp"

namespace tributary::status {
namespace {

constexpr std::int64_t list_rows = 50;
constexpr int most_streams = 16;  // each holds a connection of the 34 that the server has
constexpr std::chrono::seconds heartbeat{5};
constexpr std::chrono::minutes stream_lives{10};  // then the browser asks anew
constexpr const char* html = "text/html; charset=utf-8";
constexpr const char* plain = "text/plain; charset=utf-8";

std::vector<http::Header> common() {
  return {{"Allow", "GET, HEAD"},
          {"Cache-Control", "no-store"},
          {"X-Content-Type-Options", "nosniff"},
          {"Referrer-Policy", "same-origin"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Content-Security-Policy",
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action "
           "'self'; base-uri 'none'; frame-ancestors 'none'"}};
}

void fail(http::Exchange& exchange, const Error& error) { reply(exchange, 503, plain, sentence(error) + "\n"); }

// Server-sent events (HTML Living Standard, section 9.2): an event for every reading, a comment when there is none.
class Events final : public stream::Source {
 public:
  explicit Events(Board& board) : board_(board), until_(std::chrono::steady_clock::now() + stream_lives) {}
  Result<std::size_t> read(MutableByteView into) override {
    if (board_.is_closed() || std::chrono::steady_clock::now() > until_) return std::size_t{0};
    const auto before = known_;
    known_ = board_.wait(before, heartbeat);
    if (board_.is_closed()) return std::size_t{0};
    const auto text = known_ == before ? std::string(":\n\n") : "data: " + std::to_string(known_) + "\n\n";
    std::copy(text.begin(), text.end(), into.begin());
    return text.size();
  }

 private:
  Board& board_;
  std::chrono::steady_clock::time_point until_;
  std::uint64_t known_ = 0;
};

struct Shown {
  std::string_view name;
  journal::Shelf shelf;
  Word title;
};
constexpr Shown shelves[] = {{"held", journal::Shelf::held, Word::held},
                             {"refused", journal::Shelf::refused, Word::refused},
                             {"moving", journal::Shelf::moving, Word::moving},
                             {"waiting", journal::Shelf::waiting, Word::waiting_list},
                             {"delivered", journal::Shelf::delivered, Word::delivered},
                             {"ended", journal::Shelf::ended, Word::ended}};

std::string value_of(const std::map<std::string, std::string>& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::int64_t number_of(const std::string& text) {
  std::int64_t out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || out > INT64_MAX / 10 - 1) return 0;
    out = 10 * out + (c - '0');
  }
  return out;
}

class Served final : public http::Server {
 public:
  Served(std::unique_ptr<Window> window, std::unique_ptr<http::Server> server)
      : window_(std::move(window)), server_(std::move(server)) {}
  ~Served() override { window_->close(); }
  [[nodiscard]] std::uint16_t port() const override { return server_->port(); }

 private:
  std::unique_ptr<Window> window_;
  std::unique_ptr<http::Server> server_;  // goes first: it calls the window
};

}  // namespace

void reply(http::Exchange& exchange, int status, const std::string& type, const std::string& body,
           const std::vector<http::Header>& more) {
  auto headers = common();
  headers.push_back({"Content-Type", type});
  headers.insert(headers.end(), more.begin(), more.end());
  exchange.reply(status, headers, view(body));
}

View Window::view_of(const http::Exchange& exchange, const Fields& query) {
  const auto lang = value_of(query, "lang");
  const auto language = choose_language(lang, exchange.header("Accept-Language"));
  View out{clock_.now_utc_s(), language, lang == code_of(language), sessions_.can_sign_in(), {}, {}, {}, {}};
  if (!out.can_sign_in) return out;
  const auto cookie = session_cookie(exchange.header("Cookie"));
  out.csrf = sessions_.csrf_of(cookie);
  out.told = sessions_.take_told(cookie);
  const auto wish = value_of(query, "cancel");
  if (wish.empty() || out.csrf.empty()) return out;
  if (const auto parcel = journal_.parcel(wish); parcel && *parcel && (*parcel)->stage < journal::Stage::delivered)
    out.cancel = wish;
  return out;
}

void Window::show(http::Exchange& exchange, const View& view, int status, const std::vector<http::Header>& more) {
  auto reading = board_.read();
  if (!reading) return fail(exchange, reading.error());
  reply(exchange, status, html, page((*reading)->overview, view), more);
}

void Window::show_list(http::Exchange& exchange, const Fields& query) {
  auto reading = board_.read();
  if (!reading) return fail(exchange, reading.error());
  auto view = view_of(exchange, query);
  const auto after = value_of(query, "after");
  List list{Word::runs, {}, {}, {}, after.empty()};
  const auto go_on = [&](const std::string& id) {
    list.further = list.query + (list.query.empty() ? "" : "&") + "after=" + http::percent_encode(id);
  };
  if (exchange.path() == "/runs") {
    auto runs = read_runs(journal_, number_of(after), list_rows);
    if (!runs) return fail(exchange, runs.error());
    if (runs->more) go_on(std::to_string(runs->rows.back().row.id));
    return reply(exchange, 200, html, runs_page((*reading)->overview, *runs, list, view));
  }
  const auto run = value_of(query, "run");
  const auto* shelf = &shelves[0];
  for (const auto& one : shelves) {
    if (one.name == value_of(query, "show")) shelf = &one;
  }
  list.title = run.empty() ? shelf->title : Word::of_run;
  list.about = run;
  list.query = run.empty() ? "show=" + std::string(shelf->name) : "run=" + http::percent_encode(run);
  auto parcels =
      run.empty() ? read_shelf(journal_, shelf->shelf, after, list_rows) : read_run(journal_, run, after, list_rows);
  if (!parcels) return fail(exchange, parcels.error());
  if (parcels->more) go_on(parcels->rows.back().id);
  view.place = list.query + (list.is_first ? "" : "&after=" + http::percent_encode(after));
  reply(exchange, 200, html, parcels_page((*reading)->overview, *parcels, list, view));
}

void Window::tell_events(http::Exchange& exchange) {
  struct Place {
    explicit Place(std::atomic<int>& taken) : taken_(taken), number(++taken) {}
    ~Place() { --taken_; }
    std::atomic<int>& taken_;
    int number;
  };
  const Place place(streams_);
  if (place.number > most_streams)
    return reply(exchange, 503, plain, "too many are listening\n", {{"Retry-After", "10"}});
  auto headers = common();
  headers.push_back({"Content-Type", "text/event-stream"});
  Events events(board_);
  exchange.reply_until_end(200, headers, events);
}

void Window::tell_machines(http::Exchange& exchange) {
  const auto now = clock_.now_utc_s();
  const auto tell = [&](const char* type, const Result<std::string>& text) {
    return text ? reply(exchange, 200, type, *text) : fail(exchange, text.error());
  };
  if (exchange.path() == "/metrics") {
    return tell("text/plain; version=0.0.4; charset=utf-8",
                metrics_.get(now, [&] { return metrics(journal_, look_(), now); }));
  }
  if (exchange.path() == "/healthz") {
    return tell("text/plain", health_.get(now, [&]() -> Result<std::string> {
      if (auto counted = tally(journal_); !counted) return counted.error();
      return std::string("ok\n");
    }));
  }
  tell("application/json", api_.get(now, [&]() -> Result<std::string> {
    auto json = report(journal_, settings_.site, now);
    if (!json) return json.error();
    return json->dump(true) + "\n";
  }));
}

void Window::answer(http::Exchange& exchange) {
  if (!is_our_host(exchange.header("Host"), settings_)) {
    return reply(exchange, 421, plain,
                 "nobody of that name is here; status.hosts in the configuration names those beside addresses and "
                 "localhost\n");
  }
  const auto& path = exchange.path();
  const bool is_form = path == "/act" || path == "/sign-in" || path == "/sign-out";
  if (is_form && exchange.method() == "POST") return act(exchange);
  if (exchange.method() != "GET" && exchange.method() != "HEAD")
    return reply(exchange, 405, plain, "this window only shows\n");
  // Whoever loads the answer to a form again, the script too, gets the page.
  if (is_form) {
    const auto& query = exchange.query();
    return reply(exchange, 303, plain, "", {{"Location", query.empty() ? "/" : "/?" + query}});
  }
  if (path == "/") return show(exchange, view_of(exchange, fields_of(exchange.query())));
  if (path == "/parcels" || path == "/runs") return show_list(exchange, fields_of(exchange.query()));
  if (path == "/events") return tell_events(exchange);
  if (path == "/api/status" || path == "/metrics" || path == "/healthz") return tell_machines(exchange);
  if (path == "/style.css") return reply(exchange, 200, "text/css; charset=utf-8", std::string(style_sheet()));
  if (path == "/app.js") return reply(exchange, 200, "text/javascript; charset=utf-8", std::string(script()));
  if (path == "/icon.svg") return reply(exchange, 200, "image/svg+xml", std::string(icon()));
  reply(exchange, 404, plain, "there are: / /api/status /metrics /healthz\n");
}

Result<std::unique_ptr<http::Server>> serve(const config::Settings& settings, journal::Journal& journal,
                                            const Clock& clock, std::function<Surroundings()> look) {
  http::ServerSettings wish;
  wish.listen = settings.listen;
  wish.threads = 2;
  wish.idle_timeout_s = 10;
  auto window = std::make_unique<Window>(settings, journal, clock, std::move(look));
  auto server = http::serve(wish, [to = window.get()](http::Exchange& exchange) { to->answer(exchange); });
  if (!server) return in("listen", server.error());
  return std::unique_ptr<http::Server>(std::make_unique<Served>(std::move(window), std::move(*server)));
}

}  // namespace tributary::status
