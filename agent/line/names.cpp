// agent/line/names.cpp: the journal and a source behind the names of a run.
#include "agent/line/names.hpp"

namespace tributary::line {

std::string pending_name(const journal::Journal& journal, const pseudonymise::Wanted& wanted) {
  std::string value = wanted.destination;
  value += '\0';
  value += pseudonymise::word_of(wanted.kind);
  value += '\0';
  value += wanted.id;
  return "pending-" + to_hex(ByteView(journal.tag("tributary/v1/pending", value)).first(10));
}

Result<std::optional<std::string>> OutsideNames::known(const pseudonymise::Wanted& wanted) {
  return journal_.pseudonym_of(wanted.destination, std::string(pseudonymise::word_of(wanted.kind)), wanted.id, key_id_);
}

Result<std::vector<std::optional<std::string>>> OutsideNames::ask(const std::vector<pseudonymise::Wanted>& wanted) {
  std::vector<plugin::PseudonymQuery> queries;
  queries.reserve(wanted.size());
  for (const auto& one : wanted)
    queries.push_back({one.destination, std::string(pseudonymise::word_of(one.kind)), one.id});
  return source_.ask(queries);
}

std::string OutsideNames::pending(const pseudonymise::Wanted& wanted) const { return pending_name(journal_, wanted); }

}  // namespace tributary::line
