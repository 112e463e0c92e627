// tests/suites/destination_suite.hpp: what every destination must hold.
//
// A plugin's test makes a FarSide: the plugin, a host that is configured for it, and a far side of its own that can be
// looked into. `destination_must_hold` makes a new one for each requirement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tests/fakes/plugin_host.hpp"

namespace tributary::suites {

class FarSide {
 public:
  virtual ~FarSide() = default;
  [[nodiscard]] virtual const tributary_descriptor* plugin() const = 0;
  [[nodiscard]] virtual fakes::PluginHost& host() = 0;
  /// name -> bytes of all that a reader over there can see.
  [[nodiscard]] virtual std::map<std::string, std::string> visible() = 0;
  /// How many things lie there that no reader sees: unfinished uploads, temporary files, unregistered objects.
  [[nodiscard]] virtual std::size_t left_over() = 0;
  /// Once, the n-th exchange from now is carried out and its answer is lost. False: this far side has no exchanges.
  virtual bool lose_reply(std::size_t n) = 0;
  /// How many readings of a parcel the host lets go on at the same time.
  [[nodiscard]] virtual std::uint32_t lanes() const { return 1; }
};

using FarSideFactory = std::function<std::unique_ptr<FarSide>()>;

void destination_must_hold(const FarSideFactory& make);

}  // namespace tributary::suites
