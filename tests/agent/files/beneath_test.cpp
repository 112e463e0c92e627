// tests/agent/files/beneath_test.cpp: names resolve in the same way with openat2 and where the kernel refuses it.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include <fcntl.h>

#include "agent/port/files/files.hpp"
#include "tests/agent/files/folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::files_test {

using files::Root;

// What a system call filter of a container or of RestrictSUIDSGID= does, for this process and what it becomes.
static bool forbid_openat2(unsigned answer) {
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | answer),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {4, rules};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static bool openat2_answers(int number) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  return ::syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof how) < 0 && errno == number;
}

TEST_GROUP(Beneath) {
  Folder outer;

  void setup() override {
    outer.put("secret", "outside");
    outer.put("folder/a", "outside");
    outer.put("run/a", "a");
    outer.put("run/sub/b", "b");
    outer.put("run/sub/deep/c", "c");
    outer.link("run/to-a", "a");
    outer.link("run/to-sub", "sub/");
    outer.link("run/sub/up", "..");
    outer.link("run/sub/round", "../sub/../to-sub/deep/../b");
    outer.link("run/sub/deep/out", "../../../folder");
    outer.link("run/dot", ".");
    outer.link("run/nothing", "absent");
    outer.link("run/absolute", outer.at("run/a"));
    outer.link("run/chain0", "a");
    for (int i = 1; i <= 40; ++i) outer.link("run/chain" + std::to_string(i), "chain" + std::to_string(i - 1));
  }
  Root root() {
    auto opened = Root::open(outer.at("run"));
    CHECK_TRUE(opened.ok());
    return std::move(*opened);
  }
};

// Every row must be what the kernel's own rules (openat2(2), path_resolution(7)) say, in whichever way it is found.
TEST(Beneath, a_name_is_what_the_kernel_says) {
  const struct {
    const char *name, *content;  // of the file; "/" a folder; otherwise the text of errno
  } cases[] = {
      {"a", "a"},
      {"./sub//b", "b"},
      {"sub/deep/../b", "b"},
      {"sub/deep/../../a", "a"},
      {"to-a", "a"},
      {"to-sub/b", "b"},
      {"to-sub", "/"},
      {"to-sub/", "/"},
      {"sub/up/a", "a"},
      {"sub/up/sub/up/to-sub/up/a", "a"},
      {"sub/round", "b"},
      {"dot/dot/./dot/a", "a"},
      {"chain39", "a"},
      {"", "/"},
      {".", "/"},
      {"sub", "/"},
      {"sub/", "/"},
      {"sub/..", "/"},
      {"sub/up", "/"},
      {"chain40", "Too many levels of symbolic links"},
      {"..", "Invalid cross-device link"},
      {"sub/../..", "Invalid cross-device link"},
      {"sub/up/..", "Invalid cross-device link"},
      {"../run/a", "Invalid cross-device link"},
      {"sub/deep/out", "Invalid cross-device link"},
      {"sub/deep/out/a", "Invalid cross-device link"},
      {"absolute", "Invalid cross-device link"},
      {"/", "Invalid cross-device link"},
      {"a/", "Not a directory"},
      {"a/.", "Not a directory"},
      {"a/..", "Not a directory"},
      {"to-a/b", "Not a directory"},
      {"absent", "No such file or directory"},
      {"absent/..", "No such file or directory"},
      {"nothing", "No such file or directory"},
  };
  const auto here = root();
  for (const auto& [name, content] : cases) {
    const auto id = here.id(name);
    const auto listed = here.list(name);
    const auto file = here.read_small(name, 100);
    const bool folder = std::strcmp(content, "/") == 0;
    const bool found = folder || std::strlen(content) == 1;
    CHECK_EQUAL_TEXT(found, id.ok(), name);
    CHECK_EQUAL_TEXT(found, here.exists(name), name);
    CHECK_EQUAL_TEXT(folder, listed.ok(), name);
    CHECK_EQUAL_TEXT(found && !folder, file.ok(), name);
    if (!found) STRCMP_CONTAINS_TEXT(content, id.error().what.c_str(), name);
    if (!found) STRCMP_CONTAINS_TEXT(content, file.error().what.c_str(), name);
    if (!found) STRCMP_CONTAINS_TEXT(content, listed.error().what.c_str(), name);
    if (found && !folder) STRCMP_EQUAL_TEXT(content, file->c_str(), name);
  }
}

// Somebody exchanges a folder, and then a file, with a link to the outside, as fast as the kernel can.
TEST(Beneath, what_is_exchanged_meanwhile_leads_nowhere_else) {
  outer.put("run/sub/a", "inside");
  outer.link("run/other", "../folder");
  outer.link("run/another", "../secret");
  const struct {
    std::string one, other;
    const char* name;
  } cases[] = {{outer.at("run/sub"), outer.at("run/other"), "sub/a"},
               {outer.at("run/a"), outer.at("run/another"), "a"}};
  const auto here = root();
  for (const auto& [one, other, name] : cases) {
    const auto exchange = [from = one.c_str(), to = other.c_str()] {
      return ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0;
    };
    CHECK_TRUE(exchange());
    std::atomic<bool> stop = false;
    std::thread exchanging([&] {
      while (!stop) exchange();
    });
    int inside = 0, refused = 0, outside = 0;
    for (int i = 0; i < 40000 || inside == 0 || refused == 0; ++i) {
      const auto file = here.read_small(name, 100);
      ++(!file ? refused : *file == "outside" ? outside : inside);
    }
    stop = true;
    exchanging.join();
    LONGS_EQUAL_TEXT(0, outside, name);
  }
}

// The same tests once more in a process that may not call openat2.
TEST(Beneath, nothing_changes_where_the_kernel_has_no_openat2) {
  if (openat2_answers(ENOSYS) || openat2_answers(EPERM)) return;  // it is not there anyway, or this is that process
  for (const int answer : {ENOSYS, EPERM}) {
    for (const char* name : {"Beneath", "Root", "Walk", "FileId"}) {
      const int verdict = in_child([&] {
        if (!forbid_openat2(static_cast<unsigned>(answer)) || !openat2_answers(answer)) return 77;
        ::execl("/proc/self/exe", "test_files", "-sg", name, nullptr);
        return 78;
      });
      LONGS_EQUAL_TEXT(0, verdict, name);
    }
  }
}

}  // namespace tributary::files_test
