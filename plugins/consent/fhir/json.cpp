// plugins/consent/fhir/json.cpp: the grammar of RFC 8259.
#include "plugins/consent/fhir/json.hpp"

#include <algorithm>
#include <cstring>
#include <set>

namespace tributary::fhir {
namespace {

constexpr int end = -1;

bool is_digit(int c) { return c >= '0' && c <= '9'; }

// Length of the well-formed sequence at the front (RFC 3629 section 4), 0 when there is none.
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80U) return 1;
  if (lead < 0xc2U || lead > 0xf4U) return 0;
  const std::size_t length = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0U && second < 0xa0U) || (lead == 0xf0U && second < 0x90U);
  const bool outside = (lead == 0xedU && second > 0x9fU) || (lead == 0xf4U && second > 0x8fU);
  return overlong || outside ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80U) {
    add(point);
  } else if (point < 0x800U) {
    add(0xc0U | (point >> 6U));
    add(0x80U | (point & 0x3fU));
  } else if (point < 0x10000U) {
    add(0xe0U | (point >> 12U));
    add(0x80U | ((point >> 6U) & 0x3fU));
    add(0x80U | (point & 0x3fU));
  } else {
    add(0xf0U | (point >> 18U));
    add(0x80U | ((point >> 12U) & 0x3fU));
    add(0x80U | ((point >> 6U) & 0x3fU));
    add(0x80U | (point & 0x3fU));
  }
}

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
  if (!is_utf8(out)) fail("a text is not UTF-8");
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
  append_utf8(out, point);
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

}  // namespace tributary::fhir
