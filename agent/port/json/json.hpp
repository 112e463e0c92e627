// agent/port/json/json.hpp: reading JSON that others wrote.
#pragma once

#include <string_view>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"

namespace tributary::json {

/// RFC 8259. Numbers that are no 64-bit integer become doubles. More than `depth` nested levels is an error.
/// Failure: give_up with the reason; never echoes the text.
Result<Json> parse(std::string_view text, std::size_t depth = 64);

}  // namespace tributary::json
