// tests/agent/push/push_test.cpp: a parcel on its way: what goes out, what is asked, what is left when it does not
// arrive.
#include <thread>

#include "agent/push/lanes.hpp"
#include "tests/agent/push/bench.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::push_test {

namespace {

int number(Remedy remedy) { return static_cast<int>(remedy); }

}  // namespace

TEST_GROUP(Push) {
  Bench bench;

  void arrives() {
    const auto pushed = bench.push();
    CHECK_TEXT(pushed.ok(), pushed.ok() ? "" : sentence(pushed.error()).c_str());
  }
};

TEST(Push, brings_the_very_bytes_that_were_sealed) {
  arrives();
  const auto objects = bench.objects();
  LONGS_EQUAL(2, objects.size());
  for (const auto& object : objects) {
    const auto& there = bench.far.kept.at(object.name);
    LONGS_EQUAL(object.bytes, there.size());
    CHECK_TRUE(crypto::sha256(there) == object.sha256);
  }
  const auto plain = bench.desk.decrypt(bench.far.kept.at(objects[0].name));
  CHECK_TRUE(plain.ok());
  CHECK_TRUE(crypto::sha256(view(*plain)) == objects[0].plaintext_sha256);
}

TEST(Push, tells_the_destination_what_it_needs_and_nothing_of_the_source) {
  arrives();
  const auto& seen = bench.far.seen;
  STRCMP_EQUAL(bench.id.c_str(), seen.id.c_str());
  STRCMP_EQUAL(bench.row().pseudonym.c_str(), seen.pseudonym.c_str());
  STRCMP_EQUAL("research", seen.policy.c_str());
  LONGS_EQUAL(1, seen.controlled_access.size());
  STRCMP_EQUAL("https://far/datasets/1", seen.controlled_access[0].c_str());
  LONGS_EQUAL(2, seen.objects.size());
  CHECK_FALSE(seen.objects[0].is_manifest);
  CHECK_TRUE(seen.objects[1].is_manifest);
  for (const auto& object : seen.objects) {
    CHECK_TRUE(object.name.starts_with(seen.pseudonym + "."));
    CHECK_TRUE(object.name.ends_with(".c4gh"));
    STRCMP_EQUAL("application/octet-stream", object.mime_type.c_str());
    CHECK_TRUE(object.sha256 == crypto::sha256(bench.far.kept.at(object.name)));
    LONGS_EQUAL((object.bytes + object.part_bytes - 1) / object.part_bytes, object.part_sha256.size());
    LONGS_EQUAL(object.part_sha256.size(), object.part_md5.size());
    CHECK_FALSE(has(object.name, "SAMPLE") || has(object.name, "251120_RUN"));
  }
}

TEST(Push, keeps_the_ids_of_the_far_side) {
  const auto pushed = bench.push();
  CHECK_TRUE(pushed.ok());
  LONGS_EQUAL(2, pushed->objects().size());
  STRCMP_EQUAL(bench.id.c_str(), pushed->row().id.c_str());
  STRCMP_EQUAL("far-1", pushed->objects()[1].far_id.c_str());
  const auto objects = bench.objects();
  STRCMP_EQUAL("far-0", objects[0].far_id.c_str());
  STRCMP_EQUAL("drs://far/far-0", objects[0].self_uri.c_str());
  STRCMP_EQUAL("https://far/far-0", objects[0].access_url.c_str());
}

TEST(Push, asks_for_consent_once_more_when_everything_is_there_and_nothing_is_visible) {
  arrives();
  LONGS_EQUAL(1, bench.asked.size());
  STRCMP_EQUAL(bench.id.c_str(), bench.asked[0].c_str());
  const std::vector<std::string> order{"push", "sent 0", "sent 1", "ask"};
  CHECK_TRUE(order == bench.far.events);
}

