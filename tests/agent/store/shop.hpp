// tests/agent/store/shop.hpp: a database in a directory that goes with it, and short ways to ask it.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "agent/port/store/store.hpp"

namespace tributary::store_test {

using Migrations = std::vector<std::string_view>;

inline const Migrations& schema() {
  static const Migrations all{
      "CREATE TABLE parcel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER CHECK (size >= 0)) STRICT",
      "CREATE TABLE part (parcel INTEGER NOT NULL REFERENCES parcel (id) DEFERRABLE INITIALLY DEFERRED, body BLOB) "
      "STRICT; CREATE INDEX part_parcel ON part (parcel)"};
  return all;
}

class Shop {
 public:
  Shop() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tributary-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    directory = pattern;
    path = directory + "/journal.db";
  }
  ~Shop() {
    database.reset();
    std::error_code ignored;  // what is left of it lies in /tmp
    std::filesystem::remove_all(directory, ignored);
  }
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  Status open(const Migrations& migrations = schema()) {
    database.reset();
    auto opened = store::Database::open(path, migrations);
    if (!opened) return opened.error();
    database = std::move(*opened);
    return {};
  }
  /// The first column of the first row as text; the error, or "nothing".
  static std::string ask(store::Database& from, std::string_view sql) {
    auto statement = from.prepare(sql);
    if (!statement) return statement.error().what;
    const auto row = statement->step();
    if (!row) return row.error().what;
    return *row ? statement->text(0) : "nothing";
  }
  std::string ask(std::string_view sql) { return ask(*database, sql); }
  Status add(std::string_view name, std::int64_t size = 1) {
    auto insert = database->prepare("INSERT INTO parcel (name, size) VALUES (?, ?)");
    if (!insert) return insert.error();
    return insert->bind(name).bind(size).run();
  }
  std::string count() { return ask("SELECT count(*) FROM parcel"); }

  /// The names in the directory, in order.
  [[nodiscard]] std::string names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    std::string all;
    for (const auto& name : found) all += (all.empty() ? "" : " ") + name;
    return all;
  }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put_bytes(const std::string& content) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }

  std::string directory;
  std::string path;
  std::unique_ptr<store::Database> database;
};

}  // namespace tributary::store_test
