// plugins/sdk/consent/code_map.hpp: what the codes of a programme's consent form mean in terms of the Data Use
// Ontology, by a file that a person can read, sign and date.
//
//     programme: example            # its name
//     denies: everything            # a denial in force forbids every use; or `programme`: takes away its permits only
//     periods: required             # a permit without a start counts for nothing; or `optional`
//     refusals: [ 1.2.3 ]           # policy URIs of forms that can only withdraw or refuse
//     understood: [ "purpose:HRESCH" ]   # bonds of a permit that change nothing for this use
//     packs:                        # the newest whose day has come is in force
//       - valid_from: 2020-01-01
//         grants:
//           - codes: [ 1.2.3.4, "http://example.org/codes|research" ]   # any of them permits, any of them denies
//             terms: HMB
//             unless: [ 1.2.3.5 ]   # where none of these is permitted, too ...
//             bound: GS[DE]         # ... these terms are added
//
// A code without a system matches in any system. Failure: throws Malformed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/sdk/consent/form.hpp"

namespace tributary::sdk::consent {

struct Grant {
  std::vector<Code> codes, unless;
  std::string terms, bound;
};

struct Pack {
  std::int64_t valid_from_utc_s = 0;
  std::vector<Grant> grants;
};

struct Programme {
  std::string name;
  bool denies_everything = true;
  bool needs_periods = true;
  std::vector<std::string> refusals, understood;
  std::vector<Pack> packs;  // oldest first

  /// Nothing when no pack is in force yet.
  [[nodiscard]] const Pack* in_force(std::int64_t now_utc_s) const;
};

Programme read_programme(const std::string& yaml);

/// `code` or `system|code`. Throws Malformed for one without a code.
Code read_code(const std::string& text);
/// True when one of the statement's codes is one of these.
bool names_any(const Statement& statement, const std::vector<Code>& codes);

}  // namespace tributary::sdk::consent
