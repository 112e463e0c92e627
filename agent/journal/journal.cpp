// agent/journal/journal.cpp: opening, keys, tokens and chains of the journal.
#include "agent/journal/journal.hpp"

#include <sys/stat.h>

#include "agent/journal/migrations.hpp"
#include "agent/journal/rows.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::journal {
namespace {

std::string path_of(const std::string& state_dir) { return state_dir + "/journal.db"; }
std::string copy_path(const std::string& state_dir) { return state_dir + "/journal.copy"; }

constexpr std::string_view key_check_domain = "tributary/v1/key-check";

Result<std::vector<ChainRow>> read_chain(store::Database& database, const std::string& sql,
                                         const std::vector<std::string>& words) {
  auto statement = database.prepare(sql);
  if (!statement) return statement.error();
  for (const auto& word : words) statement->bind(std::string_view(word));
  std::vector<ChainRow> rows;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back({statement->integer(0), statement->text(1), statement->text(2), statement->text(3),
                    digest_at(*statement, 4), digest_at(*statement, 5)});
  }
}

constexpr const char* last_one = "1 ORDER BY number DESC LIMIT 1";  // of a chain

Result<Digest256> last_hash(store::Database& database, const std::string& table) {
  auto statement = database.prepare("SELECT hash FROM " + table + " ORDER BY number DESC LIMIT 1");
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? digest_at(*statement, 0) : Digest256{};
}

// What a receipt begins with, so that its hash covers the columns by which it is found.
Json head_of(const std::string& kind, const std::string& parcel) {
  return Json().add("kind", kind).add("parcel", parcel);
}

bool has_its_head(const ChainRow& row) {
  if (row.kind == "audit") return true;
  auto head = head_of(row.kind, row.parcel).dump();
  head.pop_back();
  return row.body.starts_with(head + ",") || row.body == head + "}";
}

}  // namespace

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::waiting:
      return "waiting";
    case Stage::sealing:
      return "sealing";
    case Stage::queued:
      return "queued";
    case Stage::uploading:
      return "uploading";
    case Stage::registered:
      return "registered";
    case Stage::ingesting:
      return "ingesting";
    case Stage::delivered:
      return "delivered";
    case Stage::withdrawing:
      return "withdrawing";
    case Stage::withdrawn:
      return "withdrawn";
    case Stage::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string_view state_of(Stage stage, Condition condition, bool operator_hold) {
  const bool ended = stage == Stage::delivered || stage == Stage::withdrawn || stage == Stage::cancelled;
  if (condition == Condition::refused && !ended) return "refused";
  if ((condition == Condition::held || operator_hold) && !ended) return "held";
  return name_of(stage);
}

bool Journal::exists(const std::string& state_dir) {
  struct stat info{};
  return ::stat(path_of(state_dir).c_str(), &info) == 0;
}

Result<std::unique_ptr<Journal>> Journal::open(const std::string& state_dir, const Secret<32>& state_key) {
  return open_at(state_dir, state_key, std::make_shared<std::atomic<bool>>(false));
}

Result<std::unique_ptr<Journal>> Journal::open_at(const std::string& state_dir, const Secret<32>& state_key,
                                                  const store::Damage& damage) {
  auto database = store::Database::open(path_of(state_dir), migrations(), damage);
  if (!database) return database.error();
  std::unique_ptr<Journal> journal(new Journal(std::move(*database), state_key));
  if (auto good = journal->check_key(true); !good) return good.error();
  if (auto done = journal->tag_links(); !done) return done.error();
  auto copy = store::Tail::open(copy_path(state_dir));
  if (!copy) return copy.error();
  journal->copy_ = std::move(*copy);
  if (auto done = journal->compare_with_copy(); !done) return done.error();
  return journal;
}

Result<std::unique_ptr<Journal>> Journal::open_or_rebuild(const std::string& state_dir, const Secret<32>& state_key) {
  auto damage = std::make_shared<std::atomic<bool>>(false);
  auto journal = open_at(state_dir, state_key, damage);
  if (journal || !damage->load()) return journal;
  // SQLite takes one failed read for damage. The second opening looks at every page.
  damage->store(false);
  journal = open_at(state_dir, state_key, damage);
  if (journal || !damage->load()) return journal;
  auto copy = store::Tail::open(copy_path(state_dir));
  if (!copy) return copy.error();
  auto read = read_lines(**copy, state_key, {}, [](const Json&) { return Status(); });
  if (!read) return read.error();
  if (read->good == 0) {
    return operator_error(journal.error().what + ", and nothing in journal.copy can be read",
                          "put both files back from a backup; to begin without them, move them aside: what was "
                          "delivered is then sent again, and withdrawals are forgotten");
  }
  if (auto aside = store::set_aside(path_of(state_dir)); !aside) return aside.error();
  return open(state_dir, state_key);
}

