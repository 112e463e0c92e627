// agent/journal/operators.cpp: what operators do with parcels: retry, hold, release, cancel.
#include "agent/journal/journal.hpp"

namespace tributary::journal {
namespace {

// " AND column = ?" for what the filter names.
std::string where(const Filter& filter, std::vector<std::string>& words) {
  std::string sql;
  if (!filter.parcel.empty()) {
    sql += " AND id = ?";
    words.push_back(filter.parcel);
  }
  if (!filter.run.empty()) {
    sql += " AND run IN (SELECT id FROM run WHERE name = ?)";
    words.push_back(filter.run);
  }
  if (!filter.destination.empty()) {
    sql += " AND destination = ?";
    words.push_back(filter.destination);
  }
  return sql;
}

}  // namespace

Result<std::int64_t> Journal::move(std::string_view set, const Filter& filter, std::string_view when,
                                   std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  std::vector<std::string> words;
  const std::string sql = "UPDATE parcel SET " + std::string(set) + ", updated = ? WHERE " + std::string(when) +
                          where(filter, words) + " RETURNING id";
  auto statement = database_->prepare(sql);
  if (!statement) return statement.error();
  statement->bind(now);
  for (const auto& word : words) statement->bind(std::string_view(word));
  std::vector<std::string> moved;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) break;
    moved.push_back(statement->text(0));
  }
  Json rows = Json::array();
  for (const auto& id : moved) {
    if (auto kept = keep_parcel(id, rows); !kept) return kept.error();
  }
  if (auto done = commit(*transaction, rows); !done) return done.error();
  return static_cast<std::int64_t>(moved.size());
}

Status Journal::plan_afresh() {
  const std::lock_guard lock(mutex_);
  return database_->run(
      "UPDATE run SET next_plan = 0, crashes = 0, planned_listing = NULL WHERE id IN "
      "(SELECT run FROM parcel WHERE stage IN (10, 20) AND condition = 0 AND operator_hold = 0)");
}

Result<std::int64_t> Journal::retry(const Filter& filter, std::int64_t now) {
  auto moved = move("condition = 0, reason = '', hint = '', crashes = 0, not_before = 0, failing_since = 0", filter,
                    "stage NOT IN (70, 90, 95) AND operator_hold = 0 AND reason NOT LIKE 'the journal lost%'", now);
  if (!moved) return moved;
  if (auto done = try_now(filter.destination); !done) return done.error();
  if (auto done = plan_afresh(); !done) return done.error();
  return moved;
}

Result<std::int64_t> Journal::hold(const Filter& filter, std::int64_t now) {
  return move("operator_hold = 1", filter, "stage < 70", now);
}

Result<std::int64_t> Journal::release(const Filter& filter, std::int64_t now) {
  auto moved = move("operator_hold = 0, not_before = 0, withdraw_reason = ''", filter, "operator_hold = 1", now);
  if (!moved) return moved;
  if (auto done = plan_afresh(); !done) return done.error();
  return moved;
}

Result<std::int64_t> Journal::cancel(const Filter& filter, std::int64_t now) {
  // What may have left something at the far side is withdrawn; what never left just ends.
  auto never_left = move(
      "stage = 95, condition = 0, operator_hold = 0, reason = 'cancelled by an operator', hint = '', recipe = NULL",
      filter, "stage IN (10, 20, 30)", now);
  if (!never_left) return never_left;
  auto left = move(
      "stage = 80, condition = 0, operator_hold = 0, crashes = 0, not_before = 0, reason = 'cancelled by an operator', "
      "hint = '', "
      "withdraw_reason = 'cancelled by an operator'",
      filter, "stage IN (40, 50, 60)", now);
  if (!left) return left;
  return *never_left + *left;
}

}  // namespace tributary::journal
