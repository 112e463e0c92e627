// plugins/sdk/consent/period.hpp: FHIR dates and periods as seconds, and what can be done with intervals.
//
// Source     FHIR R4 and R5, data types date, dateTime, Period: both ends are inclusive; an end that names a day, month
//            or year lasts to its last moment. A time has a zone, or the document is refused.
// Rule       what a start that names only a month or year leaves open is decided against the permit: a permit begins on
//            its last day, a denial on its first.
// Units      UTC seconds, both ends inclusive; nothing = open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/sdk/consent/json.hpp"

namespace tributary::sdk::consent {

struct Interval {
  std::optional<std::int64_t> from, until;
  [[nodiscard]] bool holds(std::int64_t utc_s) const {
    return (!from || *from <= utc_s) && (!until || utc_s <= *until);
  }
  [[nodiscard]] bool is_empty() const { return from && until && *from > *until; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

Interval both(const Interval& a, const Interval& b);
/// The parts of `a` before and after `b`; none, one or two.
std::vector<Interval> without(const Interval& a, const Interval& b);

/// One Period, read for a permit and for a denial.
struct Period {
  Interval permit, deny;
  bool has_start = false;
};
/// Throws Malformed for what is no Period, for an end before its start, and for a date that only an extension replaces.
Period read_period(const Value& period);

/// The period of a permit between two dates, either of which may be empty. Throws Malformed.
Interval permit_between(std::string_view from, std::string_view until);

/// First and last second of what the text names. Throws Malformed.
Interval read_date(std::string_view text);

/// As the agent reads it: a whole day without time where the second is the first (or, as an end, the last) of a day.
std::string write_date(const std::optional<std::int64_t>& utc_s, bool is_end);

}  // namespace tributary::sdk::consent
