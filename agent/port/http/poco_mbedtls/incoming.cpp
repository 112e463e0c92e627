// agent/port/http/poco_mbedtls/incoming.cpp: head and body of a message that comes in.
#include "agent/port/http/poco_mbedtls/incoming.hpp"

#include <Poco/Net/NetException.h>

#include <algorithm>
#include <charconv>

#include "agent/base/text.hpp"

namespace tributary::http {
namespace {

constexpr std::size_t most_head_bytes = 64U << 10;
constexpr std::size_t most_fields = 200;
constexpr std::size_t most_chunk_line_bytes = 4096;
constexpr std::size_t most_trailer_lines = 200;

[[noreturn]] void refuse(const char* what) { throw Poco::Net::HTTPException(what); }
[[noreturn]] void cut() { throw Poco::Net::ConnectionResetException("the connection was cut"); }

// One line without its end; a lone LF ends a line, too (RFC 9112 section 2.2).
std::string read_line(Tap& tap, std::size_t& room) {
  std::string line;
  for (;;) {
    const int byte = tap.next();
    if (byte < 0) cut();
    if (byte == '\n') break;
    if (room-- == 0) refuse("a head of more than 64 KiB");
    line += static_cast<char>(byte);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::optional<std::uint64_t> number(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (problem != std::errc{} || end != digits.data() + digits.size() || value > INT64_MAX) return std::nullopt;
  return value;
}

bool has_token(std::string_view list, std::string_view token) {
  for (const auto& word : split(lower(list), ',')) {
    if (trim(word) == token) return true;
  }
  return false;
}

}  // namespace

bool is_field_name(std::string_view name) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool Head::keeps_alive(const std::string& version) const {
  const auto connection = find(headers, "connection");
  if (has_token(connection, "close")) return false;
  return version == "HTTP/1.1" || has_token(connection, "keep-alive");
}

Head read_head(Tap& tap) {
  std::size_t room = most_head_bytes;
  const int first = tap.next();
  if (first < 0) throw Poco::Net::NoMessageException("the connection was closed instead");
  std::string line;
  if (first != '\r' && first != '\n') line = static_cast<char>(first);
  if (first != '\n') line += read_line(tap, room);
  if (line.empty()) line = read_line(tap, room);  // one empty line in front is tolerated
  Head head;
  if (!is_field_value(line)) refuse("the first line holds control characters");
  const auto one = line.find(' ');
  if (one == std::string::npos) refuse("the first line is not one of HTTP");
  const auto two = line.find(' ', one + 1);
  head.first = line.substr(0, one);
  head.second = line.substr(one + 1, two == std::string::npos ? two : two - one - 1);
  if (two != std::string::npos) head.third = line.substr(two + 1);
  for (;;) {
    line = read_line(tap, room);
    if (line.empty()) return head;
    const auto colon = line.find(':');
    if (colon == std::string::npos || !is_field_name(std::string_view(line).substr(0, colon)))
      refuse("a header field without a proper name");
    const auto value = trim(std::string_view(line).substr(colon + 1));
    if (!is_field_value(value)) refuse("a header field with control characters");
    if (head.headers.size() == most_fields) refuse("more than 200 header fields");
    head.headers.push_back({line.substr(0, colon), std::string(value)});
  }
}

std::optional<Framing> framing_of(const std::vector<Header>& headers) {
  std::optional<std::uint64_t> length;
  bool chunked = false;
  for (const auto& header : headers) {
    const auto name = lower(header.name);
    if (name == "content-length") {
      const auto value = number(header.value, 10);
      if (!value) refuse("a Content-Length that is no number");
      if (length && *length != *value) refuse("two different Content-Lengths");
      length = value;
    } else if (name == "transfer-encoding") {
      if (chunked || lower(header.value) != "chunked") refuse("a Transfer-Encoding other than chunked");
      chunked = true;
    }
  }
  if (chunked && length) refuse("both Content-Length and Transfer-Encoding");
  if (chunked) return Framing{Framing::Kind::chunked, 0};
  if (length) return Framing{Framing::Kind::sized, *length};
  return std::nullopt;
}

std::string Body::line() {
  std::size_t room = most_chunk_line_bytes;
  return read_line(tap_, room);
}

// RFC 9112 section 7.1; extensions are ignored, trailers read and forgotten.
void Body::begin_chunk() {
  const auto text = line();
  const auto size = number(trim(std::string_view(text).substr(0, text.find(';'))), 16);
  if (!size) refuse("a chunk without a size");
  left_ = *size;
  in_chunk_ = left_ > 0;
  if (in_chunk_) return;
  for (std::size_t i = 0; !line().empty(); ++i) {
    if (i == most_trailer_lines) refuse("a trailer without an end");
  }
  ended_ = true;
}

void Body::end_chunk() {
  if (!line().empty()) refuse("a chunk longer than its size");
  in_chunk_ = false;
}

std::size_t Body::read(MutableByteView into) {
  if (into.empty() || at_end()) return 0;
  if (framing_.kind == Framing::Kind::chunked && !in_chunk_) {
    begin_chunk();
    if (ended_) return 0;
  }
  if (framing_.kind != Framing::Kind::until_close)
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
  const auto n = tap_.some(into);
  if (n == 0 && framing_.kind == Framing::Kind::until_close) {
    ended_ = true;
    return 0;
  }
  if (n == 0) cut();
  total_ += n;
  left_ -= framing_.kind == Framing::Kind::until_close ? 0 : n;
  if (in_chunk_ && left_ == 0) end_chunk();
  return n;
}

}  // namespace tributary::http
