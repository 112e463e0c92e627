// agent/journal/linkage.cpp: who is behind a pseudonym: kept, found both ways, carried to another machine.
#include "agent/base/text.hpp"
#include "agent/journal/journal.hpp"
#include "agent/journal/rows.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::journal {
namespace {

constexpr std::string_view id_domain = "tributary/v1/linkage-id";
constexpr std::string_view link_columns = "SELECT destination, pseudonym, kind, key_id, sealed, id_tag FROM linkage ";
constexpr std::string_view former_seal = "linkage";  // bound to the pseudonym alone
constexpr std::string_view present_seal = "linkage/2";

/// SQLite would rather read all links of a destination, which are in order there, than two places of an index.
std::string by_id(std::string_view select) {
  return std::string(select) +
         " FROM linkage INDEXED BY linkage_of_id WHERE destination = ? AND kind = ? AND id_tag = ? AND key_id = ?";
}

std::string row_name(const LinkRow& row) { return row.destination + "/" + row.kind + "/" + row.pseudonym; }

}  // namespace

Digest256 Journal::tag_of_link(const LinkRow& row) const {
  std::string value = row.destination;
  value += '\0';
  value += row.kind;
  value += '\0';
  value += trim(row.id);
  return tag(id_domain, value);
}

Result<Bytes> Journal::seal_link(const LinkRow& row) const {
  Json body;
  body.add("id", row.id).add("subject", row.subject_id);
  return seal(present_seal, row_name(row), view(body.dump()));
}

Result<LinkRow> Journal::read_link(const store::Statement& statement) const {
  LinkRow row;
  row.destination = statement.text(0);
  row.pseudonym = statement.text(1);
  row.kind = statement.text(2);
  row.key_id = statement.text(3);
  auto plain = statement.is_null(5) ? unseal_bytes(former_seal, row.pseudonym, statement.blob(4))
                                    : unseal_bytes(present_seal, row_name(row), statement.blob(4));
  if (!plain) return plain.error();
  auto body = json::parse(text(*plain));
  if (!body) return operator_error("the journal: a linkage entry can not be read");
  row.id = (*body)["id"].as_string();
  row.subject_id = (*body)["subject"].as_string();
  return row;
}

Status Journal::tag_links() {
  const std::lock_guard lock(mutex_);
  auto transaction = store::Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  std::vector<LinkRow> rows;
  {
    auto statement = database_->prepare(std::string(link_columns) + "WHERE id_tag IS NULL");
    if (!statement) return statement.error();
    for (;;) {
      auto found = statement->step();
      if (!found) return found.error();
      if (!*found) break;
      auto row = read_link(*statement);
      if (!row) return row.error();
      rows.push_back(std::move(*row));
    }
  }
  for (const auto& row : rows) {
    auto sealed = seal_link(row);
    if (!sealed) return sealed.error();
    auto update =
        database_->prepare("UPDATE linkage SET id_tag = ?, sealed = ? WHERE destination = ? AND pseudonym = ?");
    if (!update) return update.error();
    update->bind(ByteView(tag_of_link(row))).bind(ByteView(*sealed));
    update->bind(std::string_view(row.destination)).bind(std::string_view(row.pseudonym));
    if (auto done = update->run(); !done) return done;
  }
  return transaction->commit();
}

// Until something was sealed under it, a corrected owner is just that: nobody has to find anything by the former one.
Result<bool> Journal::is_only_planned(const LinkRow& row) {
  auto statement = database_->prepare(
      "SELECT count(*) > 0 AND count(*) = sum(stage IN (10, 20) AND NOT EXISTS (SELECT 1 FROM receipt WHERE parcel = "
      "parcel.id)) FROM parcel WHERE destination = ? AND pseudonym = ?");
  if (!statement) return statement.error();
  statement->bind(std::string_view(row.destination)).bind(std::string_view(row.pseudonym));
  if (auto found = statement->step(); !found) return found.error();
  return statement->integer(0) != 0;
}

