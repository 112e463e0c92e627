// plugins/instruments/illumina/evidence.cpp: looks for all that the table of settled.cpp asks about.
#include <algorithm>

#include "plugins/instruments/illumina/manifest.hpp"
#include "plugins/instruments/illumina/settled.hpp"
#include "plugins/instruments/illumina/text.hpp"
#include "plugins/instruments/illumina/xml.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t document_limit = 8U << 20;
constexpr std::size_t manifest_limit = 64U << 20;
constexpr std::int64_t young_s = 3600;  // a document that does not parse may still be on its way for so long

class Gatherer {
 public:
  Gatherer(const Folder& run, std::int64_t now_utc_s, sdk::RunUnit& unit)
      : run_(run), now_utc_s_(now_utc_s), unit_(unit), top_(run.list("")) {}

  Evidence gather() {
    identity();
    status();
    markers();
    evidence_.result = choose_result(run_);
    if (evidence_.result.layout == Layout::analysis) analysis();
    if (evidence_.result.layout == Layout::alignment || evidence_.result.layout == Layout::basecalls) job();
    return std::move(evidence_);
  }

 private:
  // The regular file at the top of the run, whatever its case; no second look at the disk.
  [[nodiscard]] std::optional<std::string> top(std::string_view name) const {
    for (const auto& entry : top_) {
      if (entry.kind == EntryKind::file && lower(entry.name) == lower(name)) return entry.name;
    }
    return std::nullopt;
  }
  [[nodiscard]] bool has_folder(std::string_view name) const {
    return std::any_of(top_.begin(), top_.end(), [&](const Entry& entry) {
      return entry.kind == EntryKind::folder && lower(entry.name) == lower(name);
    });
  }

  template <typename Parse>
  Document read(const std::string& path, std::size_t limit, const std::string& what, Parse&& parse) const {
    try {
      parse(run_.read(path, limit, what));
      return Document::sound;
    } catch (const XmlDamaged&) {
      return arriving_or_damaged(path);
    } catch (const ManifestDamaged&) {
      return arriving_or_damaged(path);
    }
  }

  [[nodiscard]] Document arriving_or_damaged(const std::string& path) const {
    const auto info = run_.info(path);
    return !info || now_utc_s_ - info->mtime_utc_s < young_s ? Document::arriving : Document::damaged;
  }

  void identity() {
    unit_.run_id = printable(run_.name());
    std::string instrument = instrument_in_name(run_.name());
    if (const auto path = top("RunInfo.xml")) {
      evidence_.run_info = read(*path, document_limit, "RunInfo.xml", [&](const std::string& bytes) {
        const auto info = parse_run_info(bytes);
        unit_.run_id = info.run_id;
        if (!info.instrument.empty()) instrument = info.instrument;
        evidence_.reads = info.reads;
      });
    }
    RunParameters parameters;
    if (const auto path = top("RunParameters.xml")) {
      // It tells the platform, nothing else is decided by it: half-written is as good as absent.
      const auto state = read(*path, document_limit, "RunParameters.xml",
                              [&](const std::string& bytes) { parameters = parse_run_parameters(bytes); });
      if (state != Document::sound) parameters = {};
    }
    const auto platform = platform_of(parameters.application, instrument);
    unit_.model = std::string(platform.model);
    evidence_.needs_copied = needs_copy_complete(platform, parameters.version);
  }

  void status() {
    if (const auto path = top("RunCompletionStatus.xml")) {
      evidence_.status = read(*path, document_limit, "RunCompletionStatus.xml",
                              [&](const std::string& bytes) { evidence_.completion = parse_run_completion(bytes); });
    }
  }

  void markers() {
    evidence_.base_calls_ended = top("RTAComplete.txt") || top("RTAComplete.xml");
    evidence_.copied = top("CopyComplete.txt").has_value();
    evidence_.queued = top("QueuedForAnalysis.txt").has_value();
    for (const auto& entry : top_) {
      const auto name = lower(entry.name);
      if (entry.kind == EntryKind::file && name.rfind("basecalling_netcopy_complete_", 0) == 0)
        ++evidence_.reads_copied;
    }
    evidence_.all_reads_copied = top("Basecalling_Netcopy_complete.txt").has_value() ||
                                 (evidence_.reads > 0 && evidence_.reads_copied >= evidence_.reads);
    const bool instrument_files = top("RunInfo.xml") || top("RunParameters.xml") || evidence_.base_calls_ended ||
                                  has_folder("InterOp") || has_folder("Config") || has_folder("Recipe") ||
                                  has_folder("Logs") || has_folder("Thumbnail_Images");
    evidence_.results_only = !instrument_files && (evidence_.copied || top("CompletedJobInfo.xml").has_value());
  }

