// tests/plugins/csv/consent_suite.hpp: what every consent plugin must hold.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/plugin_host.hpp"

namespace tributary::suites {

/// One document about one sample, as the source will tell it.
struct ConsentFact {
  std::string sample, subject, consent, status, permissions, from, until;
};

/// A consent plugin, a host that is configured for it, and the source's content in the hands of the test.
class ConsentSide {
 public:
  virtual ~ConsentSide() = default;
  [[nodiscard]] virtual const tributary_descriptor* plugin() const = 0;
  [[nodiscard]] virtual fakes::PluginHost& host() = 0;
  /// The source now holds these facts and no others.
  virtual void hold(const std::vector<ConsentFact>& facts) = 0;
  /// The source can not be read.
  virtual void go_away() = 0;
  /// The source holds something that can not be understood.
  virtual void hold_nonsense() = 0;
};

using ConsentSideFactory = std::function<std::unique_ptr<ConsentSide>()>;

void consent_must_hold(const ConsentSideFactory& make);

}  // namespace tributary::suites
