// agent/consent/purpose.hpp: what a repository will do with the data, in words of the Data Use Ontology.
//
// Source     GA4GH DUO (EBISPOT/DUO): 5 permissions, 18 modifiers; matching rules of its README.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::consent {

enum class Use : std::uint8_t { nres, gru, hmb, ds, poa };

struct Purpose {
  Use use = Use::hmb;
  std::string disease;                        // MONDO CURIE; set when use is ds
  std::vector<std::string> broader_diseases;  // that `disease` is a kind of, sorted
  bool commercial = false;
  bool for_profit = false;
  std::string country;               // ISO 3166-1 alpha-2, upper case
  std::string project;               // for PS
  std::string institution;           // for IS
  bool methods = false;              // methods development (NMDS)
  bool aggregate = false;            // share: aggregate
  std::string research;              // for RS
  std::vector<std::string> accepts;  // obligations that the receiver has agreed to: "IRB"; sorted
};

}  // namespace tributary::consent
