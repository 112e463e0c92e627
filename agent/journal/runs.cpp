// agent/journal/runs.cpp: run folders in the journal.
#include "agent/journal/journal.hpp"
#include "agent/journal/rows.hpp"

namespace tributary::journal {
namespace {

constexpr const char* columns =
    "SELECT id, folder_tag, unit, name, instrument, model, state, reason, hint, listing, quiet_since, since, "
    "next_plan, samples, "
    "attempts, crashes, planned_listing FROM run ";

RunRow read(const store::Statement& s) {
  RunRow row;
  row.id = s.integer(0);
  row.folder_tag = digest_at(s, 1);
  row.unit = s.text(2);
  row.name = s.text(3);
  row.instrument = s.text(4);
  row.model = s.text(5);
  row.state = static_cast<int>(s.integer(6));
  row.reason = s.text(7);
  row.hint = s.text(8);
  row.listing = digest_at(s, 9);
  row.quiet_since = s.integer(10);
  row.since = s.integer(11);
  row.next_plan = s.integer(12);
  row.samples = s.integer(13);
  row.attempts = s.integer(14);
  row.crashes = s.integer(15);
  row.planned_listing = optional_digest_at(s, 16);
  return row;
}

Result<std::optional<RunRow>> one(Result<store::Statement>& statement) {
  auto row = statement->step();
  if (!row) return row.error();
  if (!*row) return std::optional<RunRow>();
  return std::optional<RunRow>(read(*statement));
}

Result<std::vector<RunRow>> all(store::Statement& statement) {
  std::vector<RunRow> rows;
  for (;;) {
    auto row = statement.step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back(read(statement));
  }
}

}  // namespace

Result<std::optional<RunRow>> Journal::run(const Digest256& folder_tag, const std::string& unit) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "WHERE folder_tag = ? AND unit = ?");
  if (!statement) return statement.error();
  statement->bind(ByteView(folder_tag)).bind(std::string_view(unit));
  return one(statement);
}

Result<std::optional<RunRow>> Journal::newest_run(const Digest256& folder_tag) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "WHERE folder_tag = ? ORDER BY id DESC LIMIT 1");
  if (!statement) return statement.error();
  statement->bind(ByteView(folder_tag));
  return one(statement);
}

Result<std::vector<RunRow>> Journal::runs() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "ORDER BY id");
  if (!statement) return statement.error();
  return all(*statement);
}

Result<std::vector<RunRow>> Journal::latest_runs(std::int64_t before, std::int64_t most) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2");
  if (!statement) return statement.error();
  statement->bind(before).bind(most);
  return all(*statement);
}

Result<std::int64_t> Journal::count_runs() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT count(*) FROM run");
  if (!statement) return statement.error();
  if (auto row = statement->step(); !row) return row.error();
  return statement->integer(0);
}

Result<std::map<int, std::int64_t>> Journal::count_runs_by_state() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT state, count(*) FROM run GROUP BY state");
  if (!statement) return statement.error();
  std::map<int, std::int64_t> counts;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return counts;
    counts[static_cast<int>(statement->integer(0))] = statement->integer(1);
  }
}

Result<std::int64_t> Journal::put_run(const RunRow& row) {
  const std::lock_guard lock(mutex_);
  auto statement =
      database_->prepare(row.id == 0 ? "INSERT INTO run (folder_tag, unit, name, instrument, model, state, reason, "
                                       "hint, listing, quiet_since, since) "
                                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
                                     : "UPDATE run SET folder_tag = ?, unit = ?, name = ?, instrument = ?, model = ?, "
                                       "state = ?, reason = ?, hint = ?, "
                                       "listing = ?, quiet_since = ?, since = ? WHERE id = ? RETURNING id");
  if (!statement) return statement.error();
  statement->bind(ByteView(row.folder_tag)).bind(std::string_view(row.unit)).bind(std::string_view(row.name));
  statement->bind(std::string_view(row.instrument)).bind(std::string_view(row.model)).bind(std::int64_t{row.state});
  statement->bind(std::string_view(row.reason)).bind(std::string_view(row.hint)).bind(ByteView(row.listing));
  statement->bind(row.quiet_since).bind(row.since);
  if (row.id != 0) statement->bind(row.id);
  auto found = statement->step();
  if (!found) return found.error();
  if (!*found) return operator_error("the journal: run " + std::to_string(row.id) + " is not there");
  const auto id = statement->integer(0);
  auto end = statement->step();
  if (!end) return end.error();
  return id;
}

Status Journal::begin_plan(std::int64_t run) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("UPDATE run SET crashes = crashes + 1, attempts = attempts + 1 WHERE id = ?");
  if (!statement) return statement.error();
  return statement->bind(run).run();
}

Status Journal::end_plan(std::int64_t run, std::int64_t samples, const Digest256& listing, std::int64_t next_plan) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE run SET crashes = 0, attempts = 0, reason = '', hint = '', samples = ?, planned_listing = ?, next_plan = "
      "? WHERE id = ?");
  if (!statement) return statement.error();
  return statement->bind(samples).bind(ByteView(listing)).bind(next_plan).bind(run).run();
}

Status Journal::postpone_plan(std::int64_t run, std::int64_t next_plan, const std::string& reason,
                              const std::string& hint) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("UPDATE run SET crashes = 0, next_plan = ?, reason = ?, hint = ? WHERE id = ?");
  if (!statement) return statement.error();
  return statement->bind(next_plan).bind(std::string_view(reason)).bind(std::string_view(hint)).bind(run).run();
}

Status Journal::close_run(std::int64_t run, int state, const std::string& reason, const std::string& hint,
                          std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE run SET state = ?1, reason = ?2, hint = ?3, since = ?4, next_plan = 0, crashes = 0, "
      "planned_listing = CASE WHEN ?1 = 3 THEN planned_listing END WHERE id = ?5");
  if (!statement) return statement.error();
  statement->bind(std::int64_t{state}).bind(std::string_view(reason)).bind(std::string_view(hint));
  return statement->bind(now).bind(run).run();
}

Result<std::optional<std::int64_t>> Journal::next_plan_time(std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT min(next_plan) FROM run WHERE state = 3 AND next_plan > ?");
  if (!statement) return statement.error();
  auto row = statement->bind(now).step();
  if (!row) return row.error();
  if (!*row || statement->is_null(0)) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(statement->integer(0));
}

Result<bool> Journal::is_run_moving(std::int64_t since) {
  const std::lock_guard lock(mutex_);
  // watch::RunState running and settling
  auto statement = database_->prepare("SELECT 1 FROM run WHERE state IN (1, 2) AND quiet_since >= ? LIMIT 1");
  if (!statement) return statement.error();
  return statement->bind(since).step();
}

Status Journal::replan_waiting() {
  const std::lock_guard lock(mutex_);
  return database_->run("UPDATE run SET next_plan = 1 WHERE id IN (SELECT run FROM parcel WHERE stage IN (10, 20))");
}

}  // namespace tributary::journal
