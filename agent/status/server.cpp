// agent/status/server.cpp: routes of the local window.
#include "agent/status/server.hpp"

#include "agent/status/report.hpp"

namespace tributary::status {
namespace {

struct Window {
  std::string site;
  journal::Journal& journal;
  const Clock& clock;
  std::function<Surroundings()> look;
};

void reply(http::Exchange& exchange, int code, const std::string& type, const std::string& body) {
  exchange.reply(code,
                 {{"Content-Type", type},
                  {"Allow", "GET, HEAD"},
                  {"Cache-Control", "no-store"},
                  {"X-Content-Type-Options", "nosniff"},
                  {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}},
                 view(body));
}

void answer(const Window& window, http::Exchange& exchange) {
  const auto now = window.clock.now_utc_s();
  if (exchange.method() != "GET" && exchange.method() != "HEAD")
    return reply(exchange, 405, "text/plain", "this window only shows\n");
  const auto fail = [&](const Error& error) {
    reply(exchange, 503, "text/plain; charset=utf-8", sentence(error) + "\n");
  };
  if (exchange.path() == "/healthz") {
    auto tally_now = tally(window.journal);
    return tally_now ? reply(exchange, 200, "text/plain", "ok\n") : fail(tally_now.error());
  }
  if (exchange.path() == "/metrics") {
    auto text = metrics(window.journal, window.look(), now);
    return text ? reply(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", *text) : fail(text.error());
  }
  if (exchange.path() == "/api/status" || exchange.path() == "/") {
    auto json = report(window.journal, window.site, now);
    if (!json) return fail(json.error());
    if (exchange.path() == "/") return reply(exchange, 200, "text/html; charset=utf-8", page(*json));
    return reply(exchange, 200, "application/json", json->dump(true) + "\n");
  }
  reply(exchange, 404, "text/plain", "there are: / /api/status /metrics /healthz\n");
}

}  // namespace

Result<std::unique_ptr<http::Server>> serve(const std::string& listen, const std::string& site,
                                            journal::Journal& journal, const Clock& clock,
                                            std::function<Surroundings()> look) {
  http::ServerSettings settings;
  settings.listen = listen;
  settings.threads = 2;
  auto server = http::serve(settings, [window = Window{site, journal, clock, std::move(look)}](
                                          http::Exchange& exchange) { answer(window, exchange); });
  if (!server) return in("listen", server.error());
  return server;
}

}  // namespace tributary::status
