// agent/status/board.hpp: one reading for all who look, at most one a second, and none while nobody does.
//
// Threads    any.
// Order      a reading is made when the journal has changed since the last one, or a minute has passed; else the last
//            one is still true. One that took long (years of parcels) is followed by a rest of fifty times as long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/status/overview.hpp"

namespace tributary::status {

class Board {
 public:
  /// What it is given outlives it.
  Board(journal::Journal& journal, const config::Settings& settings, const Clock& clock)
      : journal_(journal), settings_(settings), clock_(clock) {}

  struct Reading {
    Overview overview;
    std::uint64_t revision = 0;  // another number for every reading
  };
  using Shared = std::shared_ptr<const Reading>;
  Result<Shared> read();
  /// Until there is a reading of another revision, or `most` has passed, or nobody is to wait any more (`close`).
  std::uint64_t wait(std::uint64_t known, std::chrono::milliseconds most);
  void close();
  [[nodiscard]] bool is_closed();

 private:
  Status read_anew(std::int64_t now);

  journal::Journal& journal_;
  const config::Settings& settings_;
  const Clock& clock_;
  std::mutex mutex_;
  Shared reading_;
  Status state_;
  std::string version_;
  std::vector<line::Paper> papers_;
  std::int64_t asked_at_ = -1, read_at_ = -1, rest_s_ = 0;
  std::uint64_t revision_ = 0;

  std::mutex closing_mutex_;
  std::condition_variable closing_;
  bool closed_ = false;
};

/// A text that is made at most once a second, whoever asks for it. Threads: any.
class OnceASecond {
 public:
  Result<std::string> get(std::int64_t now_utc_s, const std::function<Result<std::string>()>& make);

 private:
  std::mutex mutex_;
  std::int64_t made_at_ = -1;
  std::optional<Result<std::string>> text_;
};

}  // namespace tributary::status
