// tests/agent/consent/egress_test.cpp: data that must stay where they come from.
#include "agent/consent/egress.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::consent;  // NOLINT: a test of this namespace

const char* word(const Egress& egress, const std::vector<std::string>& countries, const std::string& destination) {
  const auto found = objection(egress, countries, destination);
  if (!found) return "goes";
  STRCMP_EQUAL("egress", found->rule.c_str());
  LONGS_EQUAL(1, found->findings.size());
  return found->verdict == Verdict::deny ? "deny" : found->verdict == Verdict::unknown ? "unknown" : "permit";
}

}  // namespace

TEST_GROUP(Egress){};

TEST(Egress, keeps_data_in_the_regions_of_the_list) {
  const Egress egress{"DE", {"EU/EEA", "CN"}, Verdict::deny};
  STRCMP_EQUAL("goes", word(egress, {}, "DE"));
  STRCMP_EQUAL("goes", word(egress, {}, "NO"));
  STRCMP_EQUAL("deny", word(egress, {}, "US"));
  STRCMP_EQUAL("deny", word(egress, {"CN"}, "DE"));  // the site and the person both count
  STRCMP_EQUAL("deny", word(egress, {"CN"}, "CN"));
  STRCMP_EQUAL("goes", word(egress, {"CH"}, "FR"));
  const Egress list_only{"", {"CN"}, Verdict::deny};
  STRCMP_EQUAL("goes", word(list_only, {"cn"}, "CN"));
  STRCMP_EQUAL("deny", word(list_only, {"cn"}, "DE"));
  STRCMP_EQUAL("deny", word(list_only, {"DE", "CN"}, "DE"));
  STRCMP_EQUAL("goes", word(list_only, {"DE"}, "US"));
}

TEST(Egress, does_with_the_unknown_as_it_is_told) {
  for (const auto& [unknown, expected] :
       {std::pair{Verdict::deny, "deny"}, {Verdict::unknown, "unknown"}, {Verdict::permit, "goes"}}) {
    const Egress egress{"", {"CN"}, unknown};
    STRCMP_EQUAL(expected, word(egress, {}, "DE"));
    STRCMP_EQUAL(expected, word(egress, {"Germany"}, "DE"));
    STRCMP_EQUAL(expected, word(egress, {"DE"}, ""));
    STRCMP_EQUAL("deny", word(egress, {"Germany", "CN"}, "DE"));
  }
}

TEST(Egress, is_no_reason_to_refuse_a_sample_that_nobody_knows) {
  Purpose purpose;
  const Egress egress{"", {}, Verdict::deny};
  CHECK(decide({{}, {"no subject source knows the sample"}, {}, false}, purpose, egress, 0).verdict ==
        Verdict::unknown);
  const Known known{{{"lims", {{"c", "active", "HMB", "", ""}}, false}}, {}, {"DE"}, false};
  CHECK(decide(known, purpose, egress, 0).verdict == Verdict::deny);  // no country where the data go
  purpose.country = "DE";
  CHECK(decide(known, purpose, egress, 0).verdict == Verdict::permit);
  CHECK(decide(known, purpose, std::nullopt, 0).verdict == Verdict::permit);
}
