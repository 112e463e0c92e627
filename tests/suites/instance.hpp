// tests/suites/instance.hpp: one open instance of a plugin, with its last outcome and note.
#pragma once

#include <string>

#include "tests/fakes/plugin_host.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::suites {

/// `Ops` is the ops struct of the plugin's kind. Opens in the constructor; the test fails when that does not work.
template <typename Ops>
class Instance {
 public:
  Instance(const tributary_descriptor* descriptor, const fakes::PluginHost& host)
      : ops_(static_cast<const Ops*>(descriptor->ops)) {
    const auto outcome = ops_->open(host.abi(), &self_, &note);
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, outcome, note.what);
  }
  ~Instance() { ops_->close(self_); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] const Ops& ops() const { return *ops_; }
  [[nodiscard]] void* self() const { return self_; }

  /// Calls `act(note)`, keeps the note, and checks that an outcome other than DONE comes with a sentence.
  template <typename Act>
  tributary_outcome call(Act&& act) {
    note = {};
    const tributary_outcome outcome = act(&note);
    if (outcome != TRIBUTARY_DONE) {
      CHECK_TRUE_TEXT(std::string(note.what).size() > 10, "an outcome that is not DONE needs a sentence");
    }
    return outcome;
  }

  tributary_note note{};

 private:
  const Ops* ops_;
  void* self_ = nullptr;
};

/// What every descriptor must hold, whatever its kind.
void descriptor_must_hold(const tributary_descriptor* descriptor, tributary_kind kind);

}  // namespace tributary::suites
