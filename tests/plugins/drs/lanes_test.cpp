// tests/plugins/drs/lanes_test.cpp: several parts of an object at the same time.
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <mutex>
#include <set>

#include "plugins/destinations/drs/stretches.hpp"
#include "tests/plugins/drs/bench.hpp"

#include <CppUTest/TestHarness.h>

using tributary::drs::Stretches;
using tributary::fakes::HttpAnswer;
using tributary::fakes::HttpAsked;
using tributary::tests::Bench;
using tributary::tests::s3_error;

namespace {

bool is_part(const HttpAsked& asked) { return asked.url.find("partNumber=") != std::string::npos; }

std::uint32_t number_of(const HttpAsked& asked) {
  return static_cast<std::uint32_t>(std::atoi(asked.url.c_str() + asked.url.find("partNumber=") + 11));
}

/// Holds parts back until so many are under way at the same time, or it is plain that they never will be.
class Gate {
 public:
  explicit Gate(std::size_t wanted) : wanted_(wanted) {}
  void pass(const HttpAsked& asked) {
    if (!is_part(asked)) return;
    std::unique_lock lock(mutex_);
    ++inside_;
    most_ = std::max(most_, inside_);
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::seconds(20), [this] { return most_ >= wanted_; });
    --inside_;
  }
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  std::size_t wanted_, inside_ = 0, most_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

TEST_GROUP(Lanes) {
  Bench b;
  void setup() override { b.parcel.give_lanes(4); }
  void delivers() {
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
    CHECK_TRUE(b.repository.visible() == b.parcel.contents());
    LONGS_EQUAL(0, b.repository.left_over());
    CHECK_FALSE(b.parcel.told_too_much);
    LONGS_EQUAL(b.parcel.abi()->objects[0].bytes, b.parcel.sent_bytes[0]);
  }
  /// Every part that is there is the one that belongs there.
  void what_is_there_is_right() {
    const auto whole = b.parcel.contents().at("TL-A.cram.c4gh");
    for (const auto& [id, upload] : b.repository.uploads) {
      for (const auto& [number, part] : upload.parts) {
        const auto part_bytes = tributary::tests::part_bytes;
        CHECK_TRUE(part.bytes == whole.substr((number - 1) * part_bytes, part_bytes));
      }
    }
  }
  /// As a program of before: parts from the first on, no word of what was given up.
  void shorten_token() {
    auto& token = b.host.memory.at("p-0001.0");
    const auto from = token.find("\"etags\":[") + 9;
    token.replace(from, token.find(']', from) - from, R"("","")");
  }
};

TEST(Lanes, carry_as_many_parts_at_once_as_the_host_allows) {
  Gate gate(4);
  b.host.meanwhile = [&](const HttpAsked& asked) { gate.pass(asked); };
  delivers();
  LONGS_EQUAL(4, gate.most());
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
}

TEST(Lanes, are_one_for_a_host_that_does_not_know_them) {
  auto parcel = *b.parcel.abi();
  parcel.size = offsetof(tributary_parcel, lanes);
  parcel.read_lane = [](void*, std::uint32_t, std::uint32_t, std::uint64_t, void*, std::uint64_t) -> std::int64_t {
    return -1;
  };
  tributary::suites::Instance<tributary_destination_ops> at(tributary_plugin_drs(), b.host);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, at.ops().push(at.self(), &parcel, &b.note), b.note.what);
  CHECK_TRUE(b.repository.visible() == b.parcel.contents());
}

TEST(Lanes, leave_what_arrived_in_any_order_and_it_is_not_sent_again) {
  for (const bool lists : {true, false}) {
    Bench fresh;
    fresh.parcel.give_lanes(4);
    fresh.repository.lists_parts = lists;
    fresh.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
      if (!is_part(asked) || number_of(asked) != 1) return {};
      return s3_error(503, "SlowDown");
    };
    Gate gate(4);  // the others are under way when the first part fails
    fresh.host.meanwhile = [&](const HttpAsked& asked) { gate.pass(asked); };
    LONGS_EQUAL(TRIBUTARY_LATER, fresh.push());
    const auto there = fresh.repository.uploads.begin()->second.parts;
    CHECK_TRUE(there.count(1) == 0 && there.size() >= 3);
    fresh.repository.instead = nullptr;
    fresh.host.asked.clear();
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
    std::size_t sent = 0;
    for (const auto& asked : fresh.host.asked) {
      if (!is_part(asked)) continue;
      ++sent;
      CHECK_TRUE_TEXT(there.count(number_of(asked)) == 0, "a part was sent again");
    }
    LONGS_EQUAL(13 - there.size(), sent);
    CHECK_TRUE(fresh.repository.visible() == fresh.parcel.contents());
  }
}

