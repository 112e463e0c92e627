// agent/verify/everyday.hpp: words that say nothing about a person because the formats and the field use them daily.
//
// An identifier that is one of them can not be searched for: it would be found in every file. It is counted as
// unsearchable, and the transforms (allow-lists) alone keep it from leaving. Part of a name that is one of them is left
// out, the whole name is still searched for.
#pragma once

#include <string_view>

namespace tributary::verify {

/// Without regard to ASCII case.
bool is_everyday(std::string_view word);

}  // namespace tributary::verify
