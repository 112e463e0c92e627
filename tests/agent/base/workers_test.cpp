// tests/agent/base/workers_test.cpp: pieces of work are done once, by whoever has time.
#include "agent/base/workers.hpp"

#include <atomic>
#include <future>

#include <CppUTest/TestHarness.h>

namespace tributary {

TEST_GROUP(Workers){};

TEST(Workers, do_every_piece_once_with_any_number_of_threads) {
  for (const std::size_t threads : {0U, 1U, 4U}) {
    Workers workers(threads);
    std::vector<int> done(500, 0);
    std::vector<Workers::Handle> pieces;
    for (auto& one : done) pieces.push_back(workers.begin([&one] { ++one; }));
    for (const auto& piece : pieces) workers.wait(piece);
    for (const int one : done) LONGS_EQUAL(1, one);
    for (const auto& piece : pieces) CHECK_TRUE(workers.is_done(piece));
  }
}

TEST(Workers, leave_a_piece_to_the_one_who_waits_when_there_is_nobody_else) {
  Workers workers(0);
  bool done = false;
  const auto piece = workers.begin([&done] { done = true; });
  CHECK_FALSE(workers.is_done(piece));
  CHECK_FALSE(done);
  workers.wait(piece);
  CHECK_TRUE(done);
  workers.wait(piece);  // once more changes nothing
}

TEST(Workers, are_helped_by_whoever_waits_for_a_piece_that_runs) {
  Workers workers(1);
  std::promise<void> begun, go_on;
  const auto slow = workers.begin([&] {
    begun.set_value();
    go_on.get_future().get();
  });
  begun.get_future().get();
  const auto other = workers.begin([&] { go_on.set_value(); });  // the only thread is busy
  workers.wait(slow);
  CHECK_TRUE(workers.is_done(other));
}

TEST(Workers, do_a_piece_that_nobody_waits_for) {
  Workers workers(1);
  std::promise<void> done;
  const auto piece = workers.begin([&done] { done.set_value(); });
  done.get_future().get();
}

TEST(Workers, forget_what_nobody_has_begun) {
  Workers workers(0);
  bool done = false;
  const auto piece = workers.begin([&done] { done = true; });
  workers.forget(piece);
  CHECK_FALSE(done);
}

TEST(Workers, let_go_of_what_a_piece_holds_when_it_is_done_or_forgotten) {
  Workers workers(0);
  const auto held = std::make_shared<int>(1);
  const auto one = workers.begin([held] {}), other = workers.begin([held] {});
  LONGS_EQUAL(3, held.use_count());
  workers.wait(one);
  workers.forget(other);
  LONGS_EQUAL(1, held.use_count());
}

TEST(Workers, end_while_a_piece_runs) {
  std::promise<void> begun, go_on;
  std::atomic<bool> done = false;
  {
    Workers workers(1);
    const auto piece = workers.begin([&] {
      begun.set_value();
      go_on.get_future().get();
      done = true;
    });
    begun.get_future().get();
    go_on.set_value();
  }
  CHECK_TRUE(done.load());
}

}  // namespace tributary
