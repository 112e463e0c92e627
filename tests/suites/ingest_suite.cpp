// tests/suites/ingest_suite.cpp: the requirements, one function each, and the table of them.
#include "tests/suites/ingest_suite.hpp"

#include <array>
#include <cstdint>

#include "tests/suites/instance.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::suites {
namespace {

using Ingest = Instance<tributary_ingest_ops>;

tributary_delivered_object delivered(const char* name, const char* id, const char* uri) {
  tributary_delivered_object object{};
  object.size = sizeof object;
  object.name = name;
  object.id = id;
  object.drs_uri = uri;
  object.access_url = "s3://bucket-1/key";
  object.sha256_hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  object.bytes = 10;
  return object;
}

struct Case {
  explicit Case(const IngestSideFactory& make) : side(make()), at(open()) {
    objects[0] = delivered("TL-A.cram.c4gh", "obj-1", "drs://drs.example.org/obj-1");
    objects[1] = delivered("TL-A.manifest.json.c4gh", "obj-2", "drs://drs.example.org/obj-2");
    job.size = sizeof job;
    job.parcel_id = "p-0001";
    job.pseudonym = "TL-A";
    job.site = "example-site";
    job.objects = objects.data();
    job.object_count = 2;
  }
  [[nodiscard]] std::unique_ptr<Ingest> open() const { return std::make_unique<Ingest>(side->plugin(), side->host()); }
  tributary_outcome start(std::uint32_t room = 256) {
    task.assign(room, '\0');
    const auto outcome =
        at->call([&](tributary_note* n) { return at->ops().start(at->self(), &job, task.data(), room, n); });
    task.resize(task.find('\0') == std::string::npos ? task.size() : task.find('\0'));
    return outcome;
  }
  tributary_outcome poll() {
    std::array<char, 64> word{};
    const auto outcome =
        at->call([&](tributary_note* n) { return at->ops().poll(at->self(), task.c_str(), word.data(), 64, n); });
    state = word.data();
    return outcome;
  }
  tributary_outcome cancel() {
    return at->call([&](tributary_note* n) { return at->ops().cancel(at->self(), task.c_str(), n); });
  }

  std::unique_ptr<IngestSide> side;
  std::unique_ptr<Ingest> at;
  std::array<tributary_delivered_object, 2> objects{};
  tributary_ingest_job job{};
  std::string task, state;
};

void starts_one_task_and_follows_it_to_its_good_end(const IngestSideFactory& make) {
  Case c(make);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.start(), c.at->note.what);
  CHECK_TRUE(!c.task.empty());
  LONGS_EQUAL(TRIBUTARY_LATER, c.poll());
  CHECK_TRUE(!c.state.empty());
  c.side->end(c.task, IngestSide::End::good);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.poll(), c.at->note.what);
  LONGS_EQUAL(1, c.side->tasks());
}

void refuses_when_the_task_ends_badly_and_makes_another_when_asked_again(const IngestSideFactory& make) {
  Case c(make);
  LONGS_EQUAL(TRIBUTARY_DONE, c.start());
  const auto first = c.task;
  c.side->end(c.task, IngestSide::End::bad);
  LONGS_EQUAL(TRIBUTARY_REFUSED, c.poll());
  CHECK_TRUE(!c.state.empty());
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.start(), c.at->note.what);
  CHECK_TRUE(c.task != first);
}

void makes_no_second_task_for_a_parcel(const IngestSideFactory& make) {
  for (const bool journal_lost : {false, true}) {
    Case c(make);
    LONGS_EQUAL(TRIBUTARY_DONE, c.start());
    const auto first = c.task;
    if (journal_lost) c.side->host().memory.clear();
    c.at = c.open();
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.start(), c.at->note.what);
    STRCMP_EQUAL(first.c_str(), c.task.c_str());
    c.side->end(c.task, IngestSide::End::good);
    LONGS_EQUAL(TRIBUTARY_DONE, c.start());
    STRCMP_EQUAL(first.c_str(), c.task.c_str());
    LONGS_EQUAL(1, c.side->tasks());
  }
}

void makes_a_task_for_every_parcel(const IngestSideFactory& make) {
  Case c(make);
  LONGS_EQUAL(TRIBUTARY_DONE, c.start());
  c.job.parcel_id = "p-0002";
  LONGS_EQUAL(TRIBUTARY_DONE, c.start());
  LONGS_EQUAL(2, c.side->tasks());
}

void survives_a_lost_reply_at_every_exchange(const IngestSideFactory& make) {
  for (std::size_t n = 0; n < 50; ++n) {
    Case c(make);
    c.side->lose_reply(n);
    tributary_outcome outcome = c.start();
    const bool reached = c.side->host().asked.size() > n;
    for (int attempt = 0; attempt < 3 && outcome == TRIBUTARY_LATER; ++attempt) outcome = c.start();
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, outcome, c.at->note.what);
    LONGS_EQUAL_TEXT(1, c.side->tasks(), "a lost reply must not make a second task");
    if (!reached) return;
  }
}

void cancels_a_task_and_once_more(const IngestSideFactory& make) {
  Case c(make);
  LONGS_EQUAL(TRIBUTARY_DONE, c.start());
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.cancel(), c.at->note.what);
  CHECK_TRUE(c.side->is_cancelled(c.task));
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.cancel(), c.at->note.what);
  LONGS_EQUAL(TRIBUTARY_REFUSED, c.poll());
}

void writes_no_id_that_does_not_fit(const IngestSideFactory& make) {
  Case c(make);
  LONGS_EQUAL(TRIBUTARY_BROKEN, c.start(2));
}

void probes_without_making_a_task(const IngestSideFactory& make) {
  Case c(make);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.at->call([&](tributary_note* n) { return c.at->ops().probe(c.at->self(), n); }),
                   c.at->note.what);
  LONGS_EQUAL(0, c.side->tasks());
}

struct Requirement {
  const char* sentence;
  void (*check)(const IngestSideFactory&);
};
constexpr Requirement requirements[] = {
    {"starts one task and follows it to its good end", starts_one_task_and_follows_it_to_its_good_end},
    {"refuses when the task ends badly, and makes another when asked again",
     refuses_when_the_task_ends_badly_and_makes_another_when_asked_again},
    {"makes no second task for a parcel", makes_no_second_task_for_a_parcel},
    {"makes a task for every parcel", makes_a_task_for_every_parcel},
    {"survives a lost reply at every exchange", survives_a_lost_reply_at_every_exchange},
    {"cancels a task, and once more", cancels_a_task_and_once_more},
    {"writes no id that does not fit", writes_no_id_that_does_not_fit},
    {"probes without making a task", probes_without_making_a_task},
};

}  // namespace

void ingest_must_hold(const IngestSideFactory& make) {
  descriptor_must_hold(make()->plugin(), TRIBUTARY_INGEST);
  for (const auto& requirement : requirements) {
    UT_PRINT(requirement.sentence);
    requirement.check(make);
  }
}

}  // namespace tributary::suites
