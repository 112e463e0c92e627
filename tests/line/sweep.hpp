// tests/line/sweep.hpp: harms the daemon at one act after the other, lets it go on, and compares how the world ends.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/line/far_side.hpp"
#include "tests/line/program.hpp"
#include "tests/line/world_file.hpp"

namespace tributary::line_test {

struct Plan {
  /// Runs before the harm, unharmed, in that world; may be empty.
  std::function<void(const SiteFolder& site, FarSide& far, const std::string& world)> prepare = {};
  long every = 1;   // of all points of all kinds of harm, one after the other
  double from = 0;  // leaves out this share of the acts, from the first on
  unsigned workers = 8;
};

struct Sweep {
  std::string reference;  // how the unharmed run ended
  long acts = 0;          // of the unharmed run, those that change the world
  int code = -1;          // its exit code
  std::string words;      // what it said
  long tried = 0;         // points where the program was harmed
  long survived = 0;      // points that it did not come to: threads do not always take turns in the same order
  std::vector<std::string> failures;
  double seconds = 0;
};

using MakeFarSide = std::function<std::unique_ptr<FarSide>(const Clock& clock)>;

/// TRIBUTARY_CRASH_ALL=1 in the environment makes `every` 1; TRIBUTARY_CRASH_EVERY=N makes it N;
/// TRIBUTARY_CRASH_HARM=NAME leaves one kind of harm. A table over all sweeps is printed when the program ends.
Sweep sweep(const Laboratory& laboratory, const MakeFarSide& make, const Plan& plan);

}  // namespace tributary::line_test
