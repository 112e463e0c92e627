// tests/sandbox/objects.hpp: the register of DRS objects.
//
// Threads    any.
// Crash      one registration is one record: all of its objects are there after a crash, or none.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.hpp"
#include "tests/sandbox/shelf.hpp"

namespace tributary::sandbox {

struct Checksum {
  std::string type, value;  // as the client wrote them
};
/// `SHA-256`, `sha256`, `sha_256`: all are `sha256`.
std::string plain_type(std::string_view type);

struct Object {
  std::string id, name, mime_type, version, description;
  std::uint64_t size_bytes = 0;
  std::int64_t created_utc_s = 0;
  std::vector<Checksum> checksums;
  std::vector<std::string> aliases;
  std::optional<std::vector<std::string>> controlled_access;  // nothing: open for everybody to read
  std::string bucket, key;
  std::string sha256;  // of what is stored
  bool deleted = false;
  std::string duplicate_of;  // the id of an object with the same name and digest that was there before
};

class Objects {
 public:
  static Result<std::unique_ptr<Objects>> open(const std::string& directory, const Clock& clock);

  /// Registers all or none; answers them with ids, times and duplicates filled in.
  [[nodiscard]] Result<std::vector<Object>> add(std::vector<Object> candidates);
  [[nodiscard]] std::optional<Object> find(const std::string& id) const;  // deleted ones too
  [[nodiscard]] std::vector<Object> by_checksum(const std::string& value) const;
  [[nodiscard]] std::vector<Object> all() const;  // oldest first, deleted ones too
  /// Marks as deleted, or removes the record too.
  [[nodiscard]] Status remove(const std::vector<std::string>& ids, bool forget);

 private:
  struct Entry {
    std::string registration;
    Object object;
  };
  Objects(Shelf shelf, const Clock& clock) : shelf_(std::move(shelf)), clock_(clock) {}
  Status save(const std::string& registration) const;
  void mark_duplicates(std::vector<Object>& candidates) const;

  Shelf shelf_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> registrations_;  // name to ids
  std::map<std::string, Entry> entries_;                           // by id
  std::vector<std::string> order_;                                 // ids, oldest first
};

}  // namespace tributary::sandbox
