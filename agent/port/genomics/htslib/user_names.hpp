// agent/port/genomics/htslib/user_names.hpp: names of accounts that command lines and paths in headers give away.
#pragma once

#include <functional>
#include <string_view>

namespace tributary::genomics {

/// Calls `found` with each account named in one header line: behind `/home/`, `/Users/`, `\Users\`, `user=`,
/// `username=`, and before the `@` of an address of mail. Bounded: at most 100 in a line.
void user_names(std::string_view line, const std::function<void(std::string_view)>& found);

}  // namespace tributary::genomics
