// plugins/ingest/tes/plugin.cpp: the ingest plugin `tes` at the ABI.
#include <cstring>
#include <memory>
#include <string>

#include "plugins/ingest/tes/service.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::tes {
namespace {

Service& of(void* self) { return *static_cast<Service*>(self); }

tributary_outcome open(const tributary_host* host, void** self, tributary_note* note) {
  return sdk::fence(note, [&] { *self = std::make_unique<Service>(host).release(); });
}

tributary_outcome probe(void* self, tributary_note* note) {
  return sdk::fence(note, [&] { of(self).probe(); });
}

tributary_outcome start(void* self, const tributary_ingest_job* job, char* task_id, std::uint32_t room,
                        tributary_note* note) {
  return sdk::fence(note, [&] {
    const auto id = of(self).start(*job);
    if (id.size() >= room || id.find('\0') != std::string::npos) {
      throw sdk::Broken("the TES server gave a task an id of " + std::to_string(id.size()) +
                            " bytes, there is room for " + std::to_string(room),
                        "report it to the repository");
    }
    std::memcpy(task_id, id.c_str(), id.size() + 1);
  });
}

tributary_outcome poll(void* self, const char* task_id, char* state, std::uint32_t room, tributary_note* note) {
  std::string word;
  const auto outcome = sdk::fence(note, [&] { of(self).poll(task_id, word); });
  if (room > 0) sdk::fill(state, room, word);
  return outcome;
}

tributary_outcome cancel(void* self, const char* task_id, tributary_note* note) {
  return sdk::fence(note, [&] { of(self).cancel(task_id); });
}

void close(void* self) { delete static_cast<Service*>(self); }

constexpr tributary_ingest_ops ops = {sizeof(tributary_ingest_ops), open, probe, start, poll, cancel, close};

}  // namespace
}  // namespace tributary::tes

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor = tributary::sdk::described(
      TRIBUTARY_INGEST, "tes", "GA4GH TES 1.1: starts a task on the registered objects and waits for its end",
      tributary::tes::keys(), &tributary::tes::ops);
  return &descriptor;
}
