// agent/journal/parcels.cpp: parcels in the journal, and their way through the stages.
#include <algorithm>

#include "agent/journal/ids.hpp"
#include "agent/journal/journal.hpp"
#include "agent/journal/rows.hpp"

namespace tributary::journal {
namespace {

constexpr const char* columns =
    "SELECT p.id, p.run, u.name, p.destination, p.policy, p.pseudonym, p.subject_pseudonym, p.key_id, p.stage, "
    "p.condition, p.reason, p.hint, p.operator_hold, p.evidence, p.files, p.bytes_total, p.bytes_sent, p.bytes_per_s, "
    "p.attempts, p.crashes, p.not_before, p.created, p.updated, p.delivered, p.task_id, p.task_state, "
    "p.withdraw_reason, p.proof, p.failing_since FROM parcel p JOIN run u ON u.id = p.run ";

constexpr std::int64_t longest_gap_s = 86400;  // between two acts on a parcel, as far as it counts for `failing_since`

// The same in SQL, before `updated` is set to `now`.
std::string failing_since_at(const std::string& now) {
  return "CASE WHEN failing_since = 0 THEN 0 ELSE min(" + now + ", failing_since + max(0, " + now + " - updated - " +
         std::to_string(longest_gap_s) + ")) END";
}

ParcelRow read(const store::Statement& s) {
  ParcelRow row;
  row.id = s.text(0);
  row.run = s.integer(1);
  row.run_name = s.text(2);
  row.destination = s.text(3);
  row.policy = s.text(4);
  row.pseudonym = s.text(5);
  row.subject_pseudonym = s.text(6);
  row.key_id = s.text(7);
  row.stage = static_cast<Stage>(s.integer(8));
  row.condition = static_cast<Condition>(s.integer(9));
  row.reason = s.text(10);
  row.hint = s.text(11);
  row.operator_hold = s.integer(12) != 0;
  row.evidence = optional_digest_at(s, 13);
  row.files = s.integer(14);
  row.bytes_total = s.integer(15);
  row.bytes_sent = s.integer(16);
  row.bytes_per_s = s.integer(17);
  row.attempts = s.integer(18);
  row.crashes = s.integer(19);
  row.not_before = s.integer(20);
  row.created = s.integer(21);
  row.updated = s.integer(22);
  row.delivered = s.integer(23);
  row.task_id = s.text(24);
  row.task_state = s.text(25);
  row.withdraw_reason = s.text(26);
  row.proof = s.text(27);
  row.failing_since = s.integer(28);
  return row;
}

Result<std::optional<ParcelRow>> one(store::Statement& statement) {
  auto row = statement.step();
  if (!row) return row.error();
  if (!*row) return std::optional<ParcelRow>();
  return std::optional<ParcelRow>(read(statement));
}

Result<std::vector<ParcelRow>> all(store::Statement& statement) {
  std::vector<ParcelRow> rows;
  for (;;) {
    auto row = statement.step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back(read(statement));
  }
}

}  // namespace

Result<ParcelRow> Journal::plan_parcel(const ParcelRow& row) {
  const std::lock_guard lock(mutex_);
  auto greatest = database_->prepare(
      "SELECT max(coalesce((SELECT max(id) FROM parcel), ''), coalesce((SELECT value FROM meta WHERE key = 'greatest "
      "id'), ''))");
  if (!greatest) return greatest.error();
  if (auto there = greatest->step(); !there) return there.error();
  auto id = next_id(row.updated, greatest->text(0));
  if (!id) return id.error();
  // What is sealed or further keeps its row: a plan never undoes what was done. A row that waits takes the new verdict;
  // its attempts and its time stay when nothing changed.
  auto statement = database_->prepare(
      "INSERT INTO parcel (id, run, destination, policy, pseudonym, subject_pseudonym, key_id, stage, condition, "
      "reason, hint, "
      "evidence, files, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?, 10, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (run, policy, pseudonym) DO UPDATE SET subject_pseudonym = excluded.subject_pseudonym, key_id = "
      "excluded.key_id, "
      "condition = excluded.condition, reason = excluded.reason, hint = excluded.hint, evidence = excluded.evidence, "
      "files = excluded.files, updated = excluded.updated "
      "WHERE stage IN (10, 20) AND (condition != 2 OR excluded.condition != 0 OR reason NOT LIKE 'verify:%')");
  if (!statement) return statement.error();
  statement->bind(std::string_view(*id))
      .bind(row.run)
      .bind(std::string_view(row.destination))
      .bind(std::string_view(row.policy));
  statement->bind(std::string_view(row.pseudonym))
      .bind(std::string_view(row.subject_pseudonym))
      .bind(std::string_view(row.key_id));
  statement->bind(static_cast<std::int64_t>(row.condition))
      .bind(std::string_view(row.reason))
      .bind(std::string_view(row.hint));
  if (row.evidence) {
    statement->bind(ByteView(*row.evidence));
  } else {
    statement->bind_null();
  }
  if (auto done = statement->bind(row.files).bind(row.updated).bind(row.updated).run(); !done) return done.error();
  auto back = database_->prepare(std::string(columns) + "WHERE p.run = ? AND p.policy = ? AND p.pseudonym = ?");
  if (!back) return back.error();
  back->bind(row.run).bind(std::string_view(row.policy)).bind(std::string_view(row.pseudonym));
  auto found = one(*back);
  if (!found) return found.error();
  if (!*found) return operator_error("the journal: a parcel that was just written is not there");
  return **found;
}

Status Journal::hold_left_out(std::int64_t run, const std::set<std::string>& planned, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto waiting = database_->prepare("SELECT id FROM parcel WHERE run = ? AND stage = 10 AND condition = 0");
  auto hold = database_->prepare(
      "UPDATE parcel SET condition = 1, reason = 'plan: no policy sends it any more', hint = 'set the policy back, or: "
      "tributary cancel ' || id, updated = ? WHERE id = ?");
  if (!waiting || !hold) return waiting ? hold.error() : waiting.error();
  std::vector<std::string> left_out;
  waiting->bind(run);
  for (;;) {
    auto row = waiting->step();
    if (!row) return row.error();
    if (!*row) break;
    if (!planned.contains(waiting->text(0))) left_out.push_back(waiting->text(0));
  }
  for (const auto& id : left_out) {
    if (auto done = hold->bind(now).bind(std::string_view(id)).run(); !done) return done;
  }
  return {};
}

Status Journal::name_parcel(std::int64_t run, const std::string& policy, const std::string& pending,
                            const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE parcel SET pseudonym = ?1 WHERE run = ?2 AND policy = ?3 AND pseudonym = ?4 AND stage IN (10, 20) AND "
      "NOT EXISTS (SELECT 1 FROM parcel WHERE run = ?2 AND policy = ?3 AND pseudonym = ?1)");
  if (!statement) return statement.error();
  statement->bind(std::string_view(pseudonym)).bind(run).bind(std::string_view(policy));
  return statement->bind(std::string_view(pending)).run();
}

