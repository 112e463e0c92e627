// tests/agent/files/path_test.cpp: files of the house itself: keys, configuration, the state directory, its lock.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "agent/port/files/files.hpp"
#include "agent/port/files/posix/fd.hpp"
#include "tests/agent/files/folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::files_test {

namespace fs = std::filesystem;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0xFFFFU;
}

/// The mask of this process, for one scope.
class Mask {
 public:
  explicit Mask(unsigned mask) : before_(::umask(static_cast<mode_t>(mask))) {}
  ~Mask() { ::umask(before_); }
  Mask(const Mask&) = delete;
  Mask& operator=(const Mask&) = delete;

 private:
  mode_t before_;
};

}  // namespace

TEST_GROUP(SmallFile) { Folder folder; };

TEST_GROUP(RegularFile){};

TEST(SmallFile, is_read_up_to_the_limit_and_not_beyond) {
  const std::string large(40'000, 'x');
  folder.put("a", large);
  CHECK_TRUE(*files::read_small(folder.at("a"), large.size()) == large);
  const auto more = files::read_small(folder.at("a"), large.size() - 1);
  CHECK_FALSE(more.ok());
  CHECK_TRUE(more.error().remedy == Remedy::give_up);
  STRCMP_CONTAINS("39999 bytes", more.error().what.c_str());
  folder.put("empty", "");
  CHECK_TRUE(files::read_small(folder.at("empty"), 0)->empty());
}

TEST(SmallFile, is_refused_when_it_has_no_end) { CHECK_FALSE(files::read_named("/dev/zero", 1U << 20).ok()); }

TEST(SmallFile, that_somebody_names_may_be_a_pipe) {
  LONGS_EQUAL(0, ::mkfifo(folder.at("pipe").c_str(), 0600));
  const pid_t writer = ::fork();
  if (writer == 0) {
    const int pipe = ::open(folder.at("pipe").c_str(), O_WRONLY);
    ::_exit(::write(pipe, "a word", 6) == 6 ? 0 : 1);
  }
  STRCMP_EQUAL("a word", files::read_named(folder.at("pipe"), 100)->c_str());
  int status = 0;
  CHECK_TRUE(::waitpid(writer, &status, 0) == writer && status == 0);
}

TEST(SmallFile, that_is_missing_or_a_directory_is_told_by_its_path) {
  for (const auto& path : {folder.at("absent"), folder.path, folder.at("absent/x")}) {
    const auto content = files::read_small(path, 10);
    const auto opened = files::open_for_reading(path);
    CHECK_FALSE(content.ok() || opened.ok());
    CHECK_TRUE(content.error().remedy == Remedy::ask_operator && opened.error().remedy == Remedy::ask_operator);
    STRCMP_CONTAINS(path.c_str(), content.error().what.c_str());
    STRCMP_CONTAINS(path.c_str(), opened.error().what.c_str());
  }
}

TEST(RegularFile, is_opened_and_nothing_else_is_waited_for) {
  Folder folder;
  folder.put("a", "x");
  fs::create_symlink("a", folder.at("link"));
  LONGS_EQUAL(0, ::mkfifo(folder.at("pipe").c_str(), 0600));
  CHECK_TRUE(files::open_regular(folder.at("a")).ok() && files::open_regular(folder.at("link")).ok());
  for (const auto& path : {folder.at("pipe"), std::string("/dev/null")}) {
    const auto opened = files::open_regular(path);
    CHECK_FALSE(opened.ok());
    CHECK_TRUE(opened.error().remedy == Remedy::give_up);
    STRCMP_CONTAINS((path + " is no regular file").c_str(), opened.error().what.c_str());
  }
  CHECK_TRUE(files::open_regular(folder.path).error().remedy == Remedy::ask_operator);
  CHECK_TRUE(files::open_regular(folder.at("absent")).error().remedy == Remedy::ask_operator);
}

TEST(RegularFile, takes_its_name_as_do_pipes_folders_and_links_to_nothing) {
  Folder folder;
  folder.put("a", "x");
  fs::create_symlink("nowhere", folder.at("link"));
  LONGS_EQUAL(0, ::mkfifo(folder.at("pipe").c_str(), 0600));
  for (const auto* name : {"a", "link", "pipe"}) CHECK_TRUE_TEXT(files::exists(folder.at(name)), name);
  CHECK_TRUE(files::exists(folder.path));
  CHECK_FALSE(files::exists(folder.at("absent")));
}

TEST(SmallFile, of_another_user_asks_the_operator_for_the_right) {
  folder.put("a", "x");
  ::chmod(folder.at("a").c_str(), 0);
  LONGS_EQUAL(0, in_child([&] {
                if (::geteuid() == 0 && (::chmod(folder.path.c_str(), 0755) != 0 || ::setuid(65534) != 0)) return 2;
                const auto content = files::read_small(folder.at("a"), 10);
                if (content.ok() || content.error().remedy != Remedy::ask_operator) return 1;
                return content.error().hint.find("right") != std::string::npos ? 0 : 3;
              }));
}

TEST(SmallFile, with_a_strange_name_breaks_no_line_of_the_log) {
  const auto said = files::read_small(folder.at("a\nlevel=info\x1b[2J"), 10).error().what;
  CHECK_TRUE(said.find_first_of("\n\x1b") == std::string::npos);
}

TEST_GROUP(AtomicWrite) {
  Folder folder;
  Status write(const std::string& name, const std::string& content, unsigned mode = 0600) {
    return files::write_atomic(folder.at(name), view(content), mode);
  }
};

TEST(AtomicWrite, makes_a_file_of_exactly_the_mode_whatever_the_mask) {
  for (const unsigned mask : {0U, 022U, 0777U}) {
    const Mask masked(mask);
    CHECK_TRUE(write("secret", "s").ok());
    LONGS_EQUAL(0600, mode_of(folder.at("secret")));
    CHECK_TRUE(write("open", "o", 0644).ok());
    LONGS_EQUAL(0644, mode_of(folder.at("open")));
  }
  STRCMP_EQUAL("open secret", folder.names().c_str());
}

TEST(AtomicWrite, gives_the_new_mode_to_a_file_that_was_open_to_all) {
  folder.put("a", "old");
  ::chmod(folder.at("a").c_str(), 0666);
  CHECK_TRUE(write("a", "new").ok());
  LONGS_EQUAL(0600, mode_of(folder.at("a")));
  STRCMP_EQUAL("new", folder.content("a").c_str());
}

TEST(AtomicWrite, leaves_the_old_content_to_who_has_it_open) {
  folder.put("a", "old content");
  files::FdSource reader(std::move(*files::open_for_reading(folder.at("a"))));
  CHECK_TRUE(write("a", "new").ok());
  Bytes into(100);
  STRCMP_EQUAL("old content", std::string(text(ByteView(into).first(*reader.read(into)))).c_str());
}

TEST(AtomicWrite, takes_the_place_of_a_link_and_leaves_its_target) {
  folder.put("target", "old");
  folder.link("a", "target");
  CHECK_TRUE(write("a", "new").ok());
  CHECK_FALSE(fs::is_symlink(folder.at("a")));
  STRCMP_EQUAL("old", folder.content("target").c_str());
}

TEST(AtomicWrite, on_a_full_disk_waits_for_room_and_keeps_the_old_content) {
  const int verdict = in_child([&] {
    if (!cover(folder.path, "64k")) return 77;
    folder.put("a", "old");
    const auto done = write("a", std::string(200'000, 'n'));
    if (done || done.error().remedy != Remedy::wait) return 1;
    if (done.error().what.find(folder.at("a")) == std::string::npos) return 2;  // which of the file systems is full
    if (done.error().hint.find("make room") == std::string::npos) return 3;
    return folder.content("a") == "old" && folder.names() == "a" ? 0 : 4;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

TEST(AtomicWrite, on_a_disk_that_became_read_only_asks_the_operator_to_look_at_it) {
  const int verdict = in_child([&] {
    if (!cover(folder.path, "64k")) return 77;
    if (::mount(nullptr, folder.path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
    const auto done = write("a", "x");
    if (done || done.error().remedy != Remedy::ask_operator) return 1;
    return done.error().hint.find("mounted read-only") != std::string::npos ? 0 : 2;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

TEST(AtomicWrite, that_may_grow_no_further_keeps_the_old_content_and_leaves_nothing_else) {
  folder.put("a", "old");
  LONGS_EQUAL(0, in_child([&] {
                ::signal(SIGXFSZ, SIG_IGN);
                const rlimit limit{4096, 4096};
                if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
                return write("a", std::string(10'000, 'n')).ok() ? 1 : 0;
              }));
  STRCMP_EQUAL("old", folder.content("a").c_str());
  STRCMP_EQUAL("a", folder.names().c_str());
}

TEST(AtomicWrite, onto_a_directory_fails_and_leaves_nothing) {
  fs::create_directory(folder.at("d"));
  const auto done = write("d", "x");
  CHECK_FALSE(done.ok());
  CHECK_TRUE(done.error().remedy == Remedy::ask_operator);
  STRCMP_EQUAL("d", folder.names().c_str());
}

TEST(AtomicWrite, into_a_directory_that_is_missing_asks_the_operator) {
  const auto done = write("absent/a", "x");
  CHECK_TRUE(!done.ok() && done.error().remedy == Remedy::ask_operator);
  STRCMP_CONTAINS("absent/a", done.error().what.c_str());
}

TEST(AtomicWrite, works_beside_the_working_directory) {
  LONGS_EQUAL(0, in_child([&] {
                if (::chdir(folder.path.c_str()) != 0) return 2;
                return files::write_atomic("plain", view("x"), 0600).ok() ? 0 : 1;
              }));
  STRCMP_EQUAL("x", folder.content("plain").c_str());
}

TEST(AtomicWrite, can_be_freed_of_the_drafts_that_a_crash_left) {
  for (const char* name : {"a.aB3x9Z", "a.aB3x9", "a.json", "b.aB3x9Z", "a"}) folder.put(name, "x");
  CHECK_TRUE(files::remove_drafts(folder.at("a")).ok());
  STRCMP_EQUAL("a a.aB3x9 a.json b.aB3x9Z", folder.names().c_str());
  CHECK_TRUE(!files::remove_drafts(folder.at("absent/a")).ok());
}

TEST_GROUP(Directories) { Folder folder; };

TEST(Directories, are_made_with_their_parents_and_the_mode) {
  const Mask masked(0);
  CHECK_TRUE(files::make_directories(folder.at("a/b/c/"), 0700).ok());
  for (const char* name : {"a", "a/b", "a/b/c"}) LONGS_EQUAL(0700, mode_of(folder.at(name)));
  LONGS_EQUAL(0, in_child([&] {
                if (::chdir(folder.path.c_str()) != 0) return 2;
                return files::make_directories("x/y", 0700).ok() ? 0 : 1;
              }));
  CHECK_TRUE(fs::is_directory(folder.at("x/y")));
}

TEST(Directories, that_are_there_are_left_as_they_are) {
  fs::create_directory(folder.at("a"));
  ::chmod(folder.at("a").c_str(), 0750);
  CHECK_TRUE(files::make_directories(folder.at("a"), 0700).ok());
  LONGS_EQUAL(0750, mode_of(folder.at("a")));
  CHECK_TRUE(files::make_directories("/", 0700).ok());
}

TEST(Directories, are_not_made_where_something_is_in_the_way) {
  folder.put("a", "");
  folder.link("nowhere", "absent");
  for (const auto& path : {folder.at("a"), folder.at("a/b"), folder.at("nowhere"), std::string()}) {
    const auto made = files::make_directories(path, 0700);
    CHECK_TEXT(!made.ok() && made.error().remedy == Remedy::ask_operator, path.c_str());
  }
  STRCMP_EQUAL("a nowhere", folder.names().c_str());
}

TEST(Directories, say_how_much_may_still_be_written) {
  CHECK_TRUE(files::free_bytes(folder.path).ok());
  const auto none = files::free_bytes("/proc");
  CHECK_TRUE(none.ok() && *none == 0);
  CHECK_TRUE(files::free_bytes(folder.at("absent")).error().remedy == Remedy::ask_operator);
}

TEST_GROUP(Lock) {
  Folder folder;
  std::string path = folder.at("lock");
};

TEST(Lock, has_one_holder_at_a_time) {
  auto first = std::make_unique<Result<files::Lock>>(files::Lock::take(path));
  CHECK_TRUE(first->ok());
  const auto second = files::Lock::take(path);
  CHECK_FALSE(second.ok());
  CHECK_TRUE(second.error().remedy == Remedy::ask_operator);
  STRCMP_CONTAINS("held by another process", second.error().what.c_str());
  STRCMP_CONTAINS("state_dir", second.error().hint.c_str());
  first.reset();
  CHECK_TRUE(files::Lock::take(path).ok());
}

TEST(Lock, can_be_asked_about_without_being_taken) {
  CHECK_FALSE(*files::Lock::is_held(path));
  {
    const auto held = files::Lock::take(path);
    CHECK_TRUE(held.ok());
    CHECK_TRUE(*files::Lock::is_held(path));
  }
  CHECK_FALSE(*files::Lock::is_held(path));  // the file stays
  CHECK_FALSE(files::Lock::is_held(path + "/beneath").ok());
}

TEST(Lock, is_kept_from_another_process_and_gone_with_its_holder) {
  int told[2];
  LONGS_EQUAL(0, ::pipe(told));
  const pid_t holder = ::fork();
  if (holder == 0) {
    const auto held = files::Lock::take(path);
    const char word = held ? 'y' : 'n';
    if (::write(told[1], &word, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char word = 0;
  LONGS_EQUAL(1, ::read(told[0], &word, 1));
  const bool kept = !files::Lock::take(path).ok();
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  BYTES_EQUAL('y', word);
  CHECK_TRUE(kept);
  CHECK_TRUE(files::Lock::take(path).ok());
  ::close(told[0]);
  ::close(told[1]);
}

TEST(Lock, does_not_pass_on_to_a_program_that_its_holder_starts) {
  auto held = files::Lock::take(path);
  CHECK_TRUE(held.ok());
  int told[2];
  LONGS_EQUAL(0, ::pipe2(told, O_CLOEXEC));
  const pid_t child = ::fork();
  if (child == 0) {
    ::execlp("sleep", "sleep", "60", nullptr);
    ::_exit(1);
  }
  ::close(told[1]);
  char end = 0;
  LONGS_EQUAL(0, ::read(told[0], &end, 1));  // the other program has begun
  held = files::Lock::take(folder.at("another"));
  const bool free = files::Lock::take(path).ok();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(told[0]);
  CHECK_TRUE(free);
}

TEST(Lock, is_a_file_for_nobody_else) {
  const Mask masked(0);
  const auto held = files::Lock::take(path);
  LONGS_EQUAL(0600, mode_of(path));
}

TEST(Lock, of_a_file_server_that_gives_none_is_told_with_a_way_out) {
  const auto error = files::errno_error("lock", ENOLCK);
  CHECK_TRUE(error.remedy == Remedy::ask_operator);
  STRCMP_CONTAINS("use a disk of this machine", error.hint.c_str());
}

TEST(Lock, that_can_not_be_made_is_told_as_such) {
  for (const auto& where : {folder.at("absent/lock"), folder.path}) {
    const auto lock = files::Lock::take(where);
    CHECK_TRUE(!lock.ok() && lock.error().remedy == Remedy::ask_operator);
    STRCMP_CONTAINS(where.c_str(), lock.error().what.c_str());
  }
}

TEST(SmallFile, that_nobody_names_is_no_pipe) {
  folder.put("a", "words");
  LONGS_EQUAL(0, ::mkfifo(folder.at("pipe").c_str(), 0600));
  CHECK_FALSE(files::read_small(folder.at("pipe"), 100).ok());  // nobody writes: it would wait for ever
  const files::Fd both(::open(folder.at("pipe").c_str(), O_RDWR | O_CLOEXEC));
  LONGS_EQUAL(5, ::write(both.get(), "words", 5));
  CHECK_FALSE(files::read_small(folder.at("pipe"), 100).ok());
  STRCMP_EQUAL("words", files::read_small(folder.at("a"), 5)->c_str());
  CHECK_FALSE(files::read_named(folder.at("a"), 4).ok());
}

}  // namespace tributary::files_test
