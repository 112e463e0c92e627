// plugins/consent/csv/words.hpp: small string helpers of this plugin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::csv {

bool is_utf8(std::string_view text);
/// Without blanks, tabs and line ends at both ends.
std::string trimmed(std::string_view text);
/// A heading as it is compared: lower case, `_` for blanks and hyphens.
std::string heading(std::string_view text);
/// FNV-1a, 64 bits: for finding rows, never for proof.
std::uint64_t hash(std::string_view text);

}  // namespace tributary::csv