TEST(Push, gives_up_when_consent_is_gone_right_before_the_commit) {
  bench.answer.verdict = consent::Verdict::deny;
  bench.answer.reason = "consent c-1: withdrawn";
  const auto pushed = bench.push();
  CHECK_FALSE(pushed.ok());
  CHECK_FALSE(bench.far.visible);
  CHECK_TRUE(bench.refusal.consent_gone);
  CHECK_FALSE(bench.refusal.source_changed);
  LONGS_EQUAL(number(Remedy::give_up), number(pushed.error().remedy));
  STRCMP_CONTAINS("consent:", pushed.error().what.c_str());
  STRCMP_CONTAINS("consent c-1: withdrawn", pushed.error().what.c_str());
}

TEST(Push, waits_when_nobody_can_tell_right_before_the_commit) {
  bench.answer.verdict = consent::Verdict::unknown;
  const auto pushed = bench.push();
  CHECK_FALSE(pushed.ok());
  CHECK_FALSE(bench.far.visible);
  CHECK_FALSE(bench.refusal.consent_gone);
  LONGS_EQUAL(number(Remedy::wait), number(pushed.error().remedy));

  bench.answer.verdict = consent::Verdict::permit;
  arrives();
  LONGS_EQUAL(2, bench.asked.size());
}

TEST(Push, that_may_not_end_now_keeps_what_it_sent_and_goes_on_from_there) {
  int interrupted = 0;
  bool stopping = false;
  bench.interrupt = [&] { stopping = ++interrupted > 0; };
  bench.far.stopping = [&] { return stopping; };
  CHECK_TRUE(*bench.state.journal->begin_work(bench.id, journal::Stage::uploading, journal_test::noon));
  const journal::Filter whole{.parcel = bench.id, .run = {}, .destination = {}};
  for (const bool is_held : {true, false}) {
    bench.answer.verdict = is_held ? consent::Verdict::permit : consent::Verdict::unknown;
    bench.far.between = [&](std::size_t object, std::uint64_t bytes) {
      if (is_held && object == 1 && bytes == bench.far.seen.objects[1].bytes) bench.state.hold(bench.id);
    };
    stopping = false;
    const auto pushed = bench.push();
    CHECK_FALSE(pushed.ok());
    LONGS_EQUAL(number(Remedy::wait), number(pushed.error().remedy));
    CHECK_TRUE(stopping);
    CHECK_EQUAL(is_held, bench.refusal.held);
    CHECK_FALSE(bench.refusal.consent_gone || bench.far.visible);
    LONGS_EQUAL(2, bench.far.kept.size());
    CHECK_TRUE(bench.row().stage == journal::Stage::uploading);
    STRCMP_EQUAL(is_held ? "held" : "uploading", bench.state.state_of(bench.id).c_str());
    CHECK_TRUE(bench.state.journal->release(whole, journal_test::noon).ok());
  }
  bench.answer.verdict = consent::Verdict::permit;
  stopping = false;
  arrives();
  LONGS_EQUAL(2, interrupted);
  LONGS_EQUAL(2, std::count_if(bench.far.events.begin(), bench.far.events.end(),
                               [](const std::string& event) { return event.starts_with("sent"); }));
}

TEST(Push, that_may_never_end_is_not_interrupted_and_takes_everything_back) {
  for (const bool called_off : {false, true}) {
    Bench one;
    int interrupted = 0;
    one.interrupt = [&] { ++interrupted; };
    one.far.stopping = [&] { return interrupted > 0; };
    CHECK_TRUE(*one.state.journal->begin_work(one.id, journal::Stage::uploading, journal_test::noon));
    one.answer.verdict = called_off ? consent::Verdict::permit : consent::Verdict::deny;
    one.far.between = [&](std::size_t object, std::uint64_t bytes) {
      if (called_off && object == 1 && bytes == one.far.seen.objects[1].bytes) one.state.withdraw(one.id);
    };
    CHECK_FALSE(one.push().ok());
    LONGS_EQUAL(0, interrupted);
    LONGS_EQUAL(0, one.far.kept.size());
    CHECK_EQUAL(!called_off, one.refusal.consent_gone);
  }
}

