// tests/agent/identify/identify_test.cpp: whose data a settled run holds; every doubt withholds.
#include "agent/identify/identify.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "agent/identify/arrival.hpp"
#include "agent/identify/names.hpp"
#include "agent/identify/surroundings.hpp"
#include "tests/fakes/run_folder.hpp"

#include <CppUTest/TestHarness.h>

using tributary::Remedy;
using tributary::Result;
using tributary::Stop;
using tributary::identify::Checks;
using tributary::identify::IdentifiedRun;
using tributary::identify::IdentifiedSample;
using tributary::identify::SampleFile;
using tributary::identify::surroundings;
using tributary::plugin::Description;
using tributary::plugin::Instrument;
using tributary::plugin::Unit;

namespace {

class FakeInstrument final : public Instrument {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] int recognise(const std::string&) override { return 100; }
  [[nodiscard]] Result<Unit> settled(const std::string&) override { return Unit{"RUN-0001", "Analysis/1", "Model"}; }
  [[nodiscard]] Result<Description> describe(const std::string&, const Unit&) override { return told; }
  Description told;

 private:
  std::string name_ = "fake";
};

}  // namespace

TEST_GROUP(Identify) {
  tributary::fakes::RunFolder run{"RUN-0001"};
  FakeInstrument instrument;
  tributary::ManualClock clock{1763719200};
  tributary::watch::Watcher watcher{{&instrument}, clock};

  void setup() override {
    sample("SAMPLE-01", "PROJECT-A", "Name_One");
    sample("SAMPLE-02", "PROJECT-B", "Name_Two");
  }
  void sample(const std::string& id, const std::string& project, const std::string& name = {}) {
    instrument.told.samples.push_back({id, project, {}});
    if (!name.empty()) instrument.told.samples.back().aliases.push_back({name, true});
  }
  void file(const std::string& id, const std::string& path, const std::string& kind, const std::string& content,
            const std::string& read = {}, const std::string& part = {}) {
    run.file(path, content);
    instrument.told.files.push_back({id, path, kind, read, part});
  }
  Result<IdentifiedRun> identify(const Checks& checks = {}) {
    const auto sighting = watcher.look_at(run.path(), "auto");
    CHECK_TRUE(sighting.ok());
    CHECK_TRUE(sighting->settled.has_value());
    return tributary::identify::identify(*sighting->settled, instrument, checks);
  }
  IdentifiedRun identified() {
    auto result = identify();
    CHECK_TRUE_TEXT(result.ok(), result.ok() ? "" : result.error().what.c_str());
    return *result;
  }
  std::string reason(const IdentifiedRun& of, const std::string& path) {
    for (const auto& withheld : of.withheld()) {
      if (withheld.path == path) return withheld.reason;
    }
    return {};
  }
  bool knows(const IdentifiedSample& of, const std::string& value) {
    const auto& all = of.identity.identifiers();
    return std::any_of(all.begin(), all.end(), [&](const auto& word) { return word.value == value; });
  }
};

