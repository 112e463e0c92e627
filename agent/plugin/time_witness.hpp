// agent/plugin/time_witness.hpp: what far sides say of the time of day.
//
// Only those count that showed a certificate we trust. Their `Date` (RFC 9110, section 6.6.1) is in every answer.
//
// Threads    any.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace tributary::plugin {

class TimeWitness {
 public:
  /// The newest word, moved on by the time since.
  struct Word {
    std::string origin;  // scheme://host:port
    std::int64_t utc_s = 0;
  };

  void heard(std::string origin, std::int64_t utc_s) {
    const std::lock_guard lock(mutex_);
    newest_ = {std::move(origin), utc_s};
    at_ = std::chrono::steady_clock::now();
  }
  [[nodiscard]] std::optional<Word> word() const {
    const std::lock_guard lock(mutex_);
    auto word = newest_;
    if (word) {
      const auto since = std::chrono::steady_clock::now() - at_;
      word->utc_s += std::chrono::duration_cast<std::chrono::seconds>(since).count();
    }
    return word;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Word> newest_;
  std::chrono::steady_clock::time_point at_;
};

}  // namespace tributary::plugin
