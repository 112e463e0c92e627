// tests/line/proof_test.cpp: nothing counts as delivered before the far side has shown that it holds what was sent.
#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr std::size_t few_reads = 10;

// A repository whose word is not enough for the site.
class AskedAgain final : public FarSide {
 public:
  AskedAgain(FarSide& far, std::string how) : far_(far), how_(std::move(how)) {}
  Far begin() override {
    auto there = far_.begin();
    there.settings += "\n    verify_after: " + how_;
    return there;
  }
  Things things(const Laboratory& laboratory, const SiteFolder& site) override { return far_.things(laboratory, site); }

 private:
  FarSide& far_;
  std::string how_;
};

}  // namespace

TEST_GROUP(ProofLine) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};

  std::string outcome_of(const std::string& how, const std::vector<const char*>& faults) {
    RepositorySide repository(laboratory, clock, false);
    AskedAgain far(repository, how);
    Agent agent(laboratory, far, clock);
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
    for (const auto* fault : faults) CHECK_TRUE(repository.sandbox().faults().add(fault).ok());
    CHECK_TRUE(agent.run_to_the_end());
    return agent.outcome();
  }
};

TEST(ProofLine, is_made_of_every_object_by_every_way) {
  for (const auto* how : {"none", "head", "sample", "full"}) {
    const auto outcome = outcome_of(how, {});
    LONGS_EQUAL_TEXT(2, occurrences(outcome, " delivered\n  TL-"), outcome.c_str());
    STRCMP_CONTAINS("receipts: 2 whole", outcome.c_str());
  }
}

TEST(ProofLine, only_waits_for_a_repository_that_stumbles_while_it_is_read) {
  const auto outcome =
      outcome_of("sample", {"access:busy:1:60", "download:fail:2", "download:expire:3", "download:cut_reply:4"});
  LONGS_EQUAL_TEXT(2, occurrences(outcome, " delivered\n  TL-"), outcome.c_str());
}

TEST(ProofLine, holds_what_the_repository_gives_back_otherwise_and_writes_no_receipt_of_it) {
  for (const auto* how : {"sample", "full"}) {
    const auto outcome = outcome_of(how, {"download:corrupt:1"});
    LONGS_EQUAL_TEXT(1, occurrences(outcome, " held "), outcome.c_str());
    LONGS_EQUAL_TEXT(1, occurrences(outcome, " delivered\n  TL-"), outcome.c_str());
    STRCMP_CONTAINS("receipts: 1 whole", outcome.c_str());
  }
}

TEST(ProofLine, holds_what_the_repository_does_not_let_us_read) {
  const auto outcome = outcome_of("sample", {"download:forbid:*"});
  LONGS_EQUAL_TEXT(2, occurrences(outcome, " held "), outcome.c_str());
  STRCMP_CONTAINS("receipts: 0 whole", outcome.c_str());
}

}  // namespace tributary::line_test
