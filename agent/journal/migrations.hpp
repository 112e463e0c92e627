// agent/journal/migrations.hpp: the schema of the journal, one step after the other.
#pragma once

#include <string_view>
#include <vector>

namespace tributary::journal {

/// Released steps are never changed, only new ones added at the end.
const std::vector<std::string_view>& migrations();

}  // namespace tributary::journal
