// agent/status/overview.hpp: all that the status page shows of one moment, read at a cost that does not grow with
// years.
//
// Never      holds more than pseudonyms, names of runs and destinations, and what the journal says of them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"
#include "agent/journal/journal.hpp"
#include "agent/line/papers.hpp"
#include "agent/status/report.hpp"

namespace tributary::status {

/// Parcels of one kind: the first of them, and whether there are more.
struct Shelved {
  std::vector<journal::ParcelRow> rows;
  bool more = false;
};

/// Parcels of a run at one station.
struct AtStation {
  std::int64_t going = 0, held = 0, refused = 0;
  [[nodiscard]] std::int64_t all() const { return going + held + refused; }
};

/// The stations of the page, a column each; the folder itself stands before them.
enum class Station : std::uint8_t { consent, seal, queue, push, ingest, delivered };
inline constexpr std::size_t stations = 6;

struct RunView {
  journal::RunRow row;
  std::array<AtStation, stations> at;
  std::int64_t taken_back = 0;  // withdrawn, being withdrawn, cancelled
};
struct Runs {
  std::vector<RunView> rows;
  bool more = false;
};

struct DestinationView {
  std::string name;
  bool is_ingest = false;
  journal::DestinationRow row;
  std::int64_t last_arrival = 0;        // UTC seconds; 0: none yet
  std::int64_t parcels = 0, bytes = 0;  // that wait for it or are on their way
};

struct Day {
  std::int64_t begin = 0;  // UTC seconds of the local midnight
  journal::Arrived arrived;
};

struct Storage {
  std::int64_t free_bytes = -1;  // -1: nobody can say
  std::int64_t reserve_bytes = 0, retained_bytes = 0;
};

struct Overview {
  std::string site;
  std::int64_t now = 0;
  Tally tally;
  std::array<Day, 7> days;  // the last is today
  std::vector<journal::Alarm> alarms;
  Runs runs;
  std::int64_t runs_total = 0;
  Shelved held, refused, moving, waiting, delivered;
  journal::DestinationRow everywhere;  // the pause of all
  std::vector<DestinationView> destinations;
  std::vector<line::Paper> papers;
  Storage storage;
};

/// `papers`: as papers_of; they are files, and need not be read as often.
Result<Overview> read_overview(journal::Journal& journal, const config::Settings& settings,
                               const std::vector<line::Paper>& papers, std::int64_t now_utc_s);
/// A page of a list: `before` is the id that the page before ended with.
Result<Shelved> read_shelf(journal::Journal& journal, journal::Shelf shelf, const std::string& before,
                           std::int64_t most);
/// All parcels of the runs of a name, oldest first; `after` is the id that the page before ended with.
Result<Shelved> read_run(journal::Journal& journal, const std::string& run, const std::string& after,
                         std::int64_t most);
Result<Runs> read_runs(journal::Journal& journal, std::int64_t before, std::int64_t most);

}  // namespace tributary::status
