// agent/line/name_key.hpp: that the pseudonym key is still the one of before.
//
// Under another key everybody gets another pseudonym, and what a programme has already is sent a second time under it.
// The journal keeps the key's id; a rotation puts the new one there.
#pragma once

#include <string>
#include <vector>

#include "agent/journal/journal.hpp"

namespace tributary::line {

/// Failure: ask_operator when the journal knows the key by another id. A journal that knows none takes any.
Status check_name_key(journal::Journal& journal, const std::string& id);
/// From now on it is one of these; two while a rotation is under way.
Status keep_name_key(journal::Journal& journal, const std::vector<std::string>& ids);

}  // namespace tributary::line
