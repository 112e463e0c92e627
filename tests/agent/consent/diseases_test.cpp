// tests/agent/consent/diseases_test.cpp: the hierarchy of diseases, read from OBO.
#include "agent/consent/diseases.hpp"

#include "agent/base/text.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using tributary::consent::Diseases;

// Made up: B is a kind of A, C of B and of D, D of A; E and B again form a circle; F is obsolete.
constexpr std::string_view made_up =
    "format-version: 1.4\nid: MONDO:0000099\nis_a: MONDO:0000001\n\n"
    "[Term]\nid: MONDO:0000001\nname: A\n\n"
    "[Term]\nid: MONDO:0000002\nname: B\nis_a: MONDO:0000001 {source=\"made up\"} ! A\nis_a: MONDO:0000005\n\n"
    "[Term]\nid: MONDO:0000003\r\nis_a: MONDO:0000002 ! B\r\nis_a: MONDO:0000004\r\n\r\n"
    "[Term]\nid: MONDO:0000004\nis_a: MONDO:0000001\nis_a: HP:0000001\nis_a: MONDO:12\n\n"
    "[Term]\nid: MONDO:0000005\nis_a: MONDO:0000002\n\n"
    "[Term]\nid: MONDO:0000006\nis_a: MONDO:0000001\nis_obsolete: true\n\n"
    "[Typedef]\nid: MONDO:0000007\nis_a: MONDO:0000001\n\n"
    "[Term]\nid: MONDO:0000008\nis_a: MONDO:0000003";

Diseases read(std::string_view text, std::size_t piece = 1000000) {
  Diseases out;
  for (std::size_t at = 0; at < text.size(); at += piece) out.read(text.substr(at, piece));
  CHECK_TRUE(out.finish().ok());
  return out;
}

std::string broader(const Diseases& diseases, std::string_view curie) {
  const auto found = diseases.broader(curie);
  return found ? tributary::join(*found, " ") : "none";
}

}  // namespace

TEST_GROUP(Diseases){};

TEST(Diseases, knows_all_that_a_disease_is_a_kind_of_and_nothing_below_it) {
  const auto diseases = read(made_up);
  STRCMP_EQUAL("", broader(diseases, "MONDO:0000001").c_str());
  STRCMP_EQUAL("MONDO:0000001 MONDO:0000005", broader(diseases, "MONDO:0000002").c_str());
  STRCMP_EQUAL("MONDO:0000001 MONDO:0000002 MONDO:0000004 MONDO:0000005", broader(diseases, "MONDO:0000003").c_str());
  STRCMP_EQUAL("MONDO:0000001 MONDO:0000002 MONDO:0000003 MONDO:0000004 MONDO:0000005",
               broader(diseases, "MONDO:0000008").c_str());
}

TEST(Diseases, knows_no_obsolete_term_and_none_that_is_no_disease) {
  const auto diseases = read(made_up);
  for (const auto* curie : {"MONDO:0000006", "MONDO:0000007", "MONDO:0000099", "MONDO:1", "HP:0000001", ""}) {
    STRCMP_EQUAL_TEXT("none", broader(diseases, curie).c_str(), curie);
  }
}

TEST(Diseases, reads_pieces_of_any_size) {
  for (const std::size_t piece : {1U, 2U, 7U, 64U}) {
    STRCMP_EQUAL("MONDO:0000001 MONDO:0000002 MONDO:0000004 MONDO:0000005",
                 broader(read(made_up, piece), "MONDO:0000003").c_str());
  }
}

TEST(Diseases, refuses_a_file_without_diseases) {
  for (const auto* text : {"", "{\"graphs\": []}", "[Term]\nid: HP:0000001\n"}) {
    Diseases diseases;
    diseases.read(text);
    CHECK_FALSE(diseases.finish().ok());
  }
}

TEST(Diseases, keeps_no_line_of_endless_length) {
  const auto diseases = read(std::string(made_up) + "\nname: " + std::string(1000000, 'x') + "\nis_a: MONDO:0000004\n");
  STRCMP_CONTAINS("MONDO:0000004", broader(diseases, "MONDO:0000008").c_str());
}
