// agent/plugin/ingest.cpp: an ingest plugin behind the C++ interface.
#include <array>
#include <cstring>

#include "agent/base/text.hpp"
#include "agent/plugin/instance.hpp"
#include "agent/plugin/loader.hpp"

namespace tributary::plugin {
namespace {

class PluginIngest final : public Ingest {
 public:
  explicit PluginIngest(std::unique_ptr<Instance<tributary_ingest_ops>> plugin) : plugin_(std::move(plugin)) {}

  Status probe() override {
    tributary_note note{};
    return plugin_->judge(plugin_->ops().probe(plugin_->self(), &note), note);
  }

  Result<std::string> start(const IngestJob& job) override {
    std::vector<tributary_delivered_object> objects;
    objects.reserve(job.objects.size());
    for (const auto& object : job.objects) {
      objects.push_back({sizeof(tributary_delivered_object), object.name.c_str(), object.id.c_str(),
                         object.drs_uri.c_str(), object.access_url.c_str(), object.sha256_hex.c_str(), object.bytes});
    }
    const tributary_ingest_job abi{sizeof(tributary_ingest_job),
                                   job.parcel_id.c_str(),
                                   job.pseudonym.c_str(),
                                   job.site.c_str(),
                                   objects.data(),
                                   static_cast<std::uint32_t>(objects.size())};
    std::array<char, 256> task_id{};
    tributary_note note{};
    const auto outcome =
        plugin_->ops().start(plugin_->self(), &abi, task_id.data(), static_cast<std::uint32_t>(task_id.size()), &note);
    if (auto good = plugin_->judge(outcome, note); !good) return good.error();
    return std::string(task_id.data(), ::strnlen(task_id.data(), task_id.size()));
  }

  Status poll(const std::string& task_id, std::string& state) override {
    std::array<char, 64> word{};
    tributary_note note{};
    const auto outcome = plugin_->ops().poll(plugin_->self(), task_id.c_str(), word.data(),
                                             static_cast<std::uint32_t>(word.size()), &note);
    state = printable({word.data(), ::strnlen(word.data(), word.size())});
    return plugin_->judge(outcome, note);
  }

  Status cancel(const std::string& task_id) override {
    tributary_note note{};
    return plugin_->judge(plugin_->ops().cancel(plugin_->self(), task_id.c_str(), &note), note);
  }

 private:
  std::unique_ptr<Instance<tributary_ingest_ops>> plugin_;
};

}  // namespace

Result<std::unique_ptr<Ingest>> open_ingest(const tributary_descriptor& descriptor, const Services& services,
                                            const std::string& instance, const Settings& settings,
                                            std::unique_ptr<http::Client> client) {
  auto host = std::make_unique<Host>(services, instance, descriptor, settings, std::move(client));
  auto plugin = Instance<tributary_ingest_ops>::open(descriptor, std::move(host));
  if (!plugin) return plugin.error();
  return std::unique_ptr<Ingest>(std::make_unique<PluginIngest>(std::move(*plugin)));
}

}  // namespace tributary::plugin
