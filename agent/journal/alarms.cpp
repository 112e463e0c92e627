// agent/journal/alarms.cpp: what an operator must know and no parcel can tell; the time of day and the rate of a line
// as they were seen last.
#include <algorithm>

#include "agent/journal/journal.hpp"

namespace tributary::journal {
namespace {

constexpr std::int64_t time_step_s = 3600;  // a write an hour is enough

}  // namespace

Result<bool> Journal::raise_alarm(const std::string& about, const Error& error, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO alarm (about, what, hint, since) VALUES (?, ?, ?, ?) ON CONFLICT (about) DO UPDATE SET what = "
      "excluded.what, hint = excluded.hint WHERE what != excluded.what OR hint != excluded.hint");
  if (!statement) return statement.error();
  statement->bind(std::string_view(about)).bind(std::string_view(error.what)).bind(std::string_view(error.hint));
  if (auto done = statement->bind(now).run(); !done) return done.error();
  return database_->changes() == 1;
}

Status Journal::settle_alarm(const std::string& about) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("DELETE FROM alarm WHERE about = ?");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(about)).run();
}

Result<std::vector<Alarm>> Journal::alarms() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT about, what, hint, since FROM alarm ORDER BY about");
  if (!statement) return statement.error();
  std::vector<Alarm> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({statement->text(0), statement->text(1), statement->text(2), statement->integer(3)});
  }
}

// A journal of before this was noted tells it by its parcels.
Result<std::int64_t> Journal::latest_time() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT coalesce((SELECT value FROM meta WHERE key = 'latest time'), (SELECT max(updated) FROM "
      "parcel), 0)");
  if (!statement) return statement.error();
  if (auto row = statement->step(); !row) return row.error();
  return statement->integer(0);
}

Status Journal::note_time(std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO meta (key, value) VALUES ('latest time', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1 "
      "WHERE ?1 < value OR ?1 >= value + ?2");
  if (!statement) return statement.error();
  return statement->bind(now).bind(time_step_s).run();
}

Result<std::uint64_t> Journal::rate_of(const std::string& destination) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT value FROM meta WHERE key = 'rate of ' || ?");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(destination)).step();
  if (!row) return row.error();
  return static_cast<std::uint64_t>(*row ? std::max<std::int64_t>(statement->integer(0), 0) : 0);
}

Status Journal::note_rate(const std::string& destination, std::uint64_t bytes_per_s) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO meta (key, value) VALUES ('rate of ' || ?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(destination)).bind(static_cast<std::int64_t>(bytes_per_s)).run();
}

}  // namespace tributary::journal
