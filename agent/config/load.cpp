// agent/config/load.cpp: the main file, the entries beside it, and what has to fit between them.
#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

#include "agent/base/text.hpp"
#include "agent/config/build.hpp"
#include "agent/config/config.hpp"
#include "agent/config/key_files.hpp"
#include "agent/consent/diseases.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 1U << 20;
constexpr std::size_t max_entries = 1000;  // files of one entry each, per folder

// Everything that was read. Sections point into the nodes, so these stay where they are.
class Documents {
 public:
  /// The root of a file, or nothing and a problem.
  const yaml::Node* read(const std::string& file, Problems& problems, const std::string& entry_name = {}) {
    files_.push_back(file);
    const auto text = files::read_small(file, max_file_bytes);
    if (!text) {
      problems.unreadable(file, text.error());
      return nullptr;
    }
    auto node = yaml::parse(*text, file);
    if (!node) {
      problems.unreadable(file, node.error());
      return nullptr;
    }
    // An entry is named after its file unless it says otherwise.
    if (!entry_name.empty() && node->kind == yaml::Kind::map && node->find("name") == nullptr) {
      yaml::Node name;
      name.kind = yaml::Kind::scalar;
      name.mark = node->mark;
      name.scalar = entry_name;
      node->members.push_back({"name", node->mark, std::move(name)});
    }
    nodes_.push_back(std::move(*node));
    return &nodes_.back();
  }
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

 private:
  std::vector<std::string> files_;
  std::deque<yaml::Node> nodes_;
};

