// agent/journal/requests.cpp: requests for a re-identification that a second person has to approve.
#include "agent/base/ulid.hpp"
#include "agent/journal/journal.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::journal {
namespace {

constexpr std::string_view request_columns =
    "SELECT id, pseudonym, destination, reason, asked_by, asked_at, approved_by, approved_at, answered_at FROM "
    "reidentification ";
// ?1 is the oldest time from which a request or an approval still counts.
constexpr std::string_view still_open =
    "answered_at = 0 AND ((approved_by IS NULL AND asked_at > ?1) OR (approved_by IS NOT NULL AND approved_at > ?1))";

Result<std::optional<RequestRow>> one(store::Statement& statement) {
  auto found = statement.step();
  if (!found) return found.error();
  if (!*found) return std::optional<RequestRow>();
  RequestRow row;
  row.id = statement.text(0);
  row.pseudonym = statement.text(1);
  row.destination = statement.text(2);
  row.reason = statement.text(3);
  row.asked_by_uid = statement.integer(4);
  row.asked_utc_s = statement.integer(5);
  if (!statement.is_null(6)) row.approved_by_uid = statement.integer(6);
  row.approved_utc_s = statement.integer(7);
  row.answered_utc_s = statement.integer(8);
  return std::optional<RequestRow>(std::move(row));
}

}  // namespace

Result<std::string> Journal::ask_reidentification(const RequestRow& row) {
  Bytes chance(10);
  if (auto random = crypto::random(chance); !random) return random.error();
  const auto id = "r-" + make_ulid(row.asked_utc_s * 1000, chance);
  const std::lock_guard lock(mutex_);
  auto insert = database_->prepare(
      "INSERT INTO reidentification (id, pseudonym, destination, reason, asked_by, asked_at) VALUES (?, ?, ?, ?, ?, "
      "?)");
  if (!insert) return insert.error();
  insert->bind(std::string_view(id)).bind(std::string_view(row.pseudonym)).bind(std::string_view(row.destination));
  insert->bind(std::string_view(row.reason)).bind(row.asked_by_uid).bind(row.asked_utc_s);
  if (auto done = insert->run(); !done) return done.error();
  return id;
}

Result<std::optional<RequestRow>> Journal::request(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(request_columns) + "WHERE id = ?");
  if (!statement) return statement.error();
  statement->bind(std::string_view(id));
  return one(*statement);
}

Result<std::optional<RequestRow>> Journal::open_request(const RequestRow& like, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(request_columns) + "WHERE " + std::string(still_open) +
                                      " AND pseudonym = ?2 AND destination = ?3 AND reason = ?4 AND asked_by = ?5 "
                                      "ORDER BY id DESC LIMIT 1");
  if (!statement) return statement.error();
  statement->bind(now - request_lives_s).bind(std::string_view(like.pseudonym));
  statement->bind(std::string_view(like.destination)).bind(std::string_view(like.reason)).bind(like.asked_by_uid);
  return one(*statement);
}

Result<bool> Journal::approve_request(const std::string& id, std::int64_t uid, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement =
      database_->prepare("UPDATE reidentification SET approved_by = ?2, approved_at = ?3 WHERE " +
                         std::string(still_open) + " AND approved_by IS NULL AND id = ?4 AND asked_by != ?2");
  if (!statement) return statement.error();
  statement->bind(now - request_lives_s).bind(uid).bind(now);
  if (auto done = statement->bind(std::string_view(id)).run(); !done) return done.error();
  return database_->changes() == 1;
}

Result<bool> Journal::spend_approval(const std::string& id, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("UPDATE reidentification SET answered_at = ?2 WHERE " + std::string(still_open) +
                                      " AND approved_by IS NOT NULL AND id = ?3");
  if (!statement) return statement.error();
  statement->bind(now - request_lives_s).bind(now);
  if (auto done = statement->bind(std::string_view(id)).run(); !done) return done.error();
  return database_->changes() == 1;
}

}  // namespace tributary::journal
