// plugins/consent/csv/form.hpp: a row of the table whose permissions are codes, as a form of consent.
//
// `active` permits its codes from valid_from to valid_until. `withdrawn` and `rejected` deny theirs at any time,
// whatever the dates are, and everything when a code is not known to any map or none is named: what is taken back must
// not depend on its spelling.
#pragma once

#include <vector>

#include "plugins/consent/csv/index.hpp"
#include "plugins/sdk/consent/code_map.hpp"

namespace tributary::csv {

using sdk::consent::Form;

/// What can not be read is a form with a problem.
Form form_of(const Entry& row, const std::vector<sdk::consent::Programme>& programmes);

}  // namespace tributary::csv
