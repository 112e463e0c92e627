// tests/sandbox/call.cpp: the body of a request, paced and cut as planned.
#include "tests/sandbox/call.hpp"

#include <algorithm>

#include "agent/port/json/json.hpp"

namespace tributary::sandbox {

/// Threads: the one that serves the request.
class Call::Body final : public stream::Source {
 public:
  Body(http::Exchange& exchange, const Plan& plan, std::optional<std::uint64_t> length, Pause pause)
      : exchange_(exchange), pause_(std::move(pause)), bytes_per_s_(plan.slow_bytes_per_s) {
    // RFC 9112 section 6.3: a request that announces no body has none.
    empty_ = !length && exchange.header("Transfer-Encoding").empty();
    if (plan.cut_after) cut_at_ = *plan.cut_after > 0 ? *plan.cut_after : length.value_or(0) / 2;
  }

  Result<std::size_t> read(MutableByteView into) override {
    if (cut_at_ && taken_ >= *cut_at_) {
      cut_ = true;
      return wait_error("request: cut on purpose after " + std::to_string(taken_) + " bytes");
    }
    if (empty_) return std::size_t{0};
    auto room = into;
    if (cut_at_) room = room.first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), *cut_at_ - taken_)));
    auto got = exchange_.body().read(room);
    if (!got) {
      cut_ = true;
      return got;
    }
    taken_ += *got;
    if (bytes_per_s_ > 0 && *got > 0) pause_(static_cast<std::int64_t>(*got * 1000 / bytes_per_s_) + 1);
    return got;
  }

  [[nodiscard]] bool cut() const { return cut_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  http::Exchange& exchange_;
  Pause pause_;
  std::uint64_t bytes_per_s_;
  std::optional<std::uint64_t> cut_at_;
  std::uint64_t taken_ = 0;
  bool cut_ = false, empty_ = false;
};

Call::Call(http::Exchange& exchange, Plan plan, const Pause& pause)
    : exchange_(exchange), plan_(std::move(plan)), query_(exchange.query()) {
  body_ = std::make_shared<Body>(exchange_, plan_, content_length(), pause);
}

std::optional<std::uint64_t> Call::content_length() const { return parse_count(header("Content-Length")); }
stream::Source& Call::body() { return *body_; }
bool Call::cut() const { return body_->cut(); }
std::uint64_t Call::bytes_in() const { return body_->taken(); }

Result<std::string> Call::read_text(std::size_t limit) {
  Bytes bytes;
  stream::BufferSink sink(bytes, limit);
  const auto copied = stream::copy(body(), sink);
  if (!copied) return copied.error();
  return std::string(text(bytes));
}

Result<Json> Call::read_json() {
  constexpr std::size_t limit = 16U << 20;
  const auto text = read_text(limit);
  if (!text) return text.error();
  auto json = json::parse(*text);
  if (json && !json->is_object()) return refusal("request: the body is no JSON object");
  return json;
}

Reply json_reply(int status, const Json& value) {
  Reply reply;
  reply.status = status;
  reply.headers.push_back({"Content-Type", "application/json"});
  reply.body = value.dump();
  return reply;
}

Reply problem(int status, std::string_view message) {
  auto body = Json::object();
  body.add("msg", message).add("status_code", status);
  return json_reply(status, body);
}

Reply problem_of(const Error& error) { return problem(error.remedy == Remedy::wait ? 507 : 500, sentence(error)); }

Reply text_reply(int status, std::string_view text) {
  Reply reply;
  reply.status = status;
  reply.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  reply.body = std::string(text) + "\n";
  return reply;
}

}  // namespace tributary::sandbox
