// agent/line/orders.cpp: orders of an operator, each behind its audit record.
#include "agent/line/orders.hpp"

#include <array>

#include "agent/base/clock.hpp"

namespace tributary::line {
namespace {

struct Deed {
  std::string_view name;
  Result<std::int64_t> (journal::Journal::*move)(const journal::Filter&, std::int64_t);
};
constexpr std::array<Deed, 4> deeds{{{"retry", &journal::Journal::retry},
                                     {"hold", &journal::Journal::hold},
                                     {"release", &journal::Journal::release},
                                     {"cancel", &journal::Journal::cancel}}};
const Deed& deed_of(Order order) { return deeds[static_cast<std::size_t>(order)]; }

Status record(journal::Journal& journal, Json entry, const Giver& by) {
  if (!by.empty()) entry.add("by", by);
  return journal.add_audit(entry);
}

Json about_destination(const char* action, const std::string& destination, std::int64_t now) {
  Json out;
  out.add("at", to_rfc3339(now)).add("action", action).add("destination", destination);
  return out;
}

}  // namespace

std::string_view name_of(Order order) { return deed_of(order).name; }

Result<std::int64_t> give(journal::Journal& journal, Order order, const journal::Filter& filter, std::int64_t now,
                          const Giver& by) {
  Json entry;
  entry.add("at", to_rfc3339(now)).add("action", name_of(order)).add("parcel", filter.parcel);
  entry.add("run", filter.run).add("destination", filter.destination);
  if (auto kept = record(journal, std::move(entry), by); !kept) return kept.error();
  return (journal.*deed_of(order).move)(filter, now);
}

Status pause(journal::Journal& journal, const std::string& destination, std::int64_t until, std::int64_t now,
             const Giver& by) {
  auto entry = about_destination("pause", destination, now);
  if (until > 0) entry.add("until", to_rfc3339(until));
  if (auto kept = record(journal, std::move(entry), by); !kept) return kept;
  return journal.pause_destination(destination, until, now);
}

Result<bool> resume(journal::Journal& journal, const std::string& destination, std::int64_t now, const Giver& by) {
  if (auto kept = record(journal, about_destination("resume", destination, now), by); !kept) return kept.error();
  return journal.resume_destination(destination);
}

}  // namespace tributary::line
