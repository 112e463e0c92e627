// tests/suites/pseudonym_suite.cpp: the requirements of pseudonym plugins, one function each, and the table of them.
#include "tests/suites/pseudonym_suite.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::suites {
namespace {

using Pseudonyms = Instance<tributary_pseudonym_ops>;

const PseudonymFact sample{"national", "sample", "SAMPLE-01", "QX7-001"};
const PseudonymFact subject{"national", "subject", "SUBJECT-01", "QS7-001"};
const PseudonymFact elsewhere{"archive", "sample", "SAMPLE-01", "RX7-001"};
const PseudonymFact stranger{"national", "sample", "SAMPLE-99", ""};

void gives_each_id_its_own(PseudonymSide& side) {
  side.hold({sample, subject, elsewhere});
  Pseudonyms at(side.plugin(), side.host());
  const auto answer = ask(at, {elsewhere, subject, sample});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, answer.outcome, answer.said.c_str());
  LONGS_EQUAL(3, answer.told);
  STRCMP_EQUAL("RX7-001", answer.pseudonyms.at(0).c_str());
  STRCMP_EQUAL("QS7-001", answer.pseudonyms.at(1).c_str());
  STRCMP_EQUAL("QX7-001", answer.pseudonyms.at(2).c_str());
}

void says_nothing_of_an_id_that_it_does_not_know(PseudonymSide& side) {
  side.hold({sample, subject});
  Pseudonyms at(side.plugin(), side.host());
  const auto answer = ask(at, {stranger, sample, {"archive", "subject", "SUBJECT-01", ""}});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, answer.outcome, answer.said.c_str());
  LONGS_EQUAL(1, answer.told);
  STRCMP_EQUAL("QX7-001", answer.pseudonyms.at(1).c_str());
  LONGS_EQUAL(TRIBUTARY_DONE, ask(at, {}).outcome);
}

void learns_without_being_opened_again(PseudonymSide& side) {
  side.hold({subject});
  Pseudonyms at(side.plugin(), side.host());
  LONGS_EQUAL(0, ask(at, {sample}).told);
  side.hold({subject, sample});
  LONGS_EQUAL(1, ask(at, {sample}).told);
}

void does_not_answer_when_it_can_not_ask(PseudonymSide& side) {
  side.hold({sample});
  Pseudonyms at(side.plugin(), side.host());
  LONGS_EQUAL(1, ask(at, {sample}).told);
  side.go_away();
  LONGS_EQUAL(TRIBUTARY_LATER, ask(at, {sample}).outcome);
  LONGS_EQUAL(TRIBUTARY_LATER, at.call([&](tributary_note* note) { return at.ops().probe(at.self(), note); }));
  side.hold_nonsense();
  const auto nonsense = ask(at, {sample});
  CHECK_TRUE(nonsense.outcome == TRIBUTARY_LATER || nonsense.outcome == TRIBUTARY_BROKEN);
  LONGS_EQUAL(0, nonsense.told);
  side.hold({sample});
  LONGS_EQUAL(TRIBUTARY_DONE, at.call([&](tributary_note* note) { return at.ops().probe(at.self(), note); }));
  LONGS_EQUAL(1, ask(at, {sample}).told);
}

void never_says_an_identity(PseudonymSide& side) {
  side.hold({sample, subject});
  Pseudonyms at(side.plugin(), side.host());
  std::string said = ask(at, {sample, stranger}).said;
  side.hold_nonsense();
  said += ask(at, {sample}).said;
  side.go_away();
  said += ask(at, {sample}).said;
  char word[64] = "";
  at.ops().revision(at.self(), word, sizeof word);
  said += word;
  for (const auto& line : side.host().logged) said += line;
  for (const auto* word_of_person : {"SAMPLE-", "SUBJECT-", "QX7"})
    CHECK_TRUE_TEXT(said.find(word_of_person) == std::string::npos, said.c_str());
}

}  // namespace

PseudonymAnswer ask(Instance<tributary_pseudonym_ops>& at, const std::vector<PseudonymFact>& asked) {
  std::vector<tributary_pseudonym_query> queries;
  for (const auto& one : asked)
    queries.push_back({sizeof(tributary_pseudonym_query), one.destination.c_str(), one.kind.c_str(), one.id.c_str()});
  PseudonymAnswer answer;
  const tributary_pseudonym_sink sink{sizeof sink, &answer, [](void* self, std::uint32_t query, const char* pseudonym) {
                                        auto& into = *static_cast<PseudonymAnswer*>(self);
                                        ++into.told;
                                        into.pseudonyms[query] = pseudonym;
                                      }};
  answer.outcome = at.call([&](tributary_note* note) {
    return at.ops().ask(at.self(), queries.data(), static_cast<std::uint32_t>(queries.size()), &sink, note);
  });
  answer.said = std::string(at.note.what) + " " + at.note.hint;
  answer.not_before_utc_s = at.note.not_before_utc_s;
  return answer;
}

void pseudonyms_must_hold(const PseudonymSideFactory& make) {
  descriptor_must_hold(make()->plugin(), TRIBUTARY_PSEUDONYMS);
  for (const auto requirement :
       {gives_each_id_its_own, says_nothing_of_an_id_that_it_does_not_know, learns_without_being_opened_again,
        does_not_answer_when_it_can_not_ask, never_says_an_identity}) {
    const auto side = make();
    requirement(*side);
  }
}

}  // namespace tributary::suites
