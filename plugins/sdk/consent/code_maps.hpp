// plugins/sdk/consent/code_maps.hpp: the code maps that a setting names, read again whenever one of them changes.
//
// Failure    refresh throws sdk::Later and there are no programmes until it is mended: a map that can not be read must
//            not leave yesterday's meaning in force.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugins/sdk/consent/code_map.hpp"

namespace tributary::sdk::consent {

class CodeMaps {
 public:
  static constexpr std::size_t most_maps = 100;

  /// A YAML file, or a folder of *.yaml.
  explicit CodeMaps(std::string path) : path_(std::move(path)) {}

  /// True when the programmes are other ones than before.
  bool refresh();
  [[nodiscard]] const std::vector<Programme>& programmes() const { return programmes_; }
  /// Another word for other content, and whenever a pack comes into force. Does not read.
  [[nodiscard]] std::string revision(std::int64_t now_utc_s) const;

 private:
  std::string path_;
  std::vector<Programme> programmes_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace tributary::sdk::consent
