// plugins/destinations/drs/reading.hpp: the sealed bytes of one object on their way out.
//
// Failure    Interrupted: the host is stopping or, as SourceFailed, the bytes can not be read as they were sealed. What
//            was sent stays: the source may only be away, and of a parcel that is sealed afresh all is taken away.
// Threads    any; one at a time per lane.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <vector>

#include "plugins/sdk/http.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::drs {

struct Interrupted : sdk::Later {
  using Later::Later;
};
struct SourceFailed : Interrupted {
  SourceFailed()
      : Interrupted("the source of an object changed or can not be read",
                    "nothing to do: the upload goes on, or the parcel is sealed afresh, when its source stands") {}
};

class Reading {
 public:
  Reading(const sdk::Host& host, const tributary_parcel& parcel, std::uint32_t index)
      : host_(host), parcel_(parcel), index_(index), under_way_(lanes()) {}

  [[nodiscard]] const tributary_object& object() const { return parcel_.objects[index_]; }
  [[nodiscard]] std::uint32_t index() const { return index_; }
  /// How many threads may read at the same time, each in a lane of its own, from 0.
  [[nodiscard]] std::uint32_t lanes() const {
    const bool known = parcel_.size >= offsetof(tributary_parcel, read_lane) + sizeof parcel_.read_lane;
    return known && parcel_.read_lane != nullptr ? std::max(parcel_.lanes, 1U) : 1;
  }

  /// Reads [offset, offset + bytes). What is read counts as sent until the lane begins another.
  [[nodiscard]] sdk::ReadBody from(std::uint32_t lane, std::uint64_t offset, std::uint64_t bytes) {
    set_under_way(lane, 0);
    return
        [this, lane, offset, bytes, done = std::uint64_t{0}](void* into, std::uint64_t room) mutable -> std::int64_t {
          const auto wanted = std::min(room, bytes - done);
          if (wanted == 0) return 0;
          const auto got = source_failed_ ? -1 : read(lane, offset + done, into, wanted);
          if (got <= 0 || static_cast<std::uint64_t>(got) > wanted) {
            source_failed_ = true;  // the other lanes need not go on
            throw SourceFailed();
          }
          done += static_cast<std::uint64_t>(got);
          set_under_way(lane, done);
          return got;
        };
  }
  [[nodiscard]] bool source_failed() const { return source_failed_; }

  /// So many bytes of the object are at the far side.
  void set_there(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    there_ = bytes;
    std::fill(under_way_.begin(), under_way_.end(), 0);
    tell();
  }
  /// What the lane sent is there.
  void arrived(std::uint32_t lane, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    there_ += bytes;
    under_way_[lane] = 0;
    tell();
  }
  /// Between requests: one that is under way ends well, or the host breaks it off.
  void stop_if_asked() const {
    if (host_.stopping()) throw Interrupted("stopping; the upload goes on from here at the next start");
  }

 private:
  std::int64_t read(std::uint32_t lane, std::uint64_t offset, void* into, std::uint64_t room) const {
    if (lane == 0) return object().read(object().ctx, offset, into, room);
    return parcel_.read_lane(parcel_.ctx, lane, index_, offset, into, room);
  }
  void set_under_way(std::uint32_t lane, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    under_way_[lane] = bytes;
    tell();
  }
  void tell() const {
    if (parcel_.progress == nullptr) return;
    parcel_.progress(parcel_.ctx, index_, std::accumulate(under_way_.begin(), under_way_.end(), there_));
  }

  const sdk::Host& host_;
  const tributary_parcel& parcel_;
  std::uint32_t index_;
  std::atomic<bool> source_failed_{false};
  std::mutex mutex_;
  std::uint64_t there_ = 0;
  std::vector<std::uint64_t> under_way_;  // by lane
};

}  // namespace tributary::drs
