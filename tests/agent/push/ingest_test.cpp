// tests/agent/push/ingest_test.cpp: what happens to a parcel at the far side: its task, and its way back.
#include "tests/agent/push/bench.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::push_test {

TEST_GROUP(Ingest) {
  Bench bench{10};

  void setup() override {
    CHECK_TRUE(bench.push().ok());
    bench.state.move(bench.id, journal::Stage::registered);
  }
  // As the line does it with what the station answered.
  void ended(journal::Condition condition, const Error& error) {
    CHECK_TRUE(
        bench.state.journal
            ->end_work(bench.id, {journal::Stage::ingesting, condition, error.what, error.hint, 0}, journal_test::noon)
            .ok());
  }
};

TEST(Ingest, is_nothing_where_there_is_none) {
  bench.with_tasks = false;
  CHECK_TRUE(bench.ingest().ok());
  STRCMP_EQUAL("", bench.row().task_id.c_str());
}

TEST(Ingest, tells_the_task_what_arrived_and_remembers_it) {
  CHECK_TRUE(bench.ingest().ok());
  LONGS_EQUAL(1, bench.tasks.jobs.size());
  const auto& job = bench.tasks.jobs[0];
  STRCMP_EQUAL(bench.id.c_str(), job.parcel_id.c_str());
  STRCMP_EQUAL(bench.row().pseudonym.c_str(), job.pseudonym.c_str());
  STRCMP_EQUAL("test-lab", job.site.c_str());
  LONGS_EQUAL(2, job.objects.size());
  const auto objects = bench.objects();
  for (std::size_t i = 0; i < 2; ++i) {
    STRCMP_EQUAL(objects[i].name.c_str(), job.objects[i].name.c_str());
    STRCMP_EQUAL(objects[i].far_id.c_str(), job.objects[i].id.c_str());
    STRCMP_EQUAL(objects[i].self_uri.c_str(), job.objects[i].drs_uri.c_str());
    STRCMP_EQUAL(objects[i].access_url.c_str(), job.objects[i].access_url.c_str());
    STRCMP_EQUAL(to_hex(objects[i].sha256).c_str(), job.objects[i].sha256_hex.c_str());
    LONGS_EQUAL(objects[i].bytes, job.objects[i].bytes);
  }
  STRCMP_EQUAL("task-1", bench.row().task_id.c_str());
  STRCMP_EQUAL("COMPLETE", bench.row().task_state.c_str());
}

TEST(Ingest, asks_for_the_task_that_runs_instead_of_starting_another) {
  bench.tasks.says = "RUNNING";
  bench.tasks.poll_fails = wait_error("task task-1 is RUNNING");
  for (int i = 0; i < 3; ++i) {
    const auto done = bench.ingest();
    CHECK_FALSE(done.ok());
    LONGS_EQUAL(static_cast<int>(Remedy::wait), static_cast<int>(done.error().remedy));
    STRCMP_EQUAL("RUNNING", bench.row().task_state.c_str());
    ended(journal::Condition::going, done.error());
  }
  LONGS_EQUAL(1, bench.tasks.jobs.size());
  LONGS_EQUAL(3, bench.tasks.polled.size());
  bench.tasks.poll_fails.reset();
  bench.tasks.says = "COMPLETE";
  CHECK_TRUE(bench.ingest().ok());
  LONGS_EQUAL(1, bench.tasks.jobs.size());
}

TEST(Ingest, that_could_not_be_started_leaves_no_task) {
  bench.tasks.start_fails = wait_error("tes: away");
  CHECK_FALSE(bench.ingest().ok());
  STRCMP_EQUAL("", bench.row().task_id.c_str());
  CHECK_TRUE(bench.tasks.polled.empty());
  bench.tasks.start_fails.reset();
  CHECK_TRUE(bench.ingest().ok());
  LONGS_EQUAL(2, bench.tasks.jobs.size());
}

TEST(Ingest, keeps_the_last_word_of_a_task_that_can_not_be_asked_just_now) {
  bench.tasks.says = "RUNNING";
  bench.tasks.poll_fails = wait_error("task task-1 is RUNNING");
  auto done = bench.ingest();
  ended(journal::Condition::going, done.error());
  bench.tasks.says = "";
  bench.tasks.poll_fails = wait_error("tes: no connection");
  CHECK_FALSE(bench.ingest().ok());
  STRCMP_EQUAL("RUNNING", bench.row().task_state.c_str());
}

