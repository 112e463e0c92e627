// plugins/consent/fhir/bundle.hpp: the resources of a JSON text, one at a time: a resource, a Bundle, or one a line.
//
// Memory     that of one resource (json.hpp bounds it), whatever the size of the Bundle.
// Failure    throws Malformed; what was told before must then be forgotten.
#pragma once

#include <functional>
#include <string>

#include "plugins/sdk/consent/json.hpp"

namespace tributary::fhir {

using sdk::consent::Bytes;
using sdk::consent::Malformed;
using sdk::consent::Memory;
using sdk::consent::Reader;
using sdk::consent::Value;

using Take = std::function<void(const Value& resource, const std::string& full_url)>;

/// What a Bundle says beside its entries: type, link, total. A resource that is no Bundle goes to `take`, and null
/// comes back.
Value read_resource(Bytes& bytes, const Take& take);

/// Resources or Bundles, one after the other (application/fhir+ndjson).
void read_lines(Bytes& bytes, const Take& take);

}  // namespace tributary::fhir
