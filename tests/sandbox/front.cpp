// tests/sandbox/front.cpp: routes, doors and the sending of answers.
#include "tests/sandbox/front.hpp"

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "tests/sandbox/state.hpp"
#include "tests/sandbox/xml.hpp"

namespace tributary::sandbox {
namespace {

bool is_below(std::string_view path, std::string_view base) {
  return path.substr(0, base.size()) == base && (path.size() == base.size() || path[base.size()] == '/');
}

Reply unauthorized(std::string_view scheme) {
  auto reply = problem(401, "a bearer token of this repository is needed; it stands in the file `token`");
  reply.headers.push_back({"WWW-Authenticate", std::string(scheme) + " realm=\"tributary-sandbox\""});
  return reply;
}

Reply html_reply(std::string body) {
  Reply reply;
  reply.headers.push_back({"Content-Type", "text/html; charset=utf-8"});
  reply.body = std::move(body);
  return reply;
}

/// Another digit in the place of the first one of an ETag, in a header or in the XML of Complete.
void falsify_etag(Reply& reply) {
  const auto turn = [](std::string& text, std::size_t at) {
    if (at < text.size()) text[at] = text[at] == '0' ? '1' : '0';
  };
  for (auto& header : reply.headers) {
    if (header.name == "ETag") turn(header.value, 1);
  }
  constexpr std::string_view mark = "<ETag>&quot;";
  if (const auto at = reply.body.find(mark); at != std::string::npos) turn(reply.body, at + mark.size());
}

/// Gives `bytes` bytes, then fails: the server can not go on with the answer.
class CutSource final : public stream::Source {
 public:
  CutSource(stream::Source& from, std::uint64_t bytes) : from_(from), left_(bytes) {}
  Result<std::size_t> read(MutableByteView into) override {
    if (left_ == 0) return wait_error("answer: cut on purpose");
    auto got = from_.read(into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_))));
    if (got) left_ -= *got;
    return got;
  }

 private:
  stream::Source& from_;
  std::uint64_t left_;
};

}  // namespace

Front::Route Front::route_of(const http::Exchange& exchange) {
  const auto& path = exchange.path();
  if (is_below(path, drs_base)) return {Api::drs, drs_kind(exchange.method(), path)};
  if (is_below(path, tes_base)) return {Api::tes, tes_kind(exchange.method(), path)};
  if (is_below(path, "/s3")) return {Api::s3, s3_kind(exchange.method(), path, Query(exchange.query()))};
  if (is_below(path, "/upload")) return {Api::upload, Kind::upload};
  if (is_below(path, "/download")) return {Api::download, Kind::download};
  if (is_below(path, "/files")) return {Api::files, Kind::download};
  return {Api::web, Kind::page};
}

bool Front::has_token(const Call& call, bool basic_too) const {
  const auto header = call.header("Authorization");
  constexpr std::string_view bearer = "bearer ", basic = "basic ";
  if (lower(header.substr(0, bearer.size())) == bearer) {
    return crypto::equal(view(trim(header.substr(bearer.size()))), view(parts_.token.reveal()));
  }
  if (!basic_too || lower(header.substr(0, basic.size())) != basic) return false;
  const auto pair = from_base64(trim(header.substr(basic.size())));
  if (!pair) return false;
  const auto words = text(*pair);
  const auto colon = words.find(':');
  return colon != std::string_view::npos && crypto::equal(view(words.substr(colon + 1)), view(parts_.token.reveal()));
}

Reply Front::instead(Act act, Api api, std::int64_t retry_after_s) {
  const bool s3 = api == Api::s3;
  const auto say = [&](int status, const char* code, const char* message) {
    return s3 ? s3_error({status, code, message}) : problem(status, message);
  };
  Reply reply;
  switch (act) {
    case Act::busy:
      reply = say(503, "SlowDown", "busy, on purpose");
      break;
    case Act::throttle:
      reply = say(429, "TooManyRequests", "too many requests, on purpose");
      break;
    case Act::forbid:
      return say(403, "AccessDenied", "forbidden, on purpose");
    case Act::expire:
      return problem(api == Api::drs || api == Api::tes ? 401 : 403, "expired, on purpose");
    case Act::full:
      return say(s3 ? 500 : 507, "InternalError", "no space left on the device, on purpose");
    case Act::html:
      return html_reply("<!doctype html><html><body><h1>Please sign in to this network</h1></body></html>");
    default:
      return say(500, "InternalError", "an error, on purpose");
  }
  reply.headers.push_back({"Retry-After", std::to_string(retry_after_s)});
  return reply;
}

Reply Front::answer(Call& call, Route route) {
  const auto& plan = call.plan();
  const bool own_expiry = route.api == Api::s3 && plan.instead == Act::expire;
  if (plan.instead && !own_expiry) return instead(*plan.instead, route.api, plan.retry_after_s);
  const auto after = [&](std::string_view base) { return std::string_view(call.path()).substr(base.size()); };
  const bool in_open = route.kind == Kind::service_info || call.method() == "OPTIONS";
  switch (route.api) {
    case Api::drs:
      return in_open || has_token(call, false) ? parts_.drs.handle(call, route.kind) : unauthorized("Bearer");
    case Api::tes:
      return in_open || has_token(call, false) ? parts_.tes.handle(call, route.kind) : unauthorized("Bearer");
    case Api::s3:
      return parts_.s3.handle(call, route.kind);
    case Api::upload:
      return parts_.signed_urls.upload(call, after("/upload/"));
    case Api::download:
      return parts_.signed_urls.download(call, after("/download/"));
    case Api::files:
      return has_token(call, true) ? files(call) : unauthorized("Bearer");
    case Api::web:
      return web(call);
  }
  return problem(404, "nothing is here");
}

