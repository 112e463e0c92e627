// tests/agent/http/rate_test.cpp: the rate over a minute, on a clock that is passed in.
#include "agent/port/http/token_bucket.hpp"

#include <random>
#include <vector>

#include <CppUTest/TestHarness.h>

namespace {

using tributary::http::TokenBucket;

// Takers that each have their next piece ready when the one before has gone; gives the bytes per second of a minute.
double rate_of(std::uint64_t bytes_per_s, int takers, std::uint64_t least, std::uint64_t most) {
  std::minstd_rand chance(7);
  TokenBucket bucket(bytes_per_s, 0);
  std::vector<double> ready(static_cast<std::size_t>(takers), 0);
  double bytes = 0;
  for (;;) {
    auto& first = *std::min_element(ready.begin(), ready.end());
    if (first >= 60) return bytes / 60;
    const auto piece = least + chance() % (most - least + 1);
    first = bucket.take(piece, first);
    bytes += static_cast<double>(piece);
  }
}

}  // namespace

TEST_GROUP(UploadRate){};

TEST(UploadRate, is_kept_within_two_percent_over_a_minute_by_any_number_of_takers) {
  for (const std::uint64_t rate : {125000ULL, 1250000ULL, 50000000ULL}) {
    for (const int takers : {1, 4, 64}) {
      const double wanted = static_cast<double>(rate);
      DOUBLES_EQUAL(wanted, rate_of(rate, takers, 1, 4096), wanted * 0.02);
    }
    DOUBLES_EQUAL(static_cast<double>(rate), rate_of(rate, 1, 65536, 65536), static_cast<double>(rate) * 0.02);
  }
}

TEST(UploadRate, is_not_made_up_for_after_idleness) {
  TokenBucket bucket(1000, 0);
  const auto at = bucket.take(1000, 100);  // nothing went for 100 s
  CHECK_TRUE(at >= 100 + 1 - TokenBucket::most_ahead_s);
  CHECK_TRUE(bucket.take(1000, 100) >= at + 1);
}

TEST(UploadRate, is_never_a_wait_without_end) {
  TokenBucket bucket(1, 0);
  DOUBLES_EQUAL(TokenBucket::longest_s - TokenBucket::most_ahead_s, bucket.take(UINT64_MAX, 0), 1);
}
