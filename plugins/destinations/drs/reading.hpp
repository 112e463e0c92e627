// plugins/destinations/drs/reading.hpp: the sealed bytes of one object on their way out.
//
// Failure    Interrupted: the host is stopping (what was sent stays for the next time) or, as SourceFailed, the bytes
//            can not be read as they were sealed (what was sent is worth nothing).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "plugins/sdk/http.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::drs {

struct Interrupted : sdk::Later {
  using Later::Later;
};
struct SourceFailed : Interrupted {
  SourceFailed()
      : Interrupted("the source of an object changed or can not be read; its upload was given up",
                    "nothing to do: the parcel is sealed afresh when its source stands") {}
};

class Reading {
 public:
  Reading(const sdk::Host& host, const tributary_parcel& parcel, std::uint32_t index)
      : host_(host), parcel_(parcel), index_(index) {}

  [[nodiscard]] const tributary_object& object() const { return parcel_.objects[index_]; }
  [[nodiscard]] std::uint32_t index() const { return index_; }

  /// Reads [offset, offset + bytes).
  [[nodiscard]] sdk::ReadBody from(std::uint64_t offset, std::uint64_t bytes) const {
    return [this, offset, left = bytes](void* into, std::uint64_t room) mutable -> std::int64_t {
      const auto wanted = std::min(room, left);
      if (wanted == 0) return 0;
      const auto got = object().read(object().ctx, offset, into, wanted);
      if (got <= 0 || static_cast<std::uint64_t>(got) > wanted) throw SourceFailed();
      offset += static_cast<std::uint64_t>(got);
      left -= static_cast<std::uint64_t>(got);
      sent(offset);
      return got;
    };
  }
  /// So many bytes of the object are at the far side, or nearly.
  void sent(std::uint64_t bytes) const {
    if (parcel_.progress != nullptr) parcel_.progress(parcel_.ctx, index_, bytes);
  }
  /// Between requests: one that is under way ends well, or the host breaks it off.
  void stop_if_asked() const {
    if (host_.stopping()) throw Interrupted("stopping; the upload goes on from here at the next start");
  }

 private:
  const sdk::Host& host_;
  const tributary_parcel& parcel_;
  std::uint32_t index_;
};

}  // namespace tributary::drs
