// agent/plugin/subjects.cpp: a consent plugin behind the C++ interface.
#include "agent/plugin/subjects.hpp"

#include <array>
#include <cstring>

#include "agent/plugin/instance.hpp"
#include "agent/plugin/loader.hpp"

namespace tributary::plugin {
namespace {

std::string or_empty(const char* text) { return text != nullptr ? text : ""; }

Subject& subject_of(void* self) { return *static_cast<Subject*>(self); }

class PluginSubjects final : public SubjectSource {
 public:
  explicit PluginSubjects(std::unique_ptr<Instance<tributary_consent_ops>> plugin) : plugin_(std::move(plugin)) {}

  const std::string& name() const override { return plugin_->host().instance(); }

  Status probe() override {
    tributary_note note{};
    return plugin_->judge(plugin_->ops().probe(plugin_->self(), &note), note);
  }

  Result<std::optional<Subject>> ask(const std::string& sample_id) override {
    auto told = tell(plugin_->ops().ask, sample_id);
    if (told && *told && (*told)->subject_id.empty())
      return operator_error(name() + ": the source knows a sample but not its subject", "complete the entry");
    return told;
  }

  Result<std::optional<Subject>> ask_subject(const std::string& subject_id) override {
    const auto& ops = plugin_->ops();
    if (ops.size < offsetof(tributary_consent_ops, ask_subject) + sizeof ops.ask_subject || ops.ask_subject == nullptr)
      return std::optional<Subject>();
    auto told = tell(ops.ask_subject, subject_id);
    if (told && *told && (*told)->subject_id.empty()) (*told)->subject_id = subject_id;
    return told;
  }

  Result<bool> words(const WordVisitor& visit) override {
    const auto& ops = plugin_->ops();
    if (ops.size < offsetof(tributary_consent_ops, words) + sizeof ops.words || ops.words == nullptr) return false;
    tributary_word_sink sink{};
    sink.size = sizeof sink;
    WordVisitor copy = visit;
    sink.self = &copy;
    sink.word = [](void* self, const char* kind, const char* value) {
      (*static_cast<WordVisitor*>(self))(or_empty(kind), or_empty(value));
    };
    tributary_note note{};
    const auto outcome = ops.words(plugin_->self(), &sink, &note);
    if (auto good = plugin_->judge(outcome, note); !good) return good.error();
    return true;
  }

  std::string revision() override {
    std::array<char, 64> word{};
    plugin_->ops().revision(plugin_->self(), word.data(), static_cast<std::uint32_t>(word.size()));
    return {word.data(), ::strnlen(word.data(), word.size())};
  }

 private:
  Result<std::optional<Subject>> tell(decltype(tributary_consent_ops::ask) question, const std::string& id) {
    Subject told;
    tributary_subject_sink sink{};
    sink.size = sizeof sink;
    sink.self = &told;
    sink.subject = [](void* self, const char* subject_id) { subject_of(self).subject_id = subject_id; };
    sink.record = [](void* self, const tributary_consent_record* record) {
      subject_of(self).records.push_back({or_empty(record->consent_id), or_empty(record->status),
                                          or_empty(record->permissions), or_empty(record->valid_from),
                                          or_empty(record->valid_until)});
    };
    sink.attribute = [](void* self, const char* attribute, const char* value, std::int32_t identifying) {
      subject_of(self).attributes.push_back({attribute, value, identifying != 0});
    };
    tributary_note note{};
    const auto outcome = question(plugin_->self(), id.c_str(), &sink, &note);
    if (outcome == TRIBUTARY_REFUSED) return std::optional<Subject>();
    if (auto good = plugin_->judge(outcome, note); !good) return good.error();
    return std::optional<Subject>(std::move(told));
  }

  std::unique_ptr<Instance<tributary_consent_ops>> plugin_;
};

}  // namespace

Result<std::unique_ptr<SubjectSource>> open_subjects(const tributary_descriptor& descriptor, const Services& services,
                                                     const std::string& instance, const Settings& settings,
                                                     std::unique_ptr<http::Client> client) {
  auto host = std::make_unique<Host>(services, instance, descriptor, settings, std::move(client));
  auto plugin = Instance<tributary_consent_ops>::open(descriptor, std::move(host));
  if (!plugin) return plugin.error();
  return std::unique_ptr<SubjectSource>(std::make_unique<PluginSubjects>(std::move(*plugin)));
}

}  // namespace tributary::plugin
