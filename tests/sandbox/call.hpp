// tests/sandbox/call.hpp: one request on its way through the sandbox, and what is answered to it.
//
// Order      the body is read once. An answer is a value; the front sends it and applies what the plan asks for.
// Failure    a body that was cut (by the far side or on purpose) is an error of read; `cut` says so afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/port/http/http.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/query.hpp"

namespace tributary::sandbox {

struct Reply {
  int status = 200;
  std::vector<http::Header> headers;
  std::string body;
  std::unique_ptr<stream::Source> stream;  // instead of `body`
  std::uint64_t stream_bytes = 0;
};

Reply json_reply(int status, const Json& value);
/// The error body of DRS: {msg, status_code}.
Reply problem(int status, std::string_view message);
Reply text_reply(int status, std::string_view text);
/// An error of our own making (disk, memory): 507 when waiting can help, else 500.
Reply problem_of(const Error& error);

class Call {
 public:
  using Pause = std::function<void(std::int64_t ms)>;
  Call(http::Exchange& exchange, Plan plan, const Pause& pause);

  [[nodiscard]] const std::string& method() const { return exchange_.method(); }
  [[nodiscard]] const std::string& path() const { return exchange_.path(); }
  [[nodiscard]] const std::string& raw_query() const { return exchange_.query(); }
  [[nodiscard]] const Query& query() const { return query_; }
  [[nodiscard]] std::string_view header(std::string_view name) const { return exchange_.header(name); }
  [[nodiscard]] const std::vector<http::Header>& headers() const { return exchange_.headers(); }
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  [[nodiscard]] const Plan& plan() const { return plan_; }

  /// The request's body with the plan's pace and cut upon it.
  [[nodiscard]] stream::Source& body();
  /// The whole body, at most `limit` bytes.
  [[nodiscard]] Result<std::string> read_text(std::size_t limit);
  /// The whole body as JSON; give_up when it is none.
  [[nodiscard]] Result<Json> read_json();
  [[nodiscard]] bool cut() const;
  [[nodiscard]] std::uint64_t bytes_in() const;

 private:
  class Body;
  http::Exchange& exchange_;
  Plan plan_;
  Query query_;
  std::shared_ptr<Body> body_;
};

}  // namespace tributary::sandbox
