// plugins/destinations/drs/withdraw.hpp: takes a parcel out of the repository again.
//
// Order      registered objects first (also those whose id was lost on the way), then what lies unregistered in the
//            object store, then the journal's tokens. Nothing is forgotten before it is gone.
// Failure    Later: the repository is not there, or still shows an object. Broken: it has no removal, or will not let
//            us remove what we uploaded.
#pragma once

#include <string>
#include <vector>

#include "plugins/destinations/drs/settings.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::drs {

/// `ids`: objects that the host knows to be registered. Done also when nothing is there.
void withdraw(const sdk::Host& host, const Settings& settings, const std::string& parcel_id,
              const std::vector<std::string>& ids);

}  // namespace tributary::drs
