// agent/port/genomics/htslib/read_name.cpp: masks read names by a keyed function.
#include "agent/port/genomics/htslib/read_name.hpp"

#include <algorithm>
#include <array>

namespace tributary::genomics {

namespace {

constexpr std::string_view crockford_digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 10 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Unique molecular identifiers are bases; `+` stands between those of both reads, `r` before a reversed one.
bool is_umi(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.find_first_not_of("ACGTN+r") == std::string_view::npos;
}

}  // namespace

std::size_t illumina_position(std::string_view name) {
  std::array<std::size_t, 7> colons{};
  std::size_t count = 0;
  for (std::size_t at = name.find(':'); at != std::string_view::npos; at = name.find(':', at + 1)) {
    if (count == colons.size()) return 0;
    colons[count++] = at;
  }
  if (count < 6 || colons[0] == 0) return 0;
  for (std::size_t field = 2; field < 6; ++field) {
    const std::size_t begin = colons[field] + 1;
    const std::size_t end = field + 1 < count ? colons[field + 1] : name.size();
    if (!is_number(name.substr(begin, end - begin))) return 0;
  }
  if (count == 7 && !is_umi(name.substr(colons[6] + 1))) return 0;
  return colons[2] + 1;
}

ReadNameMask::ReadNameMask(const Secret<32>& key)
    : first_(sip_key(key.bytes().first(16))), second_(sip_key(key.bytes().subspan(16))) {}

ReadNameMask::~ReadNameMask() {
  wipe(first_.data(), sizeof first_);
  wipe(second_.data(), sizeof second_);
}

std::string_view ReadNameMask::mask(std::string_view name) {
  masked_.clear();
  if (const std::size_t position = illumina_position(name); position > 0) {
    const std::string_view run = name.substr(0, position - 1);
    if (run_token_.empty() || run != run_) {
      run_ = run;
      append_token(run);
      run_token_ = masked_ + ":0:0";
      masked_.clear();
    }
    masked_.append(run_token_).append(name.substr(position - 1));
    return masked_;
  }
  std::string_view mate;
  if (name.size() > 2 && (name.ends_with("/1") || name.ends_with("/2"))) mate = name.substr(name.size() - 2);
  append_token(name.substr(0, name.size() - mate.size()));
  masked_.append(mate);
  return masked_;
}

void ReadNameMask::append_token(std::string_view text) {
  const std::array<std::uint64_t, 2> words = {sip_hash_2_4(first_, view(text)), sip_hash_2_4(second_, view(text))};
  std::array<char, 26> digits{};
  for (std::size_t digit = 0; digit < digits.size(); ++digit) {  // most significant bits first, two zero bits behind
    std::uint64_t value = 0;
    for (std::size_t bit = 5 * digit; bit < 5 * digit + 5; ++bit) {
      value = value << 1U | (bit < 128 ? words[bit / 64] >> (63 - bit % 64) & 1U : 0U);
    }
    digits[digit] = crockford_digits[value];
  }
  masked_.append(digits.data(), digits.size());
}

}  // namespace tributary::genomics
