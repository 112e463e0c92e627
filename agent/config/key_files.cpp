// agent/config/key_files.cpp: existence, kind, mode, size and shape of files that the configuration names.
#include "agent/config/key_files.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "agent/base/bytes.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/config/values.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::config {
namespace {

enum class Credential : unsigned char { no, visible, of_the_service };

// systemd shows a service its credentials in a directory of its own, under its own modes and access lists; nobody else
// sees them.
Credential credential(const std::string& path) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder != nullptr && path.rfind(std::string(folder) + "/", 0) == 0) return Credential::visible;
  const bool hidden = path.rfind(std::string(service_credentials) + "/", 0) == 0;
  return folder == nullptr && hidden ? Credential::of_the_service : Credential::no;
}

constexpr std::uint64_t most_key_bytes = 64U << 10;

std::optional<struct stat> look(const std::string& path, const Place& place, Problems& problems) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) != 0) {
    const int code = errno;
    problems.error(
        place, printable(path) + ": " + std::strerror(code),
        code == ENOENT ? "make the file, or correct the path" : "give the user of the daemon the right to read it");
    return std::nullopt;
  }
  if (S_ISREG(found.st_mode)) return found;
  problems.error(place, printable(path) + ": is no regular file", "correct the path");
  return std::nullopt;
}

// The bytes between the lines of a PEM, or nothing.
std::optional<Bytes> pem_content(std::string_view text) {
  std::string body;
  bool inside = false;
  for (const auto& line : split(text, '\n')) {
    const auto word = trim(line);
    if (word.substr(0, 10) == "-----BEGIN") {
      inside = true;
    } else if (word.substr(0, 8) == "-----END") {
      return inside ? from_base64(body) : std::nullopt;
    } else if (inside) {
      body += word;
    }
  }
  return std::nullopt;
}

}  // namespace

Outsiders outsiders_of(const struct stat& file) {
  if ((file.st_mode & S_IRWXO) != 0) return Outsiders::everybody;
  const bool by_group = file.st_uid == 0 && ::geteuid() != 0;
  const auto too_much = by_group ? S_IWGRP | S_IXGRP : S_IRWXG;
  return (file.st_mode & static_cast<mode_t>(too_much)) != 0 ? Outsiders::group : Outsiders::none;
}

void check_secret_file(const std::string& path, std::uint64_t least_bytes, const Place& place, Problems& problems) {
  if (path.empty()) return;
  const auto kind = credential(path);
  if (kind == Credential::of_the_service) {
    problems.warning(place, "$CREDENTIALS_DIRECTORY is not set: only the service sees this credential",
                     "its start checks it");
    return;
  }
  const auto found = look(path, place, problems);
  if (!found) return;
  const auto size = static_cast<std::uint64_t>(found->st_size);
  if (size < least_bytes || size > most_key_bytes) {
    problems.error(place,
                   printable(path) + ": " + show_size(size) + ", from " + show_size(least_bytes) + " to " +
                       show_size(most_key_bytes) + " are possible",
                   "make it with `tributary keys generate`, or correct the path");
  }
  if (kind == Credential::no && outsiders_of(*found) != Outsiders::none) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", found->st_mode & 07777U);
    problems.warning(place, printable(path) + ": mode " + mode + " lets others than its owner in", "chmod 0600");
  }
}

void check_file(const std::string& path, const Place& place, Problems& problems) {
  if (!path.empty()) look(path, place, problems);
}

void check_recipient(const std::string& path, const Place& place, Problems& problems) {
  if (path.empty() || !look(path, place, problems)) return;
  auto text = files::read_small(path, most_key_bytes);
  if (!text) {
    problems.error(place, text.error());
    return;
  }
  auto content = pem_content(*text);
  const bool is_secret = content && tributary::text(*content).substr(0, 7) == "c4gh-v1";
  const bool is_public = content && content->size() == 32;
  wipe(text->data(), text->size());
  if (content) wipe(content->data(), content->size());
  if (is_secret) {
    problems.error(place, printable(path) + ": is a secret key", "name the public half, and take the secret one away");
  } else if (!is_public) {
    problems.error(place, printable(path) + ": is no Crypt4GH public key (PEM around 32 bytes)",
                   "ask the repository for its key");
  }
}

void check_directory_or_nothing(const std::string& path, const Place& place, Problems& problems) {
  struct stat found = {};
  if (path.empty() || ::stat(path.c_str(), &found) != 0 || S_ISDIR(found.st_mode)) return;
  problems.error(place, printable(path) + ": is no directory", "correct the path");
}

bool is_directory(const std::string& path) {
  struct stat found = {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

bool in_different_mounts(const std::string& a, const std::string& b) {
  const auto one = files::file_system(a);
  const auto two = files::file_system(b);
  return one && two && one->mount != two->mount;
}

}  // namespace tributary::config
