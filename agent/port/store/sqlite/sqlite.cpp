// agent/port/store/sqlite/sqlite.cpp: the store over SQLite.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/text.hpp"
#include "agent/port/store/sqlite/errors.hpp"
#include "agent/port/store/store.hpp"

namespace tributary::store {

Error sqlite_error(sqlite3* database, int code, const std::string& doing) {
  // The text of the connection belongs to the call that it failed last; that may be an earlier or a later one.
  const bool same = database != nullptr && sqlite3_errcode(database) == code;
  const std::string said = "the journal: " + doing + ": " + (same ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_FULL:
      return wait_error(said, "make room in state_dir; work goes on by itself");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return wait_error(said, "this is tried again; when it stays, look at the disk of state_dir");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return operator_error(said, damaged_hint);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return operator_error(said, "check that state_dir exists and belongs to the user of the daemon");
    default:
      return operator_error(said);
  }
}

namespace {

constexpr std::int64_t most_pages_to_rewrite = 16384;  // 64 MiB: about a second
constexpr std::int64_t most_pages_to_check = 65536;    // 256 MiB: about a third of a second

constexpr std::string_view pragmas =
    "PRAGMA busy_timeout=10000; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-2048;"
    "PRAGMA journal_size_limit=4194304; PRAGMA trusted_schema=OFF;";

// Remembered, by a mark beside the file for whoever opens it next.
void note_damage(const Damage& damage, const char* path) {
  damage->store(true);
  if (path != nullptr) make_private(std::string(path) + suspect_end);
}

Error noted(const Damage& damage, sqlite3* database, int code, const std::string& doing) {
  if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
    note_damage(damage, sqlite3_db_filename(database, "main"));
  return sqlite_error(database, code, doing);
}

}  // namespace

struct Statement::State {
  sqlite3* database = nullptr;
  Damage damage;
  sqlite3_stmt* statement = nullptr;
  int next = 1;
  int problem = SQLITE_OK;  // the first one of a bind
  enum class Course : std::uint8_t { fresh, rows, ended, spent } course = Course::fresh;
  ~State() { sqlite3_finalize(statement); }

