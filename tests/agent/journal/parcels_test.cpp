// tests/agent/journal/parcels_test.cpp: parcels through their stages, and what stands in their way.
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using journal::Condition;
using journal::Journal;
using journal::Stage;

TEST_GROUP(Parcels) {
  State state;
  std::int64_t run = state.add_run();
};

TEST(Parcels, wait_when_they_are_planned) {
  const auto row = state.plan(run);
  STRCMP_EQUAL("waiting", state.state_of(row.id).c_str());
  STRCMP_EQUAL("251120_RUN", row.run_name.c_str());
  LONGS_EQUAL(28, row.id.size());
}

TEST(Parcels, are_the_same_when_they_are_planned_again) {
  const auto first = state.plan(run);
  const auto second = state.plan(run);
  STRCMP_EQUAL(first.id.c_str(), second.id.c_str());
  LONGS_EQUAL(1, state.journal->parcels()->size());
}

TEST(Parcels, that_wait_take_a_new_verdict) {
  auto wish = State::wish(run);
  wish.condition = Condition::held;
  wish.reason = "consent: nobody knows";
  const auto held = *state.journal->plan_parcel(wish);
  STRCMP_EQUAL("held", state.state_of(held.id).c_str());
  state.plan(run);
  STRCMP_EQUAL("waiting", state.state_of(held.id).c_str());
  STRCMP_EQUAL("", state.row(held.id).reason.c_str());
}

TEST(Parcels, in_which_an_identifier_was_found_are_not_freed_by_a_plan) {
  const auto row = state.plan(run);
  CHECK_TRUE(state.journal->end_work(row.id, {Stage::sealing, Condition::refused, "verify: found", "", 0}, noon).ok());
  state.plan(run);
  STRCMP_EQUAL("refused", state.state_of(row.id).c_str());
  STRCMP_EQUAL("verify: found", state.row(row.id).reason.c_str());
}

TEST(Parcels, that_are_sealed_or_further_are_never_touched_by_a_plan) {
  const auto row = state.plan(run);
  state.seal(row.id);
  auto wish = State::wish(run);
  wish.condition = Condition::refused;
  wish.reason = "consent: gone";
  for (const auto stage : {Stage::queued, Stage::uploading, Stage::registered, Stage::ingesting, Stage::delivered,
                           Stage::withdrawing, Stage::withdrawn, Stage::cancelled}) {
    state.move(row.id, stage);
    const auto back = *state.journal->plan_parcel(wish);
    LONGS_EQUAL(static_cast<int>(stage), static_cast<int>(back.stage));
    LONGS_EQUAL(0, static_cast<int>(back.condition));
    STRCMP_EQUAL("", back.reason.c_str());
  }
  CHECK_TRUE(state.journal->recipe(row.id).ok());
}

TEST(Parcels, keep_their_recipe_sealed_and_give_it_back) {
  const auto row = state.plan(run);
  state.seal(row.id);
  const auto recipe = state.journal->recipe(row.id);
  STRCMP_EQUAL("RECIPE-IN-THE-CLEAR", std::string(text(*recipe)).c_str());
  LONGS_EQUAL(std::string::npos, state.bytes().find("RECIPE-IN-THE-CLEAR"));
  LONGS_EQUAL(1010, state.row(row.id).bytes_total);
  LONGS_EQUAL(2, state.journal->objects(row.id, false)->size());
  LONGS_EQUAL(0, (*state.journal->objects(row.id, false))[1].inline_bytes.size());
  STRCMP_EQUAL("ciphertext", std::string(text((*state.journal->objects(row.id, true))[1].inline_bytes)).c_str());
}

TEST(Parcels, that_were_cancelled_while_they_were_sealed_stay_cancelled) {
  const auto row = state.plan(run);
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::sealing, noon));
  LONGS_EQUAL(1, *state.journal->cancel({.parcel = row.id, .run = {}, .destination = {}}, noon));
  const auto put = state.journal->put_sealed(row.id, view("recipe"), State::objects(), noon);
  CHECK_FALSE(put.ok());
  LONGS_EQUAL(0, state.journal->objects(row.id, false)->size());
  STRCMP_EQUAL("cancelled", state.state_of(row.id).c_str());
  CHECK_FALSE(state.journal->recipe(row.id).ok());
}

