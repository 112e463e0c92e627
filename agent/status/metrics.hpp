// agent/status/metrics.hpp: figures for Prometheus.
//
// Units      base units, in the names. conf/monitoring/README.md is the list; a test compares it with what is served.
// Never      a label with a pseudonym, a parcel, a run or a person: destinations, states and kinds only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"
#include "agent/line/papers.hpp"

namespace tributary::status {

/// What the journal does not tell.
struct Surroundings {
  std::string site;
  std::optional<std::uint64_t> free_bytes;  // of the disk of state_dir
  std::uint64_t reserve_bytes = 0;
  std::uint64_t idle_s = 0;
  std::int64_t started_utc_s = 0;
  std::vector<line::Paper> papers;
};

/// Prometheus text format 0.0.4.
Result<std::string> metrics(journal::Journal& journal, const Surroundings& around, std::int64_t now_utc_s);

}  // namespace tributary::status
