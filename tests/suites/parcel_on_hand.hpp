// tests/suites/parcel_on_hand.hpp: a sealed parcel in memory, as the host would offer it to a destination.
//
// Threads    a destination reads and tells its progress from several.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/plugin/abi.h"

namespace tributary::suites {

class ParcelOnHand {
 public:
  struct Item {
    std::string name;
    std::string bytes;
    bool is_manifest = false;
  };
  struct Registered {
    std::string id, self_uri, access_url;
  };

  ParcelOnHand(std::string id, std::vector<Item> items, std::uint64_t part_bytes);
  ParcelOnHand(const ParcelOnHand&) = delete;
  ParcelOnHand& operator=(const ParcelOnHand&) = delete;

  [[nodiscard]] const tributary_parcel* abi() const { return &parcel_; }
  /// How many readings a destination may have at the same time; 1 unless it is told.
  void give_lanes(std::uint32_t count) { parcel_.lanes = count; }
  /// name -> bytes
  [[nodiscard]] std::map<std::string, std::string> contents() const;
  /// What a withdrawal is told of the registered objects. Valid while this lives and is not changed.
  [[nodiscard]] std::vector<tributary_stored_object> stored() const;

  std::string id;
  bool leave = true;                       // the answer to may_commit
  std::function<void()> on_leave;          // called when leave is asked for
  std::int64_t reads_before_failure = -1;  // < 0: the source never fails
  bool journal_takes_ids = true;           // false: `registered` answers that it is not durable
  std::size_t leaves_asked = 0;
  std::size_t reads = 0;
  std::map<std::uint32_t, Registered> registered;
  std::map<std::uint32_t, std::uint64_t> sent_bytes;  // last progress by object
  bool told_too_much = false;                         // a progress beyond the size of its object
  std::size_t leaps = 0;                              // readings that did not go on where their lane stood

 private:
  struct Body {
    ParcelOnHand* parcel = nullptr;
    Item item;
    std::string sha256, md5, part_sha256, part_md5;
  };
  static std::int64_t read(void* ctx, std::uint64_t offset, void* into, std::uint64_t room);
  std::int64_t read_lane(std::uint32_t lane, const Body& body, std::uint64_t offset, void* into, std::uint64_t room);
  tributary_object describe(Body& body, std::uint64_t part_bytes);

  std::vector<std::unique_ptr<Body>> bodies_;
  std::vector<tributary_object> objects_;
  tributary_parcel parcel_{};
  std::mutex mutex_;
  std::map<std::uint32_t, std::pair<const Body*, std::uint64_t>> lanes_;  // where each stands
};

/// Bytes that differ from each other, the same on every run.
std::string sample_bytes(std::size_t count, unsigned seed);

}  // namespace tributary::suites
