// agent/journal/people.cpp: who withdrew.
#include "agent/journal/journal.hpp"
#include "agent/journal/rows.hpp"

namespace tributary::journal {

Result<std::int64_t> Journal::withdraw_parcel(const std::string& id, const std::string& reason, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  // What may have left goes back, what never left stays here, without what it was made of.
  auto statement = database_->prepare(
      "UPDATE parcel SET condition = CASE WHEN stage >= 40 THEN 0 ELSE 2 END, recipe = CASE WHEN stage >= 40 THEN "
      "recipe END, "
      "stage = CASE WHEN stage >= 40 THEN 80 ELSE 10 END, operator_hold = 0, not_before = 0, reason = ?, hint = '', "
      "updated = ? "
      "WHERE id = ? AND stage <= 70 AND NOT (stage = 10 AND condition = 2)");
  if (!statement) return statement.error();
  const std::string said = "consent: " + reason;
  if (auto done = statement->bind(std::string_view(said)).bind(now).bind(std::string_view(id)).run(); !done)
    return done.error();
  const auto moved = database_->changes();
  auto clear = database_->prepare(
      "DELETE FROM object WHERE parcel = (SELECT id FROM parcel WHERE id = ? AND stage = 10 AND condition = 2)");
  if (!clear) return clear.error();
  if (auto done = clear->bind(std::string_view(id)).run(); !done) return done.error();
  if (auto done = transaction->commit(); !done) return done.error();
  return moved;
}

Result<std::int64_t> Journal::withdraw(const std::string& subject_id, std::int64_t now,
                                       std::vector<LinkRow>* elsewhere) {
  // Linkage is sealed: every sample's entry is opened once to find whose it is. It is the rare act, and it also finds
  // what was sent under former pseudonym keys.
  {
    const std::lock_guard lock(mutex_);
    auto insert = database_->prepare("INSERT INTO withdrawn (subject_tag, at) VALUES (?, ?) ON CONFLICT DO NOTHING");
    if (!insert) return insert.error();
    if (auto done = insert->bind(ByteView(tag(subject_domain, subject_id))).bind(now).run(); !done) return done.error();
  }
  std::vector<LinkRow> samples;
  const auto seen = each_link([&](const KeptLink& kept) -> Status {
    if (kept.link.kind == "sample" && kept.link.subject_id == subject_id) samples.push_back(kept.link);
    return {};
  });
  if (!seen) return seen.error();
  std::int64_t moved = 0;
  for (const auto& sample : samples) {
    auto ids = parcels_named(sample.destination, sample.pseudonym);
    if (!ids) return ids.error();
    if (ids->empty() && elsewhere != nullptr) elsewhere->push_back(sample);
    for (const auto& id : *ids) {
      auto n = withdraw_parcel(id, "the subject withdrew", now);
      if (!n) return n;
      moved += *n;
    }
  }
  return moved;
}

Result<std::vector<std::string>> Journal::parcels_named(const std::string& destination, const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT id FROM parcel WHERE destination = ? AND pseudonym = ?");
  if (!statement) return statement.error();
  statement->bind(std::string_view(destination)).bind(std::string_view(pseudonym));
  std::vector<std::string> ids;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return ids;
    ids.push_back(statement->text(0));
  }
}

Result<bool> Journal::is_withdrawn(const std::string& subject_id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT 1 FROM withdrawn WHERE subject_tag = ?");
  if (!statement) return statement.error();
  return statement->bind(ByteView(tag(subject_domain, subject_id))).step();
}

}  // namespace tributary::journal
