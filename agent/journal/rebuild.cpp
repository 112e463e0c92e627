// agent/journal/rebuild.cpp: the database and its copy go together; what one lacks is taken from the other.
#include "agent/base/text.hpp"
#include "agent/journal/journal.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::journal {
namespace {

constexpr std::size_t rows_of_a_line = 2000;
constexpr std::int64_t most_names = 20;  // of parcels that an alarm names
constexpr std::string_view mark_key = "copy";

// What is written of each table when the copy is made: what `take_in` needs, in the order in which it needs it.
struct Part {
  std::string_view table;
  const char* where;
};
constexpr const char* kept_parcels = "stage >= 40 OR operator_hold = 1 OR id IN (SELECT parcel FROM receipt)";

}  // namespace

Result<store::Transaction> Journal::begin() {
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction || copy_ == nullptr) return transaction;
  auto mark = read_mark();
  if (!mark) return mark.error();
  auto size = copy_->size();
  if (!size) return size.error();
  if (!*mark || *size >= (*mark)->bytes) return transaction;
  // Somebody took from the copy while we worked.
  if (auto done = write_copy((*mark)->lines); !done) return done.error();
  return transaction;
}

Status Journal::commit(store::Transaction& transaction, const Json& rows) {
  if (rows.items().empty()) return transaction.commit();
  auto before = read_mark();
  if (!before) return before.error();
  const auto mark = before->value_or(Mark());
  const auto line = make_line(state_key_, mark, rows);
  if (auto written = copy_->put(mark.bytes, line.text); !written) return written;
  auto done = write_mark(line.mark);
  if (done) done = transaction.commit();
  if (done) return {};
  // Best effort: a line that stays is cut by the next one, or taken in after a crash. Nobody was told that it is not.
  static_cast<void>(copy_->put(mark.bytes, {}).ok());
  return done;
}

Status Journal::keep(std::string_view table, const std::string& where, const std::vector<std::string>& words,
                     Json& rows) {
  return each_row(*database_, table, where, words, [&](Json entry) {
    rows.push(std::move(entry));
    return Status();
  });
}

Status Journal::keep_parcel(const std::string& id, Json& rows) {
  if (auto kept = keep("run", "id = (SELECT run FROM parcel WHERE id = ?)", {id}, rows); !kept) return kept;
  if (auto kept = keep("parcel", "id = ?", {id}, rows); !kept) return kept;
  // Until then they wait with the bytes that are sent from here, which the copy does not have.
  Json objects = Json::array();
  auto kept = keep("object",
                   "parcel = ? AND EXISTS (SELECT 1 FROM parcel p WHERE p.id = object.parcel AND p.stage >= 50)"
                   " ORDER BY number",
                   {id}, objects);
  if (!kept || objects.items().empty()) return kept;
  rows.push(gone("object", "parcel", id));
  for (const auto& object : objects.items()) rows.push(object);
  return {};
}

Result<std::optional<Mark>> Journal::read_mark() {
  auto statement = database_->prepare("SELECT value FROM meta WHERE key = ?");
  if (!statement) return statement.error();
  auto row = statement->bind(mark_key).step();
  if (!row) return row.error();
  if (!*row) return std::optional<Mark>();
  auto json = json::parse(statement->text(0), 2);
  if (!json) return operator_error("the journal: its mark of the copy can not be read");
  return std::optional(Mark{static_cast<std::uint64_t>((*json)["bytes"].as_integer()), (*json)["lines"].as_integer(),
                            std::string((*json)["last"].as_string())});
}

Status Journal::write_mark(const Mark& mark) {
  auto put = database_->prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
  if (!put) return put.error();
  const auto text = Json().add("bytes", mark.bytes).add("lines", mark.lines).add("last", mark.last).dump();
  return put->bind(mark_key).bind(std::string_view(text)).run();
}

Status Journal::compare_with_copy() {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  auto known = read_mark();
  if (!known) return known.error();
  const auto mark = known->value_or(Mark());
  auto size = copy_->size();
  if (!size) return size.error();
  auto together = *known ? reaches(*copy_, mark) : Result<bool>(false);
  if (!together) return together.error();
  if (*together && *size == mark.bytes) return {};
  Read read;
  // A copy that does not reach is one of before, or one that was made anew: what has greater numbers is news.
  if (auto done = take_in(*together ? mark : Mark{0, mark.lines, {}}, read); !done) return done;
  if (*together && read.good == 0) return {};  // the torn line of a transaction that never was: the next one cuts it
  if (!*known && *size > 0 && read.good == 0) {
    return operator_error("the journal is new, and of journal.copy beside it nothing can be read",
                          "put back the state key or the journal.copy that belongs here; to begin without it, move it "
                          "aside: what was delivered is then sent again, and withdrawals are forgotten");
  }
  const auto lost = read.good > 0 ? set_lost_aside(read, !*known) : Result<std::int64_t>(0);
  if (!lost) return lost.error();
  const bool whole = *together && read.damaged == 0 && *lost == 0;
  const auto done = whole ? write_mark(read.mark) : write_copy(std::max(mark.lines, read.mark.lines));
  return done ? transaction->commit() : done;
}

