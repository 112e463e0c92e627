// tests/line/faults_test.cpp: the whole line against a repository that misbehaves, on a clock that we move.
//
// Every row of a table is a fault of the sandbox (see its --help). After it, everything must have ended as if nothing
// had been: each object there once, no upload left open, receipts whole.
#include <cstdio>

#include "agent/base/text.hpp"
#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr std::size_t few_reads = 10;
constexpr std::size_t many_reads = 45000;  // about 7 MB: two parts

struct Row {
  std::vector<const char*> faults;
  std::int64_t at_least_s = 0;  // how long the whole thing must have waited
};

}  // namespace

TEST_GROUP(Faults){// Every row against a sandbox of its own; all that is wrong is told, not only the first.
                   void check(std::size_t more_reads, bool ingest,
                              const std::vector<Row>& rows){const Laboratory laboratory(few_reads, more_reads);
ManualClock clock(laboratory.made_utc_s());
std::string reference, wrong;
for (std::size_t i = 0; i <= rows.size(); ++i) {
  clock.set(laboratory.made_utc_s());
  RepositorySide far(laboratory, clock, ingest);
  Agent agent(laboratory, far, clock);
  CHECK_TEXT(agent.is_open(), agent.log().c_str());
  std::string name = "unharmed";
  if (i > 0) {
    name.clear();
    for (const auto* fault : rows[i - 1].faults) {
      name += (name.empty() ? "" : " ") + std::string(fault);
      CHECK_TRUE(far.sandbox().faults().add(fault).ok());
    }
  }
  const bool ended = agent.run_to_the_end([&] { far.sandbox().wait_for_tasks(); });
  const auto waited = clock.now_utc_s() - laboratory.made_utc_s();
  const auto outcome = agent.outcome();
  if (i == 0) reference = outcome;
  std::string what;
  if (!ended) what += "does not end\n";
  if (outcome != reference) what += difference(reference, outcome);
  if (i > 0 && waited < rows[i - 1].at_least_s) what += "waited " + std::to_string(waited) + " s only\n";
  const auto faults = far.sandbox().faults().list();
  for (const auto& fault : faults.items()) {
    if (fault["hit"].as_integer() == 0) what += "never hit: " + std::string(fault["fault"].as_string()) + "\n";
  }
  if (!what.empty()) wrong += "=== " + name + "\n" + what + "--- said\n" + agent.log();
}
STRCMP_CONTAINS("receipts: 2 whole", reference.c_str());
if (!wrong.empty()) std::printf("%s\n", wrong.c_str());
CHECK_TRUE(wrong.empty());
}  // namespace tributary::line_test
}
;

TEST(Faults, of_the_repository_only_delay_the_delivery) {
  check(0, false,
        {{{"service_info:fail:1"}, 5},
         {{"service_info:html:1"}, 5},
         {{"upload_request:fail:1"}, 5},
         {{"upload_request:busy:1:300"}, 300},
         {{"upload_request:lose_reply:1"}, 5},
         {{"upload_request:html:1"}, 5},
         {{"upload_request:expire:1"}, 0},
         {{"register:fail:1"}, 5},
         {{"register:busy:1:120"}, 120},
         {{"register:throttle:1-2:60"}, 60},
         {{"register:lose_reply:1"}, 5},
         {{"register:lose_reply:1-2"}, 5},
         {{"register:cut_reply:1"}, 5},
         {{"register:html:1"}, 5},
         {{"register:lose_reply:1", "lookup:fail:1-2"}, 10},
         {{"object:fail:1"}, 5},
         {{"object:cut_reply:1"}, 0},
         {{"any:delay:*:250ms"}, 0}});
}

TEST(Faults, of_the_object_store_only_delay_the_delivery) {
  check(0, false,
        {{{"put:fail:1"}, 5},
         {{"put:busy:1-2:30"}, 30},
         {{"put:cut:1"}, 5},
         {{"put:lose_reply:1"}, 5},
         {{"put:cut_reply:1"}, 0},
         {{"put:html:1"}, 0},
         {{"put:full:1-3"}, 15},
         {{"put:expire:2"}, 0},
         {{"put:wrong_etag:1"}, 0},
         {{"put:corrupt:1"}, 0},
         {{"head:fail:1"}, 5},
         {{"head:lose_reply:1"}, 0},
         {{"put:fail:20%"}, 0}});
}

TEST(Faults, inside_an_upload_in_parts_only_delay_the_delivery) {
  check(many_reads, false,
        {{{"create:lose_reply:1"}, 5},
         {{"part:busy:1-3:30"}, 30},
         {{"part:expire:2"}, 0},
         {{"part:cut:1-3"}, 5},
         {{"part:lose_reply:1"}, 0},
         {{"part:wrong_etag:1-3"}, 5},  // of two parts at once: one gets it twice
         {{"part:fail:2", "list_parts:fail:1"}, 5},
         {{"complete:lose_reply:1"}, 0},
         {{"part:fail:2", "upload_request:new_place:2"}, 5}});
}

TEST(Faults, of_the_ingest_only_delay_the_delivery) {
  check(0, true,
        {{{"task_create:fail:1"}, 5},
         {{"task_create:lose_reply:1"}, 5},
         {{"task_create:html:1"}, 5},
         {{"task_read:fail:1"}, 1},
         {{"task_read:busy:1:90"}, 1},
         {{"task_read:cut_reply:1"}, 0}});
}

