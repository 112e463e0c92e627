// tests/agent/verify/spellings_test.cpp: a word is found however a system may have spelled it.
#include "tests/agent/verify/looking.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::verify {

TEST_GROUP(Spellings){};

TEST(Spellings, of_a_word_are_found_in_any_case) {
  CHECK(found("Sample-Xy7", "see SAMPLE-XY7 here"));
  CHECK(found("SAMPLE-XY7", "sample-xy7"));
  CHECK_FALSE(found("SAMPLE-XY7", "SAMPLE-XY8"));
}

TEST(Spellings, as_vendors_write_them_are_found) {
  for (const char* text : {"NGS_24.017 b", "NGS-24-017-b", "NGS_24_017_b", "NGS.24.017.b", "NGS 24 017 b", "NGS24017b",
                           "ngs-24-017-B_S1_L001_R1_001.fastq.gz"}) {
    CHECK(found("NGS_24.017 b", text));
  }
  CHECK(found("AB-77+XQ", "AB-77XQ"));
  CHECK(found("AB-77+XQ", "AB_77XQ"));
  CHECK(found("AB/77(XQ)", "AB_77_XQ"));
  CHECK(found("AB/77(XQ)", "AB-77-XQ"));
  CHECK(found("AB__77", "AB-77"));
}

TEST(Spellings, as_urls_write_them_are_found) {
  CHECK(found("Abc Def/77", "name=Abc%20Def%2F77"));
  CHECK(found("Abc Def/77", "name=Abc%20Def%2f77"));
  CHECK(found("Abc Def/77", "name=Abc+Def%2F77"));
}

TEST(Spellings, as_xml_writes_them_are_found) {
  CHECK(found("Qx&Rz<99>", "<n>Qx&amp;Rz&lt;99&gt;</n>"));
  CHECK(found("Qx&Rz<99>", "<n>Qx&#38;Rz&#60;99&#62;</n>"));
  CHECK(found("D'Vries77", "<n a='D&apos;Vries77'/>"));
  CHECK(found("D'Vries77", "<n a='D&#39;Vries77'/>"));
}

TEST(Spellings, as_json_writes_them_are_found) {
  CHECK(found("Qx\"Rz\\99/1", R"({"n":"Qx\"Rz\\99/1"})"));
  CHECK(found("Qx\"Rz\\99/1", R"({"n":"Qx\"Rz\\99\/1"})"));
}

TEST(Spellings, with_umlauts_are_found_however_they_were_written) {
  const std::string name = "Gr\xc3\xb6\xc3\x9fz\xc3\xbcg";
  for (const char* text :
       {"Gr\xc3\xb6\xc3\x9fz\xc3\xbcg", "GR\xc3\x96\xe1\xba\x9eZ\xc3\x9cG", "Groesszueg", "Grosszug",
        "Gro\xcc\x88\xc3\x9fzu\xcc\x88g", "Gr\xf6\xdfz\xfcg", "Gr%C3%B6%C3%9Fz%C3%BCg", "Gr%c3%b6%c3%9fz%c3%bcg",
        "Gr&#246;&#223;z&#252;g", "Gr&#xF6;&#xdf;z&#xfc;g", "Gr\\u00f6\\u00dfz\\u00FCg"}) {
    CHECK(found(name, text));
  }
}

TEST(Spellings, with_umlauts_are_found_as_vendors_write_them) {
  CHECK(found("Gr\xc3\xb6\xc3\x9f_0042", "Groess-0042_S1"));
  CHECK(found("Gr\xc3\xb6\xc3\x9f_0042", "Gross0042"));
}

TEST(Spellings, of_machines_and_projects_are_whole) {
  for (const char* kind : {"run", "instrument", "flow cell", "project"}) {
    CHECK_FALSE(found("20250101_KANARIO_0001_A22ABC", "fileDate=20250101", kind));
    CHECK_FALSE(found("20250101_KANARIO_0001_A22ABC", "@KANARIO:1:A22:1:1101:1:1", kind));
    CHECK(found("20250101_KANARIO_0001_A22ABC", "20250101-KANARIO-0001-A22ABC", kind));
  }
  CHECK(found("20250101_KANARIO_0001_A22ABC", "by KANARIO", "sample id"));
}

