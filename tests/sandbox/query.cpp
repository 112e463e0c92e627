// tests/sandbox/query.cpp: splitting of a query.
#include "tests/sandbox/query.hpp"

#include <algorithm>
#include <cstdint>

#include "agent/base/text.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::sandbox {

Query::Query(std::string_view raw) {
  for (const auto& word : split(raw, '&')) {
    if (word.empty()) continue;
    const auto equals = std::min(word.find('='), word.size());
    Parameter parameter;
    parameter.raw_name = word.substr(0, equals);
    parameter.raw_value = equals < word.size() ? word.substr(equals + 1) : std::string();
    parameter.name = http::percent_decode(parameter.raw_name);
    parameter.value = http::percent_decode(parameter.raw_value);
    parameters_.push_back(std::move(parameter));
  }
}

bool Query::has(std::string_view name) const {
  return std::any_of(parameters_.begin(), parameters_.end(), [&](const auto& p) { return p.name == name; });
}

std::string Query::get(std::string_view name) const {
  const auto found =
      std::find_if(parameters_.begin(), parameters_.end(), [&](const auto& p) { return p.name == name; });
  return found == parameters_.end() ? std::string() : found->value;
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& parameter : parameters_) {
    if (parameter.name == name) out.push_back(parameter.value);
  }
  return out;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

}  // namespace tributary::sandbox
