// agent/status/report.hpp: what is going on, as JSON for programs; the page, the metrics and the command show the same.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"

namespace tributary::status {

struct Tally {
  std::int64_t parcels = 0, held = 0, refused = 0, waiting = 0, delivered = 0, withdrawn = 0, queue_bytes = 0;
};

inline constexpr std::int64_t most_shown = 1000;

/// `status --json` of the contract; of more than `most` runs or parcels the newest, those before the others that have
/// not come to their end. `runs_total`, `parcels_total` and all other numbers are of all. `more`: warnings beside the
/// alarms of the journal.
Result<Json> report(journal::Journal& journal, const std::string& site, std::int64_t now_utc_s,
                    const std::vector<Error>& more = {}, std::int64_t most = most_shown);
/// By id, a page at a time, until `visit` fails.
Status each_parcel(journal::Journal& journal, const journal::Filter& filter,
                   const std::function<Status(const journal::ParcelRow&)>& visit);
/// Of one that is paused or away, or whose uploads wait at this machine; null when all is as it should be.
Json destination_json(const journal::DestinationRow& row, std::int64_t now_utc_s);
/// One line for people: "national: away since ..., tried again at ...: why".
std::string destination_line(const Json& destination);
Json run_json(const journal::RunRow& row);
Json parcel_json(const journal::ParcelRow& row, const std::vector<journal::ObjectRow>& objects);
Result<Tally> tally(journal::Journal& journal);
Tally tally_of(const std::vector<journal::CountRow>& rows);
/// Why a parcel stands where it stands, and what to do about it; each may be "".
struct Why {
  std::string reason, hint;
};
Why why_of(const journal::ParcelRow& row);
/// Sealed, not refused, and not delivered.
bool is_under_way(const journal::CountRow& row);
/// Of what is under way and has not arrived.
std::int64_t bytes_to_send(const journal::CountRow& row);
/// Seconds until an upload ends at its present rate; nothing when it does not move.
std::optional<std::int64_t> seconds_left(const journal::ParcelRow& row);

}  // namespace tributary::status
