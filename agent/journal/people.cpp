// agent/journal/people.cpp: who is behind a pseudonym, and who withdrew.
#include "agent/journal/journal.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::journal {
namespace {

constexpr std::string_view subject_domain = "tributary/v1/withdrawn";

}  // namespace

Status Journal::link(const LinkRow& row) {
  Json body;
  body.add("id", row.id).add("subject", row.subject_id);
  auto sealed = seal("linkage", row.pseudonym, view(body.dump()));
  if (!sealed) return sealed.error();
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "INSERT INTO linkage (pseudonym, destination, kind, key_id, sealed) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (pseudonym) DO UPDATE SET sealed = excluded.sealed");
  if (!statement) return statement.error();
  statement->bind(std::string_view(row.pseudonym))
      .bind(std::string_view(row.destination))
      .bind(std::string_view(row.kind));
  return statement->bind(std::string_view(row.key_id)).bind(ByteView(*sealed)).run();
}

Result<std::optional<LinkRow>> Journal::linked(const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT destination, kind, key_id, sealed FROM linkage WHERE pseudonym = ?");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(pseudonym)).step();
  if (!row) return row.error();
  if (!*row) return std::optional<LinkRow>();
  auto plain = unseal_bytes("linkage", pseudonym, statement->blob(3));
  if (!plain) return plain.error();
  auto body = json::parse(text(*plain));
  if (!body) return operator_error("the journal: a linkage entry can not be read");
  return std::optional<LinkRow>(LinkRow{pseudonym, statement->text(0), statement->text(1), statement->text(2),
                                        std::string((*body)["id"].as_string()),
                                        std::string((*body)["subject"].as_string())});
}

Result<std::int64_t> Journal::withdraw_parcel(const std::string& id, const std::string& reason, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  // What may have left goes back, what never left stays here, without what it was made of.
  auto statement = database_->prepare(
      "UPDATE parcel SET condition = CASE WHEN stage >= 40 THEN 0 ELSE 2 END, recipe = CASE WHEN stage >= 40 THEN "
      "recipe END, "
      "stage = CASE WHEN stage >= 40 THEN 80 ELSE 10 END, operator_hold = 0, not_before = 0, reason = ?, hint = '', "
      "updated = ? "
      "WHERE id = ? AND stage <= 70 AND NOT (stage = 10 AND condition = 2)");
  if (!statement) return statement.error();
  const std::string said = "consent: " + reason;
  if (auto done = statement->bind(std::string_view(said)).bind(now).bind(std::string_view(id)).run(); !done)
    return done.error();
  const auto moved = database_->changes();
  auto clear = database_->prepare(
      "DELETE FROM object WHERE parcel = (SELECT id FROM parcel WHERE id = ? AND stage = 10 AND condition = 2)");
  if (!clear) return clear.error();
  if (auto done = clear->bind(std::string_view(id)).run(); !done) return done.error();
  if (auto done = transaction->commit(); !done) return done.error();
  return moved;
}

Result<std::int64_t> Journal::withdraw(const std::string& subject_id, std::int64_t now) {
  // Linkage is sealed: every sample's entry is opened once to find whose it is. It is the rare act, and it also finds
  // what was sent under former pseudonym keys.
  std::vector<std::string> pseudonyms;
  {
    const std::lock_guard lock(mutex_);
    auto insert = database_->prepare("INSERT INTO withdrawn (subject_tag, at) VALUES (?, ?) ON CONFLICT DO NOTHING");
    if (!insert) return insert.error();
    if (auto done = insert->bind(ByteView(tag(subject_domain, subject_id))).bind(now).run(); !done) return done.error();
    auto statement = database_->prepare("SELECT pseudonym, sealed FROM linkage WHERE kind = 'sample'");
    if (!statement) return statement.error();
    for (;;) {
      auto row = statement->step();
      if (!row) return row.error();
      if (!*row) break;
      auto plain = unseal_bytes("linkage", statement->text(0), statement->blob(1));
      if (!plain) return plain.error();
      auto body = json::parse(text(*plain));
      if (!body) return operator_error("the journal: a linkage entry can not be read");
      if ((*body)["subject"].as_string() == subject_id) pseudonyms.push_back(statement->text(0));
    }
  }
  std::int64_t moved = 0;
  for (const auto& pseudonym : pseudonyms) {
    std::vector<std::string> ids;
    {
      const std::lock_guard lock(mutex_);
      auto statement = database_->prepare("SELECT id FROM parcel WHERE pseudonym = ?");
      if (!statement) return statement.error();
      statement->bind(std::string_view(pseudonym));
      for (;;) {
        auto row = statement->step();
        if (!row) return row.error();
        if (!*row) break;
        ids.push_back(statement->text(0));
      }
    }
    for (const auto& id : ids) {
      auto n = withdraw_parcel(id, "the subject withdrew", now);
      if (!n) return n;
      moved += *n;
    }
  }
  return moved;
}

Result<bool> Journal::is_withdrawn(const std::string& subject_id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT 1 FROM withdrawn WHERE subject_tag = ?");
  if (!statement) return statement.error();
  return statement->bind(ByteView(tag(subject_domain, subject_id))).step();
}

}  // namespace tributary::journal
