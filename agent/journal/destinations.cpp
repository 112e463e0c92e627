// agent/journal/destinations.cpp: whose turn it is at a destination, whether it is paused, and since when it is away.
#include "agent/journal/journal.hpp"

namespace tributary::journal {
namespace {

constexpr const char* columns =
    "SELECT name, paused_since, paused_until, away_since, tries, next_try, reason, hint, waits_for FROM destination ";

DestinationRow read(const store::Statement& s) {
  DestinationRow row;
  row.name = s.text(0);
  row.paused_since = s.integer(1);
  row.paused_until = s.integer(2);
  row.away_since = s.integer(3);
  row.tries = s.integer(4);
  row.next_try = s.integer(5);
  row.reason = s.text(6);
  row.hint = s.text(7);
  row.waits_for = s.text(8);
  return row;
}

}  // namespace

Result<std::vector<DestinationRow>> Journal::destinations() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "ORDER BY name");
  if (!statement) return statement.error();
  std::vector<DestinationRow> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back(read(*statement));
  }
}

Result<DestinationRow> Journal::destination(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "WHERE name = ?");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(name)).step();
  if (!row) return row.error();
  DestinationRow out;
  if (*row) out = read(*statement);
  out.name = name;
  return out;
}

Status Journal::pause_destination(const std::string& name, std::int64_t until, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO destination (name, paused_since, paused_until) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET "
      "paused_since = iif(paused_since = 0, ?2, paused_since), paused_until = ?3");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(name)).bind(now).bind(until).run();
}

Result<bool> Journal::resume_destination(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE destination SET paused_since = 0, paused_until = 0 WHERE name = ? AND paused_since > 0");
  if (!statement) return statement.error();
  if (auto done = statement->bind(std::string_view(name)).run(); !done) return done.error();
  return database_->changes() == 1;
}

Status Journal::set_away(const std::string& name, const Error& why, std::int64_t next_try, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO destination (name, away_since, tries, next_try, reason, hint) VALUES (?1, ?2, 1, ?3, ?4, ?5) ON "
      "CONFLICT (name) DO UPDATE SET away_since = iif(away_since = 0, ?2, away_since), tries = tries + 1, next_try = "
      "?3, reason = ?4, hint = ?5");
  if (!statement) return statement.error();
  statement->bind(std::string_view(name)).bind(now).bind(next_try).bind(std::string_view(why.what));
  return statement->bind(std::string_view(why.hint)).run();
}

Status Journal::set_back(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE destination SET away_since = 0, tries = 0, next_try = 0, reason = '', hint = '' WHERE name = ?");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(name)).run();
}

Status Journal::try_now(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE destination SET next_try = 0, tries = 0 WHERE ?1 = '' OR name = ?1 OR name = ?1 || ' ingest'");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(name)).run();
}

Status Journal::set_waits_for(const std::string& name, const std::string& what) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO destination (name, waits_for) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET waits_for = ?2");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(name)).bind(std::string_view(what)).run();
}

Result<std::string> Journal::first_due(std::string_view which, const std::string& destination, std::int64_t now) {
  auto statement = database_->prepare("SELECT id FROM parcel WHERE destination = ? AND condition = 0 AND " +
                                      std::string(which) + " AND not_before <= ? ORDER BY not_before, id LIMIT 1");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(destination)).bind(now).step();
  if (!row) return row.error();
  return *row ? statement->text(0) : std::string();
}

Result<std::string> Journal::next_upload(const std::string& destination, std::int64_t now) {
  auto turn = database_->prepare(
      "SELECT run, policy FROM turn t WHERE destination = ?1 AND EXISTS (SELECT 1 FROM parcel p WHERE p.destination = "
      "?1 AND p.run = t.run AND p.policy = t.policy AND condition = 0 AND operator_hold = 0 AND stage IN (30, 40) AND "
      "not_before <= ?2) ORDER BY served LIMIT 1");
  if (!turn) return turn.error();
  auto whose = turn->bind(std::string_view(destination)).bind(now).step();
  if (!whose) return whose.error();
  if (!*whose) return std::string();
  auto statement = database_->prepare(
      "SELECT id FROM parcel WHERE destination = ? AND run = ? AND policy = ? AND condition = 0 AND operator_hold = 0 "
      "AND stage IN (30, 40) AND not_before <= ? ORDER BY bytes_total - bytes_sent, not_before, id LIMIT 1");
  if (!statement) return statement.error();
  const auto policy = turn->text(1);
  statement->bind(std::string_view(destination)).bind(turn->integer(0)).bind(std::string_view(policy)).bind(now);
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? statement->text(0) : std::string();
}

