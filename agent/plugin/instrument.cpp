// agent/plugin/instrument.cpp: an instrument plugin behind the C++ interface.
#include "agent/plugin/instrument.hpp"

#include <cstring>
#include <map>

#include "agent/base/text.hpp"
#include "agent/plugin/instance.hpp"
#include "agent/plugin/loader.hpp"

namespace tributary::plugin {
namespace {

std::string bounded(const char* text, std::size_t room) { return {text, ::strnlen(text, room)}; }

void copy_to(char* into, std::size_t room, const std::string& text) { std::snprintf(into, room, "%s", text.c_str()); }

// Collects what describe tells. What names an unknown sample is remembered as a mistake of the plugin.
struct Collector {
  Description told;
  std::map<std::string, std::size_t, std::less<>> samples;
  bool contradiction = false;
};

Collector& collector(void* self) { return *static_cast<Collector*>(self); }

tributary_run_sink sink_into(Collector& into) {
  tributary_run_sink sink{};
  sink.size = sizeof sink;
  sink.self = &into;
  sink.sample = [](void* self, const char* sample_id, const char* project) {
    auto& c = collector(self);
    if (c.samples.emplace(sample_id, c.told.samples.size()).second) c.told.samples.push_back({sample_id, project, {}});
  };
  sink.alias = [](void* self, const char* sample_id, const char* name, std::int32_t names_files) {
    auto& c = collector(self);
    const auto found = c.samples.find(sample_id);
    if (found == c.samples.end()) {
      c.contradiction = true;
    } else {
      c.told.samples[found->second].aliases.push_back({name, names_files != 0});
    }
  };
  sink.file = [](void* self, const char* sample_id, const char* path, const char* kind, const char* read,
                 const char* part) {
    auto& c = collector(self);
    const bool joint = *sample_id == '\0';  // its columns say whose it is
    if (!joint && c.samples.find(sample_id) == c.samples.end()) c.contradiction = true;
    c.told.files.push_back({sample_id, path, kind, read, part});
  };
  sink.withheld = [](void* self, const char* path, const char* reason) {
    collector(self).told.withheld.push_back({path, reason});
  };
  sink.identifier = [](void* self, const char* kind, const char* value) {
    collector(self).told.identifiers.push_back({kind, value});
  };
  sink.promise = [](void* self, const char* path, std::int64_t size, std::uint32_t crc32) {
    collector(self).told.promises.push_back({path, size, crc32});
  };
  return sink;
}

class PluginInstrument final : public Instrument {
 public:
  explicit PluginInstrument(std::unique_ptr<Instance<tributary_instrument_ops>> plugin) : plugin_(std::move(plugin)) {}

  const std::string& name() const override { return plugin_->host().instance(); }

  int recognise(const std::string& folder) override {
    return plugin_->ops().recognise(plugin_->self(), folder.c_str());
  }

  Result<Unit> settled(const std::string& folder) override {
    tributary_unit unit{};
    unit.size = sizeof unit;
    tributary_note note{};
    if (auto good = plugin_->judge(plugin_->ops().settled(plugin_->self(), folder.c_str(), &unit, &note), note); !good)
      return good.error();
    return Unit{bounded(unit.run_id, sizeof unit.run_id), bounded(unit.unit, sizeof unit.unit),
                bounded(unit.model, sizeof unit.model)};
  }

  Result<Description> describe(const std::string& folder, const Unit& unit) override {
    Collector collected;
    const auto sink = sink_into(collected);
    tributary_unit asked{};
    asked.size = sizeof asked;
    copy_to(asked.run_id, sizeof asked.run_id, unit.run_id);
    copy_to(asked.unit, sizeof asked.unit, unit.unit);
    copy_to(asked.model, sizeof asked.model, unit.model);
    tributary_note note{};
    const auto outcome = plugin_->ops().describe(plugin_->self(), folder.c_str(), &asked, &sink, &note);
    if (auto good = plugin_->judge(outcome, note); !good) return good.error();
    if (collected.contradiction)
      return operator_error(name() + ": the plugin names a file of a sample that it did not report",
                            "report this defect");
    return std::move(collected.told);
  }

 private:
  std::unique_ptr<Instance<tributary_instrument_ops>> plugin_;
};

}  // namespace

Result<std::unique_ptr<Instrument>> open_instrument(const tributary_descriptor& descriptor, const Services& services) {
  auto host = std::make_unique<Host>(services, descriptor.name, descriptor, Settings{}, nullptr);
  auto plugin = Instance<tributary_instrument_ops>::open(descriptor, std::move(host));
  if (!plugin) return plugin.error();
  return std::unique_ptr<Instrument>(std::make_unique<PluginInstrument>(std::move(*plugin)));
}

}  // namespace tributary::plugin
