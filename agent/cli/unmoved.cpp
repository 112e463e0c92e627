// agent/cli/unmoved.cpp: why an order moves nothing.
#include "agent/cli/unmoved.hpp"

#include <algorithm>
#include <cctype>

#include "agent/base/text.hpp"
#include "agent/status/report.hpp"

namespace tributary::cli {
namespace {

constexpr std::string_view prefix = "p-";

std::string quoted(const std::string& name) { return "'" + printable(name) + "'"; }

Error no_such_parcel(journal::Journal& journal, const std::string& id) {
  std::string upper = id;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  if (upper.starts_with("P-")) upper.front() = 'p';
  auto meant = journal.parcel(upper);
  if (!meant) return meant.error();
  const auto what = "there is no parcel " + quoted(id);
  if (*meant) return operator_error(what, "did you mean " + upper + "?");
  return operator_error(what, upper.starts_with(prefix)
                                  ? "tributary status shows them"
                                  : "the id of a parcel begins with p-: tributary status shows it");
}

Result<bool> is_run(journal::Journal& journal, const std::string& name) {
  const auto runs = journal.runs();
  if (!runs) return runs.error();
  return std::any_of(runs->begin(), runs->end(), [&](const auto& run) { return run.name == name; });
}

// One that is not configured any more may have parcels.
Result<bool> is_destination(State& state, const std::string& name) {
  if (state.settings.destination(name) != nullptr) return true;
  const auto one = state.journal->parcels({{}, {}, name}, {}, 1);
  if (!one) return one.error();
  return !one->empty();
}

struct Standing {
  std::string what, hint;
};

Standing standing_of(const journal::ParcelRow& row, line::Order order) {
  using journal::Stage;
  if (row.stage == Stage::delivered) return {"delivered", "to take it back: tributary withdraw --subject-file F"};
  if (row.stage == Stage::withdrawing) {
    const bool is_held = row.condition == journal::Condition::held;
    return {"being taken back", is_held ? row.hint : "tributary status shows how that goes"};
  }
  if (row.stage == Stage::withdrawn) return {"withdrawn", {}};
  if (row.stage == Stage::cancelled) return {"cancelled", "that is final"};
  if (order != line::Order::release) return {"held by an operator", "tributary release " + row.id};
  return {std::string(journal::state_of(row.stage, row.condition, row.operator_hold)) + ", and no operator holds it",
          status::why_of(row).hint};
}

}  // namespace

Error no_such_run(const std::string& name) {
  return operator_error("there is no run " + quoted(name), "tributary runs shows those there are");
}

Error no_such_destination(const config::Settings& settings, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& destination : settings.destinations) names.push_back(destination.name);
  return operator_error("there is no destination " + quoted(name),
                        names.empty() ? "none is configured" : "there are: " + join(names, ", "));
}

Status check_named(State& state, const journal::Filter& filter) {
  if (!filter.parcel.empty()) {
    auto found = state.journal->parcel(filter.parcel);
    if (!found) return found.error();
    if (!*found) return no_such_parcel(*state.journal, filter.parcel);
  }
  if (!filter.run.empty()) {
    const auto known = is_run(*state.journal, filter.run);
    if (!known) return known.error();
    if (!*known) return no_such_run(filter.run);
  }
  if (!filter.destination.empty()) {
    const auto known = is_destination(state, filter.destination);
    if (!known) return known.error();
    if (!*known) return no_such_destination(state.settings, filter.destination);
  }
  return {};
}

Error why_unmoved(journal::Journal& journal, line::Order order, const journal::Filter& filter) {
  std::map<std::string, std::uint64_t> standings;
  std::uint64_t parcels = 0;
  Error one = operator_error("there is no such parcel", "tributary status shows them");
  auto looked = status::each_parcel(journal, filter, [&](const journal::ParcelRow& row) {
    const auto [what, hint] = standing_of(row, order);
    ++standings[what];
    ++parcels;
    one = operator_error("parcel " + row.id + " is " + what, hint);
    return Status();
  });
  if (!looked) return looked.error();
  if (parcels < 2) return one;
  std::vector<std::string> words;
  for (const auto& [what, number] : standings) words.push_back(std::to_string(number) + " " + what);
  const bool held = order == line::Order::retry && standings.contains("held by an operator");
  return operator_error("of " + std::to_string(parcels) + " parcels none can be moved so: " + join(words, "; "),
                        held ? "tributary release lets go what an operator holds" : "tributary status shows them");
}

}  // namespace tributary::cli
