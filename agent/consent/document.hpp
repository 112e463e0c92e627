// agent/consent/document.hpp: what one consent document says about one purpose at one moment.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/consent/evaluate.hpp"

namespace tributary::consent {

/// From the strongest to the weakest; the strongest of all documents decides. What only fails to grant (another
/// purpose, a period that ended) takes nothing away from another document that does.
enum class Weight : std::uint8_t {
  forbids,     // withdrawn, rejected, or a modifier that prohibits this use
  unreadable,  // can not be understood or judged
  grants,
  not_yet,    // would be judged later: its period has not begun
  elsewhere,  // is about another use, project or place, or its period is over
  silent,     // draft
  void_,      // entered in error
};

struct Opinion {
  Weight weight = Weight::unreadable;
  Finding finding;  // the one that decided
  std::vector<Term> terms;
  std::optional<std::int64_t> valid_until_utc_s;
};

Opinion judge(const Record& record, const Purpose& purpose, std::int64_t now_utc_s);

/// True for terms that bind whoever receives the data: COL IRB PUB RTN MOR US.
bool is_obligation(const Term& term);

}  // namespace tributary::consent