TEST(Identify, gives_samples_their_files_and_words) {
  instrument.told.samples[0].aliases.push_back({"born in May", false});
  instrument.told.identifiers = {{"operator", "Op-One"}, {"flow cell", "22CC55LT4"}, {"instrument", "LH00130"}};
  instrument.told.withheld = {{"Undetermined_S0_R1_001.fastq.gz", "undetermined reads"}};
  file("SAMPLE-01", "SAMPLE-01.hard-filtered.vcf.gz", "vcf", "vcf name=SAMPLE-01 id=LIB-77 ");
  file("SAMPLE-01", "SAMPLE-01.hard-filtered.vcf.gz.tbi", "tbi", "index");
  const auto found = identified();
  CHECK_EQUAL(2, found.samples().size());
  const auto& first = found.samples()[0];
  CHECK_EQUAL(2, first.files.size());
  STRCMP_EQUAL("hard-filtered", first.files[0].suffix.c_str());
  STRCMP_EQUAL("hard-filtered", first.files[1].suffix.c_str());
  CHECK(first.files[0].id.size > 0);
  for (const char* word : {"SAMPLE-01", "Name_One", "PROJECT-A", "born in May", "LIB-77"})
    CHECK_TRUE_TEXT(knows(first, word), word);
  CHECK_EQUAL(2, first.identity.file_names().size());
  CHECK(first.problems.empty());
  const auto surroundings_too = found.identifiers().size();
  CHECK_TRUE(surroundings_too >= 2);
  STRCMP_EQUAL("operator", found.identifiers()[0].kind.c_str());
  STRCMP_EQUAL("run", found.identifiers()[1].kind.c_str());
  for (std::size_t i = 2; i < surroundings_too; ++i) {
    const auto& kind = found.identifiers()[i].kind;
    CHECK_TRUE_TEXT(kind == "host" || kind == "folder", kind.c_str());
  }
  CHECK_EQUAL(2, found.read_name_words().size());
  STRCMP_EQUAL("undetermined reads", reason(found, "Undetermined_S0_R1_001.fastq.gz").c_str());
}

TEST(Identify, knows_the_machine_and_the_folders_above_the_run) {
  std::string told;
  for (const auto& word : surroundings("/data/Ward-Quxholm/2025/LH00130-out/runs/RUN-0001/", "quxbox.lab.example")) {
    told += word.kind + "=" + word.value + " ";
  }
  STRCMP_EQUAL("host=quxbox.lab.example host=quxbox folder=Ward-Quxholm folder=LH00130-out ", told.c_str());
  CHECK_TRUE(surroundings("/data/runs/RUN-0001", "localhost").empty());
  CHECK_TRUE(surroundings("", "").empty());
  const auto above = std::filesystem::path(run.path()).parent_path().filename().string();
  const auto has_folder = [&](const IdentifiedRun& found) {
    return std::any_of(found.identifiers().begin(), found.identifiers().end(),
                       [&](const auto& word) { return word.kind == "folder" && word.value == above; });
  };
  CHECK_TRUE(has_folder(identified()));
  instrument.told.identifiers = {{"instrument", above}};  // it stands in every name of a read
  CHECK_FALSE(has_folder(identified()));
}

TEST(Identify, withholds_a_file_whose_header_names_another_sample_of_the_run) {
  file("SAMPLE-01", "SAMPLE-01.bam", "bam", "bam name=SAMPLE-02 ");
  file("SAMPLE-01", "SAMPLE-01.bam.bai", "bai", "index");
  file("SAMPLE-02", "SAMPLE-02.cram", "cram", "cram name=name-one ");  // munged and in another case
  const auto found = identified();
  STRCMP_EQUAL("its header names another sample of the run", reason(found, "SAMPLE-01.bam").c_str());
  STRCMP_EQUAL("its header names another sample of the run", reason(found, "SAMPLE-02.cram").c_str());
  STRCMP_EQUAL("the file that it indexes is withheld", reason(found, "SAMPLE-01.bam.bai").c_str());
  CHECK(found.samples()[0].files.empty());
}

TEST(Identify, withholds_a_file_whose_container_was_made_for_another_sample) {
  file("SAMPLE-01", "SAMPLE-01_S1_L001_R1_001.fastq.gz", "fastq", "fastq id=/tmp/SAMPLE-02_S2_L001_R1_001.fastq ", "R1",
       "L001");
  file("SAMPLE-02", "SAMPLE-02_S2_L001_R1_001.fastq.gz", "fastq", "fastq id=SAMPLE-02_S2_L001_R1_001.fastq ", "R1",
       "L001");
  const auto found = identified();
  STRCMP_EQUAL("its header names another sample of the run",
               reason(found, "SAMPLE-01_S1_L001_R1_001.fastq.gz").c_str());
  CHECK_EQUAL(1, found.samples()[1].files.size());
}

