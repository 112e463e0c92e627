// plugins/notifications/email/message.cpp: headers and body; everything that is not ASCII is base 64.
#include "plugins/notifications/email/message.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "plugins/sdk/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t most_word_bytes = 42;  // of text in one encoded word, which then has at most 75 characters
constexpr std::size_t most_line_bytes = 57;  // 76 characters of base 64

// Cut between characters: a word holds whole ones (RFC 2047 section 5).
std::string encoded_words(std::string_view text) {
  std::string out;
  std::string piece;
  const auto flush = [&] {
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + sdk::base64(piece) + "?=";
    piece.clear();
  };
  while (!text.empty()) {
    const auto length = std::max<std::size_t>(1, sdk::utf8_sequence(text));
    if (piece.size() + length > most_word_bytes) flush();
    piece += text.substr(0, length);
    text.remove_prefix(length);
  }
  flush();
  return out;
}

// "Fri, 21 Nov 2025 10:00:00 +0000"; strftime would follow the locale.
std::string date_of(std::int64_t utc_s) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto when = static_cast<std::time_t>(utc_s);
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d +0000",
                days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                parts.tm_sec);
  return text.data();
}

}  // namespace

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  if (text.size() > 254 || at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  return text.find('@', at + 1) == std::string_view::npos && std::all_of(text.begin(), text.end(), [](char c) {
           return sdk::is_alphanumeric(c) || std::string_view("@.!#$%&'*+-/=?^_`{|}~").find(c) != std::string::npos;
         });
}

std::string write_message(const Letter& letter) {
  const auto domain = letter.from.substr(letter.from.find('@') + 1);
  std::string out = "From: <" + letter.from + ">\r\n";
  for (std::size_t i = 0; i < letter.to.size(); ++i)
    out += (i == 0 ? "To: <" : " <") + letter.to[i] + (i + 1 < letter.to.size() ? ">,\r\n" : ">\r\n");
  out += "Date: " + date_of(letter.utc_s) + "\r\n";
  // The same for the same message: who gets it twice sees it once.
  out += "Message-ID: <" + letter.id + "@" + domain + ">\r\n";
  out += "Subject: " + encoded_words(letter.subject) + "\r\n";
  out +=
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  for (std::size_t at = 0; at < letter.text.size(); at += most_line_bytes)
    out += sdk::base64(std::string_view(letter.text).substr(at, most_line_bytes)) + "\r\n";
  return out;
}

}  // namespace tributary::email
