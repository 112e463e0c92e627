// tests/fakes/forgetful_disk.hpp: a disk in memory for SQLite that forgets what was not synced when its power is cut.
//
// Files are sectors of 512 bytes. What was written since the last sync of a file may be there after a cut or not, each
// sector for itself; a name that was made or removed since the last sync of the directory may be there or not. The
// directory is synced with the first sync of a write-ahead log or a rollback journal, as SQLite's own layer does it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace tributary::fakes {

class ForgetfulDisk {
 public:
  /// Every database that is opened from now on lies on this disk, until it goes.
  ForgetfulDisk();
  ~ForgetfulDisk();
  ForgetfulDisk(const ForgetfulDisk&) = delete;
  ForgetfulDisk& operator=(const ForgetfulDisk&) = delete;

  enum class Harm : std::uint8_t { none, power, io_error, full };
  /// The act of this number, from 1 on, counted from now, is harmed: power and full stay until `mend`.
  void harm_at(std::int64_t act, Harm harm);
  /// Writes, syncs, truncations and removals since `harm_at`.
  [[nodiscard]] std::int64_t acts() const { return acts_; }
  [[nodiscard]] bool harmed() const { return harmed_; }
  void mend();
  /// What a cut leaves, by chance of the seed; then the power is back. Everything on the disk must be closed.
  void lose_power(std::uint64_t seed);
  void remove(const std::string& path) { names_.erase(path), kept_names_.erase(path); }

  // --- for the layer of files
  struct File {
    std::string now, kept;             // content, and what is on disk of it
    std::map<std::size_t, bool> open;  // sectors that differ
  };
  int act();  // a code of SQLite
  std::shared_ptr<File> find(const std::string& path) const;
  std::shared_ptr<File> make(const std::string& path);
  int erase(const std::string& path, bool synced);
  int write(File& file, const char* bytes, std::size_t size, std::size_t at);
  int cut(File& file, std::size_t size);
  int sync(File& file, bool directory);

 private:
  std::map<std::string, std::shared_ptr<File>> names_, kept_names_;
  std::unique_ptr<sqlite3_vfs> layer_;
  sqlite3_vfs* before_ = nullptr;
  std::int64_t acts_ = 0, harm_act_ = 0;
  Harm harm_ = Harm::none;
  bool harmed_ = false;
};

}  // namespace tributary::fakes
