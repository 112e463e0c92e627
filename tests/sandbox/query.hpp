// tests/sandbox/query.hpp: the query of a URL, raw as it was sent and decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::sandbox {

class Query {
 public:
  struct Parameter {
    std::string raw_name, raw_value;  // as on the wire
    std::string name, value;          // percent-decoded
  };
  explicit Query(std::string_view raw);

  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] bool has(std::string_view name) const;
  /// The first value of that name; empty when absent.
  [[nodiscard]] std::string get(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

 private:
  std::vector<Parameter> parameters_;
};

/// A whole number without sign, at most 18 digits; nothing on anything else.
std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace tributary::sandbox