Status Journal::take_in(const Mark& from, Read& read) {
  std::int64_t refused = 0;
  auto all = read_lines(*copy_, state_key_, from, [&](const Json& rows) -> Status {
    for (const auto& entry : rows.items()) {
      auto put = put_row(*database_, entry);
      if (!put) return put.error();
      refused += *put ? 0 : 1;
    }
    return {};
  });
  if (!all) return all.error();
  read = *all;
  read.damaged += refused;
  // The copy holds neither recipes nor objects of what is not sent: what waits or was cancelled has none.
  return database_->run(
      "UPDATE parcel SET recipe = NULL WHERE stage IN (10, 95);"
      "DELETE FROM object WHERE parcel IN (SELECT id FROM parcel WHERE stage = 10)");
}

Result<std::int64_t> Journal::set_lost_aside(const Read& read, bool rebuilt) {
  // The copy holds neither recipes nor tokens. What was on its way and has no recipe is planned and sealed afresh. One
  // that was being sent takes another id: what it left at the far side is its former one's.
  const std::string going = "stage IN (" + std::string(rebuilt ? "20, " : "") + "30, 40) AND recipe IS NULL";
  const std::string ours = "(operator_hold = 1 OR id IN (SELECT parcel FROM receipt))";
  // Of what was being taken back before all of its ids were known, a plugin without tokens finds nothing, and says so.
  const std::string taken_back =
      "stage = 80 AND recipe IS NULL AND reason NOT LIKE 'the destination can not delete%' AND reason NOT LIKE "
      "'the journal lost%' AND (NOT EXISTS (SELECT 1 FROM object WHERE parcel = parcel.id) OR EXISTS (SELECT 1 FROM "
      "object WHERE parcel = parcel.id AND far_id = ''))";
  std::string names;
  std::int64_t sent = 0;
  auto statement = database_->prepare("SELECT id FROM parcel WHERE (" + going + " AND stage = 40) OR (" + taken_back +
                                      ") ORDER BY id");
  if (!statement) return statement.error();
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) break;
    if (++sent <= most_names) names += (names.empty() ? ": " : ", ") + statement->text(0);
  }
  const std::string sql =
      // No id is given twice, also when the clock stands still.
      "INSERT OR REPLACE INTO meta (key, value) SELECT 'greatest id', max(max(id), coalesce((SELECT value FROM meta "
      "WHERE key = 'greatest id'), '')) FROM parcel HAVING max(id) IS NOT NULL;"
      "UPDATE run SET planned_listing = NULL, next_plan = 0 WHERE id IN (SELECT run FROM parcel WHERE " +
      going + ");DELETE FROM object WHERE parcel IN (SELECT id FROM parcel WHERE " + going +
      ");DELETE FROM parcel WHERE " + going + " AND NOT " + ours +
      ";UPDATE parcel SET stage = 10, bytes_sent = 0, not_before = 0 WHERE " + going +
      ";UPDATE parcel SET condition = 1, reason = 'the journal lost what this may have left at the repository', hint = "
      "'look for it over there and have it deleted, then: tributary withdraw --confirm ' || id WHERE " +
      taken_back;
  if (auto done = database_->run(sql); !done) return done.error();
  if (!rebuilt && sent == 0) return sent;
  // An alarm that still stands has names of its own.
  auto alarm = database_->prepare(
      "INSERT INTO alarm (about, what, hint, since) VALUES (?, ?, ?, CAST(strftime('%s', 'now') AS INTEGER)) ON "
      "CONFLICT (about) DO UPDATE SET what = what || '; ' || excluded.what");
  if (!alarm) return alarm.error();
  const std::string what = std::string(rebuilt ? "the journal was lost or damaged and made anew from journal.copy: "
                                               : "the journal is an old one and was completed from journal.copy: ") +
                           counted(static_cast<std::uint64_t>(read.good), "line") + " read, " +
                           std::to_string(read.damaged) + " not readable; " +
                           counted(static_cast<std::uint64_t>(sent), "parcel") +
                           " may have left something at a repository that nobody here knows any more" + names;
  const std::string hint =
      "look for what is left over there, run tributary audit verify, then: tributary release "
      "--journal";
  alarm->bind(std::string_view(rebuilt_alarm)).bind(std::string_view(what));
  if (auto done = alarm->bind(std::string_view(hint)).run(); !done) return done.error();
  return sent;
}

Status Journal::write_copy(std::int64_t lines) {
  static constexpr Part parts[] = {
      {"linkage", "1"},         {"withdrawn", "1"},
      {"no_contact", "1"},      {"run", "id IN (SELECT run FROM parcel)"},
      {"parcel", kept_parcels}, {"object", "parcel IN (SELECT id FROM parcel WHERE stage >= 50)"},
      {"receipt", "1"},         {"audit", "1"}};
  Mark mark{0, lines, {}};
  Json rows = Json::array();
  const auto write = [&]() -> Status {
    const auto line = make_line(state_key_, mark, rows, mark.bytes == 0);
    if (auto written = copy_->put(mark.bytes, line.text); !written) return written;
    mark = line.mark;
    rows = Json::array();
    return {};
  };
  for (const auto& part : parts) {
    auto done = each_row(*database_, part.table, part.where, {}, [&](Json entry) {
      rows.push(std::move(entry));
      return rows.items().size() < rows_of_a_line ? Status() : write();
    });
    if (!done) return done;
  }
  if (mark.bytes == 0 || !rows.items().empty()) {
    if (auto done = write(); !done) return done;
  }
  return write_mark(mark);
}

}  // namespace tributary::journal
