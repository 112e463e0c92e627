// agent/status/window.hpp: the answers of the local window; server.cpp has its routes.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "agent/port/http/http.hpp"
#include "agent/status/board.hpp"
#include "agent/status/metrics.hpp"
#include "agent/status/page.hpp"
#include "agent/status/sessions.hpp"

namespace tributary::status {

class Window {
 public:
  Window(const config::Settings& settings, journal::Journal& journal, const Clock& clock,
         std::function<Surroundings()> look)
      : settings_(settings),
        journal_(journal),
        clock_(clock),
        look_(std::move(look)),
        board_(journal, settings_, clock),
        sessions_(settings.status_page.token_file, clock) {}
  /// Any thread.
  void answer(http::Exchange& exchange);
  /// Whoever waits for news goes now.
  void close() { board_.close(); }

 private:
  using Fields = std::map<std::string, std::string>;
  void show(http::Exchange& exchange, const View& view, int status = 200, const std::vector<http::Header>& more = {});
  void show_list(http::Exchange& exchange, const Fields& query);
  void tell_events(http::Exchange& exchange);
  void tell_machines(http::Exchange& exchange);
  [[nodiscard]] View view_of(const http::Exchange& exchange, const Fields& query);

  // --- acting (actions.cpp)
  void act(http::Exchange& exchange);
  void sign_in(http::Exchange& exchange, const Fields& form, View view);
  void obey(http::Exchange& exchange, const Fields& form, const std::string& cookie, const View& view);
  Result<std::string> carry_out(const Fields& form, const View& view);

  const config::Settings settings_;
  journal::Journal& journal_;
  const Clock& clock_;
  const std::function<Surroundings()> look_;
  Board board_;
  Sessions sessions_;
  OnceASecond api_, metrics_, health_;
  std::atomic<int> streams_{0};
};

/// With the headers that every answer has.
void reply(http::Exchange& exchange, int status, const std::string& type, const std::string& body,
           const std::vector<http::Header>& more = {});

}  // namespace tributary::status
