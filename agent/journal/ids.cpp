// agent/journal/ids.cpp: ids of parcels.
#include "agent/journal/ids.hpp"

#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/ulid.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::journal {
namespace {

constexpr std::string_view prefix = "p-";
constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // of Crockford, in the order of their values
constexpr std::size_t time_digits = 10;                                  // of a ULID; the other 16 are chance

// The ULID with the next number; nothing behind the last one of all.
std::string successor(std::string ulid) {
  for (auto at = ulid.size(); at-- > 0;) {
    const auto value = digits.find(ulid[at]);
    if (value == std::string_view::npos) return {};
    ulid[at] = digits[(value + 1) % digits.size()];
    if (value + 1 < digits.size()) return ulid;
  }
  return {};
}

}  // namespace

Result<std::string> next_id(std::int64_t utc_s, const std::string& last) {
  Bytes chance(10);
  if (auto random = crypto::random(chance); !random) return random.error();
  const auto fresh = std::string(prefix) + make_ulid(utc_s * 1000, chance);
  const auto time_ends = prefix.size() + time_digits;
  if (last.size() != fresh.size() || last.substr(0, time_ends) < fresh.substr(0, time_ends)) return fresh;
  const auto next = successor(last.substr(prefix.size()));
  if (next.empty()) return operator_error("the journal: no id of a parcel follows " + last);
  return std::string(prefix) + next;
}

}  // namespace tributary::journal
