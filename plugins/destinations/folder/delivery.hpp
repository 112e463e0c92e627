// plugins/destinations/folder/delivery.hpp: a parcel as files in a folder of its own.
//
// Order      every object is written and synchronised in `<path>/.<parcel>.part/`; then the host's leave; then each is
//            moved to `<path>/<parcel>/`, the manifest last. Whoever sees the manifest sees the whole parcel.
// Crash      what lies in either folder is compared by size and SHA-256 before anything is written again.
// Never      replaces a file of a parcel whose manifest is there, or one that this plugin did not put there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/destinations/folder/posix.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::folder {

struct Settings {
  std::string path;
  std::string marker;  // a name that stands in `path` when the right file system is mounted, or empty
};

/// The destination's folder. Away: it, or the marker in it, is not there.
Fd open_destination(const Settings& settings);

class Delivery {
 public:
  Delivery(const sdk::Host& host, const Settings& settings, const tributary_parcel& parcel);
  void run();

 private:
  [[nodiscard]] bool holds(const Fd& folder, std::uint32_t index) const;
  [[nodiscard]] std::vector<std::uint32_t> missing() const;
  void check_in_place(const std::vector<std::uint32_t>& wanted) const;
  void stage(std::uint32_t index);
  void commit(const std::vector<std::uint32_t>& wanted);
  void report() const;
  void stop_if_asked() const;

  const sdk::Host& host_;
  const Settings& settings_;
  const tributary_parcel& parcel_;
  Fd root_;
};

/// Removes a parcel's folder and what was staged for it.
void remove_parcel(const sdk::Host& host, const Settings& settings, const std::string& parcel_id);

/// Exactly `bytes` bytes of a delivered object. Refused: whoever carries the folder on has taken it away.
void read_back(const Settings& settings, const tributary_stored_object& object, std::uint64_t offset, void* into,
               std::uint64_t bytes);

}  // namespace tributary::folder