TEST(Parcels, that_end_the_program_again_and_again_are_held_and_the_others_go_on) {
  const auto row = state.plan(run);
  state.seal(row.id);
  for (int i = 0; i < Journal::most_crashes; ++i) {
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
    state.open();  // what a crash leaves
  }
  CHECK_FALSE(*state.journal->begin_work(row.id, Stage::uploading, noon));
  STRCMP_EQUAL("held", state.state_of(row.id).c_str());
  STRCMP_CONTAINS("ended 9 times", state.row(row.id).reason.c_str());
  STRCMP_CONTAINS(("tributary retry " + row.id).c_str(), state.row(row.id).hint.c_str());
  CHECK_FALSE(state.journal->next_due("national", noon)->has_value());
  LONGS_EQUAL(1, *state.journal->retry({.parcel = row.id, .run = {}, .destination = {}}, noon));
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
}

TEST(Parcels, that_were_cut_off_three_times_rest_longer_each_time) {
  const auto row = state.plan(run), other = state.plan(run, "TL-2");
  state.seal(row.id);
  const std::int64_t rests_s[] = {0, 0, 900, 3600, 14400, 57600, 86400, 86400};
  auto now = noon;
  for (const auto rest_s : rests_s) {
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, now));
    state.open();
    CHECK_TRUE(state.journal->rest_after_crashes(now).ok());
    LONGS_EQUAL(rest_s == 0 ? 0 : now + rest_s, state.row(row.id).not_before);
    LONGS_EQUAL(rest_s > 0, !state.row(row.id).reason.empty());
    CHECK_TRUE(rest_s == 0 || !state.journal->next_due("national", now)->has_value());
    now += rest_s;
    STRCMP_EQUAL(row.id.c_str(), (*state.journal->next_due("national", now))->id.c_str());
  }
  LONGS_EQUAL(0, state.row(other.id).not_before);
}

TEST(Parcels, that_got_on_since_the_last_crash_are_not_to_blame_for_it) {
  const auto row = state.plan(run);
  state.seal(row.id);
  for (std::uint64_t bytes = 100; bytes <= 900; bytes += 100) {
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
    CHECK_TRUE(state.journal->progress(row.id, bytes, 1).ok());
    state.open();
  }
  // It gets no further than before.
  for (int i = 1; i < Journal::most_crashes; ++i) {
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
    CHECK_TRUE(state.journal->progress(row.id, 900, 1).ok());
    state.open();
  }
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
  state.open();
  CHECK_FALSE(*state.journal->begin_work(row.id, Stage::uploading, noon));
}

TEST(Parcels, do_not_count_work_that_ended_as_a_crash) {
  const auto row = state.plan(run);
  state.seal(row.id);
  for (int i = 0; i < 3 * Journal::most_crashes; ++i) {
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
    CHECK_TRUE(state.journal->end_work(row.id, {Stage::uploading, Condition::going, "away", "", noon}, noon).ok());
  }
  LONGS_EQUAL(3 * Journal::most_crashes, state.row(row.id).attempts);
  LONGS_EQUAL(0, state.row(row.id).crashes);
}