Result<std::string> Journal::next_id_due(const std::string& destination, std::int64_t now, const Allowed& allowed) {
  const std::lock_guard lock(mutex_);
  if (allowed.withdrawals) {
    auto found = first_due("stage = 80", destination, now);
    if (!found || !found->empty()) return found;
  }
  for (const bool uploads : {allowed.uploads_first, !allowed.uploads_first}) {
    if (uploads ? !allowed.uploads : !allowed.ingest) continue;
    auto found = uploads ? next_upload(destination, now)
                         : first_due("operator_hold = 0 AND stage IN (50, 60)", destination, now);
    if (!found || !found->empty()) return found;
  }
  return std::string();
}

Result<std::optional<ParcelRow>> Journal::next_due(const std::string& destination, std::int64_t now,
                                                   const Allowed& allowed) {
  auto id = next_id_due(destination, now, allowed);
  if (!id) return id.error();
  if (id->empty()) return std::optional<ParcelRow>();
  return parcel(*id);
}

Status Journal::forget_times_after(std::int64_t utc_s, const std::vector<std::string>& destinations) {
  const std::lock_guard lock(mutex_);
  auto plans = database_->prepare("UPDATE run SET next_plan = 1 WHERE next_plan > ?");
  if (!plans) return plans.error();
  if (auto done = plans->bind(utc_s).run(); !done) return done;
  for (const auto& destination : destinations) {
    for (const auto* which : {"condition = 0 AND operator_hold = 0 AND stage < 70", "stage = 80"}) {
      auto parcels = database_->prepare(
          "UPDATE parcel SET not_before = 0 WHERE destination = ? AND not_before > ? AND " + std::string(which));
      if (!parcels) return parcels.error();
      if (auto done = parcels->bind(std::string_view(destination)).bind(utc_s).run(); !done) return done;
    }
  }
  return {};
}

Result<std::optional<std::int64_t>> Journal::next_time(const std::string& destination, bool uploads) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT min(max(p.not_before, coalesce((SELECT next_try FROM destination WHERE name = ?1 || iif(p.stage IN (50, "
      "60), ' ingest', '')), 0))) FROM parcel p WHERE p.destination = ?1 AND p.condition = 0 AND ((p.operator_hold = 0 "
      "AND p.stage < 70 AND p.stage >= ?2) OR p.stage = 80)");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(destination)).bind(std::int64_t{uploads ? 30 : 50}).step();
  if (!row) return row.error();
  if (!*row || statement->is_null(0)) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(statement->integer(0));
}

// An account that fell behind, because nothing of it was due, begins where the destination stands.
Status Journal::serve(const ParcelRow& row, std::int64_t cost) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  auto stands = database_->prepare(
      "INSERT INTO destination (name, served) SELECT destination, served FROM turn WHERE destination = ? AND run = ? "
      "AND policy = ? ON CONFLICT (name) DO UPDATE SET served = max(served, excluded.served)");
  if (!stands) return stands.error();
  stands->bind(std::string_view(row.destination)).bind(row.run).bind(std::string_view(row.policy));
  if (auto done = stands->run(); !done) return done;
  auto account = database_->prepare(
      "UPDATE turn SET served = ?1 + (SELECT served FROM destination WHERE name = ?2) WHERE destination = ?2 AND run = "
      "?3 AND policy = ?4");
  if (!account) return account.error();
  account->bind(cost).bind(std::string_view(row.destination)).bind(row.run).bind(std::string_view(row.policy));
  if (auto done = account->run(); !done) return done;
  return transaction->commit();
}

Status Journal::forget_what_passed() {
  const std::lock_guard lock(mutex_);
  return database_->run(
      "UPDATE destination SET waits_for = ''; DELETE FROM turn WHERE NOT EXISTS (SELECT 1 FROM parcel p WHERE p.run = "
      "turn.run AND p.policy = turn.policy AND "
      "p.destination = turn.destination AND p.stage IN (30, 40))");
}

}  // namespace tributary::journal
