// plugins/destinations/drs/plugin.cpp: the destination plugin `drs` at the ABI.
#include <memory>
#include <string>
#include <vector>

#include "plugins/destinations/drs/fetch.hpp"
#include "plugins/destinations/drs/push.hpp"
#include "plugins/destinations/drs/settings.hpp"
#include "plugins/destinations/drs/withdraw.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::drs {
namespace {

struct Destination {
  explicit Destination(const tributary_host* raw) : host(raw), settings(read_settings(host)), fetch(host, settings) {}
  sdk::Host host;
  Settings settings;
  Fetch fetch;
};
Destination& of(void* self) { return *static_cast<Destination*>(self); }

tributary_outcome open(const tributary_host* host, void** self, tributary_note* note) {
  return sdk::fence(note, [&] { *self = std::make_unique<Destination>(host).release(); });
}

tributary_outcome probe(void* self, tributary_note* note) {
  return sdk::fence(note, [&] {
    Repository repository(of(self).host, of(self).settings);
    check_service(repository.service_info(), of(self).settings, of(self).settings.controlled_access);
  });
}

tributary_outcome push(void* self, const tributary_parcel* parcel, tributary_note* note) {
  return sdk::fence(note, [&] { Push(of(self).host, of(self).settings, *parcel).run(); });
}

tributary_outcome take_out(void* self, const char* parcel_id, const tributary_stored_object* objects,
                           std::uint32_t count, tributary_note* note) {
  return sdk::fence(note, [&] {
    std::vector<std::string> ids;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (objects[i].id != nullptr && *objects[i].id != '\0') ids.emplace_back(objects[i].id);
    }
    withdraw(of(self).host, of(self).settings, parcel_id, ids);
  });
}

void part_limits(void* self, std::uint64_t* smallest, std::uint64_t* largest, std::uint32_t* most) {
  *smallest = smallest_part_bytes;
  *largest = largest_part_bytes;
  *most = of(self).settings.max_parts;
}

tributary_outcome fetch(void* self, const tributary_stored_object* object, std::uint64_t offset, void* into,
                        std::uint64_t bytes, tributary_note* note) {
  return sdk::fence(note, [&] { of(self).fetch.read(*object, offset, into, bytes); });
}

void close(void* self) { delete static_cast<Destination*>(self); }

constexpr tributary_destination_ops ops = {
    sizeof(tributary_destination_ops), open, probe, push, take_out, part_limits, close, fetch};

}  // namespace
}  // namespace tributary::drs

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor = tributary::sdk::described(
      TRIBUTARY_DESTINATION, "drs", "GA4GH DRS 1.5 with the write extension, objects over S3 or presigned HTTPS",
      tributary::drs::keys(), &tributary::drs::ops);
  return &descriptor;
}
