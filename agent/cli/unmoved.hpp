// agent/cli/unmoved.hpp: why an order moves nothing: what it names is not there, or stands where it can not be moved.
#pragma once

#include <string>

#include "agent/cli/command.hpp"
#include "agent/line/orders.hpp"

namespace tributary::cli {

/// ask_operator: there is no such parcel, run or destination here. Asked before an order, so that no word that names
/// nothing is recorded.
Status check_named(State& state, const journal::Filter& filter);
/// After an order that moved nothing.
Error why_unmoved(journal::Journal& journal, line::Order order, const journal::Filter& filter);

Error no_such_run(const std::string& name);
/// With the names of those that are configured.
Error no_such_destination(const config::Settings& settings, const std::string& name);

}  // namespace tributary::cli