TEST(Push, breaks_off_when_the_parcel_is_called_off_meanwhile) {
  bench.far.before = [&](const plugin::OutgoingParcel& parcel) { CHECK_TRUE(bench.state.withdraw(parcel.id)); };
  CHECK_TRUE(*bench.state.journal->begin_work(bench.id, journal::Stage::uploading, journal_test::noon));
  const auto pushed = bench.push();
  CHECK_FALSE(pushed.ok());
  STRCMP_CONTAINS("withdrawn or cancelled while it was uploaded", pushed.error().what.c_str());
  LONGS_EQUAL(0, bench.far.kept.size());
  LONGS_EQUAL(0, bench.asked.size());
  LONGS_EQUAL(number(Remedy::wait), number(pushed.error().remedy));
}

TEST(Push, is_interrupted_when_the_parcel_is_held_meanwhile_and_keeps_what_it_sent) {
  int interrupted = 0;
  bench.interrupt = [&] { ++interrupted; };
  bench.far.before = [&](const plugin::OutgoingParcel& parcel) { CHECK_TRUE(bench.state.hold(parcel.id)); };
  CHECK_FALSE(bench.push().ok());
  CHECK_TRUE(interrupted > 0);
  CHECK_TRUE(bench.refusal.held);
  CHECK_FALSE(bench.far.visible);
  LONGS_EQUAL(0, bench.asked.size());
}

TEST(Push, hands_back_what_the_destination_asks_for) {
  for (const auto remedy : {Remedy::wait, Remedy::give_up, Remedy::ask_operator}) {
    bench.far.fails_before = 0;
    bench.far.fails_with = Error{remedy, "far: away", "look there", remedy == Remedy::wait ? 1234 : 0};
    const auto pushed = bench.push();
    CHECK_FALSE(pushed.ok());
    LONGS_EQUAL(number(remedy), number(pushed.error().remedy));
    STRCMP_EQUAL("far: away; look there", sentence(pushed.error()).c_str());
    LONGS_EQUAL(remedy == Remedy::wait ? 1234 : 0, pushed.error().not_before_s);
    CHECK_FALSE(bench.refusal.source_changed || bench.refusal.consent_gone);
  }
}

TEST(Push, goes_on_after_a_failure_between_any_two_acts) {
  // A fresh carrier each time: nothing lives on but the journal and the far side.
  bench.far.fails_with = wait_error("far: away");
  for (std::size_t object = 0; object < 2; ++object) {
    bench.far.fails_before = object;
    CHECK_FALSE(bench.push().ok());
    LONGS_EQUAL(object, bench.far.kept.size());
  }
  bench.far.fails_before.reset();
  bench.far.fails_before_id = 1;
  CHECK_FALSE(bench.push().ok());
  STRCMP_EQUAL("far-0", bench.objects()[0].far_id.c_str());
  STRCMP_EQUAL("", bench.objects()[1].far_id.c_str());
  bench.far.fails_before_id.reset();
  arrives();
  STRCMP_EQUAL("far-1", bench.objects()[1].far_id.c_str());
  LONGS_EQUAL(2, std::count_if(bench.far.events.begin(), bench.far.events.end(),
                               [](const std::string& event) { return event.starts_with("sent"); }));
}

TEST(Push, says_when_the_source_is_not_what_was_sealed) {
  bench.desk.house.run.file(bench.desk.path, fakes::gzip(fakes::Sealing::fastq(11)));
  const auto pushed = bench.push();
  CHECK_FALSE(pushed.ok());
  CHECK_TRUE(bench.refusal.source_changed);
  LONGS_EQUAL(number(Remedy::wait), number(pushed.error().remedy));
  CHECK_TRUE(bench.far.kept.empty());
  CHECK_FALSE(has(sentence(pushed.error()), "SAMPLE"));
}