TEST(Spellings, in_ascii_are_found_with_umlauts) {
  for (const char* text : {"M\xc3\xbcller", "M\xc3\x9cLLER", "Mu\xcc\x88ller", "M\xfcller", "M\xdcLLER", "M%C3%BCller",
                           "M&#252;ller", "M\\u00fcller", "Mueller"}) {
    CHECK_TEXT(found("Mueller", text), text);
    CHECK_TEXT(found("Mueller_Hans_4711", text), text);
  }
  CHECK(found("Gross", "Gro\xc3\x9f"));
  for (const char* text : {"J\xc3\xb6rg Schr\xc3\xb6"
                           "der",
                           "Schr\xc3\xb6"
                           "der, J\xc3\xb6rg",
                           "J\xc3\xb6rg Schroeder",
                           "x Schr\xf6"
                           "der x"}) {
    CHECK_TEXT(found("Joerg Schroeder", text, "name"), text);
  }
  CHECK(found("Manuela Mueller", "Manuela M\xc3\xbcller", "name"));  // not every `ue` is one letter
  CHECK(found("Samuela-Mueller7", "Samuela-M\xc3\xbcller7"));
}

TEST(Spellings, of_names_are_found_part_by_part_as_urls_and_json_write_them) {
  const std::string name =
      "J\xc3\xb6rg Schr\xc3\xb6"
      "der";
  for (const char* text : {"?by=Schr%C3%B6der", "Schr&#246;der", "Schr\\u00f6der", "Schr%F6der", "SCHR%C3%96DER"})
    CHECK_TEXT(found(name, text, "name"), text);
  CHECK(found("Joerg Schroeder", "Schr%C3%B6der", "name"));
}

TEST(Spellings, are_some_hundred_at_most) {
  for (const char* value : {"Joerg Aesso Ueber Groesse Schroeder-Mueller Huesser", "Mueller_Joerg_Haeusser_19700101",
                            "aeaeaeaeaeaeaeaeaeae oeoeoeoeoeoeoe", "K. \xc3\xb6 \xc3\xbc \xc3\xa4 \xc3\x9f \xc3\xa9"}) {
    CHECK_TEXT(dictionary_of({value}, "name")->spellings() <= 700, value);
  }
  CHECK(dictionary_of({"QUX-0042"})->spellings() < 20);
}

TEST(Spellings, of_names_are_found_in_every_order_and_part_by_part) {
  for (const char* text :
       {"Quentin Zwicklbauer", "Zwicklbauer Quentin", "Zwicklbauer, Quentin", "zwicklbauer_quentin",
        "Zwicklbauer^Quentin", "quentin.zwicklbauer@example.org", "ZwicklbauerQuentin", "x Zwicklbauer x", "Quentin"}) {
    CHECK(found("Quentin Zwicklbauer", text, "name"));
    CHECK(found("Zwicklbauer, Quentin", text, "name"));
  }
  CHECK(found("Ada Quentin Zwicklbauer", "Zwicklbauer Ada Quentin", "name"));
  CHECK(found("Ada Quentin Zwicklbauer", "Zwicklbauer, Ada", "name"));
  CHECK(found("Ada Quentin Zwicklbauer", "ada", "name"));
  CHECK_FALSE(found("Ada Quentin Zwicklbauer", "adapter", "name"));
}

TEST(Spellings, of_names_beside_numbers_are_found_part_by_part) {
  for (const char* id : {"Zwicklbauer_Quentin_19700131", "Zwicklbauer-Quentin-1970-01-31",
                         "Quentin Zwicklbauer 31.01.1970", "31011970_Quentin_Zwicklbauer"}) {
    for (const char* text : {"reviewed for Quentin Zwicklbauer", "Zwicklbauer, Quentin", "born 1970-01-31",
                             "born 31.01.1970", "19700131", "by Zwicklbauer"}) {
      CHECK_TEXT(found(id, text), (std::string(id) + ": " + text).c_str());
    }
  }
  CHECK(found("P4711 Zwicklbauer", "seen by Zwicklbauer"));
  CHECK(found("Kunze_4711", "seen by Kunze"));
  CHECK(found("Ada_Kunze_4711", "seen by Kunze"));
}