TEST(Lanes, open_what_a_version_before_them_remembered) {
  b.repository.lists_parts = false;
  b.parcel.give_lanes(1);
  b.answer_instead("partNumber=3", 0, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  shorten_token();
  b.parcel.give_lanes(4);
  b.repository.count.clear();
  delivers();
  LONGS_EQUAL(11, b.repository.count["PUT part"]);
}

TEST(Lanes, hand_out_no_more_parts_after_the_first_failure) {
  b.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (!is_part(asked)) return {};
    return s3_error(503, "SlowDown");
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  std::size_t asked = 0;
  for (const auto& one : b.host.asked) asked += is_part(one) ? 1U : 0U;
  CHECK_TRUE(asked >= 1 && asked <= 4);
  CHECK_TRUE(b.said("SlowDown"));
}

// A mount that was gone for a while costs nothing of what was sent; of a parcel that is sealed afresh everything goes.
TEST(Lanes, end_together_when_the_source_fails_and_go_on_when_it_stands) {
  for (const std::int64_t reads : {0, 3, 20, 40}) {
    Bench fresh;
    fresh.parcel.give_lanes(4);
    fresh.parcel.reads_before_failure = reads;
    LONGS_EQUAL(TRIBUTARY_LATER, fresh.push());
    CHECK_TRUE(fresh.said("source"));
    LONGS_EQUAL(1, fresh.repository.uploads.size());
    const auto there = fresh.repository.uploads.begin()->second.parts.size();
    fresh.parcel.reads_before_failure = -1;
    fresh.repository.count.clear();
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
    LONGS_EQUAL(13 - there, fresh.repository.count["PUT part"]);
    LONGS_EQUAL(0, fresh.repository.count["POST uploads"]);
    CHECK_TRUE(fresh.repository.visible() == fresh.parcel.contents());
    LONGS_EQUAL(0, fresh.repository.left_over());
  }
}

TEST(Lanes, leave_nothing_that_a_lost_answer_stored_when_the_source_fails_later) {
  b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.method == "PUT" && asked.url.find("manifest") != std::string::npos) answer = s3_error(503, "SlowDown");
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  b.repository.tamper = nullptr;
  LONGS_EQUAL(2, b.repository.store.size());
  b.answer_instead("HEAD https://s3", 1, s3_error(403, "AccessDenied"));
  b.parcel.reads_before_failure = 0;
  static_cast<void>(b.push());
  b.repository.instead = nullptr;
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.withdraw(), b.note.what);
  LONGS_EQUAL(0, b.repository.left_over());
}

TEST(Lanes, end_when_the_host_stops_and_leave_what_is_right) {
  b.host.meanwhile = [&](const HttpAsked& asked) {
    if (is_part(asked) && number_of(asked) == 2) b.host.stopping = true;
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  CHECK_TRUE(b.said("stopping"));
  LONGS_EQUAL(1, b.repository.uploads.size());
  what_is_there_is_right();
  b.host.stopping = false;
  b.host.meanwhile = nullptr;
  delivers();
}

TEST(Lanes, ask_for_new_credentials_once_for_all_of_them) {
  Gate gate(4);
  b.host.meanwhile = [&](const HttpAsked& asked) { gate.pass(asked); };
  std::set<std::string> expired;
  b.repository.instead = [&](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (!is_part(asked) || asked.header("x-amz-security-token") != "token+/KEY1") return {};
    return s3_error(400, "ExpiredToken");
  };
  delivers();
  LONGS_EQUAL(2, b.repository.count["POST /upload-request"]);
}

TEST(Lanes, take_back_the_upload_when_one_of_them_gets_a_wrong_digest_twice) {
  b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (is_part(asked) && number_of(asked) == 5) answer.headers = {{"ETag", "\"00000000000000000000000000000000\""}};
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  CHECK_TRUE(b.said("another digest"));
  LONGS_EQUAL(0, b.repository.left_over());
}

TEST(Lanes, read_on_where_they_stand) {
  std::barrier together(4);
  std::atomic<int> begun = 0;
  b.host.meanwhile = [&](const HttpAsked& asked) {  // equally fast: three times a part each; the thirteenth is left
    if (is_part(asked) && begun++ < 12) together.arrive_and_wait();
  };
  delivers();
  // The first part of each lane, the thirteenth if a lane took it over from another one, and the manifest.
  CHECK_TRUE(b.parcel.leaps <= 4 + 1 + 1);
}

TEST_GROUP(Stretches){static std::vector<std::uint32_t> all(std::uint32_t count){std::vector<std::uint32_t> out(count);
for (std::uint32_t i = 0; i < count; ++i) out[i] = i + 1;
return out;
}
}
;

TEST(Stretches, are_given_out_once_and_wholly_whoever_asks) {
  for (const std::uint32_t lanes : {1U, 2U, 3U, 7U}) {
    for (const std::uint32_t parts : {0U, 1U, 5U, 100U}) {
      Stretches stretches(all(parts), lanes);
      std::set<std::uint32_t> given;
      for (std::uint32_t turn = 0; given.size() < parts; ++turn) {
        const auto number = stretches.next(turn * turn % lanes);
        CHECK_TRUE(number.has_value());
        CHECK_TRUE(given.insert(*number).second);
      }
      for (std::uint32_t lane = 0; lane < lanes; ++lane) CHECK_FALSE(stretches.next(lane).has_value());
    }
  }
}

TEST(Stretches, go_on_in_order_as_long_as_all_are_equally_fast) {
  Stretches stretches(all(100), 4);
  for (std::uint32_t i = 0; i < 25; ++i) {
    for (std::uint32_t lane = 0; lane < 4; ++lane) LONGS_EQUAL(lane * 25 + i + 1, *stretches.next(lane));
  }
}

TEST(Stretches, are_halved_for_a_lane_that_is_done) {
  Stretches stretches(all(16), 2);
  for (std::uint32_t number = 1; number <= 8; ++number) LONGS_EQUAL(number, *stretches.next(0));
  LONGS_EQUAL(13, *stretches.next(0));
  LONGS_EQUAL(9, *stretches.next(1));
}

TEST(Stretches, end_for_all_when_one_says_so) {
  Stretches stretches(all(16), 2);
  CHECK_TRUE(stretches.next(0).has_value());
  stretches.end();
  CHECK_FALSE(stretches.next(0).has_value());
  CHECK_FALSE(stretches.next(1).has_value());
}
