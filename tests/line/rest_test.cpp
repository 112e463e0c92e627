// tests/line/rest_test.cpp: run folders that are not found again: their rows come to rest, with a reason.
#include <cstdio>
#include <filesystem>

#include "agent/port/files/files.hpp"
#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {

TEST_GROUP(Rest) {
  Laboratory laboratory{10};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Agent agent{laboratory, far, clock};
  std::string folder = laboratory.run().path();

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
  void look() {
    clock.advance(60);
    agent.look();
  }
  /// `NAME STATE: REASON` of every row, a line each.
  std::string rows() {
    std::string out;
    auto all = agent.journal().runs();
    if (!all) return sentence(all.error());
    for (const auto& row : *all) {
      out += std::string(watch::name_of(static_cast<watch::RunState>(row.state))) + ": " + row.reason + "\n";
    }
    return out;
  }
  void runs_again() { laboratory.run().remove("RTAComplete.txt"); }
  void is_complete() { laboratory.run().file("RTAComplete.txt", "11/20/2025,15:11:43.174,Illumina RTA 1.18.54\n"); }
  void rename_to(const std::string& other) { std::filesystem::rename(folder, other); }
};

TEST(Rest, comes_to_a_run_whose_folder_is_renamed_while_it_runs) {
  runs_again();
  look();
  STRCMP_CONTAINS("running: ", rows().c_str());
  rename_to(folder + "-renamed");
  look();
  STRCMP_CONTAINS("unrecognised: its folder is not there any more", rows().c_str());
  STRCMP_CONTAINS("\nrunning: ", rows().c_str());
  LONGS_EQUAL(2, agent.journal().runs()->size());
}

TEST(Rest, comes_to_a_run_whose_folder_is_gone_and_all_is_well_then) {
  runs_again();
  look();
  std::filesystem::remove_all(folder);
  look();
  STRCMP_EQUAL("unrecognised: its folder is not there any more: it was renamed, moved or deleted\n", rows().c_str());
  CHECK_TRUE(*agent.runner().all_is_well());
  look();
  const auto& log = agent.log();
  const auto first = log.find("its folder is not there any more");
  LONGS_EQUAL_TEXT(std::string::npos, log.find("its folder is not there any more", first + 1), log.c_str());
}

TEST(Rest, ends_when_the_folder_is_there_again) {
  agent.runner().look(false);
  STRCMP_CONTAINS("settling: ", rows().c_str());
  rename_to(laboratory.path() + "/elsewhere");
  look();
  STRCMP_CONTAINS("unrecognised: ", rows().c_str());
  std::filesystem::rename(laboratory.path() + "/elsewhere", folder);
  look();
  STRCMP_EQUAL("settled: \n", rows().c_str());
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST(Rest, is_not_for_runs_whose_file_system_is_away) {
  agent.runner().look(false);
  const auto parent = laboratory.runs();
  std::filesystem::rename(parent, parent + "-unmounted");
  look();
  std::filesystem::create_directory(parent);  // the mount point without its file system
  look();
  STRCMP_CONTAINS("settling: ", rows().c_str());
  std::filesystem::remove(parent);
  std::filesystem::rename(parent + "-unmounted", parent);
}

TEST(Rest, leaves_alone_what_was_read_to_its_end) {
  CHECK_TRUE(agent.run_to_the_end());
  std::filesystem::remove_all(folder);
  look();
  STRCMP_EQUAL("settled: \n", rows().c_str());
}

TEST(Rest, comes_to_a_row_when_its_folder_holds_another_result) {
  CHECK_TRUE(agent.run_to_the_end());
  runs_again();
  look();
  STRCMP_CONTAINS("running: ", rows().c_str());
  laboratory.run().folder("Alignment_1/20251121_101112");
  std::filesystem::rename(folder + "/Data/Intensities/BaseCalls", folder + "/Alignment_1/20251121_101112/Fastq");
  is_complete();
  look();
  LONGS_EQUAL_TEXT(2, agent.journal().runs()->size(), rows().c_str());
  STRCMP_CONTAINS("settled: a newer result of the same folder came after it\nsettled: \n", rows().c_str());
}

TEST(Rest, comes_to_a_row_that_lies_in_no_configured_run_folder) {
  journal::RunRow row;
  row.folder_tag = agent.journal().tag("tributary/v1/run-folder", "/elsewhere/RUN");
  row.name = "RUN";
  row.state = static_cast<int>(watch::RunState::settling);
  CHECK_TRUE(agent.journal().put_run(row).ok());
  look();
  STRCMP_CONTAINS("unrecognised: its folder lies in none of the configured run folders\n", rows().c_str());
}

}  // namespace tributary::line_test
