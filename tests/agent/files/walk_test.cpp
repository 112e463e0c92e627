// tests/agent/files/walk_test.cpp: everything below a folder, while others change it.
#include <sys/stat.h>

#include "agent/port/files/files.hpp"
#include "tests/agent/files/folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::files_test {

using files::EntryKind;
using files::FileId;
using files::Root;

namespace fs = std::filesystem;

TEST_GROUP(Walk) {
  Folder outer;
  void setup() override {
    outer.put("elsewhere/x", "");
    outer.put("run/a", "0123456789");
    outer.put("run/sub/b", "bb");
    outer.put("run/sub/deep/c", "ccc");
  }
  struct Seen {
    std::string paths;
    Status done;
  };
  Seen walk(const std::string& from, unsigned depth, const std::function<bool(const std::string&)>& then = nullptr) {
    Seen seen;
    const auto root = Root::open(outer.at("run"));
    seen.done = root->walk(from, depth, [&](const std::string& path, EntryKind, const FileId&) {
      seen.paths += path + " ";
      return !then || then(path);
    });
    return seen;
  }
};

TEST(Walk, visits_parents_before_what_is_in_them) {
  const auto seen = walk("", 9);
  CHECK_TRUE(seen.done.ok());
  STRCMP_EQUAL("a sub sub/b sub/deep sub/deep/c ", seen.paths.c_str());
  STRCMP_EQUAL("sub/b sub/deep sub/deep/c ", walk("sub", 9).paths.c_str());
}

TEST(Walk, goes_no_deeper_than_told) {
  STRCMP_EQUAL("a sub ", walk("", 1).paths.c_str());
  STRCMP_EQUAL("a sub sub/b sub/deep ", walk("", 2).paths.c_str());
  STRCMP_EQUAL("", walk("", 0).paths.c_str());
}

TEST(Walk, ends_when_the_visitor_has_enough) {
  const auto seen = walk("", 9, [](const std::string& path) { return path != "sub/b"; });
  CHECK_TRUE(seen.done.ok());
  STRCMP_EQUAL("a sub sub/b ", seen.paths.c_str());
}

TEST(Walk, reports_links_and_pipes_and_enters_neither) {
  outer.link("run/out", "../elsewhere");
  outer.link("run/round", ".");
  LONGS_EQUAL(0, ::mkfifo(outer.at("run/pipe").c_str(), 0600));
  std::string said;
  const auto root = Root::open(outer.at("run"));
  const auto done = root->walk("", 2, [&](const std::string& path, EntryKind kind, const FileId& id) {
    said += path + std::to_string(static_cast<int>(kind)) + " ";
    if (path == "a") LONGS_EQUAL(10, id.size);
    return true;
  });
  CHECK_TRUE(done.ok());
  STRCMP_EQUAL("a0 out2 pipe3 round2 sub1 sub/b0 sub/deep1 ", said.c_str());
}

TEST(Walk, gives_the_identity_that_the_file_has_by_name) {
  const auto root = Root::open(outer.at("run"));
  const auto done = root->walk("", 9, [&](const std::string& path, EntryKind, const FileId& id) {
    CHECK_TEXT(id == *root->id(path), path.c_str());
    return true;
  });
  CHECK_TRUE(done.ok());
}

TEST(Walk, of_what_is_no_folder_is_an_error) {
  CHECK_TRUE(walk("a", 1).done.error().remedy == Remedy::ask_operator);
  CHECK_TRUE(walk("absent", 1).done.error().remedy == Remedy::ask_operator);
}

TEST(Walk, goes_on_when_a_file_went_away_since_it_was_listed) {
  const auto seen = walk("", 9, [&](const std::string& path) {
    if (path == "a") fs::remove_all(outer.at("run/sub"));
    return true;
  });
  CHECK_TRUE(seen.done.ok());
  STRCMP_EQUAL("a ", seen.paths.c_str());
}

TEST(Walk, goes_on_when_a_folder_went_away_since_it_was_visited) {
  outer.put("run/zoo/z", "");
  const auto seen = walk("", 9, [&](const std::string& path) {
    if (path == "sub") fs::remove_all(outer.at("run/sub"));
    return true;
  });
  CHECK_TEXT(seen.done.ok(), seen.done.ok() ? "" : seen.done.error().what.c_str());
  STRCMP_EQUAL("a sub zoo zoo/z ", seen.paths.c_str());
}

TEST(Walk, enters_no_link_that_took_the_place_of_a_folder) {
  outer.put("run/other/x", "");
  const auto seen = walk("", 9, [&](const std::string& path) {
    if (path == "sub") {
      fs::rename(outer.at("run/sub"), outer.at("moved"));
      outer.link("run/sub", "other");
    }
    return true;
  });
  STRCMP_EQUAL("a other sub ", seen.paths.substr(0, 12).c_str());
  CHECK_TRUE(seen.paths.find("sub/x") == std::string::npos);
  CHECK_FALSE(seen.done.ok());  // half of a listing must not be taken for the whole
  CHECK_TRUE(seen.done.error().remedy == Remedy::wait);
}

TEST(Walk, of_a_deep_tree_needs_no_more_descriptors_than_of_a_flat_one) {
  std::string path = "run";
  for (int i = 0; i < 60; ++i) path += "/d";
  outer.put(path + "/end", "");
  std::size_t most = 0;
  const auto seen = walk("d", 100, [&](const std::string&) {
    const auto open =
        static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
    most = std::max(most, open);
    return true;
  });
  CHECK_TRUE(seen.done.ok());
  CHECK_TRUE(seen.paths.ends_with("/end "));
  CHECK_TRUE(most < 20);
}

}  // namespace tributary::files_test
