// tests/agent/plugin/subjects_test.cpp: how a consent plugin is asked by sample and by subject, old tables included.
#include "agent/plugin/subjects.hpp"

#include <cstddef>
#include <string>

#include "agent/plugin/loader.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;  // NOLINT: brevity of a test

tributary_outcome open_nothing(const tributary_host* /*host*/, void** self, tributary_note* /*note*/) {
  *self = nullptr;
  return TRIBUTARY_DONE;
}
tributary_outcome probe_nothing(void* /*self*/, tributary_note* /*note*/) { return TRIBUTARY_DONE; }
tributary_outcome know_no_sample(void* /*self*/, const char* /*sample*/, const tributary_subject_sink* /*sink*/,
                                 tributary_note* /*note*/) {
  return TRIBUTARY_REFUSED;
}
void same_revision(void* /*self*/, char* into, std::uint32_t room) {
  if (room > 0) into[0] = '\0';
}
void close_nothing(void* /*self*/) {}

// A register of persons: SUBJECT-01 opted out, of SUBJECT-02 it can not tell, others it does not list.
tributary_outcome know_one_subject(void* /*self*/, const char* subject, const tributary_subject_sink* sink,
                                   tributary_note* /*note*/) {
  if (std::string(subject) == "SUBJECT-02") return TRIBUTARY_LATER;
  if (std::string(subject) != "SUBJECT-01") return TRIBUTARY_REFUSED;
  const tributary_consent_record record{sizeof record, "", "rejected", "", "", ""};
  sink->record(sink->self, &record);
  return TRIBUTARY_DONE;
}

tributary_consent_ops ops_of_a_register() {
  return {sizeof(tributary_consent_ops),
          open_nothing,
          probe_nothing,
          know_no_sample,
          same_revision,
          close_nothing,
          nullptr,
          know_one_subject};
}

}  // namespace

TEST_GROUP(PluginSubjects) {
  tributary_consent_ops ops = ops_of_a_register();
  tributary_descriptor descriptor{sizeof descriptor,
                                  TRIBUTARY_ABI_MAJOR,
                                  TRIBUTARY_ABI_MINOR,
                                  TRIBUTARY_CONSENT,
                                  "register",
                                  "1",
                                  "a register",
                                  nullptr,
                                  &ops};
  SilentLog log;
  ManualClock clock{0};
  Stop stop;

  std::unique_ptr<plugin::SubjectSource> open() {
    auto opened = plugin::open_subjects(descriptor, {log, clock, stop}, "register", {}, nullptr);
    CHECK_TRUE(opened.ok());
    return std::move(*opened);
  }
};

TEST(PluginSubjects, are_asked_by_the_subject_that_another_source_named) {
  const auto source = open();
  const auto by_sample = source->ask("SAMPLE-01");
  CHECK_TRUE(by_sample.ok() && !by_sample->has_value());
  const auto listed = source->ask_subject("SUBJECT-01");
  CHECK_TRUE(listed.ok() && listed->has_value());
  STRCMP_EQUAL("SUBJECT-01", (*listed)->subject_id.c_str());
  LONGS_EQUAL(1, (*listed)->records.size());
  STRCMP_EQUAL("rejected", (*listed)->records[0].status.c_str());
  const auto other = source->ask_subject("SUBJECT-03");
  CHECK_TRUE(other.ok() && !other->has_value());
  CHECK_FALSE(source->ask_subject("SUBJECT-02").ok());
}

TEST(PluginSubjects, of_before_that_question_know_nobody_by_it) {
  ops.size = offsetof(tributary_consent_ops, ask_subject);
  const auto old = open()->ask_subject("SUBJECT-01");
  CHECK_TRUE(old.ok() && !old->has_value());
  ops.size = sizeof ops;
  ops.ask_subject = nullptr;
  const auto without = open()->ask_subject("SUBJECT-01");
  CHECK_TRUE(without.ok() && !without->has_value());
}