Result<std::optional<ParcelRow>> Journal::parcel_before(std::int64_t run, const std::string& policy,
                                                        const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      std::string(columns) +
      "JOIN linkage l ON l.destination = p.destination AND l.pseudonym = p.pseudonym AND l.kind = 'sample' "
      "WHERE p.run = ?1 AND p.policy = ?2 AND p.pseudonym != ?3 AND l.id_tag = (SELECT id_tag FROM linkage WHERE "
      "destination = p.destination AND pseudonym = ?3 AND kind = 'sample') ORDER BY p.stage DESC, p.id LIMIT 1");
  if (!statement) return statement.error();
  statement->bind(run).bind(std::string_view(policy)).bind(std::string_view(pseudonym));
  return one(*statement);
}

Result<std::optional<ParcelRow>> Journal::parcel(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "WHERE p.id = ?");
  if (!statement) return statement.error();
  statement->bind(std::string_view(id));
  return one(*statement);
}

Result<std::optional<ParcelRow>> Journal::parcel_of(std::int64_t run, const std::string& policy,
                                                    const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "WHERE p.run = ? AND p.policy = ? AND p.pseudonym = ?");
  if (!statement) return statement.error();
  statement->bind(run).bind(std::string_view(policy)).bind(std::string_view(pseudonym));
  return one(*statement);
}

Result<std::vector<ParcelRow>> Journal::parcels_named(const std::string& destination, const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(columns) + "WHERE p.destination = ? AND p.pseudonym = ?");
  if (!statement) return statement.error();
  statement->bind(std::string_view(destination)).bind(std::string_view(pseudonym));
  return all(*statement);
}

