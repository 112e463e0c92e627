// agent/consent/egress.cpp: regions that data come from against the country that they go to.
#include "agent/consent/egress.hpp"

#include <utility>

#include "agent/consent/regions.hpp"

namespace tributary::consent {
namespace {

// A code is its own region; a name such as "Germany" is none.
bool is_country(const std::string& word) { return in_region(word, word) == InRegion::yes; }

}  // namespace

std::optional<Decision> objection(const Egress& egress, const std::vector<std::string>& countries,
                                  const std::string& destination) {
  const auto not_known = [&](std::string why) -> std::optional<Decision> {
    if (egress.unknown == Verdict::permit) return std::nullopt;
    return by_rule(egress.unknown, "egress", std::move(why));
  };
  auto origins = countries;
  if (!egress.country.empty()) origins.push_back(egress.country);
  for (const auto& region : egress.keep_in) {
    for (const auto& origin : origins) {
      if (destination.empty() || in_region(origin, region) != InRegion::yes) continue;
      if (in_region(destination, region) == InRegion::yes) continue;
      return by_rule(Verdict::deny, "egress",
                     "data from " + region + " never leave it, and the policy's country is " + destination);
    }
  }
  if (destination.empty()) return not_known("where the data go is not known: the policy names no purpose.country");
  if (origins.empty()) {
    return not_known("where the data come from is not known: no source tells a country, and egress.country is not set");
  }
  for (const auto& origin : origins) {
    if (!is_country(origin))
      return not_known("a subject source tells a country that is no ISO 3166-1 alpha-2 code such as DE");
  }
  return std::nullopt;
}

Decision decide(const Known& known, const Purpose& purpose, const std::optional<Egress>& egress,
                std::int64_t now_utc_s) {
  auto decision = decide(known, purpose, now_utc_s);
  if (!egress || known.told.empty()) return decision;
  auto stays = objection(*egress, known.countries, purpose.country);
  return stays ? all_of({std::move(decision), std::move(*stays)}) : decision;
}

}  // namespace tributary::consent
