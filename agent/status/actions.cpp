// agent/status/actions.cpp: forms that act: who may send them, and what becomes of them.
#include <chrono>

#include "agent/line/orders.hpp"
#include "agent/status/guard.hpp"
#include "agent/status/html.hpp"
#include "agent/status/window.hpp"

namespace tributary::status {
namespace {

constexpr std::size_t most_form_bytes = 4096;
constexpr std::chrono::seconds form_patience{10};
constexpr const char* plain = "text/plain; charset=utf-8";
constexpr const char* giver = "status page";

// What can not be undone names its parcel in the form that asks whether it is meant, and in no other.
struct Offer {
  line::Order order;
  const char* field;
  Word done;
};
constexpr Offer offers[] = {{line::Order::retry, "parcel", Word::did_retry},
                            {line::Order::hold, "parcel", Word::did_hold},
                            {line::Order::release, "parcel", Word::did_release},
                            {line::Order::cancel, "sure", Word::did_cancel}};

std::string value_of(const std::map<std::string, std::string>& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

// Nothing: too long, too slow, or cut.
std::optional<std::string> read_form(http::Exchange& exchange) {
  const auto until = std::chrono::steady_clock::now() + form_patience;
  Bytes buffer(most_form_bytes);
  std::string out;
  for (;;) {
    auto n = exchange.body().read(buffer);
    if (!n || out.size() + *n > most_form_bytes || std::chrono::steady_clock::now() > until) return std::nullopt;
    if (*n == 0) return out;
    out += text(ByteView(buffer).first(*n));
  }
}

// Back to the page or the list of parcels, in the language that was chosen there.
void go_back(http::Exchange& exchange, const std::vector<http::Header>& more = {}) {
  const auto fields = fields_of(exchange.query());
  std::string to = fields.contains("run") || fields.contains("show") ? "/parcels" : "/";
  char mark = '?';
  for (const auto* name : {"run", "show", "after", "lang"}) {
    if (!fields.contains(name)) continue;
    to += mark + std::string(name) + "=" + http::percent_encode(fields.at(name));
    mark = '&';
  }
  std::vector<http::Header> headers{{"Location", to}};
  headers.insert(headers.end(), more.begin(), more.end());
  reply(exchange, 303, plain, "", headers);
}

http::Header set_cookie(const http::Exchange& exchange, const std::string& value, bool ends) {
  const bool secure = exchange.header("Origin").starts_with("https://");
  return {"Set-Cookie", std::string(cookie_name) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict" +
                            (secure ? "; Secure" : "") + (ends ? "; Max-Age=0" : "")};
}

}  // namespace

void Window::act(http::Exchange& exchange) {
  auto view = view_of(exchange, fields_of(exchange.query()));
  const auto refuse = [&](int status, Word why) {
    view.told = {std::string(said(view.language, why))};
    show(exchange, view, status);
  };
  if (!sessions_.can_sign_in()) return refuse(403, Word::just_shows);
  if (!is_our_origin(exchange.header("Origin"), exchange.header("Host"), settings_) ||
      exchange.header("Content-Type") != "application/x-www-form-urlencoded")
    return refuse(403, Word::expired);
  const auto body = read_form(exchange);
  if (!body) return refuse(413, Word::expired);
  const auto form = fields_of(*body);
  if (exchange.path() == "/sign-in") return sign_in(exchange, form, view);
  const auto cookie = session_cookie(exchange.header("Cookie"));
  if (!sessions_.is_good(cookie, value_of(form, "csrf"))) return refuse(403, Word::expired);
  if (exchange.path() == "/act") return obey(exchange, form, cookie, view);
  sessions_.sign_out(cookie);
  go_back(exchange, {set_cookie(exchange, "", true)});
}

void Window::sign_in(http::Exchange& exchange, const Fields& form, View view) {
  auto entry = sessions_.sign_in(value_of(form, "token"));
  if (!entry) return reply(exchange, 503, plain, sentence(entry.error()) + "\n");
  using Answer = Sessions::Answer;
  if (entry->answer == Answer::yes) return go_back(exchange, {set_cookie(exchange, entry->cookie, false)});
  const bool too_many = entry->answer == Answer::too_many;
  view.told = {std::string(said(view.language, too_many ? Word::too_many : Word::wrong_token))};
  show(exchange, view, too_many ? 429 : 403,
       too_many ? std::vector<http::Header>{{"Retry-After", "60"}} : std::vector<http::Header>{});
}

// What was done, in the language of who asked for it.
Result<std::string> Window::carry_out(const Fields& form, const View& view) {
  const auto act = value_of(form, "act");
  const auto destination = value_of(form, "destination");
  const auto now = clock_.now_utc_s();
  for (const auto& [order, field, done] : offers) {
    const auto parcel = value_of(form, field);
    if (act != line::name_of(order) || parcel.empty()) continue;
    auto moved = line::give(journal_, order, {parcel, {}, {}}, now, giver);
    if (!moved) return moved.error();
    return said(view.language, *moved == 0 ? Word::did_nothing : done, parcel);
  }
  const auto all = destination.empty() ? std::string(said(view.language, Word::all_destinations)) : destination;
  const bool is_known =
      destination.empty() ? form.contains("destination") : settings_.destination(destination) != nullptr;
  if (act == "pause" && is_known) {
    if (auto done = line::pause(journal_, destination, 0, now, giver); !done) return done.error();
    return said(view.language, Word::did_pause, all);
  }
  if (act == "resume" && is_known) {
    auto resumed = line::resume(journal_, destination, now, giver);
    if (!resumed) return resumed.error();
    return said(view.language, *resumed ? Word::did_resume : Word::did_nothing, all);
  }
  return said(view.language, Word::did_nothing, form.contains("parcel") ? value_of(form, "parcel") : all);
}

void Window::obey(http::Exchange& exchange, const Fields& form, const std::string& cookie, const View& view) {
  const auto done = carry_out(form, view);
  sessions_.tell(cookie, done ? Told{*done} : Told{sentence(done.error()), true});
  go_back(exchange);
}

}  // namespace tributary::status
