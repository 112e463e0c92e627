// tests/agent/http/far_side.cpp: servers to talk to.
#include "far_side.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace tributary::fakes {

Folder::Folder() : path_("/tmp/tributary-http-" + std::string(6, static_cast<char>(88))) {
  if (::mkdtemp(path_.data()) == nullptr) std::abort();
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

BareServer::BareServer(std::function<void(int fd)> talk) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 || ::getsockname(listener_, any, &size) != 0)
    std::abort();
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, talk = std::move(talk)] {
    for (;;) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      talk(fd);
      ::close(fd);
    }
  });
}

BareServer::~BareServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string BareServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::string read_head(int fd) {
  std::string head;
  char c = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(fd, &c, 1, 0) == 1) head += c;
  return head;
}

std::function<void(int)> says(std::string answer) {
  return [answer = std::move(answer)](int fd) {
    if (read_head(fd).empty()) return;
    static_cast<void>(::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL));
  };
}

}  // namespace tributary::fakes
