// plugins/instruments/illumina/settled.cpp: the table that decides whether a run is complete.
#include "plugins/instruments/illumina/settled.hpp"

#include <array>

namespace tributary::illumina {
namespace {

struct Row {
  bool (*applies)(const Evidence&);
  tributary_outcome outcome;
  std::string (*what)(const Evidence&);
  const char* hint;
};

using E = const Evidence&;

bool damaged(E e) {
  return e.run_info == Document::damaged || e.status == Document::damaged || e.manifest == Document::damaged ||
         (e.job == Document::damaged && e.result.layout != Layout::analysis);
}
bool arriving(E e) {
  return e.run_info == Document::arriving || e.status == Document::arriving || e.manifest == Document::arriving ||
         (e.job == Document::arriving && e.result.layout != Layout::analysis);
}
std::string which(E e, Document state) {
  if (e.run_info == state) return "RunInfo.xml";
  if (e.status == state) return "RunCompletionStatus.xml";
  return e.manifest == state ? "Manifest.tsv" : "CompletedJobInfo.xml";
}
bool local(E e) { return e.result.layout == Layout::alignment || e.result.layout == Layout::basecalls; }
bool ended(E e) {
  return e.results_only || e.base_calls_ended ||
         (e.status == Document::sound && e.completion.verdict == Completion::completed && e.copied);
}

constexpr const char* patience = "nothing to do: this is looked at again";

// Top down; the first row that applies decides. Below the last row the run is complete.
const std::array rows = {
    // What the instrument says of the run as a whole.
    Row{[](E e) { return e.status == Document::sound && e.completion.verdict == Completion::errored; },
        TRIBUTARY_REFUSED, [](E e) { return "the instrument says that the run failed: " + e.completion.word; },
        "if its data are to be sent all the same, a person has to send them"},
    Row{[](E e) { return e.status == Document::sound && e.completion.verdict == Completion::ended_early; },
        TRIBUTARY_REFUSED, [](E e) { return "the run was ended early: " + e.completion.word; },
        "if its data are to be sent all the same, a person has to send them"},
    Row{[](E e) { return e.status == Document::sound && e.completion.verdict == Completion::unknown; },
        TRIBUTARY_BROKEN,
        [](E e) { return "RunCompletionStatus.xml has a status that is not known here: " + e.completion.word; },
        "look at the instrument whether the run went well; report the word, so that it can be learned"},
    Row{damaged, TRIBUTARY_BROKEN,
        [](E e) { return which(e, Document::damaged) + " can not be read: it is cut off or damaged"; },
        "copy the file again from the instrument"},
    Row{arriving, TRIBUTARY_LATER, [](E e) { return which(e, Document::arriving) + " is still being written"; },
        patience},
    // Base calling and the copy from the instrument.
    Row{[](E e) { return e.run_info == Document::absent && !e.results_only; }, TRIBUTARY_LATER,
        [](E) { return std::string("RunInfo.xml is not there (yet)"); },
        "if the copy of the run has ended, copy RunInfo.xml from the instrument"},
    Row{[](E e) { return !ended(e); }, TRIBUTARY_LATER,
        [](E) { return std::string("base calling goes on: RTAComplete.txt is not there (yet)"); }, patience},
    Row{[](E e) {
          return !e.results_only && !e.needs_copied && !e.copied && e.reads_copied > 0 && !e.all_reads_copied;
        },
        TRIBUTARY_LATER,
        [](E e) {
          return "the copy from the instrument goes on: " + std::to_string(e.reads_copied) + " of " +
                 std::to_string(e.reads) + " reads are copied";
        },
        patience},
    Row{[](E e) { return !e.results_only && e.needs_copied && !e.copied && !e.all_reads_copied; }, TRIBUTARY_LATER,
        [](E) { return std::string("the copy from the instrument goes on: CopyComplete.txt is not there (yet)"); },
        "if the copy has ended, the file got lost: copy it again from the instrument"},
    // The analysis.
    Row{[](E e) { return e.result.layout == Layout::none && e.queued; }, TRIBUTARY_LATER,
        [](E) { return std::string("the analysis is queued and has not begun"); }, patience},
    Row{[](E e) { return e.result.layout == Layout::none; }, TRIBUTARY_LATER,
        [](E) { return std::string("sequencing is complete, there is no result (FASTQ, BAM, CRAM, VCF) yet"); },
        "results are looked for in Analysis/, Alignment_*/, Data/Intensities/BaseCalls/ and in folders with "
        "Logs/FastqComplete.txt"},
    Row{[](E e) { return e.result.layout == Layout::analysis && e.analysis_marks && !e.analysis_marked; },
        TRIBUTARY_LATER, [](E e) { return "the analysis goes on: " + e.result.path + " is not complete (yet)"; },
        "it needs CopyComplete.txt and Data/Secondary_Analysis_Complete.txt; an older analysis is not sent while a "
        "newer one runs"},
    Row{[](E e) {
          return e.result.layout == Layout::analysis && !e.analysis_marks &&
                 !((e.copied || e.results_only) && e.has_reads);
        },
        TRIBUTARY_LATER, [](E e) { return "the analysis goes on: " + e.result.path + " is not complete (yet)"; },
        patience},
    Row{[](E e) { return local(e) && e.job_error; }, TRIBUTARY_REFUSED,
        [](E) { return std::string("the analysis on the instrument ended with an error (CompletedJobInfo.xml)"); },
        "requeue the analysis on the instrument"},
    Row{[](E e) { return local(e) && e.job == Document::absent && e.queued; }, TRIBUTARY_LATER,
        [](E) { return std::string("the analysis is queued or runs: CompletedJobInfo.xml is not there (yet)"); },
        patience},
    Row{[](E e) { return local(e) && e.job == Document::absent; }, TRIBUTARY_LATER,
        [](E e) {
          return "files stand in " +
                 std::string(e.result.layout == Layout::basecalls ? basecalls_folder : "Alignment_*") +
                 ", nothing says that they are complete";
        },
        "CompletedJobInfo.xml is waited for; convert with BCL Convert into a folder of its own, or copy the file from "
        "the instrument"},
    Row{[](E e) { return local(e) && e.job_older_than_result; }, TRIBUTARY_LATER,
        [](E) { return std::string("a new analysis runs: CompletedJobInfo.xml is older than the newest result"); },
        patience},
    // Arrival, file by file.
    Row{[](E e) { return e.missing > 0; }, TRIBUTARY_LATER,
        [](E e) {
          return std::to_string(e.missing) + " of " + std::to_string(e.promised) +
                 " data files that Manifest.tsv lists are not here (yet)";
        },
        "if the copy of the run has ended, copy it again"},
};

}  // namespace

sdk::RunUnit settle(const Folder& run, std::int64_t now_utc_s) {
  sdk::RunUnit unit;
  const Evidence evidence = gather(run, now_utc_s, unit);
  for (const auto& row : rows) {
    if (!row.applies(evidence)) continue;
    switch (row.outcome) {
      case TRIBUTARY_REFUSED:
        throw sdk::Refused(row.what(evidence), row.hint);
      case TRIBUTARY_BROKEN:
        throw sdk::Broken(row.what(evidence), row.hint);
      default:
        throw sdk::Later(row.what(evidence), row.hint);
    }
  }
  unit.unit = evidence.result.path;
  return unit;
}

}  // namespace tributary::illumina