Result<std::vector<ParcelRow>> Journal::parcels(const Filter& filter, const std::string& after, std::int64_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> words{after};
  std::string sql = std::string(columns) + "WHERE p.id > ?";
  if (!filter.parcel.empty()) {
    sql += " AND p.id = ?";
    words.push_back(filter.parcel);
  }
  if (!filter.run.empty()) {
    sql += " AND u.name = ?";
    words.push_back(filter.run);
  }
  if (!filter.destination.empty()) {
    sql += " AND p.destination = ?";
    words.push_back(filter.destination);
  }
  auto statement = database_->prepare(sql + " ORDER BY p.id LIMIT ?");
  if (!statement) return statement.error();
  for (const auto& word : words) statement->bind(std::string_view(word));
  statement->bind(limit);
  return all(*statement);
}

Result<std::vector<ParcelRow>> Journal::newest_of(const std::string& which, std::int64_t most,
                                                  const std::vector<std::string>& words) {
  auto statement = database_->prepare(std::string(columns) + "WHERE p." + which + " ORDER BY p.id DESC LIMIT ?");
  if (!statement) return statement.error();
  for (const auto& word : words) statement->bind(std::string_view(word));
  statement->bind(most);
  return all(*statement);
}

Result<std::vector<OpenRow>> Journal::open_parcels() {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT destination, count(*), sum(stage >= 40), sum(stage = 80) FROM parcel "
      "WHERE stage NOT IN (70, 90, 95) AND condition != 2 GROUP BY destination ORDER BY destination");
  if (!statement) return statement.error();
  std::vector<OpenRow> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({statement->text(0), statement->integer(1), statement->integer(2), statement->integer(3)});
  }
}

Status Journal::rest_after_crashes(std::int64_t now) {
  const std::lock_guard lock(mutex_);
  // What is to be taken back is put off like the others, and never held.
  auto statement = database_->prepare(
      "UPDATE parcel SET not_before = max(not_before, ?1 + min(86400, 900 << (2 * (min(crashes, ?3) - ?2)))), "
      "reason = 'the program ended ' || crashes || ' times while it worked on this', "
      "hint = 'it is tried again later; the log may tell the cause' "
      "WHERE crashes >= ?2 AND (crashes <= ?3 OR stage = 80) AND condition = 0 AND stage NOT IN (70, 90, 95)");
  if (!statement) return statement.error();
  const std::int64_t rest = crashes_to_rest, most = most_crashes - 1;
  return statement->bind(now).bind(rest).bind(most).run();
}

std::int64_t ParcelRow::failing_s(std::int64_t now) const {
  if (failing_since == 0) return 0;
  return now - std::min(now, failing_since + std::max<std::int64_t>(0, now - updated - longest_gap_s));
}

Result<bool> Journal::begin_work(const std::string& id, Stage stage, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  // A withdrawal or a cancellation that came since the parcel was chosen is not overwritten.
  auto statement = database_->prepare(
      "UPDATE parcel SET crashes = crashes + 1, updated = ?1, stage = ?2, failing_since = " + failing_since_at("?1") +
      ", condition = CASE WHEN crashes >= ?3 THEN 1 ELSE condition END, "
      "reason = CASE WHEN crashes >= ?3 THEN 'the program ended ' || crashes || ' times while it worked on this' ELSE "
      "reason END, "
      "hint = CASE WHEN crashes >= ?3 THEN 'look at the log for the cause, then: tributary retry ' || id ELSE hint END "
      "WHERE id = ?4 AND condition = 0 AND stage IN (?2, CASE ?2 WHEN 20 THEN 10 WHEN 40 THEN 30 END) "
      "RETURNING condition");
  if (!statement) return statement.error();
  const std::int64_t most = stage == Stage::withdrawing ? INT64_MAX : most_crashes;
  statement->bind(now).bind(static_cast<std::int64_t>(stage)).bind(most);
  auto row = statement->bind(std::string_view(id)).step();
  if (!row) return row.error();
  if (!*row) return false;
  const bool go = statement->integer(0) == 0;
  auto end = statement->step();
  if (!end) return end.error();
  Json rows = Json::array();
  // From now on there may be something at the far side.
  if (stage == Stage::uploading) {
    if (auto kept = keep_parcel(id, rows); !kept) return kept.error();
  }
  if (auto done = commit(*transaction, rows); !done) return done.error();
  return go;
}

