// plugins/instruments/illumina/describe.cpp: walks the chosen result and gives each file to one sample or to none.
#include "plugins/instruments/illumina/describe.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "plugins/instruments/illumina/manifest.hpp"
#include "plugins/instruments/illumina/matching.hpp"
#include "plugins/instruments/illumina/results.hpp"
#include "plugins/instruments/illumina/run_info.hpp"
#include "plugins/instruments/illumina/sheets.hpp"
#include "plugins/instruments/illumina/text.hpp"
#include "plugins/instruments/illumina/xml.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t most_files = 200'000;
constexpr unsigned deepest = 12;
constexpr std::size_t document_limit = 8U << 20;
constexpr std::size_t manifest_limit = 64U << 20;

struct Found {
  std::string path, name;
  std::vector<std::string> folders;  // between the result and the file
};

class Describer {
 public:
  Describer(const Folder& run, const sdk::RunUnit& unit, const sdk::RunSink& sink)
      : run_(run),
        unit_(unit),
        sink_(sink),
        result_(result_named(run, unit.unit)),
        sheets_(find_sheets(run, result_)) {}

  void describe() {
    samples();
    words();
    walk(start(), {}, deepest);
    give_out();
    promises();
    for (const auto& other : result_.passed_over) withhold(other, "another result of the same run");
  }

 private:
  // On-board results lie in Data/ of an analysis; its logs and sheets stand beside.
  [[nodiscard]] std::string start() const {
    return result_.layout == Layout::analysis ? below(result_.path, "Data") : result_.path;
  }

  void withhold(const std::string& path, std::string_view reason) {
    sink_.withheld(printable(path), std::string(reason));
  }

  void samples() {
    for (const auto& sample : sheets_.used.samples) {
      sink_.sample(sample.id, sample.project);
      std::set<std::string> told{sample.id};
      const auto alias = [&](const std::string& name) {
        if (told.insert(name).second) sink_.alias(sample.id, name, true);
      };
      for (const auto& name : sample.names) {
        alias(name);
        alias(munged(name));
      }
    }
  }

  void tell(const Word& word) {
    if (word.value.empty() || word.value.size() > 1000 || !told_.insert({word.kind, word.value}).second) return;
    sink_.identifier(word.kind, word.value);
  }

  void tell_all(const Sheet& sheet, bool with_samples) {
    for (const auto& word : sheet.words) tell(word);
    for (const auto& sample : sheet.samples) {
      for (const auto& word : sample.words) tell(word);
      tell({"project", sample.project});
      for (const auto& name : sample.names) {
        if (with_samples) tell({"sample id", name});
      }
    }
  }

  void words() {
    tell_all(sheets_.used, false);
    for (const auto& sheet : sheets_.rest) tell_all(sheet, true);
    if (unit_.run_id.size() > 6) tell({"run", unit_.run_id});
    if (run_.name().size() > 6) tell({"run", printable(run_.name())});
    if (const auto path = run_.find("", "RunInfo.xml")) {
      document(*path, "RunInfo.xml", [&](const std::string& bytes) {
        const auto info = parse_run_info(bytes);
        tell({"flow cell", info.flow_cell});
        tell({"instrument", info.instrument});
      });
    }
    if (const auto path = run_.find("", "RunParameters.xml")) {
      document(*path, "RunParameters.xml", [&](const std::string& bytes) {
        for (const auto& word : parse_run_parameters(bytes).words) tell(word);
      });
    }
  }

  // What can not be read can not be searched for: then nothing of the run may leave.
  template <typename Read>
  void document(const std::string& path, const std::string& what, Read&& read) {
    try {
      read(run_.read(path, document_limit, what));
    } catch (const XmlDamaged& damage) {
      throw sdk::Broken(what + " " + damage.what(), "copy the file again from the instrument");
    }
  }

