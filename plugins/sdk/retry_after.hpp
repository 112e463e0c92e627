// plugins/sdk/retry_after.hpp: when an HTTP answer asks us to come back (RFC 9110 section 10.2.3).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "plugins/sdk/text.hpp"
#include "plugins/sdk/time.hpp"

namespace tributary::sdk {

/// UTC seconds of the earliest retry that `Retry-After` asks for; 0 = it says nothing that can be understood, the host
/// decides. A wait of more than a day is cut to a day: nobody's typing error parks a parcel for a year.
inline std::int64_t retry_after(std::string_view value, std::int64_t now_utc_s) {
  constexpr std::int64_t longest_s = 86400;
  if (const auto seconds = parse_number(value)) {
    return now_utc_s + static_cast<std::int64_t>(std::min<std::uint64_t>(*seconds, longest_s));
  }
  if (const auto date = parse_http_date(value)) return std::clamp(*date, now_utc_s, now_utc_s + longest_s);
  return 0;
}

}  // namespace tributary::sdk
