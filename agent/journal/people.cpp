// agent/journal/people.cpp: who withdrew, and what becomes of their parcels.
#include <algorithm>

#include "agent/journal/journal.hpp"
#include "agent/journal/rows.hpp"

namespace tributary::journal {
namespace {

Result<std::int64_t> time_in(store::Database& database, const char* sql, const Digest256& subject_tag) {
  auto statement = database.prepare(sql);
  if (!statement) return statement.error();
  auto row = statement->bind(ByteView(subject_tag)).step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

const char* table_of(Level level) { return level == Level::no_further_use ? "withdrawn" : "no_contact"; }

}  // namespace

Status Journal::put_withdrawal(const std::string& subject_id, Level level, std::int64_t at, Json& rows) {
  const std::string table = table_of(level);
  auto insert = database_->prepare("INSERT INTO " + table + " (subject_tag, at) VALUES (?, ?) ON CONFLICT DO NOTHING");
  if (!insert) return insert.error();
  const auto subject_tag = tag(subject_domain, subject_id);
  if (auto done = insert->bind(ByteView(subject_tag)).bind(at).run(); !done) return done;
  if (database_->changes() == 0) return {};
  Json row;
  row.add("subject_tag", Json().add("base64", to_base64(subject_tag))).add("at", at);
  rows.push(Json().add("table", table).add("row", std::move(row)));
  return {};
}

Status Journal::remember_withdrawal(const std::string& subject_id, Level level, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  Json rows = Json::array();
  if (auto put = put_withdrawal(subject_id, level, now, rows); !put) return put;
  return commit(*transaction, rows);
}

Result<Withdrawals> Journal::withdrawals_under_lock(const std::string& subject_id) {
  const auto subject_tag = tag(subject_domain, subject_id);
  auto use = time_in(*database_, "SELECT at FROM withdrawn WHERE subject_tag = ?", subject_tag);
  if (!use) return use.error();
  auto contact = time_in(*database_, "SELECT at FROM no_contact WHERE subject_tag = ?", subject_tag);
  if (!contact) return contact.error();
  return Withdrawals{*use, *contact};
}

Result<Withdrawals> Journal::withdrawals_of(const std::string& subject_id) {
  const std::lock_guard lock(mutex_);
  return withdrawals_under_lock(subject_id);
}

Result<bool> Journal::is_withdrawn(const std::string& subject_id) {
  const auto times = withdrawals_of(subject_id);
  if (!times) return times.error();
  return times->use_utc_s != 0;
}

Result<bool> Journal::lift_withdrawal(const std::string& subject_id, Level level) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  const std::string table = table_of(level);
  const auto subject_tag = tag(subject_domain, subject_id);
  auto statement = database_->prepare("DELETE FROM " + table + " WHERE subject_tag = ?");
  if (!statement) return statement.error();
  if (auto done = statement->bind(ByteView(subject_tag)).run(); !done) return done.error();
  if (database_->changes() != 1) return false;
  Json rows = Json::array();
  rows.push(gone(table, "subject_tag", Json().add("base64", to_base64(subject_tag))));
  if (auto done = commit(*transaction, rows); !done) return done.error();
  return true;
}

Result<std::string> Journal::withdrawals_revision() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT count(*) || '/' || coalesce(sum(at), 0) FROM withdrawn");
  if (!statement) return statement.error();
  if (auto row = statement->step(); !row) return row.error();
  return statement->text(0);
}