// `*.yaml` of a folder by name; an absent folder holds none.
std::vector<std::string> entry_files(const std::string& folder, Problems& problems) {
  std::vector<std::string> found;
  std::error_code code;
  fs::directory_iterator walk(folder, code);
  const fs::directory_iterator end;
  for (; !code && walk != end; walk.increment(code)) {
    const auto name = walk->path().filename().string();
    if (name.empty() || name.front() == '.') continue;
    if (const auto ending = walk->path().extension(); ending != ".yaml") {
      const auto ending_in_lower = lower(ending.string());
      if (ending_in_lower == ".yml" || ending_in_lower == ".yaml") {
        problems.error({walk->path().string(), {1, 1}, {}}, "is not read: entries end in .yaml",
                       "rename it, or put it elsewhere");
      }
      continue;
    }
    std::error_code gone;
    if (const auto status = walk->status(gone); !gone && !fs::is_regular_file(status)) {
      problems.error({walk->path().string(), {1, 1}, {}}, "is no regular file",
                     "a pipe would be waited for: remove it");
      continue;
    }
    found.push_back(walk->path().string());
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    problems.error({folder, {1, 1}, {}}, "can not be listed: " + code.message(),
                   "give the user of the daemon the right to");
  }
  if (found.size() > max_entries) {
    problems.error({folder, {1, 1}, {}},
                   std::to_string(found.size()) + " files, of at most " + std::to_string(max_entries));
    found.clear();
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The entries of one list: those of the main file, then those of the folder beside it.
std::vector<Section> entries_of(const Section& main, std::string_view key, const Table& table, Documents& documents,
                                Problems& problems) {
  auto out = main.sections(key);
  const auto folder = (fs::path(main.folder()) / (std::string(key) + ".d")).string();
  for (const auto& file : entry_files(folder, problems)) {
    const auto* node = documents.read(file, problems, fs::path(file).stem().string());
    if (node == nullptr) continue;
    if (node->kind == yaml::Kind::null) {
      problems.error({file, {1, 1}, {}}, "is empty", "write the keys of one entry, or remove the file");
      continue;
    }
    out.push_back(Section::read(table, *node, Place{file, node->mark, {}}, folder, problems));
  }
  return out;
}

void check_unique_names(const std::vector<Section>& entries, const std::string& noun, Problems& problems) {
  std::map<std::string, const Section*> seen;
  for (const auto& entry : entries) {
    const auto& name = entry.text("name");
    if (name.empty()) continue;
    const auto [first, is_new] = seen.emplace(name, &entry);
    if (is_new) continue;
    const auto& place = first->second->place("name");
    problems.error(entry.place("name"),
                   "a second " + noun + " called '" + printable(name) + "', the first is at " + place.file + ":" +
                       std::to_string(place.mark.line),
                   "give it another name");
  }
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || path.rfind(folder == "/" ? folder : folder + "/", 0) == 0;
}

void check_run_folders(const Section& main, const Settings& settings, Problems& problems) {
  const auto& sections = main.sections("run_folders");
  for (std::size_t i = 0; i < settings.run_folders.size(); ++i) {
    const auto& folder = settings.run_folders[i];
    const auto& place = sections[i].place("path");
    if (folder.path.empty()) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (settings.run_folders[j].path == folder.path) problems.error(place, "is watched twice", "remove one of them");
    }
    if (is_below(settings.state_dir, folder.path) || is_below(folder.path, settings.state_dir)) {
      problems.error(place, "run folder and state_dir lie within each other", "put state_dir elsewhere");
    }
    if (folder.hard_links && in_different_mounts(folder.path, settings.state_dir)) {
      problems.error(sections[i].place("retain"), "run folder and state_dir are in different mounts",
                     "hard links need one mount for both (under systemd: one that ReadWritePaths= names, above both): "
                     "write `retain: source`, or move state_dir");
    }
  }
  if (main.given("run_folders") && settings.run_folders.empty()) {
    problems.error(main.place("run_folders"), "is empty: nothing would be watched", "name at least one folder");
  }
}

void check_policies(const std::vector<Section>& policies, const Settings& settings, Problems& problems) {
  std::vector<std::string> names;
  for (const auto& destination : settings.destinations) names.push_back(destination.name);
  for (const auto& policy : policies) {
    const auto& wanted = policy.text("destination");
    if (!wanted.empty() && settings.destination(wanted) == nullptr) {
      problems.error(policy.place("destination"), "there is no destination '" + printable(wanted) + "'",
                     did_you_mean(wanted, names));
    }
  }
}

// Nothing, and a problem, when the file can not be used.
std::optional<consent::Diseases> read_diseases(const std::string& file, const Place& place, Problems& problems) {
  std::ifstream in(file, std::ios::binary);
  consent::Diseases diseases;
  std::vector<char> piece(65536);
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    diseases.read({piece.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (!in.eof()) {
    problems.error(place, printable(file) + " can not be read", "is it there, and may the daemon's user read it?");
    return std::nullopt;
  }
  if (auto done = diseases.finish(); !done) {
    problems.error(place, printable(file) + " " + done.error().what, done.error().hint);
    return std::nullopt;
  }
  return diseases;
}

// Purposes learn what their disease is a kind of; the file itself is not kept.
void broaden(const Section& main, const std::vector<Section>& sections, Settings& settings, Problems& problems) {
  const auto is_about_a_disease = [](const Policy& policy) { return !policy.purpose.disease.empty(); };
  if (settings.mondo_file.empty() ||
      std::none_of(settings.policies.begin(), settings.policies.end(), is_about_a_disease))
    return;
  const auto diseases = read_diseases(settings.mondo_file, main.place("mondo_file"), problems);
  for (std::size_t i = 0; diseases && i < settings.policies.size(); ++i) {
    auto& purpose = settings.policies[i].purpose;
    if (purpose.disease.empty()) continue;
    if (auto broader = diseases->broader(purpose.disease)) {
      purpose.broader_diseases = std::move(*broader);
    } else {
      problems.error(sections[i].section("purpose")->place("disease"),
                     purpose.disease + " is no disease of " + printable(settings.mondo_file) + ", or an obsolete one",
                     "look for its replacement in MONDO");
    }
  }
}

void warn_when_empty(bool empty, const Section& main, std::string_view key, const std::string& meaning,
                     Problems& problems) {
  if (!empty) return;
  problems.warning(main.place(key), "there are none: " + meaning, "add one here or in " + std::string(key) + ".d/");
}

Settings build(const Section& main, Documents& documents, const PluginKeys& plugins, const PluginTrial& trial,
               Problems& problems) {
  Settings out;
  build_site(main, out, problems);
  const PluginDesk desk(out.plugin_dir, plugins, trial);
  if (const auto* section = main.section("pseudonyms")) out.pseudonyms = build_pseudonyms(*section, desk, problems);
  for (const auto& section : main.sections("run_folders")) {
    out.run_folders.push_back(build_run_folder(section, desk, problems));
  }
  const auto subjects = entries_of(main, "subjects", subject_table, documents, problems);
  for (const auto& section : subjects) out.subjects.push_back(build_subjects(section, desk, problems));
  const auto destinations = entries_of(main, "destinations", destination_table, documents, problems);
  for (const auto& section : destinations) out.destinations.push_back(build_destination(section, desk, problems));
  const auto policies = entries_of(main, "policies", policy_table, documents, problems);
  for (const auto& section : policies) out.policies.push_back(build_policy(section, problems));

  const auto notifications = entries_of(main, "notifications", notification_table, documents, problems);
  for (const auto& section : notifications) out.notifications.push_back(build_notification(section, desk, problems));

  check_unique_names(subjects, "subject source", problems);
  check_unique_names(destinations, "destination", problems);
  check_unique_names(policies, "policy", problems);
  check_unique_names(notifications, "notification", problems);
  check_run_folders(main, out, problems);
  check_policies(policies, out, problems);
  broaden(main, policies, out, problems);
  warn_when_empty(subjects.empty(), main, "subjects", "every sample stays held", problems);
  warn_when_empty(destinations.empty(), main, "destinations", "nothing is sent", problems);
  warn_when_empty(policies.empty(), main, "policies", "nothing is sent", problems);
  return out;
}

}  // namespace

Loaded load(const std::string& given, const PluginKeys& plugins, const PluginTrial& trial) {
  std::error_code code;
  const auto absolute = fs::absolute(given, code);
  const auto file = code ? given : absolute.lexically_normal().string();
  Problems problems;
  Documents documents;
  const auto* node = documents.read(file, problems);
  if (node == nullptr) return {std::nullopt, problems.sorted(documents.files())};
  const auto main =
      Section::read(main_table, *node, Place{file, node->mark, {}}, fs::path(file).parent_path().string(), problems);
  auto settings = build(main, documents, plugins, trial, problems);
  settings.file = file;
  if (problems.any_errors()) return {std::nullopt, problems.sorted(documents.files())};
  return {std::move(settings), problems.sorted(documents.files())};
}

const Destination* Settings::destination(const std::string& name) const {
  for (const auto& one : destinations) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

const Policy* Settings::policy(const std::string& name) const {
  for (const auto& one : policies) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace tributary::config
