// agent/journal/backlog.cpp: many parcels: counted, listed in part, and pruned when they are long finished.
#include <iterator>
#include <utility>

#include "agent/journal/journal.hpp"
#include "agent/journal/rows.hpp"

namespace tributary::journal {
namespace {

constexpr std::int64_t parcels_of_a_step = 50;
constexpr std::int64_t pages_of_a_step = 64;

// The words of the indices parcel_open and parcel_finished.
constexpr const char* is_open = "stage NOT IN (70, 90, 95)";
constexpr const char* is_finished = "stage IN (70, 90, 95)";

}  // namespace

Result<std::vector<CountRow>> Journal::count_parcels() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT destination, stage, condition, operator_hold, count(*), sum(max(0, bytes_total - bytes_sent)), "
      "min(created), sum(bytes_total) FROM parcel GROUP BY destination, stage, condition, operator_hold");
  if (!statement) return statement.error();
  std::vector<CountRow> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({statement->text(0), static_cast<Stage>(statement->integer(1)),
                    static_cast<Condition>(statement->integer(2)), statement->integer(3) != 0, statement->integer(4),
                    statement->integer(5), statement->integer(6), statement->integer(7)});
  }
}

Result<std::vector<StalledRow>> Journal::stalled_parcels() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      std::string("SELECT destination, count(*), min(failing_since) FROM parcel WHERE ") + is_open +
      " AND failing_since > 0 AND condition = 0 AND operator_hold = 0 GROUP BY destination ORDER BY destination");
  if (!statement) return statement.error();
  std::vector<StalledRow> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({statement->text(0), statement->integer(1), statement->integer(2)});
  }
}

Result<std::map<std::string, std::int64_t>> Journal::count_receipts() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT kind, count(*) FROM receipt GROUP BY kind");
  if (!statement) return statement.error();
  std::map<std::string, std::int64_t> counts;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return counts;
    counts[statement->text(0)] = statement->integer(1);
  }
}

Result<std::vector<std::string>> Journal::runs_with(Condition condition, const std::string& destination,
                                                    std::int64_t most) {
  const std::lock_guard lock(mutex_);
  auto statement =
      database_->prepare(std::string("SELECT name FROM run WHERE id IN (SELECT run FROM parcel WHERE ") + is_open +
                         " AND condition = ? AND destination = ? AND operator_hold = 0) ORDER BY id DESC LIMIT ?");
  if (!statement) return statement.error();
  statement->bind(static_cast<std::int64_t>(condition)).bind(std::string_view(destination)).bind(most);
  std::vector<std::string> names;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return names;
    names.push_back(statement->text(0));
  }
}

Result<bool> Journal::has_open_parcels() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string("SELECT 1 FROM parcel WHERE ") + is_open + " LIMIT 1");
  if (!statement) return statement.error();
  return statement->step();
}

Result<std::vector<ParcelRow>> Journal::latest_parcels(std::int64_t most) {
  const std::lock_guard lock(mutex_);
  std::vector<ParcelRow> rows;
  for (const auto* which : {is_open, is_finished}) {
    const auto room = most - static_cast<std::int64_t>(rows.size());
    auto more = newest_of(which, room);
    if (!more) return more.error();
    rows.insert(rows.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
  }
  return rows;
}

Result<bool> Journal::prune(std::int64_t before) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  auto finished = database_->prepare(
      "SELECT id, stage FROM parcel WHERE stage IN (70, 90, 95) AND pruned = 0 AND updated < ? ORDER BY updated LIMIT "
      "?");
  if (!finished) return finished.error();
  finished->bind(before).bind(parcels_of_a_step);
  std::vector<std::pair<std::string, Stage>> found;
  for (;;) {
    auto row = finished->step();
    if (!row) return row.error();
    if (!*row) break;
    found.emplace_back(finished->text(0), static_cast<Stage>(finished->integer(1)));
  }
  for (const auto& [id, stage] : found) {
    std::vector<const char*> acts{"UPDATE parcel SET recipe = NULL, pruned = 1 WHERE id = ?"};
    if (stage == Stage::delivered) {
      // A withdrawal may still come: names, sizes and ids at the far side stay, and what the plugin remembers.
      acts.push_back("UPDATE object SET inline = NULL WHERE parcel = ? AND inline IS NOT NULL");
    } else {
      acts.push_back("DELETE FROM object WHERE parcel = ?");
      acts.push_back(delete_tokens);
    }
    for (const auto* sql : acts) {
      auto statement = database_->prepare(sql);
      if (!statement) return statement.error();
      if (auto done = statement->bind(std::string_view(id)).run(); !done) return done.error();
    }
  }
  if (found.empty()) return false;
  if (auto done = transaction->commit(); !done) return done.error();
  return static_cast<std::int64_t>(found.size()) == parcels_of_a_step;
}

Result<bool> Journal::tidy() {
  const std::lock_guard lock(mutex_);
  return database_->tidy(pages_of_a_step);
}

}  // namespace tributary::journal
