// tests/agent/files/folder.hpp: a folder that goes with the test, and a child process to do what must not be done here.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace tributary::files_test {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tributary-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path = pattern;
  }
  ~Folder() {
    std::error_code ignored;  // what is left of it lies in /tmp
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return path + "/" + name; }
  void put(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    std::ofstream(at(name), std::ios::binary | std::ios::trunc) << content;
  }
  void link(const std::string& name, const std::string& target) const {
    std::filesystem::create_symlink(target, at(name));
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// The names in it, in order.
  [[nodiscard]] std::string names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path)) found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    std::string all;
    for (const auto& name : found) all += (all.empty() ? "" : " ") + name;
    return all;
  }

  std::string path;
};

/// Puts an empty file system of that size over `path`, for this process and its children only; false where it may not.
inline bool cover(const std::string& path, const std::string& size) {
  if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

/// What `act` answers in a process of its own, 255 at most; -1 when a signal ended it.
inline int in_child(const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child < 0) std::abort();
  if (child == 0) ::_exit(act());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) std::abort();
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace tributary::files_test
