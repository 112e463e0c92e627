// agent/verify/rules.cpp: where which kind of word counts.
#include "agent/verify/rules.hpp"

#include <algorithm>
#include <array>
#include <bitset>

namespace tributary::verify {
namespace {

constexpr std::size_t digits_at_start_of_name = 5;
constexpr std::size_t digits_within_name = 8;
constexpr std::size_t uuid_bytes = 36;
constexpr std::size_t masked_name_bytes = 26;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_base(char c) { return std::string_view("ACGTUNacgtun").find(c) != std::string_view::npos; }

bool is_uuid(std::string_view run) {
  if (run.size() != uuid_bytes) return false;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (run[i] == '-')) return false;
  }
  return true;
}

template <typename Predicate>
std::string_view run_around(std::string_view text, std::size_t begin, std::size_t end, Predicate belongs) {
  while (begin > 0 && belongs(text[begin - 1])) --begin;
  while (end < text.size() && belongs(text[end])) ++end;
  return text.substr(begin, end - begin);
}

bool in_random_token(std::string_view text, std::size_t begin, std::size_t end) {
  const auto word = text.substr(begin, end - begin);
  const auto hex_or_dash = [](char c) { return is_hex(c) || c == '-'; };
  if (std::all_of(word.begin(), word.end(), hex_or_dash)) {
    if (is_uuid(run_around(text, begin, end, hex_or_dash))) return true;
    const std::size_t size = run_around(text, begin, end, is_hex).size();
    if (size == 32 || size == 40 || size == 64) return true;  // MD5, SHA-1, SHA-256
  }
  const auto crockford = [](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U');
  };
  return std::all_of(word.begin(), word.end(), crockford) &&
         run_around(text, begin, end, is_word).size() == masked_name_bytes;
}

bool is_counter(std::string_view key) {
  constexpr std::array<std::string_view, 13> counters = {"ch",         "channel", "duration",    "length", "len",
                                                         "mean_q",     "np",      "num_samples", "rank",   "read",
                                                         "start_time", "start",   "seqlen"};
  return std::find(counters.begin(), counters.end(), key) != counters.end();
}

bool number_counts_in_comment(const Traits& traits, std::string_view comment, std::size_t begin) {
  const std::string_view before = comment.substr(0, begin);
  if (before.ends_with('=')) {
    std::size_t from = before.size() - 1;
    while (from > 0 && (is_word(before[from - 1]) || before[from - 1] == '_')) --from;
    return !is_counter(before.substr(from, before.size() - 1 - from));
  }
  if (before.ends_with(":Z:")) return true;
  return traits.digits >= digits_within_name && begin > 0;  // the first word of a comment may be a counter
}

bool number_counts_in_name(const Traits& traits, std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t name_end = std::min(text.find_first_of(" \t"), text.size());
  if (begin > name_end) return number_counts_in_comment(traits, text.substr(name_end + 1), begin - name_end - 1);
  std::string_view name = text.substr(0, name_end);
  if (name.ends_with("/1") || name.ends_with("/2")) name.remove_suffix(2);
  if (begin == 0 && end < name.size()) return traits.digits >= digits_at_start_of_name;
  const bool between_slashes = begin > 0 && text[begin - 1] == '/' && end < text.size() && text[end] == '/';
  return traits.digits >= digits_within_name && end < name.size() && !between_slashes;
}

}  // namespace

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin == 0 || !is_word(text[begin - 1])) && (end >= text.size() || !is_word(text[end]));
}

Traits traits_of(std::string_view spelling) {
  Traits traits;
  std::bitset<256> seen;
  bool any_letter = false;
  traits.letters = traits.bases = true;
  for (const char c : spelling) {
    seen.set(static_cast<unsigned char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
    if (is_digit(c)) ++traits.digits;
    any_letter = any_letter || is_letter(c);
    traits.letters = traits.letters && is_letter(c);
    traits.bases = traits.bases && is_base(c);
  }
  traits.length = static_cast<std::uint32_t>(spelling.size());
  traits.numeric = !any_letter;
  traits.alone = traits.numeric || spelling.size() < long_bytes;
  traits.strong = spelling.size() >= strong_bytes && seen.count() >= 4 && !traits.numeric && !traits.bases;
  return traits;
}

bool counts(const Traits& traits, Field field, std::string_view text, std::size_t begin, std::size_t end) {
  if (field == Field::reads) return traits.strong;
  if (field == Field::numbers) return traits.length >= 8 && !traits.numeric && !traits.bases;
  if (field != Field::text && traits.bases) return false;
  if (traits.numeric && (field == Field::record_text || field == Field::opaque)) return false;
  if (traits.numeric && field == Field::symbol && end - begin < text.size()) return false;
  if (field == Field::record_text && traits.letters && traits.length < long_bytes) return false;
  if (field == Field::opaque && traits.length < long_bytes) return false;
  const bool alone = traits.alone || (field == Field::opaque && traits.length < 8);
  if (alone && !stands_alone(text, begin, end)) return false;
  if (traits.length < strong_bytes && in_random_token(text, begin, end)) return false;
  return field != Field::read_name || !traits.numeric || number_counts_in_name(traits, text, begin, end);
}

}  // namespace tributary::verify
