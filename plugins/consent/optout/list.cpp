// plugins/consent/optout/list.cpp: lines to marks.
#include "plugins/consent/optout/list.hpp"

#include <algorithm>
#include <functional>

#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::optout {
namespace {

using sdk::csv::Malformed;

[[noreturn]] void fail(std::uint64_t line, const std::string& what) {
  throw Malformed("line " + std::to_string(line) + ": " + what);
}

// Calls `visit(number, line)` for each line without its end; returns whether the last one had one.
bool each_line(sdk::csv::Bytes& bytes, const std::function<void(std::uint64_t, std::string_view)>& visit) {
  std::vector<char> buffer(1U << 16);
  std::uint64_t offset = 0, number = 1;
  std::string line;
  for (;;) {
    const auto n = bytes.read(offset, buffer.data(), buffer.size());
    if (n == 0) break;
    offset += n;
    std::string_view rest(buffer.data(), n);
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      line += rest.substr(0, end);
      if (line.size() > List::most_line_bytes) fail(number, "is too long");
      visit(number++, line);
      line.clear();
      rest.remove_prefix(end + 1);
    }
    line += rest;
    if (line.size() > List::most_line_bytes) fail(number, "is too long");
  }
  if (!line.empty()) visit(number, line);
  return line.empty();
}

// What stands in the line; empty for none.
std::string_view id_in(std::string_view line) {
  constexpr std::string_view blanks = " \r\t";
  const auto first = line.find_first_not_of(blanks);
  if (first == std::string_view::npos || line[first] == '#') return {};
  return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

void check(std::uint64_t number, std::string_view id, bool plain) {
  if (!plain) {
    const bool digest = id.size() == 64 && id.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    if (!digest) fail(number, "is no SHA-256 in hexadecimal");
    return;
  }
  if (id.find_first_of(std::string_view(",;\t\0", 4)) != std::string_view::npos) fail(number, "is more than one id");
  if (!sdk::is_utf8(id)) fail(number, "is not UTF-8");
}

}  // namespace

std::string Spelling::of(std::string_view id) const {
  if (kind_ == Kind::plain) return std::string(id);
  return sdk::hex(kind_ == Kind::sha256 ? sdk::sha256(key_ + std::string(id)) : sdk::hmac_sha256(key_, id));
}

List::List(sdk::csv::Bytes& bytes, bool plain) : plain_(plain) {
  std::size_t ids = 0, lines = 0;
  each_line(bytes, [&](std::uint64_t number, std::string_view line) {
    ++lines;
    const auto id = id_in(line);
    if (id.empty()) return;
    check(number, id, plain_);
    if (++ids > most_ids) throw Malformed("more than " + std::to_string(most_ids) + " ids");
  });
  if (lines == 0) throw Malformed("is empty; a list of nobody has one line with '#'");
  marks_.reserve(ids);
  ended_with_line_ = each_line(bytes, [&](std::uint64_t, std::string_view line) {
    const auto id = id_in(line);
    if (!id.empty() && marks_.size() < ids) marks_.push_back(mark_of(id));
  });
  std::sort(marks_.begin(), marks_.end());
}

std::uint64_t List::mark_of(std::string_view written) const {
  std::uint64_t mark = 0;
  if (plain_) {
    for (const char c : sdk::sha256(written).substr(0, 8)) mark = mark << 8U | static_cast<unsigned char>(c);
    return mark;
  }
  for (const char c : sdk::lower(written.substr(0, 16))) {
    mark = mark << 4U | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return mark;
}

bool List::has(std::string_view written) const {
  return std::binary_search(marks_.begin(), marks_.end(), mark_of(written));
}

}  // namespace tributary::optout
