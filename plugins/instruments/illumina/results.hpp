// plugins/instruments/illumina/results.hpp: which result of a run is the one to send.
//
// A run may hold several: requeued analyses, a local analysis beside on-board conversion. Exactly one is chosen, by
// layout first and by number then; the others are never mixed in.
#pragma once

#include <string>
#include <vector>

#include "plugins/instruments/illumina/folder.hpp"

namespace tributary::illumina {

enum class Layout : unsigned char {
  none,       // no result: base calls only
  analysis,   // Analysis/<n>: on-board DRAGEN or BCL Convert (NovaSeq X, NextSeq 1000/2000, MiSeq i100)
  alignment,  // Alignment_<n>/<timestamp>: Local Run Manager (MiSeq, MiniSeq, iSeq)
  basecalls,  // FASTQ in Data/Intensities/BaseCalls (MiSeq Reporter, bcl2fastq)
  converted,  // a folder with Logs/FastqComplete.txt beneath the run (BCL Convert by hand)
};

struct ResultSet {
  Layout layout = Layout::none;
  std::string path;                      // relative: the unit of the run
  std::vector<std::string> passed_over;  // folders with other results
};
/// Throws Broken when two results stand side by side and nothing tells which is meant.
ResultSet choose_result(const Folder& run);
/// The same for a unit that was chosen before; Later when it is no longer there.
ResultSet result_named(const Folder& run, const std::string& unit);

/// True when the folder, or one of those beneath it down to `depth` levels, holds a FASTQ file.
bool holds_fastq(const Folder& run, const std::string& folder, unsigned depth);

inline constexpr const char* basecalls_folder = "Data/Intensities/BaseCalls";

}  // namespace tributary::illumina
