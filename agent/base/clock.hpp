// agent/base/clock.hpp: the time of day, as a service that tests can hold still.
//
// Units      UTC seconds since 1970-01-01T00:00:00Z; no leap seconds, as in POSIX.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t now_utc_s() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t now_utc_s() const override;
};

/// A clock that moves only when told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t now_utc_s) : now_utc_s_(now_utc_s) {}
  [[nodiscard]] std::int64_t now_utc_s() const override { return now_utc_s_.load(); }
  void advance(std::int64_t seconds) { now_utc_s_ += seconds; }
  void set(std::int64_t now_utc_s) { now_utc_s_ = now_utc_s; }

 private:
  std::atomic<std::int64_t> now_utc_s_;
};

/// RFC 3339 in UTC: `2026-11-21T10:00:00Z`.
std::string to_rfc3339(std::int64_t utc_s);
/// Takes `YYYY`, `YYYY-MM`, `YYYY-MM-DD` and RFC 3339 date-times with `Z` or an offset. Nothing on anything else.
/// A date without a time means its first second, or its last one when `end` is set.
std::optional<std::int64_t> from_iso8601(std::string_view text, bool end = false);

}  // namespace tributary