TEST(Ingest, that_failed_is_started_again_when_an_operator_says_retry) {
  bench.tasks.says = "EXECUTOR_ERROR";
  bench.tasks.poll_fails = refusal("task task-1 ended as EXECUTOR_ERROR");
  const auto failed = bench.ingest();
  CHECK_FALSE(failed.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::give_up), static_cast<int>(failed.error().remedy));
  STRCMP_EQUAL("task-1", bench.row().task_id.c_str());
  STRCMP_EQUAL("EXECUTOR_ERROR", bench.row().task_state.c_str());
  ended(journal::Condition::held, failed.error());

  LONGS_EQUAL(1, *bench.state.journal->retry({.parcel = bench.id, .run = {}, .destination = {}}, journal_test::noon));
  bench.tasks.task_id = "task-2";
  bench.tasks.says = "COMPLETE";
  bench.tasks.poll_fails.reset();
  CHECK_TRUE(bench.ingest().ok());
  LONGS_EQUAL(2, bench.tasks.jobs.size());
  STRCMP_EQUAL("task-2", bench.tasks.polled.back().c_str());
  STRCMP_EQUAL("task-2", bench.row().task_id.c_str());
}

TEST_GROUP(Withdrawal) {
  Bench bench{10};

  void setup() override {
    CHECK_TRUE(bench.push().ok());
    bench.state.move(bench.id, journal::Stage::registered);
  }
  void start_task() {
    bench.tasks.says = "RUNNING";
    bench.tasks.poll_fails = wait_error("task task-1 is RUNNING");
    CHECK_FALSE(bench.ingest().ok());
  }
};

TEST(Withdrawal, names_every_object_by_the_far_sides_own_id) {
  CHECK_TRUE(bench.withdraw().ok());
  STRCMP_EQUAL(("withdraw " + bench.id).c_str(), bench.far.events.back().c_str());
  LONGS_EQUAL(2, bench.far.withdrawn.size());
  const auto objects = bench.objects();
  for (std::size_t i = 0; i < 2; ++i) {
    STRCMP_EQUAL(objects[i].name.c_str(), bench.far.withdrawn[i].name.c_str());
    STRCMP_EQUAL(objects[i].far_id.c_str(), bench.far.withdrawn[i].id.c_str());
    LONGS_EQUAL(objects[i].bytes, bench.far.withdrawn[i].bytes);
    CHECK_TRUE(objects[i].sha256 == bench.far.withdrawn[i].sha256);
  }
  CHECK_TRUE(bench.tasks.cancelled.empty());
}

TEST(Withdrawal, hands_back_what_the_destination_asks_for) {
  bench.far.fails_with = operator_error("far: no right to delete", "ask for it");
  const auto done = bench.withdraw();
  CHECK_FALSE(done.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(done.error().remedy));
  STRCMP_EQUAL("far: no right to delete; ask for it", sentence(done.error()).c_str());
}

TEST(Withdrawal, ends_the_task_that_works_on_the_data) {
  start_task();
  CHECK_TRUE(bench.withdraw().ok());
  LONGS_EQUAL(1, bench.tasks.cancelled.size());
  STRCMP_EQUAL("task-1", bench.tasks.cancelled[0].c_str());
}

TEST(Withdrawal, leaves_alone_the_task_of_what_was_delivered) {
  CHECK_TRUE(bench.ingest().ok());
  CHECK_TRUE(bench.state.journal
                 ->add_receipt(bench.id, "delivered", Json::object(), journal::Stage::delivered, journal_test::noon)
                 .ok());
  CHECK_TRUE(bench.withdraw().ok());
  CHECK_TRUE(bench.tasks.cancelled.empty());
}

TEST(Withdrawal, is_not_done_while_the_task_may_still_run) {
  start_task();
  for (const auto& error : {wait_error("tes: away"), operator_error("tes: the token is not taken any more")}) {
    bench.far.withdrawn.clear();
    bench.tasks.cancel_fails = error;
    const auto done = bench.withdraw();
    CHECK_FALSE(done.ok());
    STRCMP_EQUAL(error.what.c_str(), done.error().what.c_str());
    LONGS_EQUAL(2, bench.far.withdrawn.size());  // the data goes all the same, and at once
  }
  bench.tasks.cancel_fails.reset();
  CHECK_TRUE(bench.withdraw().ok());
}

TEST(Withdrawal, is_done_where_a_task_can_not_be_ended_for_good) {
  start_task();
  bench.tasks.cancel_fails = refusal("tes: tasks can not be cancelled here");
  CHECK_TRUE(bench.withdraw().ok());
  LONGS_EQUAL(2, bench.far.withdrawn.size());
}

TEST(Ingest, knows_what_was_looked_for_when_the_parcel_was_sealed) {
  const auto pushed = bench.push();
  CHECK_TRUE(pushed.ok() && pushed->release().has_value());
  LONGS_EQUAL(1, pushed->release()->files);
  CHECK_TRUE(pushed->release()->bytes_scanned > 0);
  push::Carrier carrier(*bench.state.journal, bench.desk.house.clock, "test-lab",
                        [&](const journal::ParcelRow&) { return bench.answer; });
  const auto found = carrier.look_up(bench.row());
  CHECK_TRUE(found.ok() && found->release().has_value() && *found->release() == *pushed->release());
}

}  // namespace tributary::push_test