TEST_GROUP(Consent) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
  std::size_t things_there() {
    const auto outcome = agent.outcome();
    std::size_t count = 0;
    for (auto at = outcome.find("there: "); at != std::string::npos; at = outcome.find("there: ", at + 1)) ++count;
    return count;
  }
  static std::size_t count(const std::string& all, const std::string& word) {
    std::size_t found = 0;
    for (auto at = all.find(word); at != std::string::npos; at = all.find(word, at + 1)) ++found;
    return found;
  }
};

TEST(Consent, that_is_gone_before_the_upload_stops_the_parcel) {
  agent.look();
  LONGS_EQUAL(2, count(agent.states(), "queued"));
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(1, count(agent.states(), "delivered"));
  LONGS_EQUAL(2, count(agent.states(), "refused"));
  LONGS_EQUAL(3, things_there());
}

TEST(Consent, that_is_gone_right_before_the_commit_leaves_nothing_at_the_repository) {
  agent.look();
  const auto first = **agent.journal().next_due("far", clock.now_utc_s());
  const auto sample = (*agent.journal().linked("far", first.pseudonym))->id;
  far.meanwhile = [&] { laboratory.write_subjects(sample); };  // and nobody looks at the list but for the commit
  CHECK_TRUE(far.sandbox().faults().add("put:delay:1:1ms").ok());
  while (agent.runner().step("far")) {
  }
  const auto early = agent.outcome();
  LONGS_EQUAL_TEXT(3, things_there(), early.c_str());
  LONGS_EQUAL_TEXT(0, count(early, "stray"), early.c_str());
  LONGS_EQUAL_TEXT(1, count(agent.states(), "withdrawn"), agent.reasons().c_str());
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(1, count(agent.states(), "delivered"));
  LONGS_EQUAL_TEXT(3, things_there(), agent.outcome().c_str());
}

TEST(Consent, that_is_taken_back_after_the_delivery_takes_the_data_back) {
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(6, things_there());
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(1, count(agent.states(), "withdrawn"));
  LONGS_EQUAL(3, things_there());
  STRCMP_CONTAINS("receipts: 3 whole", agent.outcome().c_str());
}

TEST(Consent, that_is_taken_back_is_taken_back_there_although_the_repository_is_busy) {
  CHECK_TRUE(agent.run_to_the_end());
  for (const auto* fault : {"delete:fail:1", "delete:lose_reply:2", "erase:busy:1:30", "service_info:fail:1"}) {
    CHECK_TRUE(far.sandbox().faults().add(fault).ok());
  }
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(1, count(agent.states(), "withdrawn"), agent.reasons().c_str());
  LONGS_EQUAL(3, things_there());
}

TEST(Consent, that_comes_later_is_heard) {
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(1, count(agent.states(), "delivered"));
  laboratory.write_subjects();
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, count(agent.states(), "delivered"), agent.reasons().c_str());
}

TEST(Consent, that_went_and_came_back_before_anything_was_sent_is_heard) {
  agent.look();
  laboratory.write_subjects("SAMPLE-01");
  agent.look();
  LONGS_EQUAL(1, count(agent.states(), "queued"));
  laboratory.write_subjects();
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, count(agent.states(), "delivered"), agent.reasons().c_str());
  LONGS_EQUAL(6, things_there());
}

TEST_GROUP(Source) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};
  std::string path = "Data/Intensities/BaseCalls/SAMPLE-01_S1_L001_R1_001.fastq.gz";
};

TEST(Source, that_changed_after_it_was_sealed_is_sealed_afresh) {
  agent.look();
  laboratory.run().file(path, reads_gz(few_reads + 1, 1, 77));
  CHECK_TRUE(agent.run_to_the_end());
  const auto outcome = agent.outcome();
  STRCMP_CONTAINS("receipts: 2 whole", outcome.c_str());
  LONGS_EQUAL_TEXT(std::string::npos, outcome.find("stray"), outcome.c_str());
  LONGS_EQUAL_TEXT(std::string::npos, outcome.find("other bytes"), outcome.c_str());
  STRCMP_CONTAINS("is not what was sealed any more", agent.log().c_str());
}

TEST(Source, that_is_away_is_waited_for) {
  agent.look();
  const auto parent = laboratory.runs(), elsewhere = parent + "-unmounted";
  LONGS_EQUAL(0, std::rename(parent.c_str(), elsewhere.c_str()));
  for (int i = 0; i < 3; ++i) {
    while (agent.runner().step("far")) {
    }
    clock.advance(600);
  }
  LONGS_EQUAL(0, std::rename(elsewhere.c_str(), parent.c_str()));
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST_GROUP(Leak) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};
};

TEST(Leak, of_an_identifier_is_nowhere_in_state_or_log) {
  CHECK_TRUE(far.sandbox().faults().add("put:fail:1").ok());
  laboratory.run().file("Data/Intensities/BaseCalls/SAMPLE-02_S2_L001_R1_001.fastq.gz",
                        fakes::gzip("@SAMPLE-02 1:N:0:1\nACGT\n+\nFFFF\n"));
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("refused", agent.states().c_str());
  STRCMP_CONTAINS("verify: fastq R1", agent.reasons().c_str());
  STRCMP_CONTAINS("consent: the consent was withdrawn", agent.reasons().c_str());
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("withdrawn", agent.states().c_str());
  STRCMP_CONTAINS("the consent was withdrawn", agent.receipts().c_str());
  std::string all = agent.log() + agent.state_bytes();
  for (const auto& word : {"SAMPLE-0", "SUBJECT-0", "CONSENT-0", "PROJECT-A"}) {
    const auto at = all.find(word);
    if (at != std::string::npos) FAIL(printable(all.substr(at > 200 ? at - 200 : 0, 400)).c_str());
  }
}

}  // namespace tributary::line_test
