// agent/plugin/pseudonyms.cpp: a pseudonym plugin behind the C++ interface.
#include "agent/plugin/pseudonyms.hpp"

#include <array>
#include <cstring>

#include "agent/plugin/instance.hpp"
#include "agent/plugin/loader.hpp"

namespace tributary::plugin {
namespace {

struct Told {
  std::vector<std::optional<std::string>> pseudonyms;
  bool out_of_order = false;  // a query that was not asked, or one that was told twice
};

void take(void* self, std::uint32_t query, const char* pseudonym) {
  auto& told = *static_cast<Told*>(self);
  if (query >= told.pseudonyms.size() || told.pseudonyms[query] || pseudonym == nullptr) {
    told.out_of_order = true;
  } else {
    told.pseudonyms[query] = pseudonym;
  }
}

class PluginPseudonyms final : public PseudonymSource {
 public:
  explicit PluginPseudonyms(std::unique_ptr<Instance<tributary_pseudonym_ops>> plugin) : plugin_(std::move(plugin)) {}

  const std::string& name() const override { return plugin_->host().instance(); }

  Status probe() override {
    tributary_note note{};
    return plugin_->judge(plugin_->ops().probe(plugin_->self(), &note), note);
  }

  Result<std::vector<std::optional<std::string>>> ask(const std::vector<PseudonymQuery>& queries) override {
    std::vector<tributary_pseudonym_query> asked;
    asked.reserve(queries.size());
    for (const auto& query : queries) {
      asked.push_back(
          {sizeof(tributary_pseudonym_query), query.destination.c_str(), query.kind.c_str(), query.id.c_str()});
    }
    Told told;
    told.pseudonyms.resize(queries.size());
    const tributary_pseudonym_sink sink{sizeof sink, &told, take};
    tributary_note note{};
    const auto outcome =
        plugin_->ops().ask(plugin_->self(), asked.data(), static_cast<std::uint32_t>(asked.size()), &sink, &note);
    if (auto good = plugin_->judge(outcome, note); !good) return good.error();
    if (told.out_of_order)
      return operator_error(name() + ": the source answered what was not asked, or one id twice", "look at the source");
    return std::move(told.pseudonyms);
  }

  std::string revision() override {
    std::array<char, 64> word{};
    plugin_->ops().revision(plugin_->self(), word.data(), static_cast<std::uint32_t>(word.size()));
    return {word.data(), ::strnlen(word.data(), word.size())};
  }

 private:
  std::unique_ptr<Instance<tributary_pseudonym_ops>> plugin_;
};

}  // namespace

Result<std::unique_ptr<PseudonymSource>> open_pseudonyms(const tributary_descriptor& descriptor,
                                                         const Services& services, const std::string& instance,
                                                         const Settings& settings,
                                                         std::unique_ptr<http::Client> client) {
  auto host = std::make_unique<Host>(services, instance, descriptor, settings, std::move(client));
  auto plugin = Instance<tributary_pseudonym_ops>::open(descriptor, std::move(host));
  if (!plugin) return plugin.error();
  return std::unique_ptr<PseudonymSource>(std::make_unique<PluginPseudonyms>(std::move(*plugin)));
}

}  // namespace tributary::plugin
