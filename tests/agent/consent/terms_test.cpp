// tests/agent/consent/terms_test.cpp: the vocabulary of DUO, and the regions.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "agent/base/text.hpp"
#include "agent/consent/evaluate.hpp"
#include "agent/consent/regions.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::consent;  // NOLINT: a test of this namespace

std::string shown(const std::string& text) {
  const auto terms = parse_terms(text);
  if (!terms) return "error: " + terms.error().what;
  std::string out;
  for (const auto& term : *terms) {
    out += (out.empty() ? "" : " ") + term.code;
    if (!term.parameters.empty()) out += "(" + tributary::join(term.parameters, ",") + ")";
  }
  return out;
}

void shows(const char* expected, const std::string& text) { STRCMP_EQUAL(expected, shown(text).c_str()); }

}  // namespace

TEST_GROUP(Terms){};

TEST(Terms, read_shorthands_and_curies_in_any_case) {
  shows("HMB NPU", "HMB;NPU");
  shows("HMB NPU", " duo:0000006 ; npu ;");
  shows("DS(MONDO:0007254) GS(DE,FR)", "DUO:0000007[MONDO:0007254];GS[DE| FR ]");
  shows("GS(DE;FR)", "GS[DE;FR]");
  shows("", "");
  shows("", "  ");
}

TEST(Terms, refuse_what_is_no_term_without_quoting_it) {
  const auto none = "error: term 2: not one of the 5 permissions and 18 modifiers of DUO";
  shows(none, "HMB;Jane Doe");
  shows(none, "HMB;;NPU");
  shows(none, "HMB;NCTRL");
  shows(none, "HMB;DUO:0000001");
  shows(none, "HMB;DUO:0000017");
  shows(none, "HMB;DUO:HMB");
  shows(none, "HMB;0000006");
}

TEST(Terms, refuse_broken_brackets) {
  const auto broken = "error: a bracket that does not close, or one inside another";
  shows(broken, "DS[MONDO:1");
  shows(broken, "DS]MONDO:1");
  shows(broken, "DS[[MONDO:1]]");
  shows("error: term 1: text after ']'", "DS[MONDO:1]x");
  shows("error: term 1: an empty parameter", "DS[]");
  shows("error: term 1: an empty parameter", "GS[DE||FR]");
}

TEST(Terms, know_which_need_a_parameter_and_which_take_none) {
  for (const std::string code : {"DS", "GS", "TS", "US", "PS", "IS"}) {
    shows(("error: term 1: " + code + " needs a parameter").c_str(), code);
  }
  for (const std::string code : {"NRES", "GRU", "HMB", "POA", "NMDS", "GSO", "NPUNCU", "CC", "NPOA", "NPU", "NCU"}) {
    shows(("error: term 1: " + code + " takes no parameter").c_str(), code + "[x]");
  }
  for (const std::string code : {"RS", "PUB", "COL", "IRB", "MOR", "RTN"}) shows(code.c_str(), code);
}

TEST(Terms, refuse_endless_text) { shows("error: terms of 4097 bytes, of at most 4096", std::string(4097, 'x')); }

TEST(Terms, name_the_five_uses_both_ways) {
  for (const auto use : {Use::nres, Use::gru, Use::hmb, Use::ds, Use::poa}) {
    CHECK(*parse_use(name_of(use)) == use);
    CHECK(*parse_use(curie_of(name_of(use))) == use);
  }
  CHECK_FALSE(parse_use("NPU").ok());
  CHECK_FALSE(parse_use("").ok());
  STRCMP_EQUAL("DUO:0000018", curie_of("NPUNCU").c_str());
  STRCMP_EQUAL("", curie_of("nothing").c_str());
}

TEST(Terms, cover_every_row_of_the_ontology) {
  const char* shared = std::getenv("TRIBUTARY_SHARED_DATA");
  const auto path = std::filesystem::path(shared == nullptr ? "" : shared) / "duo" / "duo.csv";
  std::ifstream file(path);
  if (shared == nullptr || !file) {
    UT_PRINT("skipped: shared data is not here");
    return;
  }
  std::string line;
  std::getline(file, line);
  int rows = 0;
  while (std::getline(file, line)) {
    const auto fields = tributary::split(line, ',');
    if (fields[1].empty()) continue;  // the two roots
    ++rows;
    STRCMP_EQUAL(fields[0].c_str(), curie_of(fields[1]).c_str());
  }
  LONGS_EQUAL(23, rows);
}

TEST_GROUP(Regions){};

TEST(Regions, know_countries_and_the_european_groups) {
  CHECK(in_region("DE", "de") == InRegion::yes);
  CHECK(in_region("DE", "FR") == InRegion::no);
  CHECK(in_region("DE", "EU") == InRegion::yes);
  CHECK(in_region("NO", "EU") == InRegion::no);
  CHECK(in_region("NO", "EEA") == InRegion::yes);
  CHECK(in_region("CH", "EU/EEA") == InRegion::no);
  CHECK(in_region("GB", "EU") == InRegion::no);
  CHECK(in_region("GB", "UK") == InRegion::yes);
  CHECK(in_region("GR", "EL") == InRegion::yes);
}

TEST(Regions, say_what_they_do_not_understand) {
  for (const auto* word : {"Europe", "D", "", "D1", "DEU", "*"}) {
    CHECK(in_region("DE", word) == InRegion::not_understood);
  }
}
