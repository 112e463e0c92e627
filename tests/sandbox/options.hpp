// tests/sandbox/options.hpp: the command line of tributary-sandbox.
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "tests/sandbox/settings.hpp"

namespace tributary::sandbox {

struct Options {
  Settings settings;
  std::string ready_file;
  bool help = false, version = false;
};

/// Reads the words after the program's name. Site keys are read from their files here.
Result<Options> parse_options(const std::vector<std::string>& words);
std::string usage();

}  // namespace tributary::sandbox
