// tests/plugins/csv/consent_suite.cpp: the requirements of consent plugins, one function each, and the table of them.
#include "tests/plugins/csv/consent_suite.hpp"

#include "tests/plugins/csv/answer.hpp"
#include "tests/suites/instance.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::suites {
namespace {

using Consent = Instance<tributary_consent_ops>;

const ConsentFact granted{"SAMPLE-01", "SUBJECT-01", "c-1", "active", "HMB", "2025-01-01", "2030-12-31"};

void tells_a_subject_and_its_records(ConsentSide& side) {
  side.hold({granted});
  Consent at(side.plugin(), side.host());
  const auto answer = ask(at, "SAMPLE-01");
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, answer.outcome, at.note.what);
  STRCMP_EQUAL("SUBJECT-01", answer.subject.c_str());
  LONGS_EQUAL(1, answer.records.size());
  STRCMP_EQUAL("c-1 active HMB 2025-01-01 2030-12-31", answer.records[0].c_str());
}

void does_not_know_a_sample_that_is_not_there(ConsentSide& side) {
  side.hold({granted});
  Consent at(side.plugin(), side.host());
  const auto answer = ask(at, "SAMPLE-02");
  LONGS_EQUAL(TRIBUTARY_REFUSED, answer.outcome);
  LONGS_EQUAL(0, answer.records.size());
}

void tells_every_document_of_a_sample(ConsentSide& side) {
  auto second = granted;
  second.consent = "c-2";
  second.status = "withdrawn";
  side.hold({granted, second});
  Consent at(side.plugin(), side.host());
  LONGS_EQUAL(2, ask(at, "SAMPLE-01").records.size());
}

void tells_of_a_change_without_being_opened_again(ConsentSide& side) {
  side.hold({granted});
  Consent at(side.plugin(), side.host());
  const auto before = revision(at);
  CHECK_TRUE(!before.empty() && before == revision(at));
  LONGS_EQUAL(TRIBUTARY_DONE, ask(at, "SAMPLE-01").outcome);
  auto withdrawn = granted;
  withdrawn.status = "withdrawn";
  side.hold({withdrawn});
  CHECK_TRUE(before != revision(at));
  STRCMP_EQUAL("c-1 withdrawn HMB 2025-01-01 2030-12-31", ask(at, "SAMPLE-01").records[0].c_str());
}

void does_not_answer_from_memory_when_it_can_not_ask(ConsentSide& side) {
  side.hold({granted});
  Consent at(side.plugin(), side.host());
  LONGS_EQUAL(TRIBUTARY_DONE, ask(at, "SAMPLE-01").outcome);
  side.go_away();
  LONGS_EQUAL(TRIBUTARY_LATER, ask(at, "SAMPLE-01").outcome);
  LONGS_EQUAL(TRIBUTARY_LATER, ask(at, "SAMPLE-02").outcome);
  LONGS_EQUAL(TRIBUTARY_LATER, at.call([&](tributary_note* note) { return at.ops().probe(at.self(), note); }));
  side.hold_nonsense();
  LONGS_EQUAL(TRIBUTARY_LATER, ask(at, "SAMPLE-01").outcome);
  side.hold({granted});
  LONGS_EQUAL(TRIBUTARY_DONE, ask(at, "SAMPLE-01").outcome);
}

void never_says_an_identity(ConsentSide& side) {
  side.hold({granted});
  Consent at(side.plugin(), side.host());
  for (const auto* sample : {"SAMPLE-01", "SAMPLE-02"}) {
    const auto answer = ask(at, sample);
    const auto said = std::string(answer.note.what) + answer.note.hint + revision(at);
    CHECK_TRUE(said.find("SAMPLE-0") == std::string::npos && said.find("SUBJECT-0") == std::string::npos);
  }
  for (const auto& line : side.host().logged) {
    CHECK_TRUE(line.find("SAMPLE-0") == std::string::npos && line.find("SUBJECT-0") == std::string::npos);
  }
}

}  // namespace

void consent_must_hold(const ConsentSideFactory& make) {
  descriptor_must_hold(make()->plugin(), TRIBUTARY_CONSENT);
  for (const auto requirement : {tells_a_subject_and_its_records, does_not_know_a_sample_that_is_not_there,
                                 tells_every_document_of_a_sample, tells_of_a_change_without_being_opened_again,
                                 does_not_answer_from_memory_when_it_can_not_ask, never_says_an_identity}) {
    const auto side = make();
    requirement(*side);
  }
}

}  // namespace tributary::suites