  void bound(int code) {
    if (problem == SQLITE_OK) problem = code;
    ++next;
  }
};

Statement::Statement(std::unique_ptr<State> state) : state_(std::move(state)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::bind(std::int64_t value) {
  state_->bound(sqlite3_bind_int64(state_->statement, state_->next, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  state_->bound(sqlite3_bind_text64(state_->statement, state_->next, value.data() != nullptr ? value.data() : "",
                                    value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(ByteView value) {
  state_->bound(value.empty() ? sqlite3_bind_zeroblob(state_->statement, state_->next, 0)
                              : sqlite3_bind_blob64(state_->statement, state_->next, value.data(), value.size(),
                                                    SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null() {
  state_->bound(sqlite3_bind_null(state_->statement, state_->next));
  return *this;
}

Statement& Statement::bind(const std::optional<std::int64_t>& value) { return value ? bind(*value) : bind_null(); }

Result<bool> Statement::step() {
  using Course = State::Course;
  // SQLite would begin it anew, perhaps outside of the transaction that it belonged to.
  if (state_->course == Course::spent) return operator_error("the journal: a statement was used again after an error");
  if (state_->course == Course::ended) return operator_error("the journal: a statement was used again after its end");
  const bool fresh = std::exchange(state_->course, Course::spent) == Course::fresh;
  if (state_->problem != SQLITE_OK) return noted(state_->damage, state_->database, state_->problem, "binding a value");
  const int places = sqlite3_bind_parameter_count(state_->statement);
  if (fresh && state_->next - 1 != places) {  // SQLite would take NULL for what is missing
    return operator_error("the journal: a statement got " + std::to_string(state_->next - 1) + " of " +
                          std::to_string(places) + " values");
  }
  const int code = sqlite3_step(state_->statement);
  if (code == SQLITE_ROW) state_->course = Course::rows;
  if (code == SQLITE_DONE) state_->course = Course::ended;
  if (code == SQLITE_ROW || code == SQLITE_DONE) return code == SQLITE_ROW;
  return noted(state_->damage, state_->database, code, "running a statement");
}

Status Statement::run() {
  auto row = step();
  if (!row) return row.error();
  return {};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(state_->statement, column); }

std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(state_->statement, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(state_->statement, column))};
}

Bytes Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(state_->statement, column));
  if (bytes == nullptr) return {};
  return {bytes, bytes + sqlite3_column_bytes(state_->statement, column)};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(state_->statement, column) == SQLITE_NULL; }

Type Statement::type(int column) const {
  switch (sqlite3_column_type(state_->statement, column)) {
    case SQLITE_INTEGER:
      return Type::integer;
    case SQLITE_TEXT:
      return Type::text;
    case SQLITE_BLOB:
      return Type::blob;
    default:
      return Type::null;
  }
}

struct Database::State {
  sqlite3* database = nullptr;
  Damage damage;
  ~State() { sqlite3_close_v2(database); }  // closes with the last of its statements
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;

Result<Statement> Database::prepare(std::string_view sql) {
  auto state = std::make_unique<Statement::State>();
  state->database = state_->database;
  state->damage = state_->damage;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v2(state_->database, sql.data(), static_cast<int>(sql.size()), &state->statement, &rest);
  if (code != SQLITE_OK) return noted(state_->damage, state_->database, code, "preparing a statement");
  // SQLite would leave out what stands behind the first one.
  if (state->statement == nullptr || !trim(sql.substr(static_cast<std::size_t>(rest - sql.data()))).empty()) {
    return operator_error("the journal: preparing a statement: one is prepared at a time, no less and no more");
  }
  return Statement(std::move(state));
}

Status Database::run(std::string_view sql) {
  const int code = sqlite3_exec(state_->database, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return noted(state_->damage, state_->database, code, "running a statement");
  return {};
}

std::int64_t Database::changes() const { return sqlite3_changes64(state_->database); }

bool Database::damaged() const { return state_->damage->load(); }

// https://www.sqlite.org/pragma.html#pragma_data_version tells of others, and of nothing that this connection did.
Result<std::string> Database::version() {
  auto statement = prepare("PRAGMA data_version");
  if (!statement) return statement.error();
  if (auto row = statement->step(); !row) return row.error();
  return std::to_string(statement->integer(0)) + "." + std::to_string(sqlite3_total_changes64(state_->database));
}

namespace {

Result<std::int64_t> version_of(Database& database) {
  auto statement = database.prepare("PRAGMA user_version");
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return statement->integer(0);
}

Error unknown_schema(std::int64_t found, std::size_t known) {
  return operator_error(
      "the journal has schema version " + std::to_string(found) + ", this program knows up to " + std::to_string(known),
      "install the newer version of tributary again, or restore the journal of before");
}

bool is_unknown(std::int64_t version, std::size_t known) {
  return version < 0 || version > static_cast<std::int64_t>(known);
}

// SQLite answers the mode that it has now, and no error, when the file system is not fit for the one it was asked for.
Status write_ahead(Database& database, const std::string& path) {
  auto statement = database.prepare("PRAGMA journal_mode=WAL");
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  if (*row && statement->text(0) == "wal") return {};
  return operator_error("the journal: " + printable(path) + ": there is no write-ahead log to be had here",
                        "state_dir must be on a local file system");
}

Result<std::int64_t> number_of(Database& database, std::string_view sql) {
  auto statement = database.prepare(sql);
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

// A database of before gives nothing back until it is written anew once: where that takes about a second. In a larger
// one free pages are only used again.
Status give_back_from_now_on(Database& database) {
  auto gives = number_of(database, "PRAGMA auto_vacuum");
  if (!gives) return gives.error();
  auto pages = number_of(database, "PRAGMA page_count");
  if (!pages) return pages.error();
  if (*gives != 0 || *pages > most_pages_to_rewrite) return {};
  // Nothing was written yet: it costs nothing.
  auto done = database.run(*pages == 0 ? "PRAGMA auto_vacuum=INCREMENTAL" : "PRAGMA auto_vacuum=INCREMENTAL; VACUUM");
  // No room, or somebody else is at it: the next opening tries again.
  return database.damaged() ? done : Status();
}

// On the layer that databases lie on. An empty file is none.
bool has_content(const std::string& path) {
  auto* layer = sqlite3_vfs_find(nullptr);
  int there = 0;
  return layer->xAccess(layer, path.c_str(), SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there != 0;
}

// SQLite takes the rest of a page that the file has not for zeros, and its own check does not look there.
bool ends_inside_a_page(const std::string& path, std::int64_t page_bytes) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && info.st_size % page_bytes != 0;
}

// What the check says in words may quote the content, so it is not passed on.
Status check_integrity(Database& database, const std::string& path, bool left_open, const Damage& damage) {
  auto pages = number_of(database, "PRAGMA page_count");
  if (!pages) return pages.error();
  const auto suspect = path + suspect_end;
  if (*pages > most_pages_to_check && !left_open && !exists(suspect)) return {};
  auto page_bytes = number_of(database, "PRAGMA page_size");
  if (!page_bytes) return page_bytes.error();
  const bool cut = !left_open && ends_inside_a_page(path, *page_bytes);
  // Twice: a disk that stumbled once has damaged nothing, and the check does not tell one from the other.
  for (int attempt = 0; attempt < 2 && !cut; ++attempt) {
    auto statement = database.prepare("PRAGMA quick_check(1)");
    if (!statement) return statement.error();
    auto row = statement->step();
    if (!row) return row.error();
    if (*row && statement->text(0) == "ok") {
      ::unlink(suspect.c_str());
      return {};
    }
  }
  note_damage(damage, path.c_str());
  return operator_error("the journal: " + printable(path) + " is damaged", damaged_hint);
}

Status bring_up_to_date(Database& database, const std::vector<std::string_view>& migrations) {
  for (;;) {
    auto version = version_of(database);
    if (!version) return version.error();
    if (is_unknown(*version, migrations.size())) return unknown_schema(*version, migrations.size());
    const auto done_so_far = static_cast<std::size_t>(*version);
    if (done_so_far == migrations.size()) return {};
    auto transaction = Transaction::begin(database);
    if (!transaction) return transaction.error();
    auto still = version_of(database);
    if (!still) return still.error();
    if (*still != *version) continue;  // another process did this step while we waited for our turn
    const auto next = std::to_string(done_so_far + 1);
    if (auto done = database.run(migrations[done_so_far]); !done) return in("migration " + next, done.error());
    if (auto done = database.run("PRAGMA user_version=" + next); !done) return done;
    if (auto done = transaction->commit(); !done) return done;
  }
}

}  // namespace

bool exists(const std::string& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0;
}

// SQLite makes its files as the mask allows, and those beside the first one like the first one. Only a file that is not
// there is touched here: whoever closes an open one loses the locks that this process has on it. What goes wrong is
// told by the opening that follows.
void make_private(const std::string& path) {
  if (path.starts_with(':')) return;  // no file, but a word of SQLite
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path,
                                                 const std::vector<std::string_view>& migrations, Damage damage) {
  make_private(path);
  const bool left_open = has_content(path + "-wal");
  auto state = std::make_unique<State>();
  state->damage = damage;
  const int code = sqlite3_open_v2(path.c_str(), &state->database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return sqlite_error(state->database, code, printable(path));
  // SQLite opens a file that it may not write as a reader, and says so at the first write.
  if (sqlite3_db_readonly(state->database, "main") == 1) {
    return sqlite_error(state->database, SQLITE_READONLY, printable(path));
  }
  std::unique_ptr<Database> database(new Database(std::move(state)));
  if (auto set = database->run(pragmas); !set) return set.error();
  auto version = version_of(*database);
  if (!version) return version.error();
  // Before anything is changed.
  if (is_unknown(*version, migrations.size())) return unknown_schema(*version, migrations.size());
  if (auto good = check_integrity(*database, path, left_open, damage); !good) return good.error();
  if (auto done = give_back_from_now_on(*database); !done) return done.error();
  if (auto set = write_ahead(*database, path); !set) return set.error();
  if (auto done = bring_up_to_date(*database, migrations); !done) return done.error();
  return database;
}

Result<std::unique_ptr<Database>> Database::open_read_only(const std::string& path, std::size_t schema_version) {
  auto state = std::make_unique<State>();
  state->damage = std::make_shared<std::atomic<bool>>(false);
  const int code = sqlite3_open_v2(path.c_str(), &state->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return sqlite_error(state->database, code, printable(path));
  std::unique_ptr<Database> database(new Database(std::move(state)));
  if (auto set = database->run("PRAGMA busy_timeout=10000; PRAGMA trusted_schema=OFF;"); !set) return set.error();
  auto version = version_of(*database);
  if (!version) return version.error();
  if (*version != static_cast<std::int64_t>(schema_version)) {
    if (is_unknown(*version, schema_version)) return unknown_schema(*version, schema_version);
    return operator_error("the journal has schema version " + std::to_string(*version) + ", this program needs " +
                              std::to_string(schema_version),
                          "start tributaryd once: it brings the journal up to date");
  }
  return database;
}

Result<bool> Database::tidy(std::int64_t pages) {
  auto free = number_of(*this, "PRAGMA freelist_count");
  if (!free) return free.error();
  if (*free > 0) {
    if (auto done = run("PRAGMA incremental_vacuum(" + std::to_string(pages) + ")"); !done) return done.error();
  }
  // Nobody is waited for: what a reader keeps from being moved is moved in another step.
  if (auto set = run("PRAGMA busy_timeout=0"); !set) return set.error();
  auto moved = run("PRAGMA wal_checkpoint(TRUNCATE)");
  if (auto set = run("PRAGMA busy_timeout=10000"); !set) return set.error();
  if (!moved && moved.error().remedy != Remedy::wait) return moved.error();
  auto left = number_of(*this, "PRAGMA freelist_count");
  if (!left) return left.error();
  return *left > 0 && *left < *free;
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun.error();
  Transaction transaction(&database);
  int moved = 0;
  sqlite3_file_control(database.state_->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (moved != 0) {
    return operator_error("the journal: the database was set aside while it was open",
                          "nothing was written: do it once more");
  }
  return transaction;
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // A failed ROLLBACK leaves nothing behind: SQLite has rolled back by itself then.
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK").ok());
}

Status Transaction::commit() {
  if (database_ == nullptr) return operator_error("the journal: a transaction that is over was committed");
  if (auto done = database_->run("COMMIT"); !done) return done;
  database_ = nullptr;
  return {};
}

}  // namespace tributary::store