Status Journal::end_work(const std::string& id, const Outcome& outcome, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  // A withdrawal, a cancellation or a hold for consent that came meanwhile is not overwritten.
  auto statement = database_->prepare(
      "UPDATE parcel SET stage = ?1, condition = ?2, reason = ?3, hint = ?4, not_before = ?5, updated = ?6, crashes = "
      "0, attempts = attempts + ?7, failing_since = CASE WHEN stage != ?1 THEN 0 WHEN ?7 = 1 AND failing_since = 0 "
      "THEN ?6 ELSE " +
      failing_since_at("?6") +
      " END, bytes_per_s = 0 WHERE id = ?8 AND (stage NOT IN (80, 90, 95) OR ?1 >= 80) "
      "AND (NOT (stage IN (30, 40) AND condition = 1 AND reason LIKE 'consent:%') OR ?1 > 40)");
  if (!statement) return statement.error();
  const std::int64_t failed = outcome.counts && outcome.not_before > 0 ? 1 : 0;
  statement->bind(static_cast<std::int64_t>(outcome.stage)).bind(static_cast<std::int64_t>(outcome.condition));
  statement->bind(std::string_view(outcome.reason)).bind(std::string_view(outcome.hint));
  auto done = statement->bind(outcome.not_before).bind(now).bind(failed).bind(std::string_view(id)).run();
  if (!done) return done;
  Json rows = Json::array();
  if (outcome.stage == Stage::registered) {
    if (auto kept = keep_parcel(id, rows); !kept) return kept;
  }
  return commit(*transaction, rows);
}

Status Journal::progress(const std::string& id, std::uint64_t bytes_sent, std::uint64_t bytes_per_s) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "UPDATE parcel SET bytes_sent = ?1, bytes_per_s = ?2, most_sent = max(most_sent, ?1), failing_since = CASE WHEN "
      "?1 > most_sent THEN 0 ELSE failing_since END, crashes = CASE WHEN ?1 > most_sent THEN 0 ELSE crashes END WHERE "
      "id = ?3");
  if (!statement) return statement.error();
  return statement->bind(static_cast<std::int64_t>(bytes_sent))
      .bind(static_cast<std::int64_t>(bytes_per_s))
      .bind(std::string_view(id))
      .run();
}

Result<Journal::Standing> Journal::standing(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT CASE WHEN stage >= 80 OR condition = 2 THEN 2 WHEN operator_hold != 0 OR condition = 1 THEN 1 ELSE 0 END "
      "FROM parcel WHERE id = ?");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(id)).step();
  if (!row) return row.error();
  return *row ? static_cast<Standing>(statement->integer(0)) : Standing::called_off;
}

Status Journal::set_proof(const std::string& id, const std::string& proof) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("UPDATE parcel SET proof = ? WHERE id = ?");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(proof)).bind(std::string_view(id)).run();
}

Status Journal::set_task(const std::string& id, const std::string& task_id, const std::string& state) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("UPDATE parcel SET task_id = ?, task_state = ? WHERE id = ?");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(task_id)).bind(std::string_view(state)).bind(std::string_view(id)).run();
}

Status Journal::put_sealed(const std::string& id, ByteView recipe, const std::vector<ObjectRow>& objects,
                           std::int64_t now) {
  auto sealed = seal("recipe", id, recipe);
  if (!sealed) return sealed.error();
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  // What a former sealing left (of a parcel that was refused before it was sent) makes room.
  auto clear = database_->prepare("DELETE FROM object WHERE parcel = ?");
  if (!clear) return clear.error();
  if (auto done = clear->bind(std::string_view(id)).run(); !done) return done;
  std::int64_t total = 0;
  for (const auto& object : objects) {
    auto insert = database_->prepare(
        "INSERT INTO object (parcel, number, name, bytes, sha256, plaintext_sha256, inline) VALUES (?, ?, ?, ?, ?, ?, "
        "?)");
    if (!insert) return insert.error();
    insert->bind(std::string_view(id))
        .bind(object.number)
        .bind(std::string_view(object.name))
        .bind(static_cast<std::int64_t>(object.bytes));
    insert->bind(ByteView(object.sha256)).bind(ByteView(object.plaintext_sha256));
    if (object.inline_bytes.empty()) {
      insert->bind_null();
    } else {
      insert->bind(ByteView(object.inline_bytes));
    }
    if (auto done = insert->run(); !done) return done;
    total += static_cast<std::int64_t>(object.bytes);
  }
  auto update = database_->prepare(
      "UPDATE parcel SET recipe = ?, stage = 30, condition = 0, reason = '', hint = '', bytes_total = ?, bytes_sent = "
      "0, most_sent = 0, failing_since = 0, files = ?, proof = '', "
      "attempts = 0, crashes = 0, not_before = 0, updated = ? WHERE id = ? AND stage IN (10, 20) "
      "AND condition = 0");
  if (!update) return update.error();
  update->bind(ByteView(*sealed)).bind(total).bind(static_cast<std::int64_t>(objects.size())).bind(now);
  if (auto done = update->bind(std::string_view(id)).run(); !done) return done;
  if (database_->changes() != 1) return wait_error("the parcel was withdrawn or cancelled while it was sealed");
  auto turn = database_->prepare(
      "INSERT OR IGNORE INTO turn (destination, run, policy, served) SELECT destination, run, policy, coalesce((SELECT "
      "served FROM destination WHERE name = p.destination), 0) FROM parcel p WHERE id = ?");
  if (!turn) return turn.error();
  if (auto done = turn->bind(std::string_view(id)).run(); !done) return done;
  return transaction->commit();
}