Result<std::unique_ptr<Journal>> Journal::open_to_read(const std::string& state_dir, const Secret<32>& state_key) {
  auto database = store::Database::open_read_only(path_of(state_dir), migrations().size());
  if (!database) return database.error();
  std::unique_ptr<Journal> journal(new Journal(std::move(*database), state_key));
  if (auto good = journal->check_key(false); !good) return good.error();
  return journal;
}

Status Journal::check_key(bool may_write) {
  auto statement = database_->prepare("SELECT value FROM meta WHERE key = 'key check'");
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  const Digest256 mine = tag(key_check_domain, "");
  if (*row) {
    if (crypto::equal(statement->blob(0), mine)) return {};
    return operator_error(
        "the state key is not the one that this state_dir was made with",
        "put the former state_key_file (or pseudonyms.key_file) back; without it nothing in the journal can be read");
  }
  if (!may_write) return {};
  auto insert = database_->prepare("INSERT INTO meta (key, value) VALUES ('key check', ?)");
  if (!insert) return insert.error();
  return insert->bind(ByteView(mine)).run();
}

Digest256 Journal::tag(std::string_view domain, std::string_view value) const {
  Bytes message = to_bytes(domain);
  message.push_back(0);
  message.insert(message.end(), value.begin(), value.end());
  return crypto::hmac_sha256(state_key_.bytes(), message);
}

Result<Bytes> Journal::seal(std::string_view domain, std::string_view row, ByteView plaintext) const {
  return crypto::aes_gcm_seal(state_key_, plaintext, view(std::string(domain) + "/" + std::string(row)));
}

Result<Bytes> Journal::unseal_bytes(std::string_view domain, std::string_view row, ByteView sealed) const {
  auto plain = crypto::aes_gcm_open(state_key_, sealed, view(std::string(domain) + "/" + std::string(row)));
  if (!plain)
    return operator_error("the journal: a sealed entry can not be opened",
                          "it was changed, or the state key is another one");
  return plain;
}

Status Journal::put_token(const std::string& instance, const std::string& key, ByteView value) {
  const std::lock_guard lock(mutex_);
  auto statement =
      database_->prepare(value.empty() ? "DELETE FROM token WHERE instance = ? AND key = ?"
                                       : "INSERT INTO token (instance, key, value) VALUES (?, ?, ?) "
                                         "ON CONFLICT (instance, key) DO UPDATE SET value = excluded.value");
  if (!statement) return statement.error();
  statement->bind(std::string_view(instance)).bind(std::string_view(key));
  if (value.empty()) return statement->run();
  // Resume tokens may hold temporary credentials of an upload: sealed like everything that is not for reading.
  auto sealed = seal("token", instance + "/" + key, value);
  if (!sealed) return sealed.error();
  return statement->bind(ByteView(*sealed)).run();
}

Result<std::optional<Bytes>> Journal::token(const std::string& instance, const std::string& key) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare("SELECT value FROM token WHERE instance = ? AND key = ?");
  if (!statement) return statement.error();
  auto row = statement->bind(std::string_view(instance)).bind(std::string_view(key)).step();
  if (!row) return row.error();
  if (!*row) return std::optional<Bytes>();
  auto plain = unseal_bytes("token", instance + "/" + key, statement->blob(0));
  if (!plain) return plain.error();
  return std::optional<Bytes>(std::move(*plain));
}

Result<std::vector<std::string>> Journal::abandoned(const std::string& destination) {
  const std::lock_guard lock(mutex_);
  auto statement = database_->prepare(
      "SELECT id FROM parcel JOIN token ON token.key = parcel.id AND token.instance = parcel.destination "
      "WHERE destination = ? AND (stage IN (90, 95) OR (stage = 40 AND condition = 2)) ORDER BY id");
  if (!statement) return statement.error();
  statement->bind(std::string_view(destination));
  std::vector<std::string> ids;
  for (;;) {
    auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return ids;
    ids.emplace_back(statement->text(0));
  }
}

