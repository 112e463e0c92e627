// plugins/sdk/consent/json.cpp: the grammar of RFC 8259.
#include "plugins/sdk/consent/json.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include "plugins/sdk/text.hpp"

namespace tributary::sdk::consent {
namespace {

constexpr int end = -1;

bool is_digit(int c) { return c >= '0' && c <= '9'; }

}  // namespace

const Value& Value::operator[](std::string_view name) const {
  static const Value nothing;
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const Member& member) { return member.first == name; });
  return found == members_.end() ? nothing : found->second;
}

bool Value::has(std::string_view name) const {
  return std::any_of(members_.begin(), members_.end(), [&](const Member& member) { return member.first == name; });
}

void Value::add(std::string name, Value value) { members_.emplace_back(std::move(name), std::move(value)); }

std::size_t Memory::read(char* into, std::size_t room) {
  const auto n = std::min(room, text_.size());
  std::memcpy(into, text_.data(), n);
  text_.remove_prefix(n);
  return n;
}

Reader::Reader(Bytes& bytes) : bytes_(bytes), buffer_{} {
  // A byte order mark is no part of the value; a part of a mark is no blank and will be refused.
  if (peek() == 0xef) {
    for (const int c : {0xef, 0xbb, 0xbf}) {
      if (take() != c) fail("is not UTF-8");
    }
  }
}

int Reader::peek() {
  if (at_ == filled_) {
    filled_ = bytes_.read(buffer_.data(), buffer_.size());
    at_ = 0;
    if (filled_ == 0) return end;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

int Reader::take() {
  const int c = peek();
  if (c == end) fail("ends in the middle");
  ++at_;
  if (c == '\n') ++line_;
  if (++budget_bytes_ > most_budget_bytes) {
    fail("a resource of more than " + std::to_string(most_budget_bytes) + " bytes");
  }
  return c;
}

void Reader::spend() {
  if (++budget_values_ > most_budget_values) {
    fail("a resource of more than " + std::to_string(most_budget_values) + " values");
  }
}

void Reader::fresh_budget() { budget_bytes_ = budget_values_ = 0; }

void Reader::fail(const std::string& what) const { throw Malformed("line " + std::to_string(line_) + ": " + what); }

int Reader::next() {
  for (;;) {
    const int c = peek();
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return c;
    ++at_;  // blanks cost nothing
    if (c == '\n') ++line_;
  }
}

bool Reader::take_if(char c) {
  if (next() != static_cast<unsigned char>(c)) return false;
  take();
  return true;
}

void Reader::expect(char c) {
  if (!take_if(c)) fail(std::string("is no JSON: a '") + c + "' is missing");
}

std::string Reader::name() {
  if (next() != '"') fail("is no JSON: a member without a name");
  auto out = text();
  expect(':');
  return out;
}

Value Reader::value(int depth) {
  if (depth > most_depth) fail("more than " + std::to_string(most_depth) + " levels");
  spend();
  switch (next()) {
    case '{':
      return object(depth);
    case '[':
      return array(depth);
    case '"':
      return {Value::Kind::text, text()};
    case 't':
      return word("true", Value::Kind::boolean);
    case 'f':
      return word("false", Value::Kind::boolean);
    case 'n':
      return word("null", Value::Kind::null);
    default:
      return number();
  }
}

Value Reader::object(int depth) {
  expect('{');
  Value out(Value::Kind::object, {});
  if (take_if('}')) return out;
  std::set<std::string> seen;
  do {
    auto key = name();
    if (!seen.insert(key).second) fail("a name stands twice in one object");
    out.add(std::move(key), value(depth + 1));
  } while (take_if(','));
  expect('}');
  return out;
}

Value Reader::array(int depth) {
  expect('[');
  Value out(Value::Kind::array, {});
  if (take_if(']')) return out;
  do {
    out.push(value(depth + 1));
  } while (take_if(','));
  expect(']');
  return out;
}

Value Reader::word(std::string_view spelling, Value::Kind kind) {
  for (const char c : spelling) {
    if (take() != c) fail("is no JSON: an unknown word");
  }
  return {kind, kind == Value::Kind::null ? std::string() : std::string(spelling)};
}

Value Reader::number() {
  std::string out;
  const auto digits = [&] {
    if (!is_digit(peek())) fail("is no JSON");
    while (is_digit(peek())) {
      out += static_cast<char>(take());
      if (out.size() > 64) fail("a number of more than 64 characters");
    }
  };
  if (peek() == '-') out += static_cast<char>(take());
  const bool zero = peek() == '0';
  const auto first = out.size();
  digits();
  if (zero && out.size() > first + 1) fail("is no JSON: a number with a zero in front");
  if (peek() == '.') {
    out += static_cast<char>(take());
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    out += static_cast<char>(take());
    if (peek() == '+' || peek() == '-') out += static_cast<char>(take());
    digits();
  }
  return {Value::Kind::number, out};
}

std::string Reader::text() {
  std::string out;
  take();
  for (;;) {
    const int c = take();
    if (c == '"') break;
    if (c < 0x20) fail("a control character in a text");
    if (c == '\\') {
      escape(out);
    } else {
      out += static_cast<char>(static_cast<unsigned char>(c));
    }
    if (out.size() > most_text_bytes) fail("a text of more than " + std::to_string(most_text_bytes) + " bytes");
  }
  if (!sdk::is_utf8(out)) fail("a text is not UTF-8");
  return out;
}

void Reader::escape(std::string& out) {
  const int c = take();
  constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
  const auto at = names.find(static_cast<char>(c));
  if (at != std::string_view::npos) {
    out += values[at];
    return;
  }
  if (c != 'u') fail("is no JSON: an unknown escape");
  auto point = four_digits();
  if (point >= 0xdc00U && point < 0xe000U) fail("half a character");
  if (point >= 0xd800U && point < 0xdc00U) {
    if (take() != '\\' || take() != 'u') fail("half a character");
    const auto low = four_digits();
    if (low < 0xdc00U || low >= 0xe000U) fail("half a character");
    point = 0x10000U + ((point - 0xd800U) << 10U) + (low - 0xdc00U);
  }
  if (point == 0) fail("a NUL in a text");
  sdk::append_utf8(out, point);
}

std::uint32_t Reader::four_digits() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = take();
    const int lower = c >= 'A' && c <= 'F' ? c + 32 : c;
    if (!is_digit(c) && !(lower >= 'a' && lower <= 'f')) fail("is no JSON: an unknown escape");
    value = value * 16U + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
  }
  return value;
}

std::string text_of(const Value& object, std::string_view name) {
  if (!object.is(Value::Kind::object)) throw Malformed("an element that is no object");
  if (!object.has(name)) return {};
  if (!object[name].is(Value::Kind::text)) throw Malformed("an element that is a text is none");
  return object[name].text();
}

const std::vector<Value>& list_of(const Value& object, std::string_view name) {
  static const std::vector<Value> none;
  if (!object.has(name)) return none;
  if (!object[name].is(Value::Kind::array)) throw Malformed("an element that is a list is none");
  return object[name].items();
}

}  // namespace tributary::sdk::consent
