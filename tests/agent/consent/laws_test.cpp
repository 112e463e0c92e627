// tests/agent/consent/laws_test.cpp: laws that hold for all documents, sources, purposes and families.
//
// The seed is told with every failure; TRIBUTARY_SEED=N in the environment tries another one.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "agent/consent/egress.hpp"
#include "agent/consent/family.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::consent;  // NOLINT: a test of this namespace

constexpr std::int64_t now = 1795255200;  // 2026-11-21T10:00:00Z
constexpr unsigned worlds = 20000;

// Persons, documents, sources and purposes by chance.
class World {
 public:
  explicit World(unsigned seed) : random_(seed) {}
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }
  template <typename List>
  auto one_of(const List& list) {
    return *(std::begin(list) + pick(static_cast<unsigned>(std::size(list))));
  }

  Record record() {
    const char* permissions[] = {
        "HMB",           "GRU",         "NRES;NPOA",          "DS[MONDO:0000001]", "POA",
        "HMB;NPU",       "HMB;NCU",     "GRU;NPUNCU",         "HMB;GS[DE|EEA]",    "HMB;GS[US]",
        "GRU;IRB",       "HMB;COL;PUB", "HMB;TS[2026-06-30]", "HMB;TS[18]",        "GRU;PS[EX-1]",
        "HMB;US[group]", "GRU;NMDS",    "nonsense",           "HMB;RS[x]",         "DS[MONDO:0000003]"};
    const char* from[] = {"", "2026-01-01", "2027-01-01", "never"};
    const char* until[] = {"", "2026-12-31", "2026-02-28", "2030"};
    const char* status[] = {"active",           "active",    "active",   "active", "draft",
                            "entered-in-error", "withdrawn", "rejected", "?"};
    return {"c-" + std::to_string(pick(3)), one_of(status), one_of(permissions), pick(3) == 0 ? one_of(from) : "",
            pick(3) == 0 ? one_of(until) : ""};
  }
  Record permit() {
    return {"p-" + std::to_string(pick(3)), "active", pick(2) == 0 ? "NRES" : "GRU", "", pick(2) == 0 ? "" : "2030"};
  }
  Record denial() { return {"d-" + std::to_string(pick(3)), pick(2) == 0 ? "withdrawn" : "rejected", "HMB", "", ""}; }
  Known known() {
    Known out;
    const char* names[] = {"a", "b", "c"};
    for (unsigned i = 0, n = 1 + pick(3); i < n; ++i) {
      Told told{names[i], {}, pick(3) == 0};
      for (unsigned j = pick(3); j > 0; --j) told.records.push_back(pick(3) == 0 ? record() : permit());
      out.told.push_back(std::move(told));
    }
    if (pick(8) == 0) out.unknown_for = {"subject source d can not answer", "subject source e can not answer"};
    out.withdrawn = pick(16) == 0;
    if (pick(2) == 0) out.countries = {pick(4) == 0 ? "CH" : "DE"};
    return out;
  }
  Purpose purpose() {
    Purpose out;
    out.use = static_cast<Use>(pick(5));
    if (out.use == Use::ds) out.disease = "MONDO:0000003";
    if (pick(2) == 0) out.broader_diseases = {"MONDO:0000001"};
    out.commercial = pick(4) == 0;
    out.for_profit = pick(4) == 0;
    out.methods = pick(4) == 0;
    if (pick(4) != 0) out.country = pick(2) == 0 ? "DE" : "US";
    if (pick(2) == 0) out.project = "EX-1";
    if (pick(2) == 0) out.accepts = {"COL", "IRB", "PUB"};
    return out;
  }
  std::optional<Egress> egress() {
    if (pick(2) == 0) return std::nullopt;
    return Egress{pick(2) == 0 ? "DE" : "", {pick(2) == 0 ? "EU/EEA" : "CH"}, static_cast<Verdict>(pick(3))};
  }
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_;
};

unsigned first_seed() {
  const char* given = std::getenv("TRIBUTARY_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 1U;
}

bool goes(const Decision& decision) { return decision.verdict == Verdict::permit; }
std::string all_of_it(const Decision& decision) { return to_json(decision, Naming::documents).dump(); }

}  // namespace

TEST_GROUP(Laws) {
  std::string label;
  unsigned seed = 0;

  /// Calls `law` in many worlds; each starts from a seed of its own.
  template <typename Law>
  void hold(const Law& law) {
    for (unsigned i = 0; i < worlds; ++i) {
      seed = first_seed() + i;
      label = "seed " + std::to_string(seed);
      World world(seed);
      law(world);
    }
  }
  void check(bool good) { CHECK_TRUE_TEXT(good, label.c_str()); }
};

