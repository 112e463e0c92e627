// plugins/destinations/folder/plugin.cpp: the destination plugin `folder` at the ABI.
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "plugins/destinations/folder/delivery.hpp"
#include "plugins/sdk/sdk.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::folder {
namespace {

constexpr tributary_key keys[] = {
    {"path", "path", nullptr, "folder that takes the parcels, each in a folder of its own"},
    {"marker", "string", "", "name of a file that stands in `path` when the right file system is mounted"},
    {nullptr, nullptr, nullptr, nullptr},
};

struct Destination {
  explicit Destination(const tributary_host* raw)
      : host(raw), settings{sdk::without_slash(host.setting("path")), host.setting("marker")} {
    if (settings.path.empty() || settings.path.front() != '/') {
      throw sdk::Broken("path: '" + settings.path + "' is no folder that can take parcels", "give an absolute path");
    }
  }
  sdk::Host host;
  Settings settings;
};
Destination& of(void* self) { return *static_cast<Destination*>(self); }

tributary_outcome open(const tributary_host* host, void** self, tributary_note* note) {
  return sdk::fence(note, [&] { *self = std::make_unique<Destination>(host).release(); });
}

// As the fence, for all that looks into the folder.
template <typename Body>
tributary_outcome at_folder(void* self, tributary_note* note, Body&& body) {
  return sdk::fence(note, [&] {
    try {
      body();
    } catch (const Away&) {
      of(self).host.away();
      throw;
    }
  });
}

tributary_outcome probe(void* self, tributary_note* note) {
  return at_folder(self, note, [&] {
    const auto root = open_destination(of(self).settings);
    if (::faccessat(root.get(), ".", W_OK | X_OK, 0) != 0) fail("writing to " + of(self).settings.path, errno);
  });
}

tributary_outcome push(void* self, const tributary_parcel* parcel, tributary_note* note) {
  return at_folder(self, note, [&] { Delivery(of(self).host, of(self).settings, *parcel).run(); });
}

tributary_outcome withdraw(void* self, const char* parcel_id, const tributary_stored_object*, std::uint32_t,
                           tributary_note* note) {
  return at_folder(self, note, [&] { remove_parcel(of(self).host, of(self).settings, parcel_id); });
}

void part_limits(void*, std::uint64_t* smallest, std::uint64_t* largest, std::uint32_t* most) {
  *smallest = 64ULL << 20;
  *largest = 5ULL << 30;
  *most = 10000;
}

tributary_outcome fetch(void* self, const tributary_stored_object* object, std::uint64_t offset, void* into,
                        std::uint64_t bytes, tributary_note* note) {
  return at_folder(self, note, [&] { read_back(of(self).settings, *object, offset, into, bytes); });
}

void close(void* self) { delete static_cast<Destination*>(self); }

constexpr tributary_destination_ops ops = {
    sizeof(tributary_destination_ops), open, probe, push, withdraw, part_limits, close, fetch};

}  // namespace
}  // namespace tributary::folder

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor = tributary::sdk::described(TRIBUTARY_DESTINATION, "folder",
                                                           "a folder, e.g. on a share that another program carries on",
                                                           tributary::folder::keys, &tributary::folder::ops);
  return &descriptor;
}
