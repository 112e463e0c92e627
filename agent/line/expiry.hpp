// agent/line/expiry.hpp: what connections need and what ends at a known time: our certificates, tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/settings.hpp"

namespace tributary::line {

struct Expiry {
  std::string of;    // "destination national", "subjects lims", "pseudonyms", "notification desk"
  std::string kind;  // certificate, token
  std::int64_t utc_s = 0;
};

inline constexpr std::int64_t expires_soon_s = 30 * 86400;

/// Those whose end can be read from their files; one that can not be read is not listed, `doctor` says why.
std::vector<Expiry> expiries(const config::Settings& settings);

/// `exp` of a JSON Web Token (RFC 7519 section 4.1.4), UTC seconds. Nothing: it is no such token, or it tells no end.
std::optional<std::int64_t> token_end(std::string_view token);

}  // namespace tributary::line
