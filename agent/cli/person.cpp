// agent/cli/person.cpp: which person runs a command.
#include "agent/cli/person.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::cli {
namespace {

constexpr std::uint32_t nobody_logged_in = 0xffffffffU;

std::optional<std::uint32_t> uid_of(std::string_view text) {
  text = trim(text);
  std::uint32_t uid = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (text.empty() || code != std::errc() || end != text.data() + text.size() || uid == nobody_logged_in)
    return std::nullopt;
  return uid;
}

}  // namespace

std::int64_t person_behind(std::string_view login_uid, std::string_view sudo_uid, std::int64_t real_uid) {
  if (const auto uid = uid_of(login_uid)) return *uid;
  if (real_uid != 0) return real_uid;
  return uid_of(sudo_uid).value_or(0);
}

std::int64_t person_now() {
  const char* sudo_uid = std::getenv("SUDO_UID");
  return person_behind(files::read_small("/proc/self/loginuid", 64).value_or(""), sudo_uid != nullptr ? sudo_uid : "",
                       ::getuid());
}

}  // namespace tributary::cli
