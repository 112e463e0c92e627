// tests/agent/http/far_side.hpp: servers to talk to: our own, and one on a bare socket that says what it is told.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "agent/port/http/http.hpp"

namespace tributary::fakes {

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Accepts connections on a loopback port and hands each to `talk(fd)`, one after the other.
class BareServer {
 public:
  explicit BareServer(std::function<void(int fd)> talk);
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;
  [[nodiscard]] std::string url() const;

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// Reads up to the blank line; then sends `answer` and ends the connection.
std::function<void(int)> says(std::string answer);
std::string read_head(int fd);

}  // namespace tributary::fakes
