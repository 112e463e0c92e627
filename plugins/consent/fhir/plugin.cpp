// plugins/consent/fhir/plugin.cpp: consents as FHIR resources, from a folder or a FHIR server.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "plugins/consent/fhir/code_map.hpp"
#include "plugins/consent/fhir/files.hpp"
#include "plugins/consent/fhir/folder.hpp"
#include "plugins/consent/fhir/records.hpp"
#include "plugins/consent/fhir/server.hpp"
#include "plugins/sdk/source.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::fhir {
namespace {

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
  explicit Source(const sdk::Host& host) : host_(host) {
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
    const auto now_utc_s = host_.now_utc_s();
    const auto person = documents_->find(sample, now_utc_s);
    const auto told = tell(person.consents, programmes_, now_utc_s);
    if (!told.held.empty()) throw sdk::Later(told.held, "correct the document; until then nothing is sent");
    sink.subject(person.subject_id);
    for (const auto& record : told.records) sink.record(record);
    for (const auto& [name, value] : person.attributes) sink.attribute(name, value, true);
  }

  std::string revision() {
    std::string state = "unknown";
    try {
      read_code_map();
      state = map_revision(host_.now_utc_s());
    } catch (const sdk::Outcome&) {
      programmes_.clear();
    }
    return state + "-" + documents_->revision(host_.now_utc_s());
  }

 private:
  static constexpr std::size_t most_maps = 100;

  [[nodiscard]] bool choice(const char* key, const std::string& first, const std::string& second) const {
    const auto word = host_.setting(key);
    if (word != first && word != second) {
      throw sdk::Broken(std::string(key) + " is neither " + first + " nor " + second, "correct it");
    }
    return word == first;
  }
  // Anew for every code map: of documents only what a code map names is kept.
  void open_documents() {
    Systems systems{host_.list("sample_systems"), host_.setting("subject_system"), {}, {}};
    for (const auto& programme : programmes_) {
      for (const auto& pack : programme.packs) {
        for (const auto& grant : pack.grants) {
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
    const auto path = host_.setting("code_map");
    const auto listing = list_files(path, {".yaml"}, most_maps);
    if (!programmes_.empty() && listing.fingerprint() == map_fingerprint_) return;
    programmes_.clear();
    std::vector<Programme> fresh;
    for (const auto& file : listing.files) {
      try {
        fresh.push_back(read_programme(content_of(file)));
      } catch (const Malformed& problem) {
        throw sdk::Later(file.path + ": " + problem.what(),
                         "correct the code map; until then consent is unknown for all");
      }
    }
    if (fresh.empty())
      throw sdk::Later(path + ": no *.yaml is there", "name a code map such as conf/consent-codes/*.yaml");
    programmes_ = std::move(fresh);
    map_fingerprint_ = listing.fingerprint();
    open_documents();
  }

  static std::string content_of(const FileEntry& file) {
    constexpr std::size_t most_bytes = 1U << 20;
    OpenFile open(file.path);
    std::string out(most_bytes + 1, '\0');
    std::size_t size = 0;
    for (;;) {
      const auto n = open.read(out.data() + size, out.size() - size);
      if (n == 0) break;
      size += n;
    }
    if (!(open.id() == file.id)) throw sdk::Later(file.path + ": is being written", "write to another name and rename");
    out.resize(size);
    return out;
  }

  // The content of the map, and which of its packs are in force.
  std::string map_revision(std::int64_t now_utc_s) const {
    std::size_t packs = 0;
    for (const auto& programme : programmes_) {
      for (const auto& pack : programme.packs) packs += pack.valid_from_utc_s <= now_utc_s ? 1 : 0;
    }
    return std::to_string(map_fingerprint_ % 1000000007U) + "." + std::to_string(packs);
  }

  sdk::Host host_;
  ServerSettings server_;
  std::unique_ptr<Documents> documents_;
  std::vector<Programme> programmes_;
  std::uint64_t map_fingerprint_ = 0;
};

constexpr auto& ops = sdk::consent_ops<Source>;

}  // namespace
}  // namespace tributary::fhir

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const tributary_descriptor descriptor = {sizeof(tributary_descriptor),
                                                  TRIBUTARY_ABI_MAJOR,
                                                  TRIBUTARY_ABI_MINOR,
                                                  TRIBUTARY_CONSENT,
                                                  "fhir",
                                                  TRIBUTARY_VERSION,
                                                  "consents as FHIR resources",
                                                  tributary::fhir::keys,
                                                  &tributary::fhir::ops};
  return &descriptor;
}
