// agent/plugin/destination.cpp: a destination plugin behind the C++ interface.
#include "agent/plugin/destination.hpp"

#include <cstddef>

#include "agent/plugin/instance.hpp"
#include "agent/plugin/loader.hpp"

namespace tributary::plugin {
namespace {

// One parcel in the shape of the ABI; lives for one call of push.
class Shipment {
 public:
  Shipment(const OutgoingParcel& parcel, Host& host) : parcel_(parcel), host_(host) {
    objects_.reserve(parcel.objects.size());
    readers_.reserve(parcel.objects.size());
    for (const auto& object : parcel.objects) add(object);
    for (const auto& value : parcel.controlled_access) access_.push_back(value.c_str());
    access_.push_back(nullptr);
  }

  [[nodiscard]] tributary_parcel abi() {
    tributary_parcel out{};
    out.size = sizeof out;
    out.id = parcel_.id.c_str();
    out.pseudonym = parcel_.pseudonym.c_str();
    out.policy = parcel_.policy.c_str();
    out.objects = objects_.data();
    out.object_count = static_cast<std::uint32_t>(objects_.size());
    out.controlled_access = access_.data();
    out.believe_far_side = parcel_.believe_far_side ? 1 : 0;
    out.ctx = this;
    out.may_commit = [](void* ctx) -> std::int32_t { return me(ctx).parcel_.may_commit() ? 1 : 0; };
    out.progress = [](void* ctx, std::uint32_t object, std::uint64_t bytes) {
      me(ctx).parcel_.progress(object, bytes);
    };
    out.registered = [](void* ctx, std::uint32_t object, const char* id, const char* self_uri,
                        const char* access_url) -> std::int32_t {
      const auto word = [](const char* text) { return std::string(text != nullptr ? text : ""); };
      return me(ctx).parcel_.registered(object, word(id), word(self_uri), word(access_url)) ? 0 : -1;
    };
    out.lanes = parcel_.lanes;
    out.read_lane = [](void* ctx, std::uint32_t lane, std::uint32_t object, std::uint64_t offset, void* into,
                       std::uint64_t room) { return me(ctx).read(lane, object, offset, into, room); };
    return out;
  }

 private:
  struct Reader {
    Shipment* shipment;
    std::uint32_t object;
  };
  static Shipment& me(void* ctx) { return *static_cast<Shipment*>(ctx); }

  void add(const OutgoingObject& object) {
    readers_.push_back({this, static_cast<std::uint32_t>(readers_.size())});
    tributary_object out{};
    out.size = sizeof out;
    out.name = object.name.c_str();
    out.mime_type = object.mime_type.c_str();
    out.bytes = object.bytes;
    out.sha256 = object.sha256.data();
    out.md5 = object.md5.data();
    out.is_manifest = object.is_manifest ? 1 : 0;
    out.part_bytes = object.part_bytes;
    out.part_count = static_cast<std::uint32_t>(object.part_sha256.size());
    out.part_sha256 = object.part_sha256.empty() ? nullptr : object.part_sha256.front().data();
    out.part_md5 = object.part_md5.empty() ? nullptr : object.part_md5.front().data();
    out.ctx = &readers_.back();
    out.read = [](void* ctx, std::uint64_t offset, void* into, std::uint64_t room) -> std::int64_t {
      const auto& reader = *static_cast<Reader*>(ctx);
      return reader.shipment->read(0, reader.object, offset, into, room);
    };
    objects_.push_back(out);
  }

  std::int64_t read(std::uint32_t lane, std::uint32_t object, std::uint64_t offset, void* into, std::uint64_t room) {
    auto n = lane < parcel_.lanes && object < objects_.size()
                 ? parcel_.read(lane, object, offset, MutableByteView(static_cast<std::uint8_t*>(into), room))
                 : operator_error("a destination reads in a lane or an object that it was not given",
                                  "this is a defect of its plugin: report it");
    if (n) return static_cast<std::int64_t>(*n);
    host_.set_body_error(n.error());
    return -1;
  }

  const OutgoingParcel& parcel_;
  Host& host_;
  std::vector<tributary_object> objects_;
  std::vector<Reader> readers_;
  std::vector<const char*> access_;
};
static_assert(sizeof(Digest256) == 32 && sizeof(Digest128) == 16, "digests lie back to back in a vector");

class PluginDestination final : public Destination {
 public:
  explicit PluginDestination(std::unique_ptr<Instance<tributary_destination_ops>> plugin)
      : plugin_(std::move(plugin)) {}

  const std::string& name() const override { return plugin_->host().instance(); }

  Status probe() override {
    tributary_note note{};
    return plugin_->judge(plugin_->ops().probe(plugin_->self(), &note), note);
  }

  Status push(const OutgoingParcel& parcel) override {
    Shipment shipment(parcel, plugin_->host());
    const auto abi = shipment.abi();
    static_cast<void>(plugin_->host().take_body_error());
    tributary_note note{};
    const auto done = plugin_->judge(plugin_->ops().push(plugin_->self(), &abi, &note), note);
    if (done) return done;
    if (auto cause = plugin_->host().take_body_error()) return *cause;
    return done;
  }

  Status withdraw(const std::string& parcel_id, const std::vector<StoredObject>& objects) override {
    std::vector<tributary_stored_object> abi;
    abi.reserve(objects.size());
    for (const auto& object : objects) abi.push_back(stored(object));
    tributary_note note{};
    const auto outcome = plugin_->ops().withdraw(plugin_->self(), parcel_id.c_str(), abi.data(),
                                                 static_cast<std::uint32_t>(abi.size()), &note);
    return plugin_->judge(outcome, note);
  }

  PartLimits part_limits() override {
    PartLimits limits;
    plugin_->ops().part_limits(plugin_->self(), &limits.smallest_bytes, &limits.largest_bytes, &limits.most);
    return limits;
  }

  Status fetch(const StoredObject& object, std::uint64_t offset, MutableByteView into) override {
    const auto& ops = plugin_->ops();
    if (ops.size <= offsetof(tributary_destination_ops, fetch) || ops.fetch == nullptr)
      return refusal(name() + ": its plugin reads nothing back");
    const auto abi = stored(object);
    tributary_note note{};
    return plugin_->judge(ops.fetch(plugin_->self(), &abi, offset, into.data(), into.size(), &note), note);
  }

 private:
  static tributary_stored_object stored(const StoredObject& object) {
    return {sizeof(tributary_stored_object), object.name.c_str(), object.id.c_str(), object.bytes,
            object.sha256.data()};
  }
  std::unique_ptr<Instance<tributary_destination_ops>> plugin_;
};

}  // namespace

Result<std::unique_ptr<Destination>> open_destination(const tributary_descriptor& descriptor, const Services& services,
                                                      const std::string& instance, const Settings& settings,
                                                      std::unique_ptr<http::Client> client) {
  auto host = std::make_unique<Host>(services, instance, descriptor, settings, std::move(client));
  auto plugin = Instance<tributary_destination_ops>::open(descriptor, std::move(host));
  if (!plugin) return plugin.error();
  return std::unique_ptr<Destination>(std::make_unique<PluginDestination>(std::move(*plugin)));
}

}  // namespace tributary::plugin
