// plugins/instruments/illumina/run_info.hpp: what RunInfo.xml, RunParameters.xml and RunCompletionStatus.xml say.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::illumina {

/// A word that must not be found in what leaves, and what kind of word it is.
struct Word {
  std::string kind, value;
};

struct RunInfo {
  std::string run_id, instrument, flow_cell;
  int reads = 0;  // sequenced reads, index reads among them
};
/// Throws XmlDamaged, also when the root is not `RunInfo` or no run is named.
RunInfo parse_run_info(std::string_view bytes);

struct RunParameters {
  std::string application;  // all that names the control software, in one line
  std::string version;      // of the control software, "4.1.0.656"; "" when not said
  std::vector<Word> words;  // identifiers
};
RunParameters parse_run_parameters(std::string_view bytes);

enum class Completion : unsigned char { completed, ended_early, errored, unknown };
struct RunCompletion {
  Completion verdict = Completion::unknown;
  std::string word;  // the vendor's own, safe to show
};
/// Both schemas: `CompletionStatus` (NextSeq 500/550, MiniSeq) and `RunStatus` (NovaSeq X, MiSeq i100).
RunCompletion parse_run_completion(std::string_view bytes);

/// True when the job information of on-board software (CompletedJobInfo.xml, AnalysisJobInfo.xml) tells an error.
bool job_has_error(std::string_view bytes);

/// The parts of a Windows, UNC or POSIX path that may tell a person or a place.
std::vector<std::string> telling_parts(std::string_view path);

}  // namespace tributary::illumina
