// agent/port/store/store.hpp: a durable table store: SQLite behind a handful of calls.
//
// Order      transactions are serial: one writer at a time.
// Threads    one per Database; open another Database for another thread.
// Failure    wait: busy, disk full, input/output error. ask_operator: corrupt, no right, newer schema. Never throws.
//            A misused statement or transaction is an error as well, and does nothing.
// Ownership  a Statement may outlive its Database, which is closed with the last of them.
// Crash      a committed transaction is on disk (WAL, synchronous=FULL); an uncommitted one never was.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::store {

class Database;

enum class Type : std::uint8_t { integer, text, blob, null };

/// A prepared statement, for one run. Parameters are bound from 1 on in the order of the calls of `bind`, all of them
/// and before the first `step`.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(ByteView value);
  Statement& bind_null();
  Statement& bind(const std::optional<std::int64_t>& value);

  /// True with a row, false at the end. After the end or an error the statement is spent.
  Result<bool> step();
  /// Runs a statement that gives no rows.
  Status run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Bytes blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] Type type(int column) const;

 private:
  friend class Database;
  struct State;
  explicit Statement(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Set once something that was read made no sense (SQLITE_CORRUPT, SQLITE_NOTADB); stays. Any thread.
using Damage = std::shared_ptr<std::atomic<bool>>;

class Database {
 public:
  /// Opens or makes the file, brings the schema up to date: `migrations[i]` leads from version i to i + 1, each in a
  /// transaction of its own. A newer schema is refused. A new file has mode 0600; one that can not be written is
  /// refused. Every page is looked at first when there are up to 256 MiB of them, after an unclean end (a -wal file
  /// stands beside it) and when somebody met damage before (a -suspect file). `damage`, when given, tells after a
  /// failure whether that was it.
  static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                const std::vector<std::string_view>& migrations,
                                                Damage damage = std::make_shared<std::atomic<bool>>(false));
  /// For readers: no database is made, and none is changed. Its -wal and -shm may appear beside it.
  static Result<std::unique_ptr<Database>> open_read_only(const std::string& path, std::size_t schema_version);
  ~Database();

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);  // exactly one statement
  [[nodiscard]] Status run(std::string_view sql);                 // one or several statements without parameters
  [[nodiscard]] std::int64_t changes() const;                     // rows changed by the last statement
  [[nodiscard]] bool damaged() const;
  /// Another word whenever something was written since: here, or by another program.
  [[nodiscard]] Result<std::string> version();

  /// One step of housekeeping, for when nothing else is to be done: gives at most `pages` free pages back to the file
  /// system and moves the write-ahead log into the database, unless a reader is in the way. True: there is more to do.
  [[nodiscard]] Result<bool> tidy(std::int64_t pages);

 private:
  friend class Transaction;
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// BEGIN IMMEDIATE now, ROLLBACK when it goes out of scope without `commit`. ask_operator when the file was set aside
/// since it was opened.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

/// A file of text that only grows, beside a database and through the same layer of SQLite, so that both stand or fall
/// by the same disk. Mode 0600.
class Tail {
 public:
  static Result<std::unique_ptr<Tail>> open(const std::string& path);
  ~Tail();
  [[nodiscard]] Result<std::uint64_t> size() const;
  /// What there is of so many bytes.
  [[nodiscard]] Result<std::string> read(std::uint64_t at, std::size_t bytes) const;
  /// From `at` on there stands `text` and nothing behind it, on disk.
  [[nodiscard]] Status put(std::uint64_t at, std::string_view text);

 private:
  struct State;
  explicit Tail(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Renames a database that nobody has open, with all that stands beside it, to `PATH.damaged-N`; gives that name.
Result<std::string> set_aside(const std::string& path);

}  // namespace tributary::store
