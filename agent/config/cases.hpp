// agent/config/cases.hpp: what the authors of policies expect of them, written down: a file of cases.
//
// Failure    as config.hpp: every problem with its place, nothing half-read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/consent/decide.hpp"

namespace tributary::config {

enum class Expectation : std::uint8_t { send, refuse, hold, not_taken };
std::string_view name_of(Expectation expectation);  // "send", "refuse", "hold", "not-taken"

/// One sample of one person under one policy at one instant.
struct PolicyCase {
  std::string name;
  std::string policy;
  std::string place;  // FILE:LINE
  std::optional<std::int64_t> at_utc_s;
  std::string sample_name, project;
  std::vector<std::string> files;  // kinds
  std::uint64_t file_bytes = 0;    // of each of them
  /// By source. Nothing: no subject source knows the sample. A source without records: the person is known to it and
  /// has no document there.
  std::optional<std::vector<consent::Told>> consent;
  std::vector<std::string> away;       // subject sources that can not answer
  std::vector<std::string> countries;  // that the person's data come from
  bool withdrawn = false;              // by `tributary withdraw`
  struct Relative {
    std::vector<consent::Told> consent;
    bool withdrawn = false;
  };
  std::optional<std::uint32_t> family_size;  // nothing: no source tells a family
  std::vector<Relative> family;              // the others of it in the run
  Expectation expected = Expectation::send;
  std::string rule;  // that decides; empty: any
};

struct LoadedCases {
  std::optional<std::vector<PolicyCase>> cases;  // nothing when there is any problem
  std::vector<Problem> problems;
};
/// A policy that a case names must be one of the settings.
LoadedCases load_cases(const std::string& file, const Settings& settings);

}  // namespace tributary::config
