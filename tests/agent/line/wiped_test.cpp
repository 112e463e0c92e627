// tests/agent/line/wiped_test.cpp: what is left of keys in the memory of this process.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "agent/base/secret.hpp"
#include "agent/line/site.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {

namespace {

constexpr std::uint8_t mask = 0x5a;
constexpr std::size_t window_bytes = 1U << 20;
constexpr std::uintptr_t most_region_bytes = 1U << 30;  // what is larger is the books of a sanitizer
std::array<std::uint8_t, window_bytes> window;  // what is looked through lies here, and this is not looked through

/// A word that is not in memory as it is.
struct Masked {
  std::vector<std::uint8_t> bytes;
  explicit Masked(ByteView plain) { add(plain); }
  void add(ByteView plain) {
    for (const auto byte : plain) bytes.push_back(byte ^ mask);
  }
  [[nodiscard]] bool stands_at(const std::uint8_t* at) const {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if ((at[i] ^ mask) != bytes[i]) return false;
    }
    return true;
  }
};

/// How often it stands in writable memory.
std::size_t count_in_memory(const Masked& word) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  const auto own = reinterpret_cast<std::uintptr_t>(window.data());
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> from >> dash >> to >> rights;
    if (rights.substr(0, 2) != "rw" || to - from > most_region_bytes) continue;
    for (auto at = from; at < to; at += window_bytes - word.bytes.size() + 1) {
      const auto want = std::min<std::size_t>(window_bytes, to - at);
      const auto n = ::pread(memory, window.data(), want, static_cast<off_t>(at));
      const auto* end = window.data() + std::max<ssize_t>(n - static_cast<ssize_t>(word.bytes.size()) + 1, 0);
      for (const auto* here = window.data(); here < end; ++here) {
        // A search by the library is fast where the sanitizers make our own loops slow.
        here = static_cast<const std::uint8_t*>(
            std::memchr(here, word.bytes[0] ^ mask, static_cast<std::size_t>(end - here)));
        if (here == nullptr) break;
        const auto place = at + static_cast<std::uintptr_t>(here - window.data());
        const bool ours = place + word.bytes.size() > own && place < own + window_bytes;
        if (!ours && word.stands_at(here)) ++found;
      }
    }
  }
  ::close(memory);
  wipe(window.data(), window.size());
  return found;
}

/// By the kernel alone: no buffer keeps it.
void write_file(const std::string& path, ByteView bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  LONGS_EQUAL(bytes.size(), ::write(file, bytes.data(), bytes.size()));
  ::close(file);
}

/// 32 bytes in a file, and nowhere else. What is looked for is their end: the allocator writes over the beginning of
/// what was freed.
Masked make_key(const std::string& path) {
  Secret<32> key;
  CHECK_TRUE(crypto::random(key.fill()).ok());
  write_file(path, key.bytes());
  return Masked(key.bytes().subspan(16));
}

}  // namespace

TEST_GROUP(Wiped) {
  std::string folder;
  SilentLog log;
  ManualClock clock{1763719200};
  Stop stop;
  config::Settings settings;

  void setup() override {
    std::string name = (std::filesystem::temp_directory_path() / "tributary-wiped-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    std::filesystem::create_directory(folder + "/plugins");
    settings.site = "test-lab";
    settings.plugin_dir = folder + "/plugins";
    settings.pseudonym_key_file = folder + "/pseudonym.key";
  }
  void teardown() override { std::filesystem::remove_all(folder); }
};

TEST(Wiped, is_the_pseudonym_key_once_nobody_needs_it) {
  const auto key = make_key(settings.pseudonym_key_file);
  LONGS_EQUAL(0, count_in_memory(key));
  {
    const auto loaded = pseudonymise::PseudonymKey::load(settings.pseudonym_key_file);
    CHECK_TRUE(loaded.ok());
    LONGS_EQUAL(1, count_in_memory(key));  // and the look finds what is there
    CHECK_FALSE(loaded->make(pseudonymise::Kind::sample, "national", "SAMPLE-01").empty());
  }
  LONGS_EQUAL(0, count_in_memory(key));
}

TEST(Wiped, is_the_key_of_the_journal_once_it_is_closed) {
  settings.state_key_file = folder + "/state.key";
  const auto key = make_key(settings.state_key_file);
  {
    const auto state_key = line::state_key(settings);
    CHECK_TRUE(state_key.ok());
    auto journal = journal::Journal::open(folder, *state_key);
    CHECK_TRUE(journal.ok() && (*journal)->add_audit(Json().add("action", "look")).ok());
    LONGS_EQUAL(2, count_in_memory(key));
  }
  LONGS_EQUAL(0, count_in_memory(key));
}

TEST(Wiped, is_the_text_of_the_signing_key_while_the_site_is_open_and_all_of_it_after) {
  const auto pseudonyms = make_key(settings.pseudonym_key_file);
  settings.identity_key_file = folder + "/site.key";
  std::vector<Masked> lines;  // of the PEM
  {
    const auto pem = crypto::SigningKey::generate()->secret_pem();
    write_file(settings.identity_key_file, view(pem->reveal()));
    lines.emplace_back(view(pem->reveal().substr(60, 48)));
  }
  {
    auto site = line::Site::open(settings, log, clock, stop, nullptr);
    CHECK_TRUE_TEXT(site.ok(), site.ok() ? "" : sentence(site.error()).c_str());
    CHECK_TRUE((*site)->signing_key() != nullptr);
    LONGS_EQUAL(1, count_in_memory(pseudonyms));
    LONGS_EQUAL(0, count_in_memory(lines[0]));
  }
  LONGS_EQUAL(0, count_in_memory(pseudonyms));
  LONGS_EQUAL(0, count_in_memory(lines[0]));
}

TEST(Wiped, is_a_short_password_wherever_it_was_passed_on) {
  Masked word(view("pass-"));
  word.add(view("word-12"));  // nowhere in one piece
  {
    SecretText first(std::string("pass-") + "word-12");
    SecretText second = std::move(first);
    SecretText third;
    third = second;
    third = SecretText(std::string("x"));
    STRCMP_EQUAL("x", std::string(third.reveal()).c_str());
  }
  LONGS_EQUAL(0, count_in_memory(word));
}

}  // namespace tributary::line_test
