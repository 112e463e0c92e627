// tests/agent/files/root_test.cpp: a folder that no name leads out of.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <cstring>

#include <fcntl.h>

#include "agent/port/files/files.hpp"
#include "tests/agent/files/folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::files_test {

using files::EntryKind;
using files::FileId;
using files::Root;

TEST_GROUP(Root) {
  Folder outer;
  std::string inside = outer.at("run");

  void setup() override {
    outer.put("secret", "of somebody else");
    outer.put("run-of-others/a", "of somebody else");
    outer.put("run/a", "0123456789");
    outer.put("run/sub/b", "bb");
  }
  Root root() {
    auto opened = Root::open(inside);
    CHECK_TRUE(opened.ok());
    return std::move(*opened);
  }
  void refuses(const std::string& name) {
    const auto here = root();
    const auto file = here.open_file(name);
    CHECK_TEXT(!file.ok(), name.c_str());
    CHECK_TEXT(file.error().remedy == Remedy::give_up, (name + ": " + file.error().what).c_str());
    CHECK_TEXT(!here.read_small(name, 100).ok(), name.c_str());
  }
  void leads_nowhere(const std::string& name) {
    refuses(name);
    const auto here = root();
    CHECK_TEXT(!here.id(name).ok(), name.c_str());
    CHECK_TEXT(!here.exists(name), name.c_str());
    CHECK_TEXT(!here.list(name).ok(), name.c_str());
    CHECK_TEXT(!here.walk(name, 9, [](const auto&, EntryKind, const FileId&) { return true; }).ok(), name.c_str());
  }
};

TEST(Root, reads_a_file_beneath_it) {
  const auto here = root();
  STRCMP_EQUAL("0123456789", here.read_small("a", 10)->c_str());
  STRCMP_EQUAL("bb", here.read_small("sub/b", 10)->c_str());
  STRCMP_EQUAL("bb", here.read_small("sub/../sub/b", 10)->c_str());
  STRCMP_EQUAL(inside.c_str(), here.path().c_str());
  CHECK_TRUE(here.exists("sub"));
}

TEST(Root, is_not_left_by_a_name) {
  leads_nowhere("../secret");
  leads_nowhere("sub/../../secret");
  leads_nowhere("..");
  leads_nowhere("../run-of-others");
  leads_nowhere(outer.at("secret"));
  leads_nowhere(outer.at("run/a"));  // absolute, even when it leads back
}

TEST(Root, is_not_left_through_a_link) {
  outer.link("run/up", "../secret");
  outer.link("run/absolute", outer.at("secret"));
  outer.link("run/self", "/proc/self/cwd");
  outer.link("run/folder", "../run-of-others");
  outer.link("run/chain", "up");
  for (const char* name : {"up", "absolute", "self", "folder", "folder/a", "chain"}) leads_nowhere(name);
}

TEST(Root, refuses_links_that_go_round) {
  outer.link("run/x", "y");
  outer.link("run/y", "x");
  leads_nowhere("x");
}

TEST(Root, follows_a_link_that_stays_inside) {
  outer.link("run/again", "sub/b");
  STRCMP_EQUAL("bb", root().read_small("again", 10)->c_str());
  CHECK_TRUE(*root().id("again") == *root().id("sub/b"));
}

TEST(Root, stays_with_its_directory_when_the_path_is_given_to_another) {
  const auto here = root();
  std::filesystem::rename(inside, outer.at("moved"));
  outer.put("run/a", "another run");
  STRCMP_EQUAL("0123456789", here.read_small("a", 100)->c_str());
}

TEST(Root, is_a_directory_or_nothing) {
  for (const char* name : {"secret", "absent"}) {
    const auto opened = Root::open(outer.at(name));
    CHECK_FALSE(opened.ok());
    CHECK_TRUE(opened.error().remedy == Remedy::ask_operator);
    STRCMP_CONTAINS(name, opened.error().what.c_str());
  }
}

TEST(Root, tells_the_operator_of_a_file_that_is_missing) {
  const auto file = root().open_file("absent");
  CHECK_FALSE(file.ok());
  CHECK_TRUE(file.error().remedy == Remedy::ask_operator);
  STRCMP_CONTAINS("check the path", file.error().hint.c_str());
  CHECK_FALSE(root().exists("absent"));
}

// The name of a run's file may be that of a person.
TEST(Root, names_no_file_of_a_run_in_an_error) {
  const std::string out = "SAMPLE-01-out", large = "SAMPLE-01-large", absent = "SAMPLE-01-absent";
  outer.link("run/" + out, "../secret");
  outer.put("run/" + large, "0123456789");
  const auto here = root();
  std::string said;
  for (const auto& name : {out, absent, absent + "/" + absent, std::string("SAMPLE-01") + std::string(300, 'x')}) {
    said += sentence(here.open_file(name).error()) + sentence(here.list(name).error()) +
            sentence(here.id(name).error()) + sentence(here.read_small(name, 1).error()) +
            sentence(here.walk(name, 1, [](const auto&, EntryKind, const FileId&) { return true; }).error());
  }
  said += sentence(here.read_small(large, 1).error()) + sentence(here.list(large).error());
  CHECK_TEXT(said.find("SAMPLE") == std::string::npos, said.c_str());
}

