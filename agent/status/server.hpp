// agent/status/server.hpp: the local window: status page, /api/status, /metrics, /healthz. Read-only.
//
// Never      shows more than pseudonyms, names of runs and what the journal says of them.
#pragma once

#include <memory>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::status {

/// Serves until it is destroyed; the references outlive it.
Result<std::unique_ptr<http::Server>> serve(const std::string& listen, const std::string& site,
                                            journal::Journal& journal, const Clock& clock);

/// Prometheus text format 0.0.4.
Result<std::string> metrics(journal::Journal& journal, const std::string& site, std::int64_t now_utc_s);
/// HTML 5, whole in itself: no script, no style, no picture from elsewhere.
std::string page(const Json& report);

}  // namespace tributary::status
