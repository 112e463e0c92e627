// agent/port/http/poco_mbedtls/rate_limit.cpp: a token bucket over all uploads.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include "agent/port/http/http.hpp"

namespace tributary::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double longest_s = 3600;  // for one piece; a number of seconds must fit the clock

class Unlimited final : public RateLimit {
 public:
  void spend(std::uint64_t, const Stop&) override {}
};

// Bytes are taken on credit and the taker sleeps the debt off: fair among threads, exact over time, at most a quarter
// of a second ahead.
class Bucket final : public RateLimit {
 public:
  explicit Bucket(std::uint64_t bytes_per_s) : rate_(static_cast<double>(bytes_per_s)), free_at_(Clock::now()) {}

  void spend(std::uint64_t bytes, const Stop& stop) override {
    Clock::time_point until;
    {
      const std::lock_guard lock(mutex_);
      const auto cost_s = std::min(static_cast<double>(bytes) / rate_, longest_s);
      const auto cost = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(cost_s));
      free_at_ = std::max(free_at_, Clock::now() - std::chrono::milliseconds(250)) + cost;
      until = free_at_;
    }
    while (!stop.requested()) {
      const auto left = until - Clock::now();
      if (left <= Clock::duration::zero()) return;
      std::this_thread::sleep_for(std::min<Clock::duration>(left, std::chrono::milliseconds(200)));
    }
  }

 private:
  std::mutex mutex_;
  double rate_;
  Clock::time_point free_at_;
};

}  // namespace

std::shared_ptr<RateLimit> make_rate_limit(std::uint64_t bytes_per_s) {
  if (bytes_per_s == 0) return std::make_shared<Unlimited>();
  return std::make_shared<Bucket>(bytes_per_s);
}

}  // namespace tributary::http