TEST(Identify, searches_for_the_name_inside_of_a_file_name_in_a_header) {
  file("SAMPLE-01", "SAMPLE-01_S1_R1_001.fastq.gz", "fastq", "fastq id=STRANGER-7_S1_R1_001.fastq ", "R1");
  const auto found = identified();
  CHECK_EQUAL(1, found.samples()[0].files.size());
  CHECK(knows(found.samples()[0], "STRANGER-7"));
}

TEST(Identify, withholds_reads_of_several_samples) {
  file("SAMPLE-01", "SAMPLE-01.bam", "bam", "bam name=SAMPLE-01 name=NORMAL-01 ");
  CHECK(reason(identified(), "SAMPLE-01.bam").find("names") != std::string::npos);
}

TEST(Identify, gives_a_joint_file_to_each_sample_that_a_column_is_named_after) {
  sample("SAMPLE-03", "PROJECT-A");
  file("", "cohort.vcf.gz", "vcf", "vcf name=STRANGER-1 name=SAMPLE-02 name=Name_One name=STRANGER-2 id=MOTHER-5 ");
  file("", "cohort.vcf.gz.tbi", "tbi", "index");
  const auto found = identified();
  CHECK(found.withheld().empty());
  const auto &one = found.samples()[0].files, &two = found.samples()[1].files;
  CHECK_EQUAL(2, one.size());
  CHECK_EQUAL(2, two.size());
  CHECK_EQUAL(2, one[0].column->number);
  STRCMP_EQUAL("Name_One", one[0].column->name.c_str());
  CHECK_EQUAL(1, two[0].column->number);
  STRCMP_EQUAL("joint", two[0].suffix.c_str());
  CHECK_FALSE(one[1].column.has_value());
  CHECK(found.samples()[2].files.empty());
  for (const char* word : {"STRANGER-1", "STRANGER-2", "MOTHER-5"}) {
    const auto& words = found.identifiers();
    CHECK(std::any_of(words.begin(), words.end(), [&](const auto& known) { return known.value == word; }));
  }
  CHECK(
      std::all_of(found.samples().begin(), found.samples().end(), [](const auto& of) { return of.problems.empty(); }));
}

TEST(Identify, gives_a_sample_its_column_of_a_file_with_columns_of_nobody) {
  file("SAMPLE-01", "SAMPLE-01.sv.vcf.gz", "vcf", "vcf name=SAMPLE-01 name=NORMAL-01 ");
  const auto found = identified();
  CHECK_EQUAL(1, found.samples()[0].files.size());
  CHECK_EQUAL(0, found.samples()[0].files[0].column->number);
  STRCMP_EQUAL("sv-joint", found.samples()[0].files[0].suffix.c_str());
}

TEST(Identify, gives_no_column_of_which_it_is_not_sure) {
  sample("SAMPLE-03", "PROJECT-A", "SAMPLE-02");
  file("", "shared.vcf", "vcf", "vcf name=SAMPLE-01 name=SAMPLE-02 ");     // two samples are called so
  file("", "twice.vcf", "vcf", "vcf name=SAMPLE-01 name=Name_One ");       // two columns of one sample
  file("", "same.bcf", "bcf", "bcf name=SAMPLE-01 name=SAMPLE-01 ");       // twice the same
  file("", "munged.gvcf", "gvcf", "vcf name=SAMPLE.01 name=name_one ");    // not exactly
  file("", "single.vcf", "vcf", "vcf name=SAMPLE-01 ");                    // no joint file
  file("SAMPLE-01", "SAMPLE-01.vcf", "vcf", "vcf name=Name_Two name=X ");  // named after another one
  file("", "reads.bam", "bam", "bam name=SAMPLE-01 ");
  const auto found = identified();
  CHECK_EQUAL(1, found.samples()[0].files.size());
  STRCMP_EQUAL("shared.vcf", found.samples()[0].files[0].path.c_str());
  CHECK(found.samples()[1].files.empty());
  CHECK(found.samples()[2].files.empty());
  for (const char* path : {"shared.vcf", "twice.vcf", "same.bcf"})
    CHECK_TEXT(reason(found, path).find("ambiguous") == 0, path);
  STRCMP_EQUAL("its columns name no sample of the run", reason(found, "munged.gvcf").c_str());
  STRCMP_EQUAL("no sample of the sheet has its name, and it is no joint file", reason(found, "single.vcf").c_str());
  STRCMP_CONTAINS("named after a sample that no column", reason(found, "SAMPLE-01.vcf").c_str());
  STRCMP_EQUAL("its sample is not in the sheet", reason(found, "reads.bam").c_str());
}

