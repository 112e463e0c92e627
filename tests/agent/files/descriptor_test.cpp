// tests/agent/files/descriptor_test.cpp: descriptors, and streams over them.
#include <fcntl.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <limits>

#include "agent/port/files/files.hpp"
#include "tests/agent/files/folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::files_test {

using files::Fd;
using files::FdSink;
using files::FdSource;

namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

Fd open_to_write(const std::string& path) {
  return Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

/// From now on no file of this process may grow beyond `bytes`.
void limit_files(rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(99);
}

}  // namespace

TEST_GROUP(Descriptor) {
  Folder folder;
  void setup() override { folder.put("a", "0123456789"); }
};

TEST(Descriptor, is_closed_with_its_owner) {
  int number = -1;
  {
    const auto file = files::open_for_reading(folder.at("a"));
    number = file->get();
    CHECK_TRUE(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST(Descriptor, has_one_owner_after_a_move) {
  Fd first = open_to_write(folder.at("x")), second = open_to_write(folder.at("y"));
  const int kept = first.get(), replaced = second.get();
  second = std::move(first);
  CHECK_FALSE(is_open(replaced));
  LONGS_EQUAL(kept, second.get());
  const Fd third(std::move(second));
  CHECK_TRUE(third.valid() && is_open(kept));
}

TEST(Descriptor, that_is_released_stays_open) {
  Fd file = open_to_write(folder.at("x"));
  const int number = file.release();
  CHECK_FALSE(file.valid());
  file.reset();
  CHECK_TRUE(is_open(number));
  ::close(number);
}

TEST(Descriptor, is_duplicated_without_passing_on_to_other_programs) {
  auto file = files::open_for_reading(folder.at("a"));
  const auto copy = file->duplicate();
  const int number = copy->get();
  CHECK_TRUE((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK_TRUE((::fcntl(file->get(), F_GETFD) & FD_CLOEXEC) != 0);
  file->reset();
  CHECK_TRUE(*files::identify(*copy) == *files::identify(*files::open_for_reading(folder.at("a"))));
  CHECK_FALSE(Fd().duplicate().ok());
}

TEST(Descriptor, gives_a_file_from_an_offset_on_and_says_when_it_ends) {
  FdSource source(std::move(*files::open_for_reading(folder.at("a"))), 3);
  std::array<std::uint8_t, 5> into{};
  LONGS_EQUAL(5, *source.read(into));
  STRCMP_EQUAL("34567", std::string(text(into)).c_str());
  LONGS_EQUAL(2, *source.read(into));
  STRCMP_EQUAL("89", std::string(text(into).substr(0, 2)).c_str());
  LONGS_EQUAL(0, *source.read(into));
  FdSource behind(std::move(*files::open_for_reading(folder.at("a"))), 11);
  LONGS_EQUAL(0, *behind.read(into));
}

TEST(Descriptor, is_read_by_two_sources_that_do_not_disturb_each_other) {
  const auto file = files::open_for_reading(folder.at("a"));
  FdSource first(std::move(*file->duplicate())), second(std::move(*file->duplicate()));
  std::array<std::uint8_t, 4> into{};
  LONGS_EQUAL(4, *first.read(into));
  LONGS_EQUAL(4, *second.read(into));
  STRCMP_EQUAL("0123", std::string(text(into)).c_str());
}

TEST(Descriptor, that_can_not_be_read_is_an_error_and_no_end) {
  std::array<std::uint8_t, 4> into{};
  FdSource written(open_to_write(folder.at("x")));
  CHECK_FALSE(written.read(into).ok());
  FdSource nothing{Fd()};
  CHECK_FALSE(nothing.read(into).ok());
  FdSource beyond(std::move(*files::open_for_reading(folder.at("a"))), std::numeric_limits<std::uint64_t>::max());
  CHECK_FALSE(beyond.read(into).ok());
}

TEST(Descriptor, is_written_to_the_last_byte) {
  const Fd file = open_to_write(folder.at("x"));
  FdSink sink(file.get());
  const std::string large(300'000, 'x');
  CHECK_TRUE(sink.write(view("begin ")).ok());
  CHECK_TRUE(sink.write({}).ok());
  CHECK_TRUE(sink.write(view(large)).ok());
  CHECK_TRUE(folder.content("x") == "begin " + large);
  CHECK_TRUE(is_open(file.get()));
}

TEST(Descriptor, that_can_not_be_written_is_an_error) {
  const auto file = files::open_for_reading(folder.at("a"));
  CHECK_FALSE(FdSink(file->get()).write(view("x")).ok());
  STRCMP_EQUAL("0123456789", folder.content("a").c_str());
}

TEST(Descriptor, on_a_full_disk_asks_to_wait_and_to_make_room) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto written = FdSink(full.get()).write(view("x"));
  CHECK_FALSE(written.ok());
  CHECK_TRUE(written.error().remedy == Remedy::wait);
  STRCMP_CONTAINS("make room", written.error().hint.c_str());
}

TEST(Descriptor, tells_of_the_half_that_did_not_fit) {
  LONGS_EQUAL(0, in_child([&] {
                limit_files(4096);
                const Fd file = open_to_write(folder.at("x"));
                return FdSink(file.get()).write(view(std::string(10'000, 'x'))).ok() ? 1 : 0;
              }));
  LONGS_EQUAL(4096, folder.content("x").size());
}

TEST(Descriptor, of_a_reader_that_went_away_is_an_error) {
  LONGS_EQUAL(0, in_child([] {
                ::signal(SIGPIPE, SIG_IGN);
                int ends[2];
                if (::pipe(ends) != 0) return 2;
                ::close(ends[0]);
                return FdSink(ends[1]).write(view("x")).ok() ? 1 : 0;
              }));
}

TEST(Descriptor, is_not_to_be_had_when_there_are_too_many_and_that_passes) {
  LONGS_EQUAL(0, in_child([&] {
                const rlimit none{0, 0};
                if (::setrlimit(RLIMIT_NOFILE, &none) != 0) return 2;
                const auto file = files::open_for_reading(folder.at("a"));
                const auto root = files::Root::open(folder.path);
                if (file.ok() || root.ok()) return 3;
                return file.error().remedy == Remedy::wait && root.error().remedy == Remedy::wait ? 0 : 1;
              }));
}

}  // namespace tributary::files_test
