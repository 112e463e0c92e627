// agent/line/names.hpp: pseudonyms from outside: what the journal knows of them, and the source that gives new ones.
//
// Threads    one: the one that plans.
#pragma once

#include <string>
#include <vector>

#include "agent/journal/journal.hpp"
#include "agent/plugin/pseudonyms.hpp"
#include "agent/pseudonymise/naming.hpp"

namespace tributary::line {

class OutsideNames final : public pseudonymise::Outside {
 public:
  /// `key_id`: see Site::name_key_id. All outlive this.
  OutsideNames(journal::Journal& journal, plugin::PseudonymSource& source, std::string key_id)
      : journal_(journal), source_(source), key_id_(std::move(key_id)) {}

  [[nodiscard]] Result<std::optional<std::string>> known(const pseudonymise::Wanted& wanted) override;
  [[nodiscard]] Result<std::vector<std::optional<std::string>>> ask(
      const std::vector<pseudonymise::Wanted>& wanted) override;
  [[nodiscard]] std::string pending(const pseudonymise::Wanted& wanted) const override;

 private:
  journal::Journal& journal_;
  plugin::PseudonymSource& source_;
  std::string key_id_;
};

/// What a parcel is called at this machine until the source gave its sample a pseudonym: `pending-` and a tag under the
/// state key.
std::string pending_name(const journal::Journal& journal, const pseudonymise::Wanted& wanted);

}  // namespace tributary::line