TEST(Identify, withholds_joint_files_with_more_names_than_can_be_searched_for) {
  const auto columns = [](int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += "name=C" + std::to_string(i) + " ";
    return text;
  };
  file("", "a.vcf", "vcf", "vcf name=SAMPLE-01 " + columns(0, 2999));
  file("", "b.vcf", "vcf", "vcf name=SAMPLE-01 " + columns(0, 2999));
  file("", "c.vcf", "vcf", "vcf name=SAMPLE-01 " + columns(2999, 5000));
  file("", "d.vcf", "vcf", "vcf name=SAMPLE-01 " + columns(2999, 4999));
  const auto found = identified();
  CHECK_EQUAL(3, found.samples()[0].files.size());
  STRCMP_EQUAL("its header names 2002 samples, and no more than 5000 in all joint files of a run can be searched for",
               reason(found, "c.vcf").c_str());
}

TEST(Identify, lets_the_columns_decide_when_two_samples_claim_a_joint_file) {
  file("SAMPLE-01", "pair.vcf", "vcf", "vcf name=SAMPLE-01 name=SAMPLE-02 ");
  instrument.told.files.push_back({"SAMPLE-02", "pair.vcf", "vcf", "", ""});
  file("SAMPLE-01", "one.vcf", "vcf", "vcf name=SAMPLE-01 ");
  instrument.told.files.push_back({"SAMPLE-02", "one.vcf", "vcf", "", ""});
  const auto found = identified();
  CHECK_EQUAL(1, found.samples()[0].files.size());
  CHECK_EQUAL(1, found.samples()[1].files.size());
  CHECK_EQUAL(1, found.samples()[1].files[0].column->number);
  STRCMP_EQUAL("ambiguous: 2 samples claim it", reason(found, "one.vcf").c_str());
}

TEST(Identify, holds_a_sample_whose_header_has_a_name_that_nobody_knows) {
  file("SAMPLE-01", "SAMPLE-01.bam", "bam", "bam name=STRANGER-9 ");
  const auto found = identified();
  STRCMP_EQUAL("its header names a sample that the sheet does not know", reason(found, "SAMPLE-01.bam").c_str());
  CHECK_EQUAL(1, found.samples()[0].problems.size());
  CHECK(knows(found.samples()[0], "STRANGER-9"));
  const auto& words = found.identifiers();
  CHECK(std::any_of(words.begin(), words.end(), [](const auto& word) { return word.value == "STRANGER-9"; }));
}

TEST(Identify, takes_the_vendors_spelling_of_a_name_for_the_name) {
  file("SAMPLE-01", "SAMPLE-01.bam", "bam", "bam name=Name-One ");
  const auto found = identified();
  CHECK_EQUAL(1, found.samples()[0].files.size());
  CHECK(knows(found.samples()[0], "Name-One"));
}

TEST(Identify, tells_samples_apart_that_differ_in_punctuation_only) {
  sample("A_1", "P");
  sample("A-1", "P");
  file("A_1", "one.bam", "bam", "bam name=A_1 ");
  file("A-1", "two.bam", "bam", "bam name=A.1 ");
  const auto found = identified();
  CHECK_EQUAL(1, found.samples()[2].files.size());
  CHECK(reason(found, "two.bam").find("ambiguous") != std::string::npos);
}

