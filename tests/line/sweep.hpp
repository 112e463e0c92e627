// tests/line/sweep.hpp: ends the daemon at one act after the other, lets it go on, and compares how the world ends.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/line/far_side.hpp"
#include "tests/line/program.hpp"

namespace tributary::line_test {

struct Plan {
  /// Runs before the harm, unharmed; may be empty.
  std::function<void(const SiteFolder& site)> prepare = {};
  long every = 1;    // act 1, 1 + every, ...
  bool torn = true;  // and the same acts with half of their bytes
  long from = 1;     // the first act, or with a negative number so many before the last
  unsigned workers = 4;
};

struct Sweep {
  std::string reference;  // how the unharmed run ended
  long acts = 0;          // of the unharmed run
  int code = -1;          // its exit code
  std::string words;      // what it said
  long tried = 0;         // points that ended the program
  long survived = 0;      // points that it did not come to: threads do not always take turns in the same order
  std::vector<std::string> failures;
  double seconds = 0;
};

/// TRIBUTARY_CRASH_ALL=1 in the environment makes `every` 1; TRIBUTARY_CRASH_EVERY=N makes it N.
Sweep sweep(const Laboratory& laboratory, const std::function<std::unique_ptr<FarSide>()>& make, const Plan& plan);

}  // namespace tributary::line_test
