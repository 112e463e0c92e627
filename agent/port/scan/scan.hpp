// agent/port/scan/scan.hpp: many literals at once in a block of bytes.
//
// Threads    a Matcher may be shared; each thread scans with a Scratch of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::scan {

struct Literal {
  std::string bytes;      // not empty, any bytes
  std::uint32_t id = 0;   // reported with a hit; several literals may share one
  bool any_case = false;  // ASCII case
};

class Matcher {
 public:
  class Scratch;
  static Result<std::shared_ptr<const Matcher>> compile(const std::vector<Literal>& literals);
  virtual ~Matcher() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<Scratch>> scratch() const = 0;
  /// Calls `hit(id, end)` with the offset behind the last byte of each match, until it answers false.
  [[nodiscard]] virtual Status scan(ByteView block, Scratch& scratch,
                                    const std::function<bool(std::uint32_t id, std::size_t end)>& hit) const = 0;
};

class Matcher::Scratch {
 public:
  virtual ~Scratch() = default;
};

}  // namespace tributary::scan
