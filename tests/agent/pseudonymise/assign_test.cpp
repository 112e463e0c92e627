// tests/agent/pseudonymise/assign_test.cpp: what becomes of samples and files, and what is kept of who they are.
#include <algorithm>

#include "tests/agent/pseudonymise/house.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::fakes {

TEST_GROUP(Assignment) {
  House house;

  void add_fastq(const std::string& sample) {
    for (const auto* read : {"R1", "R2"}) {
      house.add_file(sample, "Fastq/" + sample + "_S1_L001_" + read + "_001.fastq.gz", "fastq",
                     fastq_gz("000H3XYZ7", 1, read[1] - '0'), read, "L001");
    }
  }
  std::vector<pseudonymise::Assignment> assigned() {
    auto all = house.assign();
    CHECK_TEXT(all.ok(), all.ok() ? "" : all.error().what.c_str());
    return std::move(*all);
  }
};

TEST(Assignment, names_objects_by_pseudonym_part_read_and_kind) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  add_fastq("SAMPLE-01");
  const auto all = assigned();
  LONGS_EQUAL(1, all.size());
  CHECK_TRUE(all[0].parcel.has_value());
  LONGS_EQUAL(2, all[0].parcel->files().size());
  STRCMP_EQUAL((all[0].pseudonym + ".L001.R1.fastq.gz").c_str(), all[0].parcel->files()[0].object_name.c_str());
  STRCMP_EQUAL((all[0].pseudonym + ".L001.R2.fastq.gz").c_str(), all[0].parcel->files()[1].object_name.c_str());
  STRCMP_EQUAL(all[0].pseudonym.c_str(), all[0].parcel->files()[0].transform.sample.c_str());
}

TEST(Assignment, never_names_an_object_by_anything_but_portable_characters) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  add_fastq("SAMPLE-01");
  const auto all = assigned();
  for (const auto& file : all[0].parcel->files()) {
    CHECK_TRUE(std::all_of(file.object_name.begin(), file.object_name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    }));
    LONGS_EQUAL(std::string::npos, file.object_name.find("SAMPLE"));
  }
}

TEST(Assignment, names_the_column_of_a_joint_file_by_a_keyed_digest) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  house.add_sample("SAMPLE-02", "SUBJECT-02");
  house.add_file("", "cohort.vcf", "vcf",
                 "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE-02\tSTRANGER-1\t"
                 "SAMPLE-01\n");
  house.add_file("", "cohort.vcf.tbi", "tbi", "index");
  house.settings.policies[0].keep_bare_sites = true;
  const auto all = assigned();
  LONGS_EQUAL(2, all.size());
  for (std::size_t i = 0; i < 2; ++i) {
    LONGS_EQUAL(1, all[i].parcel->files().size());
    const auto& file = all[i].parcel->files()[0];
    STRCMP_EQUAL((all[i].pseudonym + ".joint.vcf.gz").c_str(), file.object_name.c_str());
    STRCMP_EQUAL((file.object_name + ".tbi").c_str(), file.index_object_name.c_str());
    LONGS_EQUAL(1, file.transform.columns.size());
    LONGS_EQUAL(i == 0 ? 2 : 0, file.transform.columns[0].source);
    STRCMP_EQUAL(all[i].pseudonym.c_str(), file.transform.columns[0].name.c_str());
    CHECK_TRUE(file.transform.columns[0].check ==
               genomics::column_check(file.transform.name_key, i == 0 ? "SAMPLE-01" : "SAMPLE-02"));
    CHECK_TRUE(file.transform.bare_sites == genomics::BareSites::keep);
    CHECK_TRUE(all[i].parcel->dictionary()->words() > 0);
  }
  const auto words = pseudonymise::words_of(*house.consented(), false);
  CHECK_TRUE(std::any_of(words.begin(), words.end(), [](const auto& word) {
    return word.value == "STRANGER-1" && word.kind == "sample name in a joint file";
  }));
}

TEST(Assignment, gives_every_object_a_name_of_its_own) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  house.add_file("SAMPLE-01", "a/SAMPLE-01.bed", "bed", "chr1\t0\t10\n");
  house.add_file("SAMPLE-01", "b/SAMPLE-01.bed", "bed", "chr1\t0\t20\n");
  const auto all = assigned();
  LONGS_EQUAL(2, all[0].parcel->files().size());
  CHECK(all[0].parcel->files()[0].object_name != all[0].parcel->files()[1].object_name);
}

TEST(Assignment, links_sample_and_subject_before_there_is_a_parcel) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  add_fastq("SAMPLE-01");
  const auto all = assigned();
  LONGS_EQUAL(2, house.links.size());
  STRCMP_EQUAL(("national subject " + all[0].subject_pseudonym + " SUBJECT-01 SUBJECT-01").c_str(),
               house.links[0].c_str());
  STRCMP_EQUAL(("national sample " + all[0].pseudonym + " SAMPLE-01 SUBJECT-01").c_str(), house.links[1].c_str());
}

TEST(Assignment, makes_no_parcel_without_consent) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  add_fastq("SAMPLE-01");
  house.subjects.told["SAMPLE-01"].records[0].status = "withdrawn";
  const auto denied = assigned();
  CHECK(denied[0].decision.verdict == consent::Verdict::deny);
  CHECK_FALSE(denied[0].parcel.has_value());
  house.subjects.told.clear();
  const auto unknown = assigned();
  CHECK(unknown[0].decision.verdict == consent::Verdict::unknown);
  CHECK_FALSE(unknown[0].parcel.has_value());
  STRCMP_EQUAL("", unknown[0].subject_pseudonym.c_str());
}

TEST(Assignment, waits_for_a_person_when_there_is_no_file_to_send) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  house.settings.policies[0].files = {"bed"};
  house.add_file("SAMPLE-01", "SAMPLE-01.bed.tbi", "tbi", "index");
  const auto all = assigned();
  for (const auto& one : all) {
    CHECK_FALSE(one.parcel.has_value());
    CHECK_FALSE(one.problems.empty());
  }
}

TEST(Assignment, of_two_samples_of_one_person_shares_the_subject_only) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  house.add_sample("SAMPLE-02", "SUBJECT-01");
  add_fastq("SAMPLE-01");
  add_fastq("SAMPLE-02");
  const auto all = assigned();
  LONGS_EQUAL(2, all.size());
  STRCMP_EQUAL(all[0].subject_pseudonym.c_str(), all[1].subject_pseudonym.c_str());
  CHECK(all[0].pseudonym != all[1].pseudonym);
}

TEST(Assignment, of_a_run_without_samples_is_empty) { LONGS_EQUAL(0, assigned().size()); }

TEST(Assignment, looks_for_the_words_of_all_samples_of_the_run) {
  house.add_sample("SAMPLE-01", "SUBJECT-01");
  house.add_sample("SAMPLE-02", "SUBJECT-02");
  house.instrument.told.identifiers.push_back({"operator", "OPERATOR-ONE"});
  add_fastq("SAMPLE-01");
  const auto people = house.consented();
  CHECK_TRUE(people.ok());
  const auto words = pseudonymise::words_of(*people, true);
  for (const auto* wanted : {"SAMPLE-01", "SAMPLE-02", "SUBJECT-01", "SUBJECT-02", "OPERATOR-ONE"}) {
    CHECK_TEXT(std::any_of(words.begin(), words.end(), [&](const verify::Word& word) { return word.value == wanted; }),
               wanted);
  }
}

}  // namespace tributary::fakes