TEST(Root, refuses_what_is_no_regular_file_and_does_not_hang_at_a_pipe) {
  LONGS_EQUAL(0, ::mkfifo(outer.at("run/pipe").c_str(), 0600));
  outer.link("run/to-pipe", "pipe");
  for (const char* name : {"pipe", "to-pipe", "sub", ""}) {
    const auto file = root().open_file(name);
    CHECK_TEXT(!file.ok() && file.error().remedy == Remedy::give_up, name);
  }
}

TEST(Root, refuses_a_socket) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, outer.at("run/socket").c_str(), sizeof address.sun_path - 1);
  LONGS_EQUAL(0, ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  refuses("socket");
  ::close(socket);
}

// A file server lends a file to its client in this way, for up to 45 s.
TEST(Root, waits_for_no_lease_and_says_that_it_will_be_tried_again) {
  const auto here = root();
  const int verdict = in_child([&] {
    ::signal(SIGIO, SIG_IGN);
    const int lent = ::open(outer.at("run/a").c_str(), O_RDWR | O_CLOEXEC);
    if (::fcntl(lent, F_SETLEASE, F_WRLCK) != 0) return 77;
    ::alarm(10);  // ends a child that asks for ever
    const auto file = here.open_file("a");
    return !file.ok() && file.error().remedy == Remedy::wait ? 0 : 1;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: this file system lends no files");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

TEST(Root, reads_a_small_file_up_to_the_limit_and_not_beyond) {
  STRCMP_EQUAL("0123456789", root().read_small("a", 10)->c_str());
  const auto large = root().read_small("a", 9);
  CHECK_FALSE(large.ok());
  CHECK_TRUE(large.error().remedy == Remedy::give_up);
  STRCMP_CONTAINS("9 bytes", large.error().what.c_str());
  outer.put("run/empty", "");
  CHECK_TRUE(root().read_small("empty", 0)->empty());
}

TEST(Root, lists_in_order_and_says_what_each_is) {
  LONGS_EQUAL(0, ::mkfifo(outer.at("run/pipe").c_str(), 0600));
  outer.link("run/link", "sub");
  outer.put("run/.hidden", "");
  outer.put("run/B", "");
  const auto listed = root().list("");
  CHECK_TRUE(listed.ok());
  std::string said;
  for (const auto& entry : *listed) said += entry.name + std::to_string(static_cast<int>(entry.kind)) + " ";
  STRCMP_EQUAL(".hidden0 B0 a0 link2 pipe3 sub1 ", said.c_str());
  LONGS_EQUAL(1, root().list("sub")->size());
  CHECK_FALSE(root().list("a").ok());
}

// A file that is the same before and after the work was the same all the time.
TEST_GROUP(FileId) {
  Folder folder;
  void setup() override { folder.put("run/a", "0123456789"); }
  FileId now() { return *Root::open(folder.at("run"))->id("a"); }
};

TEST(FileId, is_the_same_by_name_and_by_descriptor) {
  const auto root = Root::open(folder.at("run"));
  const auto file = root->open_file("a");
  CHECK_TRUE(*files::identify(*file) == now());
  LONGS_EQUAL(10, now().size);
}

TEST(FileId, shows_a_file_that_was_replaced_by_one_of_the_same_size_and_time) {
  const auto root = Root::open(folder.at("run"));
  const auto file = root->open_file("a");
  folder.put("run/b", "9876543210");
  struct stat info{};
  CHECK_TRUE(::fstat(file->get(), &info) == 0);
  const timespec times[2] = {info.st_atim, info.st_mtim};
  CHECK_TRUE(::utimensat(AT_FDCWD, folder.at("run/b").c_str(), times, 0) == 0);
  std::filesystem::rename(folder.at("run/b"), folder.at("run/a"));
  const auto before = *files::identify(*file);
  LONGS_EQUAL(before.size, now().size);
  CHECK_TRUE(before.mtime_ns == now().mtime_ns);
  CHECK_FALSE(before == now());
}

TEST(FileId, shows_a_file_that_was_written_to) {
  const auto before = now();
  const timespec later[2] = {{0, UTIME_OMIT}, {before.mtime_ns / 1'000'000'000, before.mtime_ns % 1'000'000'000 + 1}};
  const bool whole = before.mtime_ns % 1'000'000'000 == 999'999'999;
  CHECK_TRUE(whole || ::utimensat(AT_FDCWD, folder.at("run/a").c_str(), later, 0) == 0);
  CHECK_TRUE(whole || before.mtime_ns + 1 == now().mtime_ns);  // not a nanosecond is lost
  folder.put("run/a", "012345678");
  CHECK_FALSE(before == now());
}

TEST(FileId, of_no_descriptor_is_an_error) { CHECK_FALSE(files::identify(files::Fd()).ok()); }

}  // namespace tributary::files_test