TEST(Push, says_when_the_source_changes_under_way) {
  bench.far.between = [&](std::size_t, std::uint64_t) {
    bench.desk.house.run.touch(bench.desk.path, fakes::house_clock_utc_s);
  };
  const auto pushed = bench.push();
  CHECK_FALSE(pushed.ok());
  CHECK_TRUE(bench.refusal.source_changed);
  CHECK_FALSE(bench.far.visible);
}

TEST(Push, waits_for_a_source_that_is_away_and_goes_on_when_it_is_back) {
  const auto folder = bench.desk.house.run.path();
  std::filesystem::rename(folder, folder + ".away");
  const auto pushed = bench.push();
  CHECK_FALSE(pushed.ok());
  CHECK_FALSE(bench.refusal.source_changed);
  LONGS_EQUAL(number(Remedy::wait), number(pushed.error().remedy));
  std::filesystem::rename(folder + ".away", folder);
  arrives();
}

TEST(Push, is_refused_by_a_journal_that_does_not_know_the_object) {
  arrives();
  CHECK_TRUE(bench.far.seen.objects.size() == 2);
  for (const bool taken : bench.far.taken) CHECK_TRUE(taken);
  // The functions of a parcel live as long as the push; a destination that counts wrongly counts within it.
  bench.far.visible = false;
  std::optional<bool> answer;
  bench.far.kept.clear();
  bench.far.between = [&](std::size_t, std::uint64_t) { answer = bench.far.seen.registered(2, "far-2", "", ""); };
  arrives();
  CHECK_TRUE(answer.has_value());
  CHECK_FALSE(*answer);
}

TEST(Push, takes_no_empty_id_for_an_id) {
  std::optional<bool> answer;
  bench.far.between = [&](std::size_t, std::uint64_t) { answer = bench.far.seen.registered(0, "", "drs://far/", ""); };
  arrives();
  CHECK_TRUE(answer.has_value());
  CHECK_FALSE(*answer);
}

TEST(Push, does_not_believe_a_destination_that_kept_an_id_to_itself) {
  bench.far.silent_about = 1;
  const auto pushed = bench.push();
  CHECK_FALSE(pushed.ok());
  LONGS_EQUAL(number(Remedy::ask_operator), number(pushed.error().remedy));
  STRCMP_CONTAINS("1 of 2 objects", pushed.error().what.c_str());
}

TEST(Push, gives_the_same_bytes_in_every_lane_at_the_same_time) {
  bench.lanes = 3;
  std::vector<Bytes> got(3);
  bench.far.before = [&](const plugin::OutgoingParcel& parcel) {
    LONGS_EQUAL(3, parcel.lanes);
    std::vector<std::jthread> threads;
    for (std::size_t lane = 0; lane < got.size(); ++lane) {
      threads.emplace_back([&, lane] {
        auto& all = got[lane];
        Bytes piece(7777 + lane);
        for (;;) {
          const auto n = parcel.read(lane, 0, all.size(), piece);
          if (!n || *n == 0) return;
          all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*n));
          parcel.progress(0, all.size());
        }
      });
    }
  };
  arrives();
  for (const auto& bytes : got) CHECK_TRUE(bytes == bench.far.kept.at(bench.objects()[0].name));
}

TEST(Push, notes_what_one_lane_carried_when_there_was_enough_to_tell) {
  arrives();
  LONGS_EQUAL(0, *bench.state.journal->rate_of("national"));
  Bench large(80000);
  large.lanes = 2;  // of which one is used
  const auto start = large.desk.house.clock.now_utc_s();
  large.far.between = [&](std::size_t, std::uint64_t) { large.desk.house.clock.set(start + 10); };
  large.far.piece_bytes = 1U << 20;
  CHECK_TRUE(large.push().ok());
  const auto bytes = large.row().bytes_total;
  CHECK_TRUE(bytes > 8 << 20);
  LONGS_EQUAL(bytes / 10, *large.state.journal->rate_of("national"));
}