TEST(Identify, gives_a_file_that_two_samples_claim_to_none) {
  file("SAMPLE-01", "x.bam", "bam", "bam ");
  instrument.told.files.push_back({"SAMPLE-02", "x.bam", "bam", "", ""});
  const auto found = identified();
  CHECK(reason(found, "x.bam").find("ambiguous") != std::string::npos);
  CHECK(found.samples()[0].files.empty());
  CHECK(found.samples()[1].files.empty());
}

TEST(Identify, gives_bytes_that_stand_under_two_samples_to_none) {
  file("SAMPLE-01", "x.bam", "bam", "bam ");
  std::filesystem::create_hard_link(run.path() + "/x.bam", run.path() + "/y.bam");
  instrument.told.files.push_back({"SAMPLE-02", "y.bam", "bam", "", ""});
  const auto found = identified();
  CHECK(reason(found, "x.bam").find("same file") != std::string::npos);
  CHECK(reason(found, "y.bam").find("same file") != std::string::npos);
}

TEST(Identify, withholds_names_that_lead_elsewhere) {
  run.link("out.bam", "/etc/passwd").link("up.bam", "../outside.bam").folder("folder.bam");
  tributary::fakes::TemporaryDirectory elsewhere;
  for (const char* path :
       {"out.bam", "up.bam", "folder.bam", "../RUN-0001/x.bam", "/etc/passwd", "a\nb.bam", "a//b.bam", "c\xff.bam"}) {
    instrument.told.files.push_back({"SAMPLE-01", path, "bam", "", ""});
  }
  const auto found = identified();
  CHECK(found.samples()[0].files.empty());
  CHECK_EQUAL(8, found.withheld().size());
}

TEST(Identify, follows_no_plugin_into_unknown_kinds_samples_and_empty_files) {
  file("SAMPLE-01", "x.pod5", "pod5", "raw");
  file("SAMPLE-77", "x.bam", "bam", "bam ");
  file("SAMPLE-01", "empty.bam", "bam", "");
  file("SAMPLE-01", "lies.bam", "bam", "vcf ");
  file("SAMPLE-01", "torn.bam", "bam", "damaged ");
  file("SAMPLE-01", "lone.bai", "bai", "index");
  file("SAMPLE-01", "odd.fastq.gz", "fastq", "fastq ", "R9");
  const auto found = identified();
  CHECK(found.samples()[0].files.empty());
  CHECK_EQUAL(7, found.withheld().size());
  STRCMP_EQUAL("unknown kind of file", reason(found, "x.pod5").c_str());
  STRCMP_EQUAL("its sample is not in the sheet", reason(found, "x.bam").c_str());
  STRCMP_EQUAL("an index without its file", reason(found, "lone.bai").c_str());
}

TEST(Identify, waits_for_files_that_do_not_fit_the_manifest) {
  file("SAMPLE-01", "x.bam", "bam", "bam ");
  instrument.told.promises = {{"x.bam", 4, tributary::fakes::crc32_of("bam ")}};
  CHECK_TRUE(identify().ok());
  instrument.told.promises[0].size = 5;
  auto result = identify();
  CHECK_FALSE(result.ok());
  CHECK(result.error().remedy == Remedy::wait);
  STRCMP_EQUAL("a file has 4 bytes, the instrument's manifest promises 5", result.error().what.c_str());
  instrument.told.promises[0] = {"x.bam", -1, 7};
  result = identify();
  CHECK_FALSE(result.ok());
  CHECK(result.error().remedy == Remedy::wait);
  CHECK(result.error().what.find("x.bam") == std::string::npos);
  Checks without;
  without.checksums = false;
  CHECK_TRUE(identify(without).ok());
}

TEST(Identify, stops_when_asked_to) {
  file("SAMPLE-01", "x.bam", "bam", "bam ");
  Stop stop;
  stop.request();
  Checks checks;
  checks.stop = &stop;
  const auto result = identify(checks);
  CHECK_FALSE(result.ok());
  CHECK(result.error().remedy == Remedy::wait);
}

