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
// Where the answer stands in a questionnaire and not in codes, a programme names its forms and a grant has conditions
// instead of codes:
//
//     forms: [ "https://example.org/form" ]   # policy URIs or category codes
//     packs:
//       - valid_from: 2020-01-01
//         grants:
//           - terms: HMB
//             when: { all: [ { question: "1", answer: "yes" }, { not: { question: "2", answer: "no" } } ] }
//             denied_when: { question: "1", answer: "no" }   # a denial, in the sense of `denies`
//
// A form without its answers holds the person, and while denied_when can not be told nothing is permitted. A condition
// is `true`, `false`, a map of question and answer, of question and answered (true or false), or of one of all, any
// (lists) and not. The question is a linkId; the answer a text, a number, true, false, a code or SYSTEM|CODE.
//
// A code without a system matches in any system. Failure: throws Malformed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/sdk/consent/form.hpp"

namespace tributary::sdk::consent {

struct Grant {
  std::vector<Code> codes, unless;
  std::string terms, bound;
  std::optional<Condition> when, denied_when;  // instead of codes
};

struct Pack {
  std::int64_t valid_from_utc_s = 0;
  std::vector<Grant> grants;
};

struct Programme {
  std::string name;
  bool denies_everything = true;
  bool needs_periods = true;
  std::vector<std::string> refusals, understood, forms;
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
