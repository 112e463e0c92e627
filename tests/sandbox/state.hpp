// tests/sandbox/state.hpp: what the page shows, as JSON for acceptance tests.
#pragma once

#include "agent/base/json.hpp"
#include "tests/sandbox/page.hpp"

namespace tributary::sandbox {

/// {objects, duplicates, open_uploads, unregistered, tasks}; oldest first.
Json describe_state(const PageParts& parts);

}  // namespace tributary::sandbox
