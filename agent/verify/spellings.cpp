// agent/verify/spellings.cpp: the ways in which one word may be spelled.
#include "agent/verify/spellings.hpp"

#include <algorithm>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"

namespace tributary::verify {
namespace {

constexpr std::size_t most_spellings = 600;

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Every sign of `which` becomes `by`, and a run of them one `by`; `+` goes.
template <typename Predicate>
void replace(std::string_view value, Predicate which, std::string_view by, Spellings& out) {
  std::string each, runs;
  bool in_run = false;
  for (const char c : value) {
    const bool sign = which(c);
    if (!sign) {
      each += c;
      runs += c;
    } else if (c != '+') {
      each += by;
      if (!in_run) runs += by;
    }
    in_run = sign;
  }
  out.insert(std::move(each));
  out.insert(std::move(runs));
}

std::string url_escaped(std::string_view value, bool form) {
  std::string out;
  for (const char c : value) {
    if (is_plain(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else if (form && c == ' ') {
      out += '+';
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out += "%" + to_hex(ByteView(&byte, 1));
    }
  }
  return out;
}

/// UTF-8 decoded; broken bytes stand for themselves.
std::vector<char32_t> code_points(std::string_view value) {
  std::vector<char32_t> out;
  for (std::size_t i = 0; i < value.size();) {
    const auto lead = static_cast<unsigned char>(value[i]);
    const std::size_t size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0x7fU >> size);
    const std::size_t whole = std::min(size, value.size() - i);
    for (std::size_t k = 1; k < whole; ++k) point = (point << 6U) | (static_cast<unsigned char>(value[i + k]) & 0x3fU);
    out.push_back(point);
    i += whole;
  }
  return out;
}

std::string xml_escaped(std::string_view value, bool numeric, bool hexadecimal) {
  std::string out;
  for (const char32_t point : code_points(value)) {
    const auto entity = [&](const char* name) {
      if (numeric) {
        out += "&#" + std::to_string(static_cast<std::uint32_t>(point)) + ";";
      } else {
        out += name;
      }
    };
    if (point == U'&') {
      entity("&amp;");
    } else if (point == U'<') {
      entity("&lt;");
    } else if (point == U'>') {
      entity("&gt;");
    } else if (point == U'"') {
      entity("&quot;");
    } else if (point == U'\'') {
      entity("&apos;");
    } else if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (hexadecimal) {
      std::string digits;
      for (auto rest = static_cast<std::uint32_t>(point); rest > 0; rest /= 16) {
        digits.insert(digits.begin(), "0123456789abcdef"[rest % 16]);
      }
      out += "&#x" + digits + ";";
    } else {
      out += "&#" + std::to_string(static_cast<std::uint32_t>(point)) + ";";
    }
  }
  return out;
}

std::string json_escaped(std::string_view value, bool slashes) {
  std::string out;
  const auto unit = [&out](std::uint32_t number) {
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
    out += "\\u" + to_hex(bytes);
  };
  for (const char32_t point : code_points(value)) {
    if (point == U'"' || point == U'\\' || (slashes && point == U'/')) {
      out += '\\';
      out += static_cast<char>(point);
    } else if (point >= 0x20 && point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x10000) {
      unit(point);
    } else {
      const auto rest = static_cast<std::uint32_t>(point) - 0x10000U;
      unit(0xd800U + (rest >> 10U));
      unit(0xdc00U + (rest & 0x3ffU));
    }
  }
  return out;
}

void add(Spellings& to, const Spellings& from) { to.insert(from.begin(), from.end()); }

/// With other accents, and with umlauts for two letters.
Spellings accented(std::string_view value) {
  Spellings out = without_accents(value);
  for (const std::string& spelling : with_umlauts(value)) add(out, without_accents(spelling));
  return out;
}

/// Takes spellings until there are enough.
class Bounded {
 public:
  explicit Bounded(Spellings& out) : out_(out) {}
  void add(const std::string& spelling) {
    if (out_.size() < most_spellings) out_.insert(spelling);
  }
  void add(const Spellings& spellings) {
    for (const std::string& spelling : spellings) add(spelling);
  }

 private:
  Spellings& out_;
};

}  // namespace

Spellings munged(std::string_view value) {
  Spellings out;
  const auto blank_like = [](char c) { return c == '_' || c == ' ' || c == '.' || c == '-' || c == '+'; };
  const auto blank_only = [](char c) { return c == '_' || c == ' ' || c == '.' || c == '+'; };
  const auto any_sign = [](char c) { return !is_plain(c) && static_cast<unsigned char>(c) < 0x80; };
  const auto plus = [](char c) { return c == '+'; };
  for (const std::string_view by : {"-", "_", ".", " ", ""}) {
    replace(value, blank_like, by, out);
    replace(value, blank_only, by, out);
    replace(value, any_sign, by, out);
  }
  replace(value, plus, "", out);
  return out;
}

Spellings escaped(std::string_view value) {
  Spellings out = {url_escaped(value, false),       url_escaped(value, true),        xml_escaped(value, false, false),
                   xml_escaped(value, true, false), xml_escaped(value, false, true), json_escaped(value, false),
                   json_escaped(value, true)};
  out.erase(std::string(value));
  return out;
}

Spellings spellings_of(std::string_view kind, std::string_view value, const Spellings& labels) {
  Spellings out = {std::string(value)};
  const bool told = kind.find("date") != std::string_view::npos || kind.find("birth") != std::string_view::npos;
  const Spellings days = dates(value, told);
  if (!days.empty()) {
    add(out, days);
    return out;
  }
  Spellings whole, parts;
  if (!names_a_place(kind)) whole = reordered(value, parts);
  const bool is_name = !parts.empty();
  if (may_name_a_person(kind) && !is_name) {
    const Told beside = told_beside_numbers(value, labels);
    whole = beside.whole;
    parts = beside.parts;
    add(out, beside.days);
  }
  whole.erase(std::string(value));
  // What is likely comes first: the value and its parts with their accents, as they are and escaped.
  Bounded bounded(out);
  for (const Spellings& of : {Spellings{std::string(value)}, parts, whole}) {
    for (const std::string& spelling : of) bounded.add(spelling);
  }
  Spellings words = parts;
  words.insert(std::string(value));
  for (const std::string& word : words) {
    bounded.add(accented(word));
    if (is_name) continue;
    bounded.add(munged(word));
    for (const std::string& spelling : accented(word)) bounded.add(munged(spelling));
  }
  for (const std::string& word : words) {
    bounded.add(escaped(word));
    for (const std::string& spelling : accented(word)) bounded.add(escaped(spelling));
  }
  for (const std::string& spelling : whole) {
    bounded.add(accented(spelling));
    if (!is_name) bounded.add(munged(spelling));
    bounded.add(escaped(spelling));
  }
  for (const std::string& spelling : whole) {
    for (const std::string& other : accented(spelling)) bounded.add(escaped(other));
  }
  return out;
}

}  // namespace tributary::verify