  [[nodiscard]] bool marked(const std::string& analysis) const {
    return run_.find(analysis, "CopyComplete.txt").has_value() &&
           run_.find(below(analysis, "Data"), "Secondary_Analysis_Complete.txt").has_value();
  }

  void analysis() {
    const auto& path = evidence_.result.path;
    evidence_.analysis_marked = marked(path);
    for (const auto& [number, folder] : run_.numbered("Analysis", "")) {
      evidence_.analysis_marks = evidence_.analysis_marks || run_.find(folder, "CopyComplete.txt").has_value() ||
                                 run_.find(below(folder, "Data"), "Secondary_Analysis_Complete.txt").has_value();
    }
    evidence_.has_reads = holds_fastq(run_, below(path, "Data"), 5);
    const auto manifest_path = run_.find(path, "Manifest.tsv");
    if (!manifest_path) return;
    std::vector<ManifestLine> lines;
    evidence_.manifest = read(*manifest_path, manifest_limit, "Manifest.tsv",
                              [&](const std::string& bytes) { lines = parse_manifest(bytes); });
    count_missing(lines);
  }

  // The instrument may be told to delete all FASTQ after mapping; some of them missing is a copy under way.
  void count_missing(const std::vector<ManifestLine>& lines) {
    std::size_t reads = 0;
    std::size_t reads_missing = 0;
    for (const auto& line : lines) {
      if (!is_data(line.path)) continue;
      const bool missing = !run_.info(below(evidence_.result.path, line.path));
      ++evidence_.promised;
      if (is_reads(line.path)) {
        ++reads;
        reads_missing += missing ? 1U : 0U;
      } else {
        evidence_.missing += missing ? 1U : 0U;
      }
    }
    const bool deleted = reads > 0 && reads == reads_missing && evidence_.promised > reads;
    if (!deleted) evidence_.missing += reads_missing;
  }

  // Local Run Manager leaves its file beside the result or at the top of the run.
  void job() {
    const auto& path = evidence_.result.path;
    std::vector<std::string> places;
    if (evidence_.result.layout == Layout::alignment) {
      places.push_back(path);
      if (const auto slash = path.find('/'); slash != std::string::npos) places.push_back(path.substr(0, slash));
    }
    places.emplace_back();
    for (const auto& place : places) {
      for (const char* name : {"CompletedJobInfo.xml", "AnalysisJobInfo.xml"}) {
        const auto found = run_.find(place, name);
        if (!found || evidence_.job != Document::absent) continue;
        judge_job(*found);
        if (place.empty()) compare_times(*found);
      }
    }
  }

  void judge_job(const std::string& path) {
    const auto info = run_.info(path);
    if (info && info->size_bytes == 0) {
      evidence_.job = Document::sound;  // a bare marker; some sites write it themselves
      return;
    }
    evidence_.job = read(path, document_limit, "CompletedJobInfo.xml",
                         [&](const std::string& bytes) { evidence_.job_error = job_has_error(bytes); });
  }

  // With one analysis its file at the top belongs to it; with several it may be left from the one before.
  void compare_times(const std::string& job_path) {
    if (evidence_.result.layout != Layout::alignment || run_.numbered("", "Alignment_").size() < 2) return;
    const auto job_info = run_.info(job_path);
    auto result_info = run_.info(below(evidence_.result.path, "Fastq"));
    if (!result_info) result_info = run_.info(evidence_.result.path);
    evidence_.job_older_than_result = job_info && result_info && job_info->mtime_utc_s < result_info->mtime_utc_s;
  }

  const Folder& run_;
  std::int64_t now_utc_s_;
  sdk::RunUnit& unit_;
  std::vector<Entry> top_;
  Evidence evidence_;
};

}  // namespace

Evidence gather(const Folder& run, std::int64_t now_utc_s, sdk::RunUnit& unit) {
  return Gatherer(run, now_utc_s, unit).gather();
}

}  // namespace tributary::illumina
