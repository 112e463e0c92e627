// tests/suites/ingest_suite.hpp: what every ingest plugin must hold.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "tests/fakes/plugin_host.hpp"

namespace tributary::suites {

/// An ingest plugin, a host that is configured for it, and the far side's tasks to look at.
class IngestSide {
 public:
  enum class End { good, bad };
  virtual ~IngestSide() = default;
  [[nodiscard]] virtual const tributary_descriptor* plugin() const = 0;
  [[nodiscard]] virtual fakes::PluginHost& host() = 0;
  /// How many tasks were ever made.
  [[nodiscard]] virtual std::size_t tasks() = 0;
  [[nodiscard]] virtual bool is_cancelled(const std::string& task_id) = 0;
  /// Until it is told to end, a task runs.
  virtual void end(const std::string& task_id, End how) = 0;
  /// Once, the n-th exchange from now is carried out and its answer is lost.
  virtual void lose_reply(std::size_t n) = 0;
};

using IngestSideFactory = std::function<std::unique_ptr<IngestSide>()>;

void ingest_must_hold(const IngestSideFactory& make);

}  // namespace tributary::suites