TEST(Spellings, of_numbers_and_short_words_beside_names_are_not_looked_for) {
  CHECK_FALSE(found("P4711 Zwicklbauer", "4711"));
  CHECK_FALSE(found("P4711 Zwicklbauer", "P4711"));
  for (const char* id : {"QUX_0042", "NGS_Panel_0042", "WES_Blood_20260117", "KLX_20260117", "Trio_Exome_7"}) {
    for (const char* text : {"QUX", "NGS", "Panel", "Blood", "2026-01-17", "20260118", "17.01.2026", "KLX", "exome"})
      CHECK_FALSE_TEXT(found(id, text), (std::string(id) + ": " + text).c_str());
  }
}

TEST(Spellings, of_words_beside_the_numbers_of_many_ids_are_not_looked_for) {
  std::vector<std::string> ids;
  for (int i = 10; i < 15; ++i) ids.push_back("Heidelberg_00" + std::to_string(i));
  CHECK(dictionary_of(ids)->scan_text("t", "from Heidelberg")->empty());
  ids.resize(3);
  LONGS_EQUAL(3, dictionary_of(ids)->scan_text("t", "from Heidelberg")->size());
}

TEST(Spellings, of_names_do_not_take_particles_and_daily_words_for_parts) {
  CHECK_FALSE(found("Eva von der Fisher", "from von der Fisher's exact test", "name"));
  CHECK(found("Eva von der Fisher", "Eva von der Fisher", "name"));
  CHECK(found("Eva von der Fisher", "Fisher, Eva", "name"));
}

TEST(Spellings, of_dates_are_found_in_the_forms_of_the_field) {
  for (const char* text : {"1970-01-31", "31.01.1970", "19700131", "31/01/1970", "01/31/1970", "31011970", "31.1.1970",
                           "1970_01_31", "31.01.70", "31 Jan 1970", "Jan 31, 1970", "31-JAN-1970", "31. Januar 1970",
                           "January 31, 1970", "born=19700131;"}) {
    CHECK(found("1970-01-31", text, "birth date"));
    CHECK(found("31.01.1970", text, "birth date"));
    CHECK(found("19700131", text, "birth date"));
  }
  CHECK_FALSE(found("1970-01-31", "1970-01-30", "birth date"));
  CHECK_FALSE(found("1970-01-31", "119700131", "birth date"));
  CHECK_FALSE(found("1970-01-31", "1970", "birth date"));
}

TEST(Spellings, of_eight_digits_are_a_date_only_when_told) {
  CHECK(found("19700131", "31.01.1970", "birth date"));
  CHECK_FALSE(found("19700131", "31.01.1970", "sample id"));
  CHECK(found("19700131", "19700131", "sample id"));
}

TEST(Spellings, cut_to_eight_bytes_and_more_are_found) {
  CHECK(found("KLX-Becquerel-0071", "KLX-Becq"));
  CHECK(found("KLX-Becquerel-0071", "KLX_Becquerel-0"));
  CHECK_FALSE(found("KLX-Becquerel-0071", "KLX-Bec"));
}

TEST(Spellings, cut_so_that_they_fit_several_words_or_nobody_are_not_looked_for) {
  const auto dictionary =
      dictionary_of({"KLX-Becquerel-0071", "KLX-Becquerel-0072", "Patient-0815-aa", "20260017123-x"});
  CHECK(dictionary->scan_text("t", "KLX-Becquerel-007")->empty());
  LONGS_EQUAL(1, dictionary->scan_text("t", "KLX-Becquerel-0072")->size());
  CHECK(dictionary->scan_text("t", "Patient-")->empty());
  LONGS_EQUAL(1, dictionary->scan_text("t", "Patient-0815-a")->size());
  CHECK(dictionary->scan_text("t", "20260017")->empty());
}

}  // namespace tributary::verify
