// tests/plugins/sandbox/client.cpp: sockets and the reading of answers.
#include "tests/plugins/sandbox/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::sandbox::test {
namespace {

files::Fd connected(std::uint16_t port) {
  files::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
  return fd;
}

void send_all(const files::Fd& fd, const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto n = ::send(fd.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return;  // the far side hung up: its answer, if any, is read all the same
    at += static_cast<std::size_t>(n);
  }
}

std::string receive_all(const files::Fd& fd) {
  std::string out;
  char buffer[65536];
  for (;;) {
    const auto n = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (n <= 0) return out;
    out.append(buffer, static_cast<std::size_t>(n));
  }
}

Answer parse(const std::string& raw, bool is_head) {
  Answer answer;
  const auto end = raw.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  const auto lines = split(raw.substr(0, end), '\n');
  answer.status = std::atoi(lines.front().substr(lines.front().find(' ') + 1).c_str());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string::npos) continue;
    answer.headers.emplace_back(lines[i].substr(0, colon), std::string(trim(lines[i].substr(colon + 1))));
  }
  answer.body = raw.substr(end + 4);
  if (answer.status == 100) return parse(answer.body, is_head);
  const auto length = answer.header("Content-Length");
  answer.complete = is_head || answer.status == 204 || length.empty() || length == std::to_string(answer.body.size());
  return answer;
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return lower(h.first) == lower(name); });
  return found == headers.end() ? std::string() : found->second;
}

Answer exchange(std::uint16_t port, const Ask& ask) {
  const auto fd = connected(port);
  if (!fd.valid()) return {};
  std::string head = ask.method + " " + ask.target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                     "\r\nConnection: close\r\n";
  if (ask.announce_body) head += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  for (const auto& [name, value] : ask.headers) head += name + ": " + value + "\r\n";
  send_all(fd, head + "\r\n" + ask.body);
  return parse(receive_all(fd), ask.method == "HEAD");
}

}  // namespace tributary::sandbox::test