Status Journal::unseal(const std::string& id, const std::string& reason, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  auto update = database_->prepare(
      "UPDATE parcel SET recipe = NULL, stage = 10, condition = 0, reason = ?, hint = '', bytes_sent = 0, crashes = 0, "
      "not_before = 0, "
      "updated = ? WHERE id = ? AND stage < 50");
  if (!update) return update.error();
  if (auto done = update->bind(std::string_view(reason)).bind(now).bind(std::string_view(id)).run(); !done) return done;
  // What is at the far side, or on its way back from there, is found by its objects and tokens: they stay.
  if (database_->changes() != 1) return wait_error("the parcel was registered, withdrawn or cancelled meanwhile");
  for (const auto* sql : {"DELETE FROM object WHERE parcel = ?", delete_tokens}) {
    auto statement = database_->prepare(sql);
    if (!statement) return statement.error();
    if (auto done = statement->bind(std::string_view(id)).run(); !done) return done;
  }
  // The run is planned afresh at once: it holds what is needed to seal again.
  auto plan = database_->prepare(
      "UPDATE run SET planned_listing = NULL, next_plan = 0 WHERE id = (SELECT run FROM parcel WHERE id = ?)");
  if (!plan) return plan.error();
  if (auto done = plan->bind(std::string_view(id)).run(); !done) return done;
  return transaction->commit();
}

Result<bool> Journal::has_recipe(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT 1 FROM parcel WHERE id = ? AND recipe IS NOT NULL");
  if (!statement) return statement.error();
  return statement->bind(std::string_view(id)).step();
}

Result<Bytes> Journal::recipe(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT recipe FROM parcel WHERE id = ? AND recipe IS NOT NULL");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(id)).step();
  if (!row) return row.error();
  if (!*row) return refusal("the journal: parcel " + id + " has no recipe");
  auto recipe = unseal_bytes("recipe", id, statement->blob(0));
  if (!recipe) return refusal("the journal: the recipe of parcel " + id + " can not be opened");
  return recipe;
}

Result<std::vector<ObjectRow>> Journal::objects(const std::string& id, bool with_inline) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      std::string("SELECT number, name, bytes, sha256, plaintext_sha256, far_id, self_uri, access_url, ") +
      (with_inline ? "inline" : "NULL") + " FROM object WHERE parcel = ? ORDER BY number");
  if (!statement) return statement.error();
  statement->bind(std::string_view(id));
  std::vector<ObjectRow> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    ObjectRow object;
    object.number = statement->integer(0);
    object.name = statement->text(1);
    object.bytes = static_cast<std::uint64_t>(statement->integer(2));
    object.sha256 = digest_at(*statement, 3);
    object.plaintext_sha256 = digest_at(*statement, 4);
    object.far_id = statement->text(5);
    object.self_uri = statement->text(6);
    object.access_url = statement->text(7);
    object.inline_bytes = statement->blob(8);
    rows.push_back(std::move(object));
  }
}

Status Journal::set_far(const std::string& id, std::int64_t number, const std::string& far_id,
                        const std::string& self_uri, const std::string& access_url) {
  const std::lock_guard lock(mutex_);
  auto statement =
      database_->prepare("UPDATE object SET far_id = ?, self_uri = ?, access_url = ? WHERE parcel = ? AND number = ?");
  if (!statement) return statement.error();
  statement->bind(std::string_view(far_id)).bind(std::string_view(self_uri)).bind(std::string_view(access_url));
  return statement->bind(std::string_view(id)).bind(number).run();
}

}  // namespace tributary::journal