TEST(Parcels, are_offered_oldest_first_when_they_are_due) {
  const auto first = state.plan(run, "TL-1");
  auto later = State::wish(run, "TL-2");
  later.updated = noon + 1;
  const auto second = *state.journal->plan_parcel(later);
  state.seal(first.id);
  CHECK_TRUE(state.journal->put_sealed(second.id, view("r"), State::objects("TL-2"), noon).ok());
  STRCMP_EQUAL(first.id.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
  CHECK_TRUE(state.journal->end_work(first.id, {Stage::uploading, Condition::going, "away", "", noon + 60}, noon).ok());
  STRCMP_EQUAL(second.id.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
  CHECK_FALSE(state.journal->next_due("elsewhere", noon)->has_value());
}

TEST(Parcels, tell_when_the_next_one_is_due) {
  const auto row = state.plan(run);
  CHECK_FALSE(state.journal->next_time("national", true)->has_value());
  state.seal(row.id);
  CHECK_TRUE(state.journal->end_work(row.id, {Stage::uploading, Condition::going, "away", "", noon + 60}, noon).ok());
  LONGS_EQUAL(noon + 60, **state.journal->next_time("national", true));
  CHECK_FALSE(state.journal->next_time("national", false)->has_value());
}

TEST(Parcels, that_are_unsealed_lose_recipe_objects_and_tokens_and_their_run_is_planned_again) {
  const auto row = state.plan(run), other = state.plan(run, "TL-2");
  state.seal(row.id);
  for (const auto& key : {row.id, row.id + ".0", other.id}) {
    CHECK_TRUE(state.journal->put_token("national", key, view("token")).ok());
  }
  CHECK_TRUE(state.journal->end_plan(run, 1, Digest256{}, 0).ok());
  CHECK_TRUE(state.journal->unseal(row.id, "push: the source changed", noon).ok());
  STRCMP_EQUAL("waiting", state.state_of(row.id).c_str());
  CHECK_FALSE(state.journal->recipe(row.id).ok());
  LONGS_EQUAL(0, state.journal->objects(row.id, true)->size());
  CHECK_FALSE(state.journal->token("national", row.id)->has_value());
  CHECK_FALSE(state.journal->token("national", row.id + ".0")->has_value());
  CHECK_TRUE(state.journal->token("national", other.id)->has_value());
  CHECK_FALSE(state.journal->runs()->front().planned_listing.has_value());
}

TEST(Parcels, that_are_registered_are_not_unsealed) {
  const auto row = state.plan(run);
  state.seal(row.id);
  state.move(row.id, Stage::registered);
  static_cast<void>(state.journal->unseal(row.id, "push: the source changed", noon).ok());
  LONGS_EQUAL(static_cast<int>(Stage::registered), static_cast<int>(state.row(row.id).stage));
  LONGS_EQUAL(2, state.journal->objects(row.id, false)->size());
  CHECK_TRUE(state.journal->recipe(row.id).ok());
}

TEST(Parcels, keep_what_the_far_side_called_them) {
  const auto row = state.plan(run);
  state.seal(row.id);
  CHECK_TRUE(state.journal->set_far(row.id, 0, "drs-1", "drs://x/drs-1", "s3://b/k").ok());
  CHECK_TRUE(state.journal->set_task(row.id, "task-1", "RUNNING").ok());
  CHECK_TRUE(state.journal->progress(row.id, 500, 100).ok());
  STRCMP_EQUAL("drs-1", state.journal->objects(row.id, false)->front().far_id.c_str());
  STRCMP_EQUAL("task-1", state.row(row.id).task_id.c_str());
  LONGS_EQUAL(500, state.row(row.id).bytes_sent);
}

TEST(Parcels, that_were_withdrawn_meanwhile_are_not_brought_back_by_the_end_of_work) {
  const auto row = state.plan(run);
  state.seal(row.id);
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
  CHECK_TRUE(state.withdraw(row.id));
  state.move(row.id, Stage::registered);
  STRCMP_EQUAL("withdrawing", state.state_of(row.id).c_str());
}

TEST(Parcels, are_read_in_pages) {
  for (int i = 0; i < 5; ++i) state.plan(run, "TL-" + std::to_string(i));
  std::string after;
  std::size_t seen = 0;
  for (;;) {
    const auto page = state.journal->parcels({}, after, 2);
    if (page->empty()) break;
    CHECK_TRUE(page->size() <= 2);
    seen += page->size();
    after = page->back().id;
  }
  LONGS_EQUAL(5, seen);
}

TEST(Parcels, are_found_by_run_and_destination) {
  const auto other = state.add_run("251121_RUN");
  state.plan(run);
  state.plan(other, "TL-2");
  LONGS_EQUAL(1, state.journal->parcels({.parcel = {}, .run = "251121_RUN", .destination = {}})->size());
  LONGS_EQUAL(2, state.journal->parcels({.parcel = {}, .run = {}, .destination = "national"})->size());
  LONGS_EQUAL(0, state.journal->parcels({.parcel = {}, .run = {}, .destination = "elsewhere"})->size());
  LONGS_EQUAL(1, *state.journal->hold({.parcel = {}, .run = "251121_RUN", .destination = {}}, noon));
}

TEST_GROUP(Operator) {
  State state;
  std::int64_t run = state.add_run();
  journal::ParcelRow row = state.plan(run);
  journal::Filter one{row.id, {}, {}};
};

TEST(Operator, holds_and_releases_a_parcel) {
  state.seal(row.id);
  LONGS_EQUAL(1, *state.journal->hold(one, noon));
  STRCMP_EQUAL("held", state.state_of(row.id).c_str());
  CHECK_FALSE(state.journal->next_due("national", noon)->has_value());
  LONGS_EQUAL(1, *state.journal->release(one, noon));
  CHECK_TRUE(state.journal->next_due("national", noon)->has_value());
}

TEST(Operator, retries_what_was_refused_and_the_run_is_planned_at_once) {
  CHECK_TRUE(state.journal->end_work(row.id, {Stage::sealing, Condition::refused, "verify: found", "", 0}, noon).ok());
  CHECK_TRUE(state.journal->end_plan(run, 1, Digest256{}, noon + 900).ok());
  LONGS_EQUAL(1, *state.journal->retry(one, noon));
  LONGS_EQUAL(0, state.journal->runs()->front().next_plan);
  CHECK_FALSE(state.journal->runs()->front().planned_listing.has_value());
}

TEST(Operator, retries_nothing_that_an_operator_holds) {
  CHECK_TRUE(state.journal->end_work(row.id, {Stage::sealing, Condition::refused, "verify: found", "", 0}, noon).ok());
  CHECK_TRUE(state.hold(row.id));
  LONGS_EQUAL(0, *state.journal->retry(one, noon));
  STRCMP_EQUAL("refused", state.state_of(row.id).c_str());
  const auto second = state.plan(run, "TL-2");
  LONGS_EQUAL(1, *state.journal->retry({.parcel = {}, .run = {}, .destination = "national"}, noon));
  LONGS_EQUAL(1, *state.journal->release(one, noon));
  LONGS_EQUAL(1, *state.journal->retry(one, noon));
  STRCMP_EQUAL("sealing", state.state_of(row.id).c_str());
}

TEST(Operator, cancels_what_never_left_and_withdraws_what_may_have_left) {
  const auto second = state.plan(run, "TL-2");
  CHECK_TRUE(state.journal->put_sealed(second.id, view("r"), State::objects("TL-2"), noon).ok());
  state.move(second.id, Stage::uploading);
  LONGS_EQUAL(2, *state.journal->cancel({}, noon));
  STRCMP_EQUAL("cancelled", state.state_of(row.id).c_str());
  STRCMP_EQUAL("withdrawing", state.state_of(second.id).c_str());
}

TEST(Operator, does_not_touch_what_is_delivered) {
  state.seal(row.id);
  state.move(row.id, Stage::delivered);
  LONGS_EQUAL(0, *state.journal->hold(one, noon));
  LONGS_EQUAL(0, *state.journal->retry(one, noon));
  LONGS_EQUAL(0, *state.journal->cancel(one, noon));
  STRCMP_EQUAL("delivered", state.state_of(row.id).c_str());
}

TEST(Parcels, of_one_moment_are_offered_in_the_order_of_their_planning) {
  std::vector<std::string> planned;
  for (int i = 0; i < 40; ++i) {
    planned.push_back(state.plan(run, "TL-" + std::to_string(i)).id);
    state.seal(planned.back());
  }
  for (const auto& id : planned) {
    STRCMP_EQUAL(id.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
    state.move(id, Stage::delivered);
  }
}

TEST(Parcels, planned_after_the_clock_was_set_back_have_greater_ids_than_all_before) {
  auto late = State::wish(run, "TL-late");
  late.updated = noon + 86400;
  auto last = state.journal->plan_parcel(late)->id;
  for (int i = 0; i < 3; ++i) {
    const auto id = state.plan(run, "TL-" + std::to_string(i)).id;
    CHECK_TRUE(id > last);
    LONGS_EQUAL(28, id.size());
    last = id;
    state.open();  // another process knows no more than the journal does
  }
  auto later = State::wish(run, "TL-later");
  later.updated = noon + 2 * 86400;
  CHECK_TRUE(state.journal->plan_parcel(later)->id.substr(0, 12) > last.substr(0, 12));
}

TEST(Parcels, that_are_open_are_counted_by_destination) {
  CHECK_TRUE(state.journal->open_parcels()->empty());
  const auto place = [&](const std::string& destination, const std::string& pseudonym, Stage stage) {
    auto wish = State::wish(run, pseudonym);
    wish.destination = destination;
    state.move(state.journal->plan_parcel(wish)->id, stage);
  };
  place("national", "TL-1", Stage::waiting);
  place("national", "TL-2", Stage::uploading);
  place("national", "TL-3", Stage::withdrawing);
  for (const auto stage : {Stage::delivered, Stage::withdrawn, Stage::cancelled})
    place("done", "TL-" + std::to_string(static_cast<int>(stage)), stage);
  auto refused = State::wish(run, "TL-4");
  refused.destination = "refusing";
  refused.condition = Condition::refused;
  CHECK_TRUE(state.journal->plan_parcel(refused).ok());
  place("regional", "TL-5", Stage::registered);
  const auto open = *state.journal->open_parcels();
  LONGS_EQUAL(2, open.size());
  STRCMP_EQUAL("national", open[0].destination.c_str());
  LONGS_EQUAL(3, open[0].parcels);
  LONGS_EQUAL(2, open[0].far);
  LONGS_EQUAL(1, open[0].withdrawing);
  STRCMP_EQUAL("regional", open[1].destination.c_str());
  LONGS_EQUAL(1, open[1].far);
}

TEST(Parcels, that_go_nowhere_any_more_are_known_by_what_is_remembered_of_them) {
  const auto place = [&](const std::string& pseudonym, Stage stage, const std::string& instance) {
    const auto id = state.plan(run, pseudonym).id;
    state.move(id, stage);
    CHECK_TRUE(state.journal->put_token(instance, id, view("token")).ok());
    return id;
  };
  std::vector<std::string> wanted{place("TL-1", Stage::cancelled, "national"),
                                  place("TL-2", Stage::withdrawn, "national")};
  for (const auto stage : {Stage::queued, Stage::uploading, Stage::registered, Stage::delivered, Stage::withdrawing})
    place("TL-at-" + std::to_string(static_cast<int>(stage)), stage, "national");
  place("TL-3", Stage::cancelled, "elsewhere");
  state.move(state.plan(run, "TL-4").id, Stage::cancelled);
  const auto refused = place("TL-5", Stage::uploading, "national");
  CHECK_TRUE(state.journal->end_work(refused, {Stage::uploading, Condition::refused, "no", "", 0}, noon).ok());
  wanted.push_back(refused);
  CHECK_TRUE(wanted == *state.journal->abandoned("national"));
  for (const auto& id : wanted) CHECK_TRUE(state.journal->put_token("national", id, {}).ok());
  CHECK_TRUE(state.journal->abandoned("national")->empty());
}

TEST_GROUP(Rate) { State state; };

TEST(Rate, of_a_destination_is_the_last_that_was_noted_and_outlives_the_program) {
  LONGS_EQUAL(0, *state.journal->rate_of("national"));
  CHECK_TRUE(state.journal->note_rate("national", 1000).ok());
  CHECK_TRUE(state.journal->note_rate("national", 2000).ok());
  CHECK_TRUE(state.journal->note_rate("regional", 7).ok());
  state.open();
  LONGS_EQUAL(2000, *state.journal->rate_of("national"));
  LONGS_EQUAL(7, *state.journal->rate_of("regional"));
}

}  // namespace tributary::journal_test
