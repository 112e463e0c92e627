// tests/suites/pseudonym_suite.hpp: what every pseudonym plugin must hold.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/suites/instance.hpp"

namespace tributary::suites {

/// One line of what a source knows, or of what it is asked (then without pseudonym).
struct PseudonymFact {
  std::string destination, kind, id, pseudonym;
};

/// A pseudonym plugin, a host that is configured for it (for the destinations `national` and `archive`), and the
/// source's content in the hands of the test.
class PseudonymSide {
 public:
  virtual ~PseudonymSide() = default;
  [[nodiscard]] virtual const tributary_descriptor* plugin() const = 0;
  [[nodiscard]] virtual fakes::PluginHost& host() = 0;
  /// The source now knows these and no others, and makes none by itself.
  virtual void hold(const std::vector<PseudonymFact>& facts) = 0;
  virtual void go_away() = 0;
  virtual void hold_nonsense() = 0;
};

struct PseudonymAnswer {
  tributary_outcome outcome = TRIBUTARY_BROKEN;
  std::string said;  // what and hint of the note
  std::int64_t not_before_utc_s = 0;
  std::map<std::uint32_t, std::string> pseudonyms;  // by query
  int told = 0;
};
PseudonymAnswer ask(Instance<tributary_pseudonym_ops>& at, const std::vector<PseudonymFact>& queries);

using PseudonymSideFactory = std::function<std::unique_ptr<PseudonymSide>()>;

void pseudonyms_must_hold(const PseudonymSideFactory& make);

}  // namespace tributary::suites
