// plugins/instruments/illumina/settled.hpp: is the run complete, by the instrument's own word?
//
// One table decides (settled.cpp); the first row that applies is the answer. A marker alone proves neither success nor
// arrival, so status, markers, copies, the analysis and its manifest all have a say.
#pragma once

#include <cstdint>
#include <string>

#include "plugins/instruments/illumina/folder.hpp"
#include "plugins/instruments/illumina/platform.hpp"
#include "plugins/instruments/illumina/results.hpp"
#include "plugins/instruments/illumina/run_info.hpp"
#include "plugins/sdk/instrument.hpp"

namespace tributary::illumina {

/// A document of the vendor that may be absent or half-written.
enum class Document : unsigned char { absent, sound, arriving, damaged };

/// All that the table looks at.
struct Evidence {
  Document run_info = Document::absent;
  Document status = Document::absent;
  RunCompletion completion;
  bool base_calls_ended = false;    // RTAComplete.txt or .xml
  bool copied = false;              // CopyComplete.txt
  bool needs_copied = true;         // by platform
  int reads = 0, reads_copied = 0;  // Basecalling_Netcopy_complete_Read<n>.txt
  bool all_reads_copied = false;    // Basecalling_Netcopy_complete.txt, or one per read
  bool results_only = false;        // nothing of the instrument's own is there: a copy of the results alone
  bool queued = false;              // QueuedForAnalysis.txt
  Document job = Document::absent;  // CompletedJobInfo.xml, AnalysisJobInfo.xml
  bool job_error = false, job_older_than_result = false;
  ResultSet result;
  bool analysis_marked = false;  // both markers stand in Analysis/<n>
  bool analysis_marks = false;   // some Analysis/<m> of this run has markers at all
  bool has_reads = false;        // the chosen result holds a FASTQ file
  Document manifest = Document::absent;
  std::size_t promised = 0, missing = 0;  // files that the manifest lists
};

/// Throws Later, Refused or Broken; the unit when the run is complete and good.
sdk::RunUnit settle(const Folder& run, std::int64_t now_utc_s);

/// Gathers; decides nothing. `unit` gets the run's id and model.
Evidence gather(const Folder& run, std::int64_t now_utc_s, sdk::RunUnit& unit);

}  // namespace tributary::illumina
