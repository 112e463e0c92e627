// tests/line/joint_test.cpp: a joint VCF of four persons, two of whom agreed: each parcel holds one column.
#include <algorithm>
#include <filesystem>

#include "agent/base/text.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr const char* joint_vcf =
    "##fileformat=VCFv4.3\n"
    "##SAMPLE=<ID=STRANGER-88,Description=\"of another laboratory\">\n"
    "##contig=<ID=chr1,length=100000>\n"
    "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Count\">\n"
    "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Called\">\n"
    "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
    "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Depths\">\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE-01\tSTRANGER-88\tSAMPLE-03\tSAMPLE-02\n"
    "chr1\t100\t.\tA\tC\t50\tPASS\tAC=2;AN=8;DP=91\tGT:AD\t0/1:11,12\t0/1:21,22\t0/0:31,32\t0/0:41,42\n"
    "chr1\t200\t.\tA\tC,G\t50\tPASS\tAC=3,1;AN=8;DP=92\tGT:AD\t0/0:11,0,0\t1/1:0,22,0\t0/1:31,32,0\t0/2:41,0,43\n"
    "chr1\t300\t.\tA\tC\t50\tPASS\tAC=2;AN=8;DP=93\tGT:AD\t0/0:11,0\t0/1:21,22\t0/1:31,32\t0/0:41,0\n"
    "chr1\t400\t.\tA\tC\t50\tPASS\tAC=8;AN=8;DP=94\tGT:AD\t1/1:0,12\t1/1:0,22\t1/1:0,32\t1/1:0,42\n";

class Collector final : public stream::Sink, public genomics::ContentTap {
 public:
  Status write(ByteView bytes) override { return content({}, bytes); }
  Status content(const genomics::Place&, ByteView bytes) override {
    all += text(bytes);
    return {};
  }
  std::string all;
};

std::string decrypted(const Laboratory& laboratory, const std::string& path) {
  auto file = files::open_for_reading(path);
  CHECK_TRUE(file.ok());
  auto plain =
      crypt4gh::DecryptingSource::open(std::make_unique<files::FdSource>(std::move(*file)), laboratory.recipient());
  CHECK_TRUE(plain.ok());
  Collector content;
  CHECK_TRUE(stream::copy(**plain, content).ok());
  return content.all;
}

std::string unpacked(const std::string& directory, const std::string& bytes) {
  const auto path = directory + "/plain";
  CHECK_TRUE(files::write_atomic(path, view(bytes), 0600).ok());
  auto file = files::open_for_reading(path);
  Collector content;
  const Stop stop;
  CHECK_TRUE(genomics::scan_content(*file, "", content, stop).ok());
  return content.all;
}

}  // namespace

TEST_GROUP(Joint) {
  Laboratory laboratory{10};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  fakes::TemporaryDirectory directory;

  void setup() override {
    laboratory.run().file("Data/Intensities/BaseCalls/cohort.vcf.gz", fakes::gzip(joint_vcf));
    laboratory.run().file("Data/Intensities/BaseCalls/cohort.vcf.gz.tbi", "made anew");
    laboratory.send("vcf");
  }
  // Of each VCF that was delivered: its columns' line and its records, without the pseudonym.
  std::vector<std::string> delivered() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(far.path())) {
      const auto name = entry.path().filename().string();
      if (!name.ends_with(".vcf.gz.c4gh")) continue;
      const auto content = unpacked(directory.path(), decrypted(laboratory, entry.path()));
      for (const char* word : {"SAMPLE-", "STRANGER", "DP=9"})
        CHECK_TEXT(content.find(word) == std::string::npos, word);
      auto lines = content.substr(content.find("#CHROM"));
      const auto pseudonym = name.substr(0, name.find('.'));
      const auto at = lines.find("\t" + pseudonym + "\n");
      CHECK_TRUE(at != std::string::npos);
      lines.erase(at + 1, pseudonym.size());
      out.push_back(lines);
    }
    std::sort(out.begin(), out.end());
    return out;
  }
};

TEST(Joint, file_is_delivered_column_by_column_for_those_who_agreed) {
  Agent agent{laboratory, far, clock};
  CHECK_TEXT(agent.is_open(), agent.log().c_str());
  CHECK_TRUE(agent.run_to_the_end());
  const auto files = delivered();
  LONGS_EQUAL_TEXT(2, files.size(), (agent.log() + agent.reasons()).c_str());
  const std::string head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t\n";
  STRCMP_EQUAL((head + "chr1\t100\t.\tA\tC\t50\tPASS\tAC=1;AN=2\tGT:AD\t0/1:11,12\n"
                       "chr1\t400\t.\tA\tC\t50\tPASS\tAC=2;AN=2\tGT:AD\t1/1:0,12\n")
                   .c_str(),
               files[0].c_str());
  STRCMP_EQUAL((head + "chr1\t200\t.\tA\tG\t50\tPASS\tAC=1;AN=2\tGT:AD\t0/1:41,43\n"
                       "chr1\t400\t.\tA\tC\t50\tPASS\tAC=2;AN=2\tGT:AD\t1/1:0,42\n")
                   .c_str(),
               files[1].c_str());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
  for (const char* word : {"SAMPLE-0", "STRANGER-88", "cohort.vcf"}) {
    CHECK_TEXT(agent.log().find(word) == std::string::npos, word);
    CHECK_TEXT(agent.receipts().find(word) == std::string::npos, word);
    CHECK_TEXT(agent.state_bytes().find(word) == std::string::npos, word);
  }
}

}  // namespace tributary::line_test
