// agent/status/server.hpp: the local window: status page, /api/status, /metrics, /healthz. Read-only.
//
// Never      shows more than pseudonyms, names of runs and what the journal says of them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"
#include "agent/port/http/http.hpp"
#include "agent/status/metrics.hpp"

namespace tributary::status {

/// Serves until it is destroyed; the references outlive it. `look` is called for the metrics, by any thread.
Result<std::unique_ptr<http::Server>> serve(const std::string& listen, const std::string& site,
                                            journal::Journal& journal, const Clock& clock,
                                            std::function<Surroundings()> look);

/// HTML 5, whole in itself: no script, no style, no picture from elsewhere.
std::string page(const Json& report);

}  // namespace tributary::status
