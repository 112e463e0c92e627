// tests/suites/parcel_on_hand.cpp: the parcel in memory.
#include "tests/suites/parcel_on_hand.hpp"

#include <algorithm>
#include <cstring>

#include "plugins/sdk/digest.hpp"

namespace tributary::suites {

std::string sample_bytes(std::size_t count, unsigned seed) {
  std::string out(count, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (auto& c : out) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return out;
}

tributary_object ParcelOnHand::describe(Body& body, std::uint64_t part_bytes) {
  const auto& bytes = body.item.bytes;
  body.sha256 = sdk::sha256(bytes);
  body.md5 = sdk::md5(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += part_bytes) {
    const auto part = std::string_view(bytes).substr(at, part_bytes);
    body.part_sha256 += sdk::sha256(part);
    body.part_md5 += sdk::md5(part);
  }
  tributary_object object{};
  object.size = sizeof object;
  object.name = body.item.name.c_str();
  object.mime_type = "application/octet-stream";
  object.bytes = bytes.size();
  object.sha256 = reinterpret_cast<const std::uint8_t*>(body.sha256.data());
  object.md5 = reinterpret_cast<const std::uint8_t*>(body.md5.data());
  object.is_manifest = body.item.is_manifest ? 1 : 0;
  object.part_bytes = part_bytes;
  object.part_count = static_cast<std::uint32_t>(body.part_md5.size() / 16);
  object.part_sha256 = reinterpret_cast<const std::uint8_t*>(body.part_sha256.data());
  object.part_md5 = reinterpret_cast<const std::uint8_t*>(body.part_md5.data());
  object.ctx = &body;
  object.read = &ParcelOnHand::read;
  return object;
}

ParcelOnHand::ParcelOnHand(std::string parcel_id, std::vector<Item> items, std::uint64_t part_bytes)
    : id(std::move(parcel_id)) {
  for (auto& item : items) {
    bodies_.push_back(std::make_unique<Body>());
    bodies_.back()->parcel = this;
    bodies_.back()->item = std::move(item);
    objects_.push_back(describe(*bodies_.back(), part_bytes));
  }
  parcel_.size = sizeof parcel_;
  parcel_.id = id.c_str();
  parcel_.pseudonym = "TL-0000000000";
  parcel_.policy = "sample-policy";
  parcel_.objects = objects_.data();
  parcel_.object_count = static_cast<std::uint32_t>(objects_.size());
  parcel_.ctx = this;
  parcel_.may_commit = [](void* ctx) -> std::int32_t {
    auto& me = *static_cast<ParcelOnHand*>(ctx);
    ++me.leaves_asked;
    if (me.on_leave) me.on_leave();
    return me.leave ? 1 : 0;
  };
  parcel_.progress = [](void* ctx, std::uint32_t object, std::uint64_t bytes) {
    auto& me = *static_cast<ParcelOnHand*>(ctx);
    const std::lock_guard lock(me.mutex_);
    me.sent_bytes[object] = bytes;
    me.told_too_much = me.told_too_much || bytes > me.objects_[object].bytes;
  };
  parcel_.registered = [](void* ctx, std::uint32_t object, const char* object_id, const char* self_uri,
                          const char* access_url) -> std::int32_t {
    auto& me = *static_cast<ParcelOnHand*>(ctx);
    if (!me.journal_takes_ids) return -1;
    me.registered[object] = {object_id, self_uri, access_url};
    return 0;
  };
  parcel_.lanes = 1;
  parcel_.read_lane = [](void* ctx, std::uint32_t lane, std::uint32_t object, std::uint64_t offset, void* into,
                         std::uint64_t room) {
    auto& me = *static_cast<ParcelOnHand*>(ctx);
    return lane < me.parcel_.lanes ? me.read_lane(lane, *me.bodies_.at(object), offset, into, room) : -1;
  };
}

std::int64_t ParcelOnHand::read(void* ctx, std::uint64_t offset, void* into, std::uint64_t room) {
  const auto& body = *static_cast<Body*>(ctx);
  return body.parcel->read_lane(0, body, offset, into, room);
}

std::int64_t ParcelOnHand::read_lane(std::uint32_t lane, const Body& body, std::uint64_t offset, void* into,
                                     std::uint64_t room) {
  const std::lock_guard lock(mutex_);
  if (reads_before_failure >= 0 && static_cast<std::int64_t>(reads) >= reads_before_failure) return -1;
  ++reads;
  const auto& bytes = body.item.bytes;
  auto& [of, stands_at] = lanes_[lane];
  if (of != &body || stands_at != offset) ++leaps;
  if (offset >= bytes.size()) return 0;
  const auto n = std::min<std::uint64_t>({room, bytes.size() - offset, 1000});
  std::memcpy(into, bytes.data() + offset, n);
  of = &body;
  stands_at = offset + n;
  return static_cast<std::int64_t>(n);
}

std::map<std::string, std::string> ParcelOnHand::contents() const {
  std::map<std::string, std::string> out;
  for (const auto& body : bodies_) out[body->item.name] = body->item.bytes;
  return out;
}

std::vector<tributary_stored_object> ParcelOnHand::stored() const {
  std::vector<tributary_stored_object> out;
  for (std::uint32_t i = 0; i < objects_.size(); ++i) {
    const auto known = registered.find(i);
    tributary_stored_object object{};
    object.size = sizeof object;
    object.name = objects_[i].name;
    object.id = known == registered.end() ? "" : known->second.id.c_str();
    object.bytes = objects_[i].bytes;
    object.sha256 = objects_[i].sha256;
    out.push_back(object);
  }
  return out;
}

}  // namespace tributary::suites
