// tests/agent/plugin/loader_test.cpp: which files are taken for plugins, and which are not.
#include "agent/plugin/loader.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <CppUTest/TestHarness.h>

namespace {

using tributary::Remedy;
using tributary::plugin::Loader;
namespace fs = std::filesystem;

}  // namespace

TEST_GROUP(Loader) {
  std::string directory;

  void setup() override {
    std::string pattern = (fs::temp_directory_path() / "tributary-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    ::chmod(directory.c_str(), 0755);
  }
  void teardown() override { fs::remove_all(directory); }

  void take(const std::string& flaw) {
    fs::copy_file(std::string(TRIBUTARY_FLAWED_PLUGINS) + "/" + flaw + ".so", directory + "/" + flaw + ".so");
    ::chmod((directory + "/" + flaw + ".so").c_str(), 0644);
  }
  std::string complaint(const std::string& name) {
    const auto loaded = Loader(directory).load(TRIBUTARY_DESTINATION, name);
    CHECK_FALSE_TEXT(loaded.ok(), name.c_str());
    LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(loaded.error().remedy));
    return tributary::sentence(loaded.error());
  }
};

TEST(Loader, takes_a_plugin_without_flaws) {
  take("none");
  const auto loaded = Loader(directory).load(TRIBUTARY_DESTINATION, "none");
  CHECK_TRUE(loaded.ok());
  STRCMP_EQUAL("flawed", (*loaded)->name);
}

TEST(Loader, lists_what_there_is_when_the_name_is_unknown) {
  take("none");
  take("no_ops");
  STRCMP_CONTAINS("no plugin 'drs'", complaint("drs").c_str());
  STRCMP_CONTAINS("there are: no_ops, none", complaint("drs").c_str());
}

TEST(Loader, takes_no_path_for_a_name) {
  take("none");
  fs::create_directory(directory + "/inner");
  for (const auto* name : {"../none", "inner/../none", "/etc/passwd", "", ".", "none.so"}) complaint(name);
}

TEST(Loader, refuses_another_abi_and_names_both) {
  take("wrong_abi");
  STRCMP_CONTAINS("made for ABI 2.5, this agent has 1.5", complaint("wrong_abi").c_str());
  take("newer_minor");
  STRCMP_CONTAINS("made for ABI 1.6, this agent has 1.5", complaint("newer_minor").c_str());
}

TEST(Loader, refuses_another_kind) {
  take("wrong_kind");
  STRCMP_CONTAINS("is of kind consent, wanted is destination", complaint("wrong_kind").c_str());
}

TEST(Loader, refuses_a_descriptor_that_is_not_complete) {
  take("no_ops");
  take("short_descriptor");
  STRCMP_CONTAINS("not complete", complaint("no_ops").c_str());
  complaint("short_descriptor");
}

TEST(Loader, refuses_what_is_no_plugin) {
  take("no_entry");
  STRCMP_CONTAINS("no plugin of tributary", complaint("no_entry").c_str());
  std::ofstream(directory + "/text.so") << "not a library";
  ::chmod((directory + "/text.so").c_str(), 0644);
  complaint("text");
}

TEST(Loader, refuses_what_others_may_write) {
  take("none");
  for (const unsigned mode : {0664U, 0646U, 0777U}) {
    ::chmod((directory + "/none.so").c_str(), mode);
    STRCMP_CONTAINS("others may write to it", complaint("none").c_str());
  }
  ::chmod((directory + "/none.so").c_str(), 0644);
  ::chmod(directory.c_str(), 0777);
  STRCMP_CONTAINS("others may write to it", complaint("none").c_str());
}

TEST(Loader, refuses_what_belongs_to_another_user) {
  take("none");
  if (::chown((directory + "/none.so").c_str(), 65534, 65534) != 0) return;  // only root can give files away
  STRCMP_CONTAINS("belongs to another user", complaint("none").c_str());
}

TEST(Loader, follows_no_link_to_a_place_that_others_may_write) {
  take("none");
  const auto open_place = directory + "/open";
  fs::create_directory(open_place);
  fs::copy_file(directory + "/none.so", open_place + "/real.so");
  ::chmod(open_place.c_str(), 0777);
  fs::create_symlink(open_place + "/real.so", directory + "/linked.so");
  complaint("linked");
}
