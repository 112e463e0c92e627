// plugins/sdk/consent/records.hpp: all consent forms of one person, in the records that the agent evaluates.
//
// A permit    is told with its period as `active` and the terms of the code map.
// A denial    in force is told as `withdrawn`: the agent lets it win over every permit. One that will begin ends the
//             permits it names the second before; one that is over says nothing. Where a programme's denials reach its
//             own permits only, one in force ends them in the same way, so that they say "ended", and is not told.
// What        grants nothing by its status (draft, proposed, inactive, not-done, not verified) is told as `draft`.
// Held        a document that must not be used: unless another one denies, nobody is told anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/sdk/consent/code_map.hpp"
#include "plugins/sdk/source.hpp"

namespace tributary::sdk::consent {

using sdk::Record;

struct Told {
  std::vector<Record> records;
  std::string held;  // why nothing may be permitted; else empty
};

Told tell(const std::vector<const Form*>& forms, const std::vector<Programme>& programmes, std::int64_t now_utc_s);

/// Moments at which an answer may change by itself.
void add_turns(const Form& form, std::vector<std::int64_t>& turns_utc_s);

}  // namespace tributary::sdk::consent
