// tests/sandbox/shelf.hpp: a folder of small JSON records, one file each.
//
// Crash      a record is the old or the new one, never a mixture.
// Threads    the caller sees to it that one record is written by one thread at a time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"

namespace tributary::sandbox {

class Shelf {
 public:
  /// Makes the folder when it is missing.
  static Result<Shelf> open(std::string directory);

  /// `name` of [A-Za-z0-9._-] only.
  [[nodiscard]] Status save(const std::string& name, const Json& record) const;
  /// A missing record is fine.
  [[nodiscard]] Status erase(const std::string& name) const;
  /// All records, sorted by name. ask_operator: one of them is damaged.
  [[nodiscard]] Result<std::vector<std::pair<std::string, Json>>> load() const;

 private:
  explicit Shelf(std::string directory) : directory_(std::move(directory)) {}
  std::string directory_;
};

/// Lower-case hex of `bytes` random bytes.
Result<std::string> random_name(std::size_t bytes);

}  // namespace tributary::sandbox
