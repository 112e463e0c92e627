// agent/line/papers.hpp: certificates and tokens that the configuration names, and until when they are good.
//
// Never      keeps or shows anything of their content but that time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"

namespace tributary::line {

inline constexpr std::int64_t expires_soon_s = 30 * 86400;

struct Paper {
  std::string of;              // "destination national", "subjects lims", "pseudonyms", "notification desk"
  std::string key;             // of the configuration: "tls.cert_file"
  std::int64_t until = 0;      // UTC seconds; 0: it does not say
  std::optional<Error> error;  // it can not be read
  [[nodiscard]] bool has_ended(std::int64_t now) const { return until > 0 && until <= now; }
  [[nodiscard]] bool ends_soon(std::int64_t now) const { return until > now && until - now <= expires_soon_s; }
};

/// Reads the files, in the order of the configuration.
std::vector<Paper> papers_of(const config::Settings& settings);
/// Those of one entry, which they call `of`.
std::vector<Paper> papers_of(const std::string& of, const config::Reach& reach);
/// `exp` of a JSON Web Token (RFC 7519 section 4.1.4), UTC seconds; 0 for whatever is none, or has none.
std::int64_t token_end(std::string_view token);
/// What a person must see to: what has ended, ends soon or can not be read.
std::vector<Error> warnings_of(const std::vector<Paper>& papers, std::int64_t now_utc_s);

}  // namespace tributary::line
