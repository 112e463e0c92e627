// agent/plugin/instance.hpp: one open plugin: its host, its table of calls, its self.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "agent/plugin/host.hpp"

namespace tributary::plugin {

/// What a table of calls has at least: it may end before what a later minor version added.
template <typename Ops>
inline constexpr std::size_t least_bytes = sizeof(Ops);
template <>
inline constexpr std::size_t least_bytes<tributary_consent_ops> = offsetof(tributary_consent_ops, words);
template <>
inline constexpr std::size_t least_bytes<tributary_destination_ops> = offsetof(tributary_destination_ops, fetch);

/// Opens on construction through `open`, closes on destruction. Ops is one of the tables of abi.h.
template <typename Ops>
class Instance {
 public:
  static Result<std::unique_ptr<Instance>> open(const tributary_descriptor& descriptor, std::unique_ptr<Host> host) {
    const auto* ops = static_cast<const Ops*>(descriptor.ops);
    if (ops->size < least_bytes<Ops>)
      return operator_error("plugin " + std::string(descriptor.name) + ": its table of calls is too short");
    std::unique_ptr<Instance> instance(new Instance(ops, std::move(host)));
    tributary_note note{};
    const auto outcome = ops->open(instance->host_->abi(), &instance->self_, &note);
    if (outcome != TRIBUTARY_DONE) return error_of(outcome, note, instance->host_->instance());
    instance->open_ = true;
    return instance;
  }
  ~Instance() {
    if (open_) ops_->close(self_);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] const Ops& ops() const { return *ops_; }
  [[nodiscard]] void* self() const { return self_; }
  [[nodiscard]] Host& host() const { return *host_; }
  [[nodiscard]] Status judge(tributary_outcome outcome, const tributary_note& note) const {
    const auto contact = host_->take_contact();
    if (outcome == TRIBUTARY_DONE) return {};
    auto error = error_of(outcome, note, host_->instance());
    error.away = contact == Host::Contact::away && outcome != TRIBUTARY_REFUSED;
    return error;
  }

 private:
  Instance(const Ops* ops, std::unique_ptr<Host> host) : ops_(ops), host_(std::move(host)) {}
  const Ops* ops_;
  std::unique_ptr<Host> host_;
  void* self_ = nullptr;
  bool open_ = false;
};

}  // namespace tributary::plugin
