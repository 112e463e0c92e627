// agent/port/http/poco_mbedtls/rate_limit.cpp: a token bucket over all uploads that share it.
#include <chrono>
#include <mutex>
#include <thread>

#include "agent/port/http/http.hpp"
#include "agent/port/http/token_bucket.hpp"

namespace tributary::http {
namespace {

using Seconds = std::chrono::duration<double>;

double now_s() { return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }

class Bucket final : public RateLimit {
 public:
  Bucket(std::uint64_t bytes_per_s, std::shared_ptr<RateLimit> above)
      : bucket_(bytes_per_s, now_s()), above_(std::move(above)) {}

  void spend(std::uint64_t bytes, const Stop& stop) override {
    if (above_) above_->spend(bytes, stop);
    double until_s = 0;
    {
      const std::lock_guard lock(mutex_);
      until_s = bucket_.take(bytes, now_s());
    }
    constexpr double look_up_every_s = 0.2;
    for (auto left_s = until_s - now_s(); left_s > 0 && !stop.requested(); left_s = until_s - now_s())
      std::this_thread::sleep_for(Seconds(std::min(left_s, look_up_every_s)));
  }

 private:
  std::mutex mutex_;
  TokenBucket bucket_;
  std::shared_ptr<RateLimit> above_;
};

}  // namespace

std::shared_ptr<RateLimit> make_rate_limit(std::uint64_t bytes_per_s, std::shared_ptr<RateLimit> above) {
  if (bytes_per_s == 0) return above;
  return std::make_shared<Bucket>(bytes_per_s, std::move(above));
}

}  // namespace tributary::http
