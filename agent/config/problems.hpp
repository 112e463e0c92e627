// agent/config/problems.hpp: where something stands, and the list of everything that is wrong.
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/config.hpp"
#include "agent/port/yaml/yaml.hpp"

namespace tributary::config {

struct Place {
  std::string file;
  yaml::Mark mark;
  std::string key;  // dotted

  /// The place of a key below this one.
  [[nodiscard]] Place below(std::string_view name, const yaml::Mark& at) const;
};

class Problems {
 public:
  void error(const Place& place, std::string what, std::string hint = {});
  void error(const Place& place, const Error& error);
  void warning(const Place& place, std::string what, std::string hint = {});
  /// What a parser of a whole file said: `FILE:LINE:COLUMN: what` is taken apart again.
  void unreadable(const std::string& file, const Error& error);

  [[nodiscard]] bool any_errors() const;
  [[nodiscard]] std::size_t count() const { return list_.size(); }
  /// In file order: files as they were read, then lines and columns. `files` is that order.
  [[nodiscard]] std::vector<Problem> sorted(const std::vector<std::string>& files) const;

 private:
  std::vector<Problem> list_;
};

}  // namespace tributary::config
