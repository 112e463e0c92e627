// tests/agent/files/mounts_test.cpp: what lies behind a path, and links that lead nowhere else.
#include <sys/stat.h>

#include "agent/port/files/files.hpp"
#include "tests/agent/files/folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::files_test {
namespace {

void must_be_zero(int verdict) {
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

}  // namespace

TEST_GROUP(FileSystem) { Folder folder; };

TEST(FileSystem, is_the_same_for_one_folder_and_another_for_another) {
  folder.put("a/x", "x");
  folder.put("b/x", "x");
  const auto a = files::file_system(folder.at("a"));
  CHECK_TRUE(a.ok());
  CHECK_TRUE(a->identity() == files::file_system(folder.at("a"))->identity());
  CHECK_FALSE(a->identity() == files::file_system(folder.at("b"))->identity());
  CHECK_FALSE(a->type.empty() || a->mount_point.empty());
  const auto file = files::file_system(folder.at("a/x"));
  CHECK_TRUE(file.ok());
  LONGS_EQUAL(a->mount, file->mount);
  CHECK_FALSE(a->read_only || a->remote);
}

TEST(FileSystem, that_is_mounted_over_a_folder_is_another_one) {
  folder.put("runs of a week/x", "x");
  must_be_zero(in_child([&] {
    const auto place = folder.at("runs of a week");
    const auto before = files::file_system(place);
    if (!cover(place, "64k")) return 77;
    const auto after = files::file_system(place);
    if (!before || !after || before->identity() == after->identity() || before->mount == after->mount) return 1;
    if (after->type != "tmpfs" || after->mount_point != place) return 2;  // the kernel writes spaces as \\040
    if (::mount(nullptr, place.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
    return files::file_system(place)->read_only ? 0 : 3;
  }));
}

TEST(FileSystem, that_is_not_there_asks_for_the_mount) {
  const auto none = files::file_system(folder.at("none"));
  CHECK_FALSE(none.ok());
  STRCMP_CONTAINS("mounted", none.error().hint.c_str());
}

TEST_GROUP(HardLink) {
  Folder folder;
  files::Fd opened(const std::string& name) {
    auto file = files::open_regular(folder.at(name));
    CHECK_TRUE(file.ok());
    return std::move(*file);
  }
};

TEST(HardLink, keeps_the_content_and_the_identity_of_a_file) {
  folder.put("a", "content");
  const auto file = opened("a");
  const auto before = files::identify(file);
  CHECK_TRUE(files::make_link(file, folder.at("b")).ok());
  std::filesystem::remove(folder.at("a"));
  STRCMP_EQUAL("content", folder.content("b").c_str());
  CHECK_TRUE(*before == *files::identify(opened("b")));
}

TEST(HardLink, never_takes_a_name_that_is_taken) {
  folder.put("a", "content");
  folder.put("b", "other");
  CHECK_FALSE(files::make_link(opened("a"), folder.at("b")).ok());
  STRCMP_EQUAL("other", folder.content("b").c_str());
}

TEST(HardLink, into_another_mount_tells_what_to_do) {
  folder.put("a", "content");
  folder.put("there/x", "x");
  must_be_zero(in_child([&] {
    if (!cover(folder.at("there"), "64k")) return 77;
    const auto made = files::make_link(opened("a"), folder.at("there/a"));
    if (made || made.error().remedy != Remedy::ask_operator) return 1;
    return made.error().hint.find("ReadWritePaths=") != std::string::npos ? 0 : 2;
  }));
}

TEST(HardLink, of_a_file_that_is_not_ours_tells_of_the_kernel) {
  folder.put("a", "content");
  must_be_zero(in_child([&] {
    std::ifstream setting("/proc/sys/fs/protected_hardlinks");
    int protects = 0;
    if (!(setting >> protects) || protects == 0 || ::geteuid() != 0) return 77;
    if (::chmod(folder.path.c_str(), 0777) != 0 || ::chmod(folder.at("a").c_str(), 0644) != 0) return 77;
    const auto file = opened("a");
    if (::setresuid(65534, 65534, 65534) != 0) return 77;
    const auto made = files::make_link(file, folder.at("b"));
    return !made && made.error().hint.find("fs.protected_hardlinks") != std::string::npos ? 0 : 1;
  }));
}

TEST_GROUP(Directory) { Folder folder; };

TEST(Directory, of_files_is_removed_and_one_that_is_not_there_is_fine) {
  folder.put("links/0", "x");
  folder.put("links/1", "x");
  CHECK_TRUE(files::remove_directory(folder.at("links")).ok());
  STRCMP_EQUAL("", folder.names().c_str());
  CHECK_TRUE(files::remove_directory(folder.at("links")).ok());
}

TEST(Directory, with_directories_inside_is_left) {
  folder.put("links/deeper/0", "x");
  CHECK_FALSE(files::remove_directory(folder.at("links")).ok());
  STRCMP_EQUAL("x", folder.content("links/deeper/0").c_str());
}

}  // namespace tributary::files_test
