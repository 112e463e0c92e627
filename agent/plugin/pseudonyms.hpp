// agent/plugin/pseudonyms.hpp: a pseudonym plugin, as the stations see it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace tributary::plugin {

/// An id at a destination. `id` is an identity.
struct PseudonymQuery {
  std::string destination;
  std::string kind;  // subject, sample
  std::string id;
};

class PseudonymSource {
 public:
  virtual ~PseudonymSource() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;  // of the instance
  [[nodiscard]] virtual Status probe() = 0;
  /// One answer for each query, in their order; nothing: the source does not know the id. The words are as the source
  /// gave them: nothing of them has been checked but that each came once. An error: it can not answer now.
  [[nodiscard]] virtual Result<std::vector<std::optional<std::string>>> ask(
      const std::vector<PseudonymQuery>& queries) = 0;
  /// Changes whenever an id that was not known may be known now.
  [[nodiscard]] virtual std::string revision() = 0;
};

}  // namespace tributary::plugin
