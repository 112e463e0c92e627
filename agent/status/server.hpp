// agent/status/server.hpp: the local window: status page, /events, /api/status, /metrics, /healthz.
//
// Read-only, unless `status.token_file` is configured: then whoever typed its word may retry and release parcels, and
// pause and resume destinations; each order is in the audit chain before it is carried out.
//
// Cost       the journal is read at most once a second, however many ask, and for the page only when it has changed.
// Limits     connections, event streams, bytes and seconds of a request: a caller holds up others, never the line.
// Never      shows more than pseudonyms, names of runs and what the journal says of them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"
#include "agent/journal/journal.hpp"
#include "agent/port/http/http.hpp"
#include "agent/status/metrics.hpp"

namespace tributary::status {

/// Serves until it is destroyed; the references outlive it. `look` is called for the metrics, by any thread.
Result<std::unique_ptr<http::Server>> serve(const config::Settings& settings, journal::Journal& journal,
                                            const Clock& clock, std::function<Surroundings()> look);

}  // namespace tributary::status
