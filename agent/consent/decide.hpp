// agent/consent/decide.hpp: the decision on one sample, from what the sources and our own register say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/consent/evaluate.hpp"

namespace tributary::consent {

/// What is known of one sample: the documents of its subject, or the reason why there is none.
struct Known {
  std::optional<std::vector<Record>> records;
  std::string unknown_reason;
  bool withdrawn = false;  // by our own register; that denies whatever a source says
};
Decision decide(const Known& known, const Purpose& purpose, std::int64_t now_utc_s);

}  // namespace tributary::consent