TEST(Laws, a_denial_more_is_never_a_yes_more) {
  unsigned denied = 0;
  hold([&](World& world) {
    auto known = world.known();
    const auto purpose = world.purpose();
    const auto egress = world.egress();
    if (!known.told.empty())
      known.told[world.pick(static_cast<unsigned>(known.told.size()))].records.push_back(world.denial());
    const auto after = decide(known, purpose, egress, now);
    check(after.verdict == Verdict::deny);
    ++denied;
  });
  LONGS_EQUAL(worlds, denied);
}

TEST(Laws, a_permit_less_is_never_a_yes_more) {
  unsigned taken = 0;
  hold([&](World& world) {
    auto known = world.known();
    const auto purpose = world.purpose();
    const auto egress = world.egress();
    auto& records = known.told[world.pick(static_cast<unsigned>(known.told.size()))].records;
    if (records.empty()) return;
    const bool yes = goes(decide(known, purpose, egress, now));
    const auto at = records.begin() + world.pick(static_cast<unsigned>(records.size()));
    if (!goes(evaluate({*at}, purpose, now))) return;
    records.erase(at);
    check(yes || !goes(decide(known, purpose, egress, now)));
    ++taken;
  });
  CHECK_TRUE(taken > worlds / 10);
}

TEST(Laws, order_never_matters) {
  hold([&](World& world) {
    auto known = world.known();
    const auto purpose = world.purpose();
    const auto egress = world.egress();
    const auto before = all_of_it(decide(known, purpose, egress, now));
    std::shuffle(known.told.begin(), known.told.end(), world.random());
    std::shuffle(known.unknown_for.begin(), known.unknown_for.end(), world.random());
    for (auto& told : known.told) std::shuffle(told.records.begin(), told.records.end(), world.random());
    STRCMP_EQUAL_TEXT(before.c_str(), all_of_it(decide(known, purpose, egress, now)).c_str(), label.c_str());
  });
}

TEST(Laws, a_yes_is_a_yes_of_every_source_that_speaks) {
  unsigned yes = 0;
  hold([&](World& world) {
    const auto known = world.known();
    const auto purpose = world.purpose();
    const auto decision = decide(known, purpose, world.egress(), now);
    if (!goes(decision)) return;
    ++yes;
    check(!known.withdrawn && known.unknown_for.empty());
    bool spoke = false;
    for (const auto& told : known.told) {
      const auto own = evaluate(told.records, purpose, now);
      check(goes(own) || (told.may_be_silent && own.rule == silence));
      spoke = spoke || goes(own);
      if (own.valid_until_utc_s)
        check(decision.valid_until_utc_s && *decision.valid_until_utc_s <= *own.valid_until_utc_s);
    }
    check(spoke);
    check(decision.valid_until_utc_s.value_or(now) >= now);
  });
  CHECK_TRUE(yes > worlds / 20);
}

TEST(Laws, somebody_who_can_not_answer_is_never_a_yes_more) {
  hold([&](World& world) {
    auto known = world.known();
    const auto purpose = world.purpose();
    known.unknown_for.push_back("subject source f can not answer");
    const auto with = decide(known, purpose, now);
    check(!goes(with));
    known.unknown_for.clear();
    check((with.verdict == Verdict::deny) == (decide(known, purpose, now).verdict == Verdict::deny));
  });
}

TEST(Laws, a_family_goes_only_when_all_of_it_goes) {
  unsigned yes = 0;
  hold([&](World& world) {
    const auto purpose = world.purpose();
    const auto member = [&](unsigned number) {
      return Member{"s-" + std::to_string(number), {"f", 2 + world.pick(2), {}}, decide(world.known(), purpose, now)};
    };
    const auto self = member(0);
    std::vector<Member> others;
    for (unsigned i = 0, n = world.pick(4); i < n; ++i) others.push_back(member(1 + i));
    const auto decision = whole_family(self, others);
    const bool all = goes(self.decision) &&
                     std::all_of(others.begin(), others.end(), [](const Member& one) { return goes(one.decision); });
    const bool whole =
        std::all_of(others.begin(), others.end(), [&](const Member& one) { return *one.kin.size == *self.kin.size; }) &&
        others.size() + 1 == *self.kin.size;
    check(goes(decision) == (all && whole));
    yes += goes(decision) ? 1U : 0U;
    auto worse = others;
    worse.push_back(member(0));
    worse.back().decision = by_rule(Verdict::deny, "status", "the consent was withdrawn");
    check(whole_family(self, worse).verdict == Verdict::deny);
    std::shuffle(others.begin(), others.end(), world.random());
    check(whole_family(self, others).verdict == decision.verdict);
    check(whole_family(self, others).evidence_sha256 == decision.evidence_sha256);
  });
  CHECK_TRUE(yes > 20);
}
