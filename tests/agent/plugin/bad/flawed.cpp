// tests/agent/plugin/bad/flawed.cpp: a plugin with the one flaw that the build asks for.
#include "agent/plugin/abi.h"

namespace {

#ifndef FLAW_no_entry

#ifdef FLAW_short_descriptor
constexpr uint32_t size = 8;
#else
constexpr uint32_t size = sizeof(tributary_descriptor);
#endif
#ifdef FLAW_wrong_abi
constexpr uint32_t major = TRIBUTARY_ABI_MAJOR + 1;
#else
constexpr uint32_t major = TRIBUTARY_ABI_MAJOR;
#endif
#ifdef FLAW_newer_minor
constexpr uint32_t minor = TRIBUTARY_ABI_MINOR + 1;
#else
constexpr uint32_t minor = TRIBUTARY_ABI_MINOR;
#endif
#ifdef FLAW_wrong_kind
constexpr tributary_kind kind = TRIBUTARY_CONSENT;
#else
constexpr tributary_kind kind = TRIBUTARY_DESTINATION;
#endif

[[maybe_unused]] constexpr tributary_destination_ops table = {};
#ifdef FLAW_no_ops
constexpr const tributary_destination_ops* ops = nullptr;
#else
constexpr const tributary_destination_ops* ops = &table;
#endif

#endif

}  // namespace

#ifndef FLAW_no_entry
extern "C" TRIBUTARY_EXPORT const tributary_descriptor* tributary_plugin(void) {
  static const tributary_descriptor descriptor = {size, major, minor, kind, "flawed", "1.0", "flawed", nullptr, ops};
  return &descriptor;
}
#endif
