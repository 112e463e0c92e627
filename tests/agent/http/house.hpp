// tests/agent/http/house.hpp: what every test of the client needs: a clock, a folder, settings with short time-outs.
#pragma once

#include <fstream>
#include <memory>
#include <string>

#include "agent/port/http/http.hpp"
#include "tests/agent/http/far_side.hpp"

namespace tributary::tests {

struct House {
  ManualClock clock{1763719200};
  Stop stop;
  fakes::Folder folder;
  http::ClientSettings settings;
  std::unique_ptr<http::Client> client;

  House() {
    settings.connect_timeout_s = 5;
    settings.answer_timeout_s = 5;
    settings.stall_timeout_s = 1;
  }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder.path() + "/" + name) << content;
    return folder.path() + "/" + name;
  }
  /// Makes the client on first use, with the settings as they are then.
  Result<http::Response> send(const http::Request& request) {
    if (!client) {
      auto made = http::make_client(settings, clock, stop);
      if (!made) return made.error();
      client = std::move(*made);
    }
    return client->send(request);
  }
  Result<http::Response> get(const std::string& url) {
    http::Request request;
    request.url = url;
    return send(request);
  }
  Result<http::Response> put(const std::string& url, ByteView body) {
    http::Request request;
    request.method = "PUT";
    request.url = url;
    request.body = body;
    return send(request);
  }
};

inline std::string body_of(const Result<http::Response>& response) {
  return response.ok() ? std::string(text(response->body)) : sentence(response.error());
}
inline int status_of(const Result<http::Response>& response) { return response.ok() ? response->status : -1; }
inline bool is_wait(const Result<http::Response>& response) {
  return !response.ok() && response.error().remedy == Remedy::wait;
}
inline bool asks_operator(const Result<http::Response>& response) {
  return !response.ok() && response.error().remedy == Remedy::ask_operator;
}
inline std::string error_of(const Result<http::Response>& response) {
  return response.ok() ? "status " + std::to_string(response->status) : sentence(response.error());
}
inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::string ok_with(const std::string& body, const std::string& more = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}

}  // namespace tributary::tests
