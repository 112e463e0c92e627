// plugins/sdk/http.hpp: one HTTP exchange through the host, with C++ types.
//
// Failure    an answer of any status is a Reply. No answer: Later or Broken, in the host's words.
// Never      retries by itself.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/retry_after.hpp"
#include "plugins/sdk/sdk.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::sdk {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Of lines "Name: value", as protocols give them in JSON; a line that is none, or more than one, is left out.
inline Headers headers_of(const std::vector<std::string>& lines) {
  Headers headers;
  for (const auto& line : lines) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0 || line.find_first_of("\r\n") != std::string::npos) continue;
    const auto value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    headers.emplace_back(line.substr(0, colon), line.substr(value));
  }
  return headers;
}

/// Bytes put into `into`, at most `room`; 0 at the end; < 0 breaks the exchange off.
using ReadBody = std::function<std::int64_t(void* into, std::uint64_t room)>;

struct Ask {
  std::string method = "GET";
  std::string url;
  Headers headers;
  bool authorize = false;  // the host adds the configured credentials, for the configured origin only
  std::string body;        // or, for what is large, exactly body_bytes bytes from:
  ReadBody read_body;
  std::uint64_t body_bytes = 0;
  std::uint32_t answer_timeout_s = 0;
};

struct Reply {
  int status = 0;
  Headers headers;
  std::string body;
  /// Case-insensitive; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key.size() == name.size() && lower(key) == lower(name)) return value;
    }
    return {};
  }
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

namespace http_detail {
struct Body {
  const ReadBody* read = nullptr;
  std::exception_ptr problem;
};
inline std::int64_t read_body(void* ctx, void* into, std::uint64_t room) {
  auto& body = *static_cast<Body*>(ctx);
  try {
    return (*body.read)(into, room);
  } catch (...) {  // no exception crosses the ABI: it goes on in `exchange`
    body.problem = std::current_exception();
    return -1;
  }
}
}  // namespace http_detail

inline Reply exchange(const Host& host, const Ask& ask) {
  std::vector<tributary_header> headers;
  headers.reserve(ask.headers.size());
  for (const auto& [name, value] : ask.headers) headers.push_back({name.c_str(), value.c_str()});
  http_detail::Body body{&ask.read_body, nullptr};
  tributary_http_request request{};
  request.size = sizeof request;
  request.method = ask.method.c_str();
  request.url = ask.url.c_str();
  request.headers = headers.data();
  request.header_count = static_cast<std::uint32_t>(headers.size());
  request.authorize = ask.authorize ? 1 : 0;
  request.answer_timeout_s = ask.answer_timeout_s;
  if (ask.read_body) {
    request.read_body = &http_detail::read_body;
    request.ctx = &body;
    request.body_bytes = ask.body_bytes;
  } else {
    request.body = ask.body.data();
    request.body_bytes = ask.body.size();
  }
  tributary_http_response response{};
  response.size = sizeof response;
  tributary_note note{};
  const auto outcome = host.raw()->http(host.raw()->self, &request, &response, &note);
  if (body.problem) std::rethrow_exception(body.problem);
  if (outcome == TRIBUTARY_LATER) throw Later(note.what, note.hint, note.not_before_utc_s);
  if (outcome != TRIBUTARY_DONE) throw Broken(note.what, note.hint);
  Reply reply;
  reply.status = response.status;
  for (std::uint32_t i = 0; i < response.header_count; ++i) {
    reply.headers.emplace_back(response.headers[i].name, response.headers[i].value);
  }
  reply.body.assign(static_cast<const char*>(response.body == nullptr ? "" : response.body), response.body_bytes);
  return reply;
}

/// True for the statuses that ask for patience: 408, 425, 429 and 5xx other than 501 and 505.
inline bool is_temporary(int status) {
  return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501 && status != 505);
}

/// `who: what (HTTP 503)` as Later, not before the time the far side asked for.
[[noreturn]] inline void come_back(const Host& host, const Reply& reply, const std::string& what) {
  throw Later(what + " (HTTP " + std::to_string(reply.status) + ")", "nothing to do: it is tried again",
              retry_after(reply.header("Retry-After"), host.now_utc_s()));
}

}  // namespace tributary::sdk