TEST(Identify, waits_for_a_file_that_is_away) {
  file("SAMPLE-01", "x.bam", "bam", "bam ");
  run.remove("x.bam");
  const auto result = identify();
  CHECK_FALSE(result.ok());
  CHECK(result.error().remedy == Remedy::wait);
}

TEST(Identify, misses_the_other_half_of_a_pair) {
  for (const char* lane : {"L001", "L002"}) {
    file("SAMPLE-01", std::string("a_") + lane + "_R1.fastq.gz", "fastq", "fastq ", "R1", lane);
    file("SAMPLE-02", std::string("b_") + lane + "_R1.fastq.gz", "fastq", "fastq ", "R1", lane);
  }
  CHECK(identified().samples()[0].problems.empty());  // a run of single reads
  file("SAMPLE-01", "a_L001_R2.fastq.gz", "fastq", "fastq ", "R2", "L001");
  file("SAMPLE-02", "b_L001_R2.fastq.gz", "fastq", "fastq ", "R2", "L001");
  file("SAMPLE-02", "b_L002_R2.fastq.gz", "fastq", "fastq ", "R2", "L002");
  const auto found = identified();
  CHECK_EQUAL(1, found.samples()[0].problems.size());
  STRCMP_EQUAL("L002: R1 without R2, though the run has pairs", found.samples()[0].problems[0].c_str());
  CHECK(found.samples()[1].problems.empty());
}

TEST(Identify, numbers_files_that_would_get_the_same_name) {
  file("SAMPLE-01", "SAMPLE-01.vcf", "vcf", "vcf name=SAMPLE-01 ");
  file("SAMPLE-01", "SAMPLE-01.Jane-Doe.vcf", "vcf", "vcf name=SAMPLE-01 ");
  file("SAMPLE-01", "SAMPLE-01.sv.vcf", "vcf", "vcf name=SAMPLE-01 ");
  const auto found = identified();
  const auto& files = found.samples()[0].files;
  CHECK_EQUAL(3, files.size());
  STRCMP_EQUAL("", files[0].suffix.c_str());
  STRCMP_EQUAL("sv", files[1].suffix.c_str());
  STRCMP_EQUAL("2", files[2].suffix.c_str());
}

TEST(Identify, keeps_words_of_read_names_out_of_what_is_searched_for) {
  instrument.told.identifiers = {{"flow cell", "22CC55LT4"}};
  file("SAMPLE-01", "SAMPLE-01.bam", "bam", "bam name=SAMPLE-01 id=22CC55LT4.1 id=LIB-1 ");
  const auto found = identified();
  CHECK_FALSE(knows(found.samples()[0], "22CC55LT4.1"));
  CHECK(knows(found.samples()[0], "LIB-1"));
}

TEST(Identify, sees_two_projects_of_one_sample) {
  sample("SAMPLE-01", "PROJECT-Z");
  const auto found = identified();
  CHECK_EQUAL(2, found.samples().size());
  CHECK_EQUAL(1, found.samples()[0].problems.size());
}

TEST(Identify, asks_an_operator_about_a_sample_without_id) {
  sample("", "P");
  const auto result = identify();
  CHECK_FALSE(result.ok());
  CHECK(result.error().remedy == Remedy::ask_operator);
}

TEST_GROUP(Arrival){};

TEST(Arrival, makes_the_crc_of_zlib) {
  using tributary::identify::crc32;
  CHECK_EQUAL(0xcbf43926U, crc32(0, tributary::view("123456789")));  // the check value of CRC-32
  CHECK_EQUAL(0U, crc32(0, {}));
  std::string long_text;
  for (int i = 0; i < 1000; ++i) long_text += static_cast<char>(i * 7);
  for (std::size_t cut = 0; cut <= 24; ++cut) {
    const auto whole = tributary::view(long_text);
    CHECK_EQUAL(tributary::fakes::crc32_of(long_text), crc32(crc32(0, whole.first(cut)), whole.subspan(cut)));
  }
}