Reply Front::files(const Call& call) const {
  const auto path = http::percent_decode(std::string_view(call.path()).substr(std::string_view("/files").size()));
  const auto slash = path.find('/', 1);
  if (slash == std::string::npos) return problem(404, "nothing is here");
  if (call.method() != "GET" && call.method() != "HEAD") return problem(405, "GET or HEAD");
  const auto blob = parts_.storage.find(path.substr(1, slash - 1), path.substr(slash + 1));
  return blob ? serve_blob(call, parts_.storage, *blob) : problem(404, "nothing is stored there");
}

Reply Front::web(Call& call) {
  const auto& path = call.path();
  if (path == "/healthz") return text_reply(200, "ok");
  if (path == "/faults") return has_token(call, true) ? faults(call) : unauthorized("Bearer");
  if (path == "/recipient.pub") {
    const auto key = files::read_small(parts_.recipient_file, 4096);
    return key ? text_reply(200, trim(*key)) : problem_of(key.error());
  }
  if (path != "/" && path != "/events" && path != "/state") return problem(404, "nothing is here");
  if (call.method() != "GET" && call.method() != "HEAD") return problem(405, "GET");
  if (!parts_.page_is_open && !has_token(call, true)) return unauthorized("Basic");
  if (path == "/events") return list_events(call);
  const PageParts page{parts_.storage, parts_.objects, parts_.tasks,
                       parts_.faults,  parts_.events,  parts_.address.base(call)};
  return path == "/state" ? json_reply(200, describe_state(page)) : html_reply(render_page(page));
}

Reply Front::list_events(const Call& call) const {
  auto list = Json::array();
  for (const auto& event : parts_.events.since(parse_count(call.query().get("after")).value_or(0))) {
    list.push(to_json(event));
  }
  auto out = Json::object();
  out.add("events", std::move(list));
  return json_reply(200, out);
}

/// GET lists, POST {"clear": true, "add": ["KIND:ACT:WHEN"]}, DELETE clears.
Reply Front::faults(Call& call) {
  if (call.method() == "POST") {
    const auto body = call.read_json();
    if (!body) return problem(400, body.error().what);
    const auto& add = (*body)["add"].items();
    Faults trial(0);
    for (const auto& fault : add) {
      if (const auto good = trial.add(fault.as_string()); !good) return problem(400, sentence(good.error()));
    }
    if ((*body)["clear"].as_bool()) parts_.faults.clear();
    for (const auto& fault : add) {
      if (const auto good = parts_.faults.add(fault.as_string()); !good) return problem(400, sentence(good.error()));
    }
  } else if (call.method() == "DELETE") {
    parts_.faults.clear();
  } else if (call.method() != "GET") {
    return problem(405, "GET, POST or DELETE");
  }
  auto out = Json::object();
  out.add("faults", parts_.faults.list());
  return json_reply(200, out);
}

/// What is left of a body, so that the client hears the answer before it notices a closed door.
void Front::drain(Call& call) {
  constexpr std::uint64_t patience_bytes = 256U << 20;
  Bytes buffer(64U << 10);
  const auto start = call.bytes_in();
  while (call.bytes_in() - start < patience_bytes) {
    const auto got = call.body().read(buffer);
    if (!got || *got == 0) return;
  }
}

void Front::send(http::Exchange& exchange, const Plan& plan, Reply& reply) {
  if (plan.wrong_etag) falsify_etag(reply);
  reply.headers.push_back({"Date", http_date(parts_.clock.now_utc_s())});
  stream::ViewSource text(view(reply.body));
  stream::Source& source = reply.stream ? *reply.stream : text;
  const auto bytes = reply.stream ? reply.stream_bytes : reply.body.size();
  if (plan.cut_reply_at) {
    CutSource cut(source, *plan.cut_reply_at > 0 ? *plan.cut_reply_at : bytes / 2);
    exchange.reply_stream(reply.status, reply.headers, cut, bytes);
  } else if (reply.stream) {
    exchange.reply_stream(reply.status, reply.headers, source, bytes);
  } else {
    exchange.reply(reply.status, reply.headers, view(reply.body));
  }
}

void Front::handle(http::Exchange& exchange) {
  const auto route = route_of(exchange);
  const auto plan = parts_.faults.next(route.kind);
  Call call(exchange, plan, parts_.pause);
  if (plan.delay_ms > 0) parts_.pause(plan.delay_ms);
  auto reply = answer(call, route);
  if (!call.cut()) drain(call);
  Event event;
  event.at_utc_s = parts_.clock.now_utc_s();
  event.kind = name_of(route.kind);
  event.method = exchange.method();
  // A signed URL is a credential: its ticket stays out of every log.
  event.route = route.api == Api::upload ? "/upload" : route.api == Api::download ? "/download" : exchange.path();
  event.faults = plan.names;
  event.bytes_out = reply.stream ? reply.stream_bytes : reply.body.size();
  const bool cut = call.cut() || plan.lose_reply;
  event.bytes_in = call.bytes_in();
  event.status = cut || plan.cut_reply_at ? 0 : reply.status;
  if (route.kind != Kind::page || event.status >= 400) parts_.events.add(std::move(event));
  if (cut) {
    exchange.abort();
  } else {
    send(exchange, plan, reply);
  }
}

}  // namespace tributary::sandbox
