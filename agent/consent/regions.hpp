// agent/consent/regions.hpp: which countries the parameter of a geographical restriction (DUO GS) stands for.
//
// Source     ISO 3166-1 alpha-2; members of the European Union and of the European Economic Area as of 2026.
#pragma once

#include <cstdint>
#include <string_view>

namespace tributary::consent {

enum class InRegion : std::uint8_t { yes, no, not_understood };

/// `region`: an alpha-2 code (`UK` and `EL` are taken for `GB` and `GR`), `EU`, `EEA` or `EU/EEA`. Case does not
/// matter. `country`: an alpha-2 code in upper case.
InRegion in_region(std::string_view country, std::string_view region);

}  // namespace tributary::consent
