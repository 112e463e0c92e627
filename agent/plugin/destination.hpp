// agent/plugin/destination.hpp: destination and ingest plugins, as the stations see them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::plugin {

/// One sealed object on its way.
struct OutgoingObject {
  std::string name, mime_type;
  std::uint64_t bytes = 0;
  Digest256 sha256{};
  Digest128 md5{};  // of the whole; meaningful when there is one part
  bool is_manifest = false;
  std::uint64_t part_bytes = 0;
  std::vector<Digest256> part_sha256;
  std::vector<Digest128> part_md5;
};

struct OutgoingParcel {
  std::string id, pseudonym, policy;
  std::vector<OutgoingObject> objects;
  std::vector<std::string> controlled_access;
  bool believe_far_side = false;  // its size and digest of what was registered are not asked for
  /// How many readings may go on at the same time, each by a thread of its own.
  std::uint32_t lanes = 1;
  /// Sealed bytes of an object at an offset; 0 at the end. Going on where the lane last read is cheap. Any thread, one
  /// at a time per lane.
  std::function<Result<std::size_t>(std::size_t lane, std::size_t object, std::uint64_t offset, MutableByteView into)>
      read;
  /// Asked right before data becomes visible at the far side. With a no that need not last, the destination was told to
  /// stop, and keeps what was sent.
  std::function<bool()> may_commit;
  /// Any thread.
  std::function<void(std::size_t object, std::uint64_t bytes_sent)> progress;
  /// Durable when it answers true.
  std::function<bool(std::size_t object, const std::string& id, const std::string& self_uri,
                     const std::string& access_url)>
      registered;
};

struct StoredObject {
  std::string name, id;
  std::uint64_t bytes = 0;
  Digest256 sha256{};
};

struct PartLimits {
  std::uint64_t smallest_bytes = 1, largest_bytes = 5ULL << 30;
  std::uint32_t most = 1000;
};

class Destination {
 public:
  virtual ~Destination() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;  // of the instance
  [[nodiscard]] virtual Status probe() = 0;
  /// Success: everything is at the far side, registered and reported. An error raised by the parcel's `read` comes back
  /// unchanged, so that a changed source can be told from a bad network.
  [[nodiscard]] virtual Status push(const OutgoingParcel& parcel) = 0;
  [[nodiscard]] virtual Status withdraw(const std::string& parcel_id, const std::vector<StoredObject>& objects) = 0;
  [[nodiscard]] virtual PartLimits part_limits() = 0;
  /// Fills `into`, at most `most_fetched_bytes`, from `offset` of what lies at the far side. give_up: it does not let
  /// us read.
  [[nodiscard]] virtual Status fetch(const StoredObject& object, std::uint64_t offset, MutableByteView into) = 0;
  static constexpr std::size_t most_fetched_bytes = 4U << 20;
};

struct DeliveredObject {
  std::string name, id, drs_uri, access_url, sha256_hex;
  std::uint64_t bytes = 0;
};

struct IngestJob {
  std::string parcel_id, pseudonym, site;
  std::vector<DeliveredObject> objects;
};

class Ingest {
 public:
  virtual ~Ingest() = default;
  [[nodiscard]] virtual Status probe() = 0;
  /// The task's id at the far side.
  [[nodiscard]] virtual Result<std::string> start(const IngestJob& job) = 0;
  /// Success with the far side's word: ended well. wait: still running. give_up: the task failed. `state` is set in
  /// every case.
  [[nodiscard]] virtual Status poll(const std::string& task_id, std::string& state) = 0;
  [[nodiscard]] virtual Status cancel(const std::string& task_id) = 0;
};

}  // namespace tributary::plugin
