// agent/line/orders.hpp: what an operator may do with parcels and destinations, by command or by page.
//
// Order      the audit record first, then the deed: nothing is done that no record tells of.
// Failure    as the journal's. A record that could not be written leaves everything as it was.
#pragma once

#include <optional>
#include <string>

#include "agent/journal/journal.hpp"

namespace tributary::line {

enum class Order : std::uint8_t { retry, hold, release, cancel };
std::string_view name_of(Order order);

/// Who gave an order, as the record tells it: "" is the command, which is the machine's own user.
using Giver = std::string;

/// The number of parcels that moved.
Result<std::int64_t> give(journal::Journal& journal, Order order, const journal::Filter& filter, std::int64_t now,
                          const Giver& by = {});
/// `destination` "": all. `until` UTC seconds; 0: until it is resumed.
Status pause(journal::Journal& journal, const std::string& destination, std::int64_t until, std::int64_t now,
             const Giver& by = {});
/// False: it was not paused.
Result<bool> resume(journal::Journal& journal, const std::string& destination, std::int64_t now, const Giver& by = {});

}  // namespace tributary::line
