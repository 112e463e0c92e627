// plugins/instruments/illumina/run_info.cpp: reads the vendor's XML documents about a run.
#include "plugins/instruments/illumina/run_info.hpp"

#include <algorithm>
#include <array>

#include "plugins/instruments/illumina/text.hpp"
#include "plugins/instruments/illumina/xml.hpp"

namespace tributary::illumina {
namespace {

std::string leaf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// What an element of RunParameters.xml tells, by its own name in lower case.
struct Field {
  std::string_view element, kind;
};
constexpr std::array fields = {
    Field{"username", "operator"},
    Field{"cloudusername", "operator"},
    Field{"operator", "operator"},
    Field{"operatorname", "operator"},
    Field{"user", "operator"},
    Field{"computername", "computer"},
    Field{"experimentname", "experiment"},
    Field{"runname", "experiment"},
    Field{"rundescription", "description"},
    Field{"description", "description"},
    Field{"libraryid", "library"},
    Field{"librarytubeid", "library"},
    Field{"projectname", "project"},
    Field{"basespacerunid", "run"},
    Field{"runid", "run"},
    Field{"instrumentid", "instrument"},
    Field{"instrumentname", "instrument"},
    Field{"instrumentserialnumber", "instrument"},
    Field{"scannerid", "instrument"},
    Field{"flowcell", "flow cell"},
    Field{"flowcellid", "flow cell"},
    Field{"flowcellbarcode", "flow cell"},
    Field{"flowcellserialnumber", "flow cell"},
    Field{"flowcellserialbarcode", "flow cell"},
};

// Parts of paths that every appliance has; lower case.
constexpr std::array<std::string_view, 44> everyday = {
    "users",       "user",      "home",          "data",     "runs",          "run",          "usr",
    "local",       "illumina",  "output",        "outputs",  "temp",          "tmp",          "mnt",
    "media",       "opt",       "srv",           "var",      "programdata",   "documents",    "desktop",
    "miseqoutput", "miseqtemp", "miseqanalysis", "analysis", "samplesheet",   "samplesheets", "samplesheet.csv",
    "sequencing",  "sequencer", "novaseq",       "nextseq",  "miseq",         "miniseq",      "recipe",
    "recipes",     "custom",    "storage",       "share",    "program files", "manifests",    "instrument",
    "default",     "public",
};

bool is_path(std::string_view text) {
  return text.size() > 3 && text.find(' ') != 0 &&
         (text.find('\\') != std::string_view::npos ||
          (text.find('/') != std::string_view::npos && text.find("</") == std::string_view::npos));
}

// A word of the vendor is shown only when it looks like one.
std::string safe_word(const std::string& word) {
  const bool plain = !word.empty() && word.size() <= 40 && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  return plain ? word : "a value of " + std::to_string(word.size()) + " bytes that is no word";
}

bool is_number_or_date(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '/' || c == ':' || c == '.' || c == '-' || c == ' ';
  });
}

}  // namespace

RunInfo parse_run_info(std::string_view bytes) {
  const XmlDocument document(bytes);
  const auto* run = document.first("run");
  if (document.root() != "runinfo" || run == nullptr) throw XmlDamaged("is no RunInfo document");
  RunInfo info;
  const auto id = run->attributes.find("id");
  if (id != run->attributes.end()) info.run_id = std::string(trim(id->second));
  if (info.run_id.empty() || info.run_id.size() > 200 || has_control(info.run_id)) {
    throw XmlDamaged("does not name its run");
  }
  info.instrument = document.text("instrument");
  info.flow_cell = document.text("flowcell");
  for (const auto& element : document.elements()) {
    if (ends_with(element.path, "/reads/read") && info.reads < 100) ++info.reads;
  }
  return info;
}

RunParameters parse_run_parameters(std::string_view bytes) {
  const XmlDocument document(bytes);
  RunParameters found;
  for (const auto& element : document.elements()) {
    if (element.text.empty()) continue;
    const auto name = leaf(element.path);
    if (name == "applicationname" || name == "instrumenttype" || name == "instrumentplatform" ||
        name == "application") {
      found.application += element.text.substr(0, 100) + " ";
    }
    if (found.version.empty() &&
        (name == "applicationversion" || name == "mcsversion" || name == "controlsoftwareversion")) {
      found.version = element.text.substr(0, 40);
    }
    const auto* field =
        std::find_if(fields.begin(), fields.end(), [&](const Field& known) { return known.element == name; });
    if (field != fields.end()) found.words.push_back({std::string(field->kind), element.text});
    if (field == fields.end() && is_path(element.text) && !is_number_or_date(element.text)) {
      for (auto& part : telling_parts(element.text)) found.words.push_back({"path", std::move(part)});
    }
  }
  return found;
}

RunCompletion parse_run_completion(std::string_view bytes) {
  const XmlDocument document(bytes);
  std::string word = document.text("completionstatus");
  if (word.empty()) word = document.text("runstatus");
  if (word.empty()) throw XmlDamaged("tells no status");
  RunCompletion completion;
  completion.word = safe_word(word);
  if (word == "CompletedAsPlanned" || word == "RunCompleted") completion.verdict = Completion::completed;
  if (word == "UserEndedEarly") completion.verdict = Completion::ended_early;
  if (word == "ExceptionEndedEarly" || word == "RunErrored") completion.verdict = Completion::errored;
  return completion;
}

bool job_has_error(std::string_view bytes) {
  const XmlDocument document(bytes);
  return std::any_of(document.elements().begin(), document.elements().end(),
                     [](const XmlElement& element) { return leaf(element.path) == "error" && !element.text.empty(); });
}

std::vector<std::string> telling_parts(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto& part : split(path, "/\\")) {
    const auto word = std::string(trim(part));
    const bool common = std::find(everyday.begin(), everyday.end(), lower(word)) != everyday.end();
    if (word.size() >= 4 && !common && !is_number_or_date(word)) parts.push_back(word);
  }
  return parts;
}

}  // namespace tributary::illumina