Result<int> Journal::put_link(const LinkRow& given, bool may_correct, Json& rows) {
  LinkRow row = given;
  auto same = database_->prepare(std::string(link_columns) + "WHERE destination = ? AND pseudonym = ?");
  if (!same) return same.error();
  auto found = same->bind(std::string_view(row.destination)).bind(std::string_view(row.pseudonym)).step();
  if (!found) return found.error();
  const bool there = *found;
  if (there) {
    auto kept = read_link(*same);
    if (!kept) return kept.error();
    if (kept->kind != row.kind || trim(kept->id) != trim(row.id)) {
      return refusal("a pseudonym stands for two ids at the destination " + row.destination,
                     "nothing goes out under it: find out at its source which of them is right");
    }
    // What was known of a person once is not forgotten because a source is silent today.
    if (row.subject_id.empty()) row.subject_id = kept->subject_id;
    const bool of_another = !kept->subject_id.empty() && trim(kept->subject_id) != trim(row.subject_id);
    if (of_another) {
      auto free = may_correct ? is_only_planned(row) : Result<bool>(false);
      if (!free) return free.error();
      if (!*free) return 2;
    }
    // Every plan says it again.
    if (row.id == kept->id && row.subject_id == kept->subject_id && row.key_id == kept->key_id) return 1;
  }
  const auto id_tag = tag_of_link(row);
  auto other = database_->prepare(by_id("SELECT 1") + " AND pseudonym != ?");
  if (!other) return other.error();
  other->bind(std::string_view(row.destination)).bind(std::string_view(row.kind)).bind(ByteView(id_tag));
  auto another = other->bind(std::string_view(row.key_id)).bind(std::string_view(row.pseudonym)).step();
  if (!another) return another.error();
  if (*another) {
    return refusal("an id has two pseudonyms at the destination " + row.destination,
                   "give it the former one again; new ones for everybody: tributary keys rotate pseudonym");
  }
  auto sealed = seal_link(row);
  if (!sealed) return sealed.error();
  auto put = database_->prepare(
      "INSERT INTO linkage (destination, pseudonym, kind, key_id, id_tag, sealed) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (destination, pseudonym) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed");
  if (!put) return put.error();
  put->bind(std::string_view(row.destination)).bind(std::string_view(row.pseudonym)).bind(std::string_view(row.kind));
  put->bind(std::string_view(row.key_id)).bind(ByteView(id_tag)).bind(ByteView(*sealed));
  if (auto done = put->run(); !done) return done.error();
  auto written = keep("linkage", "destination = ? AND pseudonym = ?", {row.destination, row.pseudonym}, rows);
  if (!written) return written.error();
  return there ? 1 : 0;
}

Status Journal::link(const LinkRow& row) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  Json rows = Json::array();
  auto put = put_link(row, true, rows);
  if (!put) return put.error();
  if (*put == 2) {
    return operator_error("this sample id stood for another person before at the destination " + row.destination,
                          "nothing goes out under it: give the sample a new id, or set its person back at the source; "
                          "what was delivered is found by the former person: tributary withdraw");
  }
  return commit(*transaction, rows);
}

Result<std::optional<LinkRow>> Journal::linked(const std::string& destination, const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(link_columns) + "WHERE destination = ? AND pseudonym = ?");
  if (!statement) return statement.error();
  auto found = statement->bind(std::string_view(destination)).bind(std::string_view(pseudonym)).step();
  if (!found) return found.error();
  if (!*found) return std::optional<LinkRow>();
  auto row = read_link(*statement);
  if (!row) return row.error();
  return std::optional<LinkRow>(std::move(*row));
}

Result<std::vector<LinkRow>> Journal::linked_anywhere(const std::string& pseudonym) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(link_columns) + "WHERE pseudonym = ? ORDER BY destination");
  if (!statement) return statement.error();
  statement->bind(std::string_view(pseudonym));
  std::vector<LinkRow> rows;
  for (;;) {
    auto found = statement->step();
    if (!found) return found.error();
    if (!*found) return rows;
    auto row = read_link(*statement);
    if (!row) return row.error();
    rows.push_back(std::move(*row));
  }
}

Result<std::optional<std::string>> Journal::pseudonym_of(const std::string& destination, const std::string& kind,
                                                         const std::string& id, const std::string& key_id) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(by_id("SELECT pseudonym"));
  if (!statement) return statement.error();
  statement->bind(std::string_view(destination)).bind(std::string_view(kind));
  const auto id_tag = tag_of_link({{}, destination, kind, {}, id, {}});
  auto found = statement->bind(ByteView(id_tag)).bind(std::string_view(key_id)).step();
  if (!found) return found.error();
  if (!*found) return std::optional<std::string>();
  return std::optional<std::string>(statement->text(0));
}

Status Journal::each_link(const std::function<Status(const KeptLink&)>& visit) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(std::string(link_columns) + "ORDER BY destination, pseudonym");
  if (!statement) return statement.error();
  for (;;) {
    auto found = statement->step();
    if (!found) return found.error();
    if (!*found) return {};
    KeptLink kept;
    auto row = read_link(*statement);
    if (!row) return row.error();
    kept.link = std::move(*row);
    const auto withdrawals = withdrawals_under_lock(kept.link.subject_id);
    if (!withdrawals) return withdrawals.error();
    kept.withdrawn_utc_s = withdrawals->use_utc_s;
    kept.no_contact_utc_s = withdrawals->contact_utc_s;
    if (auto done = visit(kept); !done) return done;
  }
}

Result<Restored> Journal::restore_links(const std::vector<KeptLink>& links) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  Restored out;
  Json rows = Json::array();
  for (const auto& kept : links) {
    const auto put = put_link(kept.link, false, rows);
    if (!put && put.error().remedy != Remedy::give_up) return put.error();
    if (!put || *put == 2) {
      ++out.conflicts;
      continue;
    }
    ++(*put == 0 ? out.added : out.there_already);
    if (kept.link.subject_id.empty()) continue;
    for (const auto& [level, at] : {std::pair{Level::no_further_use, kept.withdrawn_utc_s},
                                    std::pair{Level::no_further_contact, kept.no_contact_utc_s}}) {
      if (at == 0) continue;
      if (auto done = put_withdrawal(kept.link.subject_id, level, at, rows); !done) return done.error();
    }
  }
  if (out.conflicts > 0) return out;  // the transaction ends without effect
  if (auto done = commit(*transaction, rows); !done) return done.error();
  return out;
}

}  // namespace tributary::journal