  void walk(const std::string& folder, const std::vector<std::string>& folders, unsigned depth) {
    for (const auto& entry : run_.list(folder)) {
      const auto path = below(folder, entry.name);
      if (++seen_ > most_files) throw sdk::Broken("the result has more than 200,000 files", "this can not be one run");
      if (entry.kind == EntryKind::folder) {
        const auto never = never_sent_folder(entry.name);
        auto inner = folders;
        inner.push_back(entry.name);
        if (!never.empty()) {
          withhold(path, never);
        } else if (depth <= 1) {
          withhold(path, "it lies too deep");
        } else {
          walk(path, inner, depth - 1);
        }
      } else {
        take(entry, path, folders);
      }
    }
  }

  void take(const Entry& entry, const std::string& path, const std::vector<std::string>& folders) {
    const auto never = never_sent(entry.name);
    if (entry.kind == EntryKind::link) {
      withhold(path, "a symbolic link");
    } else if (entry.kind != EntryKind::file) {
      withhold(path, "no regular file");
    } else if (has_control(path) || !sdk::is_utf8(path)) {
      withhold(path, "its name has characters that no name should have");
    } else if (!never.empty()) {
      withhold(path, never);
    } else if (const auto name = parse_fastq_name(entry.name)) {
      fastq_.push_back({{path, entry.name, folders}, *name});
    } else if (is_reads(entry.name)) {
      withhold(path, "its name is not one that bcl2fastq or BCL Convert give");
    } else {
      dragen_.push_back({path, entry.name, folders});
    }
  }

  void give_out() {
    Matcher matcher(sheets_.used);
    for (const auto& [file, name] : fastq_) matcher.learn(name, file.folders);
    std::map<std::string, std::vector<std::string>> places;  // by sample, read and part
    std::vector<std::pair<const Found*, Match>> matches;
    for (const auto& [file, name] : fastq_) {
      matches.emplace_back(&file, matcher.match(name, file.folders));
      const auto* sample = matches.back().second.sample;
      if (sample != nullptr) places[sample->id + '\n' + name.read + '\n' + name.part].push_back(file.path);
    }
    for (std::size_t i = 0; i < fastq_.size(); ++i) {
      const auto& name = fastq_[i].second;
      const auto& [file, match] = matches[i];
      if (match.sample == nullptr) {
        withhold(file->path, match.reason);
      } else if (places[match.sample->id + '\n' + name.read + '\n' + name.part].size() > 1) {
        withhold(file->path, "ambiguous: the same read and lane of its sample stands in two files");
      } else {
        give(*file, match.sample->id, match.kind, name.read, name.part);
      }
    }
    for (const auto& file : dragen_) {
      const auto match = matcher.match_dragen(file.name, file.folders);
      if (match.sample != nullptr) {
        give(file, match.sample->id, match.kind, "", "");
      } else if (!match.kind.empty()) {
        give(file, "", match.kind, "", "");  // named after nobody: its columns say whose it is
      } else {
        withhold(file.path, match.reason);
      }
    }
  }

  void give(const Found& file, const std::string& sample_id, const std::string& kind, const std::string& read,
            const std::string& part) {
    sink_.file(sample_id, file.path, kind, read, part);
    given_.insert(file.path);
  }

  void promises() {
    if (result_.layout != Layout::analysis) return;
    const auto path = run_.find(result_.path, "Manifest.tsv");
    if (!path) return;
    try {
      for (const auto& line : parse_manifest(run_.read(*path, manifest_limit, "Manifest.tsv"))) {
        const auto full = below(result_.path, line.path);
        if (given_.count(full) != 0) sink_.promise(full, -1, line.crc32);
      }
    } catch (const ManifestDamaged& damage) {
      throw sdk::Broken(std::string("Manifest.tsv ") + damage.what(), "copy the file again from the instrument");
    }
  }

  const Folder& run_;
  const sdk::RunUnit& unit_;
  const sdk::RunSink& sink_;
  ResultSet result_;
  FoundSheets sheets_;
  std::set<std::pair<std::string, std::string>> told_;
  std::size_t seen_ = 0;
  std::vector<std::pair<Found, FastqName>> fastq_;
  std::vector<Found> dragen_;
  std::set<std::string> given_;
};

}  // namespace

void describe_run(const Folder& run, const sdk::RunUnit& unit, const sdk::RunSink& sink) {
  Describer(run, unit, sink).describe();
}

}  // namespace tributary::illumina
