// agent/plugin/notification.cpp: a notification plugin behind the C++ interface.
#include "agent/plugin/notification.hpp"

#include "agent/plugin/instance.hpp"
#include "agent/plugin/loader.hpp"

namespace tributary::plugin {
namespace {

class PluginNotification final : public Notification {
 public:
  explicit PluginNotification(std::unique_ptr<Instance<tributary_notification_ops>> plugin)
      : plugin_(std::move(plugin)) {}

  Status probe() override {
    tributary_note note{};
    return plugin_->judge(plugin_->ops().probe(plugin_->self(), &note), note);
  }

  Status tell(const Message& message) override {
    std::vector<tributary_event> events;
    events.reserve(message.events.size());
    for (const auto& event : message.events)
      events.push_back(
          {sizeof(tributary_event), event.kind.c_str(), event.what.c_str(), event.hint.c_str(), event.count});
    const tributary_message abi{
        sizeof(tributary_message), message.id.c_str(), message.site.c_str(), message.title.c_str(),
        message.text.c_str(),      message.utc_s,      events.data(),        static_cast<std::uint32_t>(events.size())};
    tributary_note note{};
    return plugin_->judge(plugin_->ops().tell(plugin_->self(), &abi, &note), note);
  }

 private:
  std::unique_ptr<Instance<tributary_notification_ops>> plugin_;
};

}  // namespace

Result<std::unique_ptr<Notification>> open_notification(const tributary_descriptor& descriptor,
                                                        const Services& services, const std::string& instance,
                                                        const Settings& settings,
                                                        std::unique_ptr<http::Client> client) {
  auto host = std::make_unique<Host>(services, instance, descriptor, settings, std::move(client));
  auto plugin = Instance<tributary_notification_ops>::open(descriptor, std::move(host));
  if (!plugin) return plugin.error();
  return std::unique_ptr<Notification>(std::make_unique<PluginNotification>(std::move(*plugin)));
}

}  // namespace tributary::plugin
