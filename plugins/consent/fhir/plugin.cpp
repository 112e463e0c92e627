// plugins/consent/fhir/plugin.cpp: consents as FHIR resources, from a folder or a FHIR server.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "plugins/consent/fhir/folder.hpp"
#include "plugins/consent/fhir/server.hpp"
#include "plugins/sdk/consent/code_maps.hpp"
#include "plugins/sdk/consent/records.hpp"
#include "plugins/sdk/source.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::fhir {
namespace {

using sdk::consent::CodeMaps;

constexpr tributary_key keys[] = {
    {"folder", "path", "", "where FHIR resources or Bundles are dropped (*.json, *.ndjson); or else url"},
    {"code_map", "path", nullptr, "what the codes of the consent forms mean: a YAML file, or a folder of them"},
    {"sample_systems", "list", nullptr, "identifier systems of the sample id in Specimen or Patient"},
    {"subject_system", "string", nullptr, "identifier system of the person's id in Patient; pseudonyms are made of it"},
    {"url", "url", "", "base of a FHIR server (R4, R5, R6), https; or else folder"},
    {"search", "string", "post", "post: identifiers in bodies; get: in URLs, where the server takes no POST search"},
    {"consents_by", "string", "both",
     "both, or reference: Consents that name the Patient by identifier are not looked for"},
    {"poll", "duration", "60", "server: how often it is asked whether anything changed"},
    {"timeout", "duration", "30", "server: how long an answer may take"},
    {"max_age", "duration", "93600", "folder: how long nothing may have changed before it is trusted no more"},
    {nullptr, nullptr, nullptr, nullptr},
};

// Tells no list of everybody's words: a server has more people than the laboratory ever asks for.
class Source {
 public:
  explicit Source(const sdk::Host& host) : host_(host), maps_(host_.setting("code_map")) {
    if (host_.list("sample_systems").empty() || host_.setting("subject_system").empty()) {
      throw sdk::Broken("sample_systems or subject_system is empty", "name the identifier systems of your exports");
    }
    if (host_.setting("folder").empty() == host_.setting("url").empty()) {
      throw sdk::Broken("neither or both of folder and url are set", "name one of them");
    }
    server_ = server_settings();
    open_documents();
  }

  void probe() {
    read_code_map();
    host_.log(TRIBUTARY_LOG_INFO, documents_->probe(host_.now_utc_s()));
  }

  void ask(const std::string& sample, const sdk::SubjectSink& sink) {
    read_code_map();
    const auto person = documents_->find(sample, host_.now_utc_s());
    sink.subject(person.subject_id);
    tell(person, sink);
  }

  // Whose sample it is another source has said: a Patient who took over that id is the same person.
  void ask_subject(const std::string& subject, const sdk::SubjectSink& sink) {
    read_code_map();
    tell(documents_->find_subject(subject, host_.now_utc_s()), sink);
  }

  std::string revision() {
    try {
      read_code_map();
    } catch (const sdk::Outcome&) {  // the maps' own word tells it
    }
    return maps_.revision(host_.now_utc_s()) + "-" + documents_->revision(host_.now_utc_s());
  }

 private:
  void tell(const Person& person, const sdk::SubjectSink& sink) const {
    const std::vector<const Form*> forms(person.consents.begin(), person.consents.end());
    const auto told = sdk::consent::tell(forms, maps_.programmes(), host_.now_utc_s());
    if (!told.held.empty()) throw sdk::Later(told.held, "correct the document; until then nothing is sent");
    for (const auto& record : told.records) sink.record(record);
    for (const auto& [name, value] : person.attributes) sink.attribute(name, value, true);
  }

  [[nodiscard]] bool choice(const char* key, const std::string& first, const std::string& second) const {
    const auto word = host_.setting(key);
    if (word != first && word != second) {
      throw sdk::Broken(std::string(key) + ": is neither " + first + " nor " + second, "correct it");
    }
    return word == first;
  }
  // Anew for every code map: of documents only what a code map names is kept.
  void open_documents() {
    Systems systems{host_.list("sample_systems"), host_.setting("subject_system"), {}, false, {}};
    for (const auto& programme : maps_.programmes()) {
      for (const auto& pack : programme.packs) {
        for (const auto& grant : pack.grants) {
          systems.answers = systems.answers || grant.when;
          systems.codes.insert(systems.codes.end(), grant.codes.begin(), grant.codes.end());
          systems.codes.insert(systems.codes.end(), grant.unless.begin(), grant.unless.end());
        }
      }
    }
    const auto folder = host_.setting("folder");
    if (folder.empty()) {
      documents_ = std::make_unique<Server>(host_, server_, systems);
    } else {
      documents_ = std::make_unique<Folder>(folder, static_cast<std::int64_t>(host_.number("max_age")), systems);
    }
  }

  [[nodiscard]] ServerSettings server_settings() const {
    ServerSettings out;
    out.url = host_.setting("url");
    out.by_post = choice("search", "post", "get");
    out.by_identifier = choice("consents_by", "both", "reference");
    out.poll_s = static_cast<std::int64_t>(host_.number("poll"));
    out.timeout_s = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(host_.number("timeout"), 1, 600));
    return out;
  }

  void read_code_map() {
    if (maps_.refresh()) open_documents();
  }

  sdk::Host host_;
  ServerSettings server_;
  std::unique_ptr<Documents> documents_;
  CodeMaps maps_;
};

constexpr auto& ops = sdk::consent_ops<Source>;

}  // namespace
}  // namespace tributary::fhir

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor = tributary::sdk::described(TRIBUTARY_CONSENT, "fhir", "consents as FHIR resources",
                                                           tributary::fhir::keys, &tributary::fhir::ops);
  return &descriptor;
}
