// tests/plugins/folder/folder_test.cpp: the plugin `folder` holds what every destination must, and its own rules.
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "plugins/destinations/folder/posix.hpp"
#include "tests/suites/destination_suite.hpp"
#include "tests/suites/instance.hpp"
#include "tests/suites/parcel_on_hand.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_folder(void);

namespace fs = std::filesystem;
namespace suites = tributary::suites;
namespace folder = tributary::folder;
namespace sdk = tributary::sdk;

namespace {

class FolderFarSide : public suites::FarSide {
 public:
  FolderFarSide() {
    std::string name = (fs::temp_directory_path() / "tributary-folder-XXXXXX").string();
    path = mkdtemp(name.data());
    host_.settings["path"] = path.string();
  }
  ~FolderFarSide() override { fs::remove_all(path); }
  FolderFarSide(const FolderFarSide&) = delete;
  FolderFarSide& operator=(const FolderFarSide&) = delete;

  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_folder(); }
  [[nodiscard]] tributary::fakes::PluginHost& host() override { return host_; }
  [[nodiscard]] std::map<std::string, std::string> visible() override {
    std::map<std::string, std::string> out;
    for (const auto& parcel : fs::directory_iterator(path)) {
      if (!parcel.is_directory() || parcel.path().filename().string().front() == '.') continue;
      for (const auto& file : fs::directory_iterator(parcel)) {
        std::ifstream in(file.path(), std::ios::binary);
        out[file.path().filename().string()] = std::string(std::istreambuf_iterator<char>(in), {});
      }
    }
    return out;
  }
  [[nodiscard]] std::size_t left_over() override {
    std::size_t hidden = 0;
    for (const auto& entry : fs::directory_iterator(path)) {
      hidden += entry.path().filename().string().front() == '.' ? 1U : 0U;
    }
    return hidden;
  }
  bool lose_reply(std::size_t) override { return false; }

  fs::path path;

 private:
  tributary::fakes::PluginHost host_{tributary_plugin_folder()};
};

}  // namespace

TEST_GROUP(FolderDestination) {
  FolderFarSide far;
  suites::ParcelOnHand parcel{
      "p-0001", {{"TL-A.manifest.json.c4gh", "manifest", true}, {"TL-A.bed.c4gh", "x", false}}, 4096};
  tributary_note note{};

  tributary_outcome push() {
    suites::Instance<tributary_destination_ops> at(tributary_plugin_folder(), far.host());
    return at.ops().push(at.self(), parcel.abi(), &note);
  }
  tributary_outcome withdraw() {
    suites::Instance<tributary_destination_ops> at(tributary_plugin_folder(), far.host());
    return at.ops().withdraw(at.self(), "p-0001", nullptr, 0, &note);
  }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((far.path / name).parent_path());
    std::ofstream(far.path / name) << text;
  }
};

TEST(FolderDestination, holds_what_every_destination_must) {
  suites::destination_must_hold([] { return std::make_unique<FolderFarSide>(); });
}

TEST(FolderDestination, never_replaces_a_file_that_it_did_not_put_there) {
  put("p-0001/TL-A.bed.c4gh", "somebody's");
  LONGS_EQUAL(TRIBUTARY_BROKEN, push());
  STRCMP_EQUAL("somebody's", far.visible()["TL-A.bed.c4gh"].c_str());
}

TEST(FolderDestination, never_changes_a_parcel_whose_manifest_is_there) {
  LONGS_EQUAL(TRIBUTARY_DONE, push());
  put("p-0001/TL-A.bed.c4gh", "changed");
  LONGS_EQUAL(TRIBUTARY_BROKEN, push());
  STRCMP_EQUAL("changed", far.visible()["TL-A.bed.c4gh"].c_str());
}

TEST(FolderDestination, replaces_what_its_own_interrupted_commit_left_of_an_older_sealing) {
  put("p-0001/TL-A.bed.c4gh", "older sealing");
  far.host().memory["p-0001"] = "committing";
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, push(), note.what);
  CHECK_TRUE(far.visible() == parcel.contents());
}

TEST(FolderDestination, sends_a_staged_file_again_only_when_it_differs) {
  put(".p-0001.part/TL-A.bed.c4gh", "x");
  put(".p-0001.part/TL-A.manifest.json.c4gh", "cut");
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, push(), note.what);
  LONGS_EQUAL(1, parcel.reads);
}

TEST(FolderDestination, waits_for_a_folder_that_is_not_mounted_and_withdraws_nothing_from_it) {
  far.host().settings["marker"] = "share-1.id";
  LONGS_EQUAL(TRIBUTARY_LATER, push());
  LONGS_EQUAL(TRIBUTARY_LATER, withdraw());
  LONGS_EQUAL(2, far.host().away);
  put("share-1.id", "");
  LONGS_EQUAL(TRIBUTARY_DONE, push());
  LONGS_EQUAL(2, far.host().away);
  far.host().settings["path"] = (far.path / "away").string();
  LONGS_EQUAL(TRIBUTARY_LATER, push());
  LONGS_EQUAL(TRIBUTARY_LATER, withdraw());
  LONGS_EQUAL(4, far.host().away);
}

TEST(FolderDestination, is_away_for_everybody_when_the_disk_says_no_and_for_nobody_when_a_name_is_taken) {
  const auto outcome_of = [](int number) {
    try {
      folder::fail("writing", number);
    } catch (const folder::Away& away) {
      return "away " + std::to_string(away.code());
    } catch (const sdk::Outcome& outcome) {
      return "here " + std::to_string(outcome.code());
    }
  };
  for (const int number : {ENOSPC, EDQUOT, EROFS, EIO, ESTALE, ENOENT})
    STRCMP_EQUAL(("away " + std::to_string(TRIBUTARY_LATER)).c_str(), outcome_of(number).c_str());
  for (const int number : {EACCES, EPERM})
    STRCMP_EQUAL(("away " + std::to_string(TRIBUTARY_BROKEN)).c_str(), outcome_of(number).c_str());
  for (const int number : {ENOTDIR, ELOOP})
    STRCMP_EQUAL(("here " + std::to_string(TRIBUTARY_BROKEN)).c_str(), outcome_of(number).c_str());
  put("p-0001/TL-A.bed.c4gh", "somebody's");
  LONGS_EQUAL(TRIBUTARY_BROKEN, push());
  LONGS_EQUAL(0, far.host().away);
}

TEST(FolderDestination, does_not_follow_links_out_of_its_folder) {
  fs::create_directories(far.path / "elsewhere");
  fs::create_directory_symlink(far.path / "elsewhere", far.path / "p-0001");
  LONGS_EQUAL(TRIBUTARY_BROKEN, push());
  CHECK_TRUE(fs::is_empty(far.path / "elsewhere"));
}

TEST(FolderDestination, takes_no_parcel_whose_id_is_a_path) {
  parcel.id = "../x";
  auto abi = *parcel.abi();
  abi.id = parcel.id.c_str();
  suites::Instance<tributary_destination_ops> at(tributary_plugin_folder(), far.host());
  LONGS_EQUAL(TRIBUTARY_BROKEN, at.ops().push(at.self(), &abi, &note));
  LONGS_EQUAL(TRIBUTARY_BROKEN, at.ops().withdraw(at.self(), "../x", nullptr, 0, &note));
}
