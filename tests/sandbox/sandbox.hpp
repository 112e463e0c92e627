// tests/sandbox/sandbox.hpp: a small national repository: DRS with the write extension, an object store and TES in one.
//
// For demos, acceptance tests at a hospital and tests of our own; never for data of people.
//
// Order      everything a client was told is on the disk before the answer leaves.
// Threads    serves from several threads; all functions may be called from any.
// Crash      a sandbox that was killed goes on where it was when it is started on the same directory.
// Failure    ask_operator: directory, address or certificate can not be used, or another sandbox holds the directory.
#pragma once

#include <memory>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "tests/sandbox/events.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/settings.hpp"

namespace tributary::sandbox {

class Sandbox {
 public:
  /// `clock` must outlive the sandbox.
  static Result<std::unique_ptr<Sandbox>> start(const Settings& settings, const Clock& clock);
  ~Sandbox();  // stops serving; running tasks go on after the next start

  /// `http://127.0.0.1:8700`
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string token() const;
  [[nodiscard]] Faults& faults();
  [[nodiscard]] const Events& events() const;
  /// Waits until no task is left to run.
  void wait_for_tasks();

 private:
  struct House;
  explicit Sandbox(std::unique_ptr<House> house);
  std::unique_ptr<House> house_;
};

}  // namespace tributary::sandbox