Result<Journal::SubjectParcels> Journal::parcels_of(const std::string& subject_id) {
  // Linkage is sealed: every sample's entry is opened once to find whose it is. It is the rare act.
  std::vector<LinkRow> samples;
  const auto seen = each_link([&](const KeptLink& kept) -> Status {
    if (kept.link.kind == "sample" && kept.link.subject_id == subject_id) samples.push_back(kept.link);
    return {};
  });
  if (!seen) return seen.error();
  SubjectParcels out;
  for (const auto& sample : samples) {
    auto rows = parcels_named(sample.destination, sample.pseudonym);
    if (!rows) return rows.error();
    if (rows->empty()) out.elsewhere.push_back(sample);
    out.parcels.insert(out.parcels.end(), rows->begin(), rows->end());
  }
  std::sort(out.parcels.begin(), out.parcels.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return out;
}

Result<bool> Journal::withdraw_parcel(const std::string& id, const std::string& reason, const Json& stopped,
                                      std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  auto statement = database_->prepare(
      "UPDATE parcel SET condition = CASE WHEN stage >= 40 THEN 0 ELSE 2 END, "
      "recipe = CASE WHEN stage >= 40 THEN recipe END, withdraw_reason = CASE WHEN stage >= 40 THEN ?1 ELSE '' END, "
      "stage = CASE WHEN stage >= 40 THEN 80 ELSE 10 END, operator_hold = 0, crashes = 0, not_before = 0, reason = ?1, "
      "hint = '', updated = ?2 WHERE id = ?3 AND stage <= 70 AND NOT (stage = 10 AND condition = 2) RETURNING stage = "
      "10");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(reason)).bind(now).bind(std::string_view(id)).step();
  if (!row) return row.error();
  if (!*row) return false;
  const bool never_left = statement->integer(0) != 0;
  if (auto end = statement->step(); !end) return end.error();
  Json rows = Json::array();
  if (never_left) {
    auto clear = database_->prepare("DELETE FROM object WHERE parcel = ?");
    if (!clear) return clear.error();
    if (auto done = clear->bind(std::string_view(id)).run(); !done) return done.error();
    if (auto done = append_receipt(id, "stopped", stopped, rows); !done) return done.error();
  }
  if (auto kept = keep_parcel(id, rows); !kept) return kept.error();
  if (auto done = commit(*transaction, rows); !done) return done.error();
  return true;
}

Result<bool> Journal::hold_unknown(const std::string& id, const std::string& reason, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE parcel SET condition = 1, reason = ?, hint = 'mend the source or complete the consent there; it is asked "
      "again by itself', crashes = 0, bytes_per_s = 0, updated = ? WHERE id = ? AND stage IN (30, 40) AND condition = "
      "0");
  if (!statement) return statement.error();
  statement->bind(std::string_view(reason)).bind(now);
  if (auto done = statement->bind(std::string_view(id)).run(); !done) return done.error();
  return database_->changes() == 1;
}

Result<bool> Journal::resume(const std::string& id, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE parcel SET condition = 0, reason = '', hint = '', not_before = 0, updated = ? WHERE id = ? AND stage IN "
      "(30, 40) AND condition = 1 AND reason LIKE 'consent:%'");
  if (!statement) return statement.error();
  if (auto done = statement->bind(now).bind(std::string_view(id)).run(); !done) return done.error();
  return database_->changes() == 1;
}

Result<bool> Journal::restore(const std::string& id, bool hold, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  auto update = database_->prepare(
      "UPDATE parcel SET stage = 10, condition = 0, operator_hold = ?1, recipe = NULL, reason = '', hint = '', "
      "bytes_sent = 0, attempts = 0, crashes = 0, not_before = 0, delivered = 0, pruned = 0, task_id = '', task_state "
      "= '', "
      "withdraw_reason = CASE WHEN ?1 THEN withdraw_reason ELSE '' END, updated = ?2 WHERE id = ?3 AND stage = 90");
  if (!update) return update.error();
  update->bind(std::int64_t{hold ? 1 : 0}).bind(now);
  if (auto done = update->bind(std::string_view(id)).run(); !done) return done.error();
  if (database_->changes() != 1) return false;
  for (const auto* sql : {"DELETE FROM object WHERE parcel = ?",
                          "UPDATE run SET planned_listing = NULL, next_plan = 0 WHERE id = (SELECT run FROM parcel "
                          "WHERE id = ?)"}) {
    auto statement = database_->prepare(sql);
    if (!statement) return statement.error();
    if (auto done = statement->bind(std::string_view(id)).run(); !done) return done.error();
  }
  if (auto done = transaction->commit(); !done) return done.error();
  return true;
}

}  // namespace tributary::journal