TEST_GROUP(Lanes){};

TEST(Lanes, go_to_whoever_begins_first_and_come_back) {
  push::Lanes lanes(6, 2);
  {
    const push::Lanes::Share first(lanes), second(lanes);
    LONGS_EQUAL(5, first.count());
    LONGS_EQUAL(1, second.count());
  }
  LONGS_EQUAL(5, push::Lanes::Share(lanes).count());
}

TEST(Lanes, are_one_for_each_destination_however_few_connections_there_are) {
  push::Lanes lanes(1, 3);
  const push::Lanes::Share first(lanes), second(lanes), third(lanes);
  LONGS_EQUAL(3, first.count() + second.count() + third.count());
}

TEST_GROUP(Progress) { Bench bench; };

TEST(Progress, is_whole_when_everything_is_there) {
  CHECK_TRUE(bench.push().ok());
  CHECK_TRUE(bench.row().bytes_total > 100000);
  LONGS_EQUAL(bench.row().bytes_total, bench.row().bytes_sent);
}

TEST(Progress, is_whole_too_when_the_far_side_had_everything_before) {
  CHECK_TRUE(bench.push().ok());
  CHECK_TRUE(bench.state.journal->progress(bench.id, 0, 0).ok());
  bench.far.events.clear();
  CHECK_TRUE(bench.push().ok());
  LONGS_EQUAL(1, bench.far.events.size());  // nothing was sent
  LONGS_EQUAL(bench.row().bytes_total, bench.row().bytes_sent);
}

TEST(Progress, stays_where_the_sending_broke_off) {
  bench.far.fails_with = wait_error("far: away");
  bench.far.fails_before = 1;
  CHECK_FALSE(bench.push().ok());
  LONGS_EQUAL(bench.objects()[0].bytes, bench.row().bytes_sent);
}

TEST(Progress, is_told_at_once_and_never_more_than_there_is) {
  std::vector<std::int64_t> told;
  bench.far.between = [&](std::size_t, std::uint64_t) { told.push_back(bench.row().bytes_sent); };
  CHECK_TRUE(bench.push().ok());
  CHECK_TRUE(told.size() > 2);
  CHECK_TRUE(told.front() > 0);
  // Not every piece is worth a write: the journal is on a disk that has other things to do.
  LONGS_EQUAL(told.front(), told.back());
}

TEST(Progress, tells_the_rate_of_what_is_sent_now_and_not_of_what_was_there) {
  bench.far.piece_bytes = 1U << 20;
  const auto start = bench.desk.house.clock.now_utc_s();
  bench.far.between = [&](std::size_t, std::uint64_t) { bench.desk.house.clock.set(start + 10); };
  CHECK_TRUE(bench.push().ok());
  LONGS_EQUAL(bench.row().bytes_total / 10, bench.row().bytes_per_s);

  bench.far.before = [&](const plugin::OutgoingParcel& parcel) {
    bench.desk.house.clock.advance(10);
    for (std::size_t i = 0; i < parcel.objects.size(); ++i) parcel.progress(i, parcel.objects[i].bytes);
  };
  CHECK_TRUE(bench.push().ok());
  LONGS_EQUAL(0, bench.row().bytes_per_s);
  LONGS_EQUAL(bench.row().bytes_total, bench.row().bytes_sent);
}

TEST(Progress, of_an_object_that_nobody_knows_changes_nothing) {
  bench.far.between = [&](std::size_t, std::uint64_t) { bench.far.seen.progress(7, 1ULL << 40); };
  CHECK_TRUE(bench.push().ok());
  LONGS_EQUAL(bench.row().bytes_total, bench.row().bytes_sent);
}

}  // namespace tributary::push_test
