// agent/journal/sources.cpp: runs and parcels whose source or destination was away, and is back again; what is kept of
// sources.
#include "agent/journal/journal.hpp"
#include "agent/journal/rows.hpp"

namespace tributary::journal {

Status Journal::source_away(const Digest256& folder_tag, const Error& why, bool sealed, std::int64_t until) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  // A row that says so already is written again only when its time draws near.
  auto parcels = database_->prepare(
      "UPDATE parcel SET reason = ?1, hint = ?2, not_before = ?3 WHERE stage >= 10 AND stage <= ?4 AND condition = 0 "
      "AND (reason != ?1 OR hint != ?2 OR not_before < ?3 - 1800) AND run IN (SELECT id FROM run WHERE folder_tag = "
      "?5)");
  if (!parcels) return parcels.error();
  parcels->bind(std::string_view(why.what)).bind(std::string_view(why.hint)).bind(until);
  if (auto done = parcels->bind(std::int64_t{sealed ? 40 : 20}).bind(ByteView(folder_tag)).run(); !done) return done;
  auto runs = database_->prepare(
      "UPDATE run SET reason = ?1, hint = ?2 WHERE folder_tag = ?3 AND (reason != ?1 OR hint != ?2) AND id = (SELECT "
      "max(id) FROM run WHERE folder_tag = ?3) AND ((state NOT IN (0, 3)) OR (state = 3 AND (next_plan > 0 OR "
      "planned_listing IS NULL)) OR EXISTS (SELECT 1 FROM parcel p JOIN run u ON u.id = p.run WHERE u.folder_tag = ?3 "
      "AND p.stage <= 40 AND p.condition = 0))");
  if (!runs) return runs.error();
  runs->bind(std::string_view(why.what)).bind(std::string_view(why.hint));
  if (auto done = runs->bind(ByteView(folder_tag)).run(); !done) return done;
  return transaction->commit();
}

Status Journal::source_back(const Digest256& folder_tag, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  for (const auto* sql :
       {"UPDATE parcel SET reason = '', hint = '', not_before = 0 WHERE stage <= 40 AND condition = 0 AND reason = ?2 "
        "AND run IN (SELECT id FROM run WHERE folder_tag = ?1)",
        "UPDATE run SET reason = '', hint = '', next_plan = CASE state WHEN 3 THEN 1 ELSE next_plan END WHERE "
        "folder_tag = ?1 AND reason = ?2"}) {
    auto statement = database_->prepare(sql);
    if (!statement) return statement.error();
    statement->bind(ByteView(folder_tag)).bind(std::string_view(reason));
    if (auto done = statement->run(); !done) return done;
  }
  return transaction->commit();
}

Result<std::int64_t> Journal::try_again_at(const std::string& destination) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE parcel SET condition = 0, reason = '', hint = '', crashes = 0, not_before = 0 WHERE destination = ? AND "
      "(condition = 1 OR (condition = 0 AND not_before > 0)) AND stage IN (30, 40, 80) AND reason NOT LIKE 'consent:%' "
      "AND reason NOT LIKE 'the destination can not delete%' AND reason NOT LIKE 'the journal lost%'");
  if (!statement) return statement.error();
  if (auto done = statement->bind(std::string_view(destination)).run(); !done) return done.error();
  return database_->changes();
}

Result<std::vector<Digest256>> Journal::folders_to_read() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT DISTINCT u.folder_tag FROM parcel p JOIN run u ON u.id = p.run WHERE p.stage <= 40 AND p.condition = 0");
  if (!statement) return statement.error();
  std::vector<Digest256> tags;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return tags;
    tags.push_back(digest_at(*statement, 0));
  }
}

Status Journal::note_retained(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO meta (key, value) VALUES ('retained bytes', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1 WHERE "
      "value != ?1");
  if (!statement) return statement.error();
  return statement->bind(static_cast<std::int64_t>(bytes)).run();
}

Result<std::uint64_t> Journal::retained_bytes() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT value FROM meta WHERE key = 'retained bytes'");
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? static_cast<std::uint64_t>(statement->integer(0)) : 0;
}

}  // namespace tributary::journal
