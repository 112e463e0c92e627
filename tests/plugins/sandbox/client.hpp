// tests/plugins/sandbox/client.hpp: a plain HTTP client on a socket of its own, independent of the one in the agent.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tributary::sandbox::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;  // 0: the connection was cut before an answer
  Headers headers;
  std::string body;
  bool complete = false;  // as many bytes as announced
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& text) const { return body.find(text) != std::string::npos; }
};

struct Ask {
  std::string method = "GET";
  std::string target;  // path and query, as they shall stand on the wire
  Headers headers;
  std::string body;
  bool announce_body = true;  // false: no Content-Length
};

/// One connection to 127.0.0.1, one request, one answer.
Answer exchange(std::uint16_t port, const Ask& ask);

}  // namespace tributary::sandbox::test
