// agent/journal/glance.cpp: what a status page asks: little of much, by index.
#include "agent/journal/journal.hpp"

namespace tributary::journal {
namespace {

// The words of the index parcel_state. A hold of ours shows while the parcel is not refused, and until its end.
struct Kind {
  std::vector<Stage> stages;
  std::vector<const char*> states;
};

const std::vector<Stage> open_stages{Stage::waiting,    Stage::sealing,   Stage::queued,     Stage::uploading,
                                     Stage::registered, Stage::ingesting, Stage::withdrawing};
constexpr const char* going = "condition = 0 AND operator_hold = 0";

Kind kind_of(Shelf shelf) {
  static const std::vector<const char*> held{"condition = 0 AND operator_hold = 1",
                                             "condition = 1 AND operator_hold = 0",
                                             "condition = 1 AND operator_hold = 1"};
  static const std::vector<const char*> refused{"condition = 2 AND operator_hold = 0",
                                                "condition = 2 AND operator_hold = 1"};
  static const std::vector<const char*> any{going, held[0], held[1], held[2], refused[0], refused[1]};
  switch (shelf) {
    case Shelf::held:
      return {open_stages, held};
    case Shelf::refused:
      return {open_stages, refused};
    case Shelf::moving:
      return {{Stage::sealing, Stage::uploading, Stage::registered, Stage::ingesting, Stage::withdrawing}, {going}};
    case Shelf::waiting:
      return {{Stage::waiting, Stage::queued}, {going}};
    case Shelf::delivered:
      return {{Stage::delivered}, any};
    case Shelf::ended:
      break;
  }
  return {{Stage::withdrawn, Stage::cancelled}, any};
}

// The newest of each kind, of which the newest of all are among: no more rows are looked at than kinds times `most`.
std::string newest_ids(const Kind& kind, std::int64_t most) {
  std::string sql;
  for (const auto stage : kind.stages) {
    for (const auto* state : kind.states) {
      sql += std::string(sql.empty() ? "" : " UNION ALL ") +
             "SELECT * FROM (SELECT id FROM parcel WHERE stage = " + std::to_string(static_cast<int>(stage)) + " AND " +
             state + " AND id < ?1 ORDER BY id DESC LIMIT " + std::to_string(most) + ")";
    }
  }
  return sql;
}

}  // namespace

Result<std::string> Journal::version() {
  const std::lock_guard lock(mutex_);
  return database_->version();
}

Result<std::vector<ParcelRow>> Journal::on_shelf(Shelf shelf, const std::string& before, std::int64_t most) {
  const std::lock_guard lock(mutex_);
  return newest_of("id IN (" + newest_ids(kind_of(shelf), most) + ")", most, {before.empty() ? "~" : before});
}

Result<std::vector<RunCountRow>> Journal::count_parcels_of_run(std::int64_t run) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT stage, condition, operator_hold, count(*) FROM parcel WHERE run = ? GROUP BY stage, condition, "
      "operator_hold");
  if (!statement) return statement.error();
  statement->bind(run);
  std::vector<RunCountRow> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({static_cast<Stage>(statement->integer(0)), static_cast<Condition>(statement->integer(1)),
                    statement->integer(2) != 0, statement->integer(3)});
  }
}

Result<Arrived> Journal::arrived_between(const std::string& destination, std::int64_t from, std::int64_t until) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT count(*), coalesce(sum(bytes_total), 0) FROM parcel WHERE destination = ? AND delivered > 0 AND "
      "delivered >= ? AND delivered < ?");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(destination)).bind(from).bind(until).step();
  if (!row) return row.error();
  return Arrived{statement->integer(0), statement->integer(1)};
}

Result<std::int64_t> Journal::last_arrival(const std::string& destination) {
  const std::lock_guard lock(mutex_);
  auto statement =
      database_->prepare("SELECT coalesce(max(delivered), 0) FROM parcel WHERE destination = ? AND delivered > 0");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(destination)).step();
  if (!row) return row.error();
  return statement->integer(0);
}

}  // namespace tributary::journal