Status Journal::append_receipt(const std::string& parcel, const std::string& kind, const Json& body, Json& rows) {
  auto previous = last_hash(*database_, "receipt");
  if (!previous) return previous.error();
  auto whole = head_of(kind, parcel);
  for (const auto& [name, value] : body.members()) whole.add(name, value);
  const std::string text = whole.dump();
  auto insert =
      database_->prepare("INSERT INTO receipt (parcel, kind, body, previous_hash, hash) VALUES (?, ?, ?, ?, ?)");
  if (!insert) return insert.error();
  const auto hash = chain_hash(*previous, text);
  insert->bind(std::string_view(parcel)).bind(std::string_view(kind)).bind(std::string_view(text));
  if (auto done = insert->bind(ByteView(*previous)).bind(ByteView(hash)).run(); !done) return done;
  return keep("receipt", last_one, {}, rows);
}

Status Journal::add_receipt(const std::string& parcel, const std::string& kind, const Json& body, Stage stage,
                            std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  Json rows = Json::array();
  if (auto done = append_receipt(parcel, kind, body, rows); !done) return done;
  auto update = database_->prepare(
      "UPDATE parcel SET stage = ?, condition = 0, reason = '', hint = '', crashes = 0, not_before = 0, updated = ?, "
      "pruned = 0, delivered = CASE WHEN ? = 70 THEN ? ELSE delivered END WHERE id = ? AND (stage < 80 OR ? >= 80)");
  if (!update) return update.error();
  const auto number = static_cast<std::int64_t>(stage);
  update->bind(number).bind(now).bind(number).bind(now).bind(std::string_view(parcel)).bind(number);
  if (auto done = update->run(); !done) return done;
  if (database_->changes() != 1) return wait_error("the parcel was withdrawn or cancelled meanwhile");
  if (auto kept = keep_parcel(parcel, rows); !kept) return kept;
  return commit(*transaction, rows);
}

Result<std::vector<ChainRow>> Journal::receipts(const Filter& filter) {
  const std::lock_guard lock(mutex_);
  std::string sql = "SELECT r.number, r.parcel, r.kind, r.body, r.previous_hash, r.hash FROM receipt r";
  std::vector<std::string> words;
  if (!filter.parcel.empty() || !filter.run.empty() || !filter.destination.empty()) {
    sql += " JOIN parcel p ON p.id = r.parcel JOIN run u ON u.id = p.run WHERE 1";
  }
  const auto narrow = [&](const char* column, const std::string& value) {
    if (value.empty()) return;
    sql += std::string(" AND ") + column + " = ?";
    words.push_back(value);
  };
  narrow("r.parcel", filter.parcel);
  narrow("u.name", filter.run);
  narrow("p.destination", filter.destination);
  return read_chain(*database_, sql + " ORDER BY r.number", words);
}

Status Journal::add_audit(const Json& body) {
  const std::lock_guard lock(mutex_);
  auto transaction = begin();
  if (!transaction) return transaction.error();
  auto previous = last_hash(*database_, "audit");
  if (!previous) return previous.error();
  const std::string text = body.dump();
  auto insert = database_->prepare("INSERT INTO audit (body, previous_hash, hash) VALUES (?, ?, ?)");
  if (!insert) return insert.error();
  const auto hash = chain_hash(*previous, text);
  if (auto done = insert->bind(std::string_view(text)).bind(ByteView(*previous)).bind(ByteView(hash)).run(); !done)
    return done;
  Json rows = Json::array();
  if (auto kept = keep("audit", last_one, {}, rows); !kept) return kept;
  return commit(*transaction, rows);
}

Result<std::vector<ChainRow>> Journal::audit() {
  const std::lock_guard lock(mutex_);
  return read_chain(*database_, "SELECT number, '', 'audit', body, previous_hash, hash FROM audit ORDER BY number", {});
}

Digest256 chain_hash(const Digest256& previous, std::string_view body) {
  crypto::Sha256 hash;
  hash.update(previous);
  hash.update(view(body));
  return hash.finish();
}

Status verify_chain(const std::vector<ChainRow>& chain) {
  Digest256 previous{};
  std::int64_t number = 0;
  for (const auto& row : chain) {
    const std::string name = (row.kind == "audit" ? "audit record " : "receipt ") + std::to_string(row.number);
    if (row.number != ++number)
      return refusal(name + ": number " + std::to_string(number) + " is missing before it", "an entry was removed");
    if (row.previous_hash != previous)
      return refusal(name + ": does not follow the one before", "an entry was changed or moved");
    if (row.hash != chain_hash(previous, row.body) || !has_its_head(row))
      return refusal(name + ": its content does not fit its hash", "it was changed");
    previous = row.hash;
  }
  return {};
}

}  // namespace tributary::journal
