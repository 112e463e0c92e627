// agent/notify/facts.hpp: what there is to tell an operator at this moment, from the journal and files of credentials.
//
// Never      a pseudonym, a parcel's reason, a person; the name of a run only where the entry allows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/config/settings.hpp"
#include "agent/journal/journal.hpp"
#include "agent/line/papers.hpp"
#include "agent/plugin/notification.hpp"

namespace tributary::notify {

/// Known again by its key; it is news when the key was not told or was told with a smaller count.
struct Fact {
  std::string key;
  plugin::Event event;
};

inline constexpr std::int64_t expires_soon_s = 14 * 86400;
inline constexpr std::int64_t expires_now_s = 2 * 86400;
inline constexpr std::int64_t stalled_s = 6 * 3600;

/// Of the kinds that the entry wants, in the order of their keys; `papers` are those of the configuration.
Result<std::vector<Fact>> facts(journal::Journal& journal, const std::vector<line::Paper>& papers,
                                const config::Notification& entry, std::int64_t now_utc_s);

}  // namespace tributary::notify
