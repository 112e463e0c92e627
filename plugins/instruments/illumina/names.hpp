// plugins/instruments/illumina/names.hpp: what the name of a result file tells.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::illumina {

/// `<sample>_S<n>[_L<lane>]_<R1|R2|R3|I1|I2|I3>_<chunk>.fastq[.gz]` of bcl2fastq and BCL Convert.
struct FastqName {
  std::string sample;  // as the file spells it
  int number = 0;      // of `_S<n>`
  int lane = 0;        // 0: lanes are merged
  std::string read;
  std::string part;  // "L001", or "L001-002" for the second chunk, or ""
};
std::optional<FastqName> parse_fastq_name(std::string_view file_name);

/// `<sample>.<ending>` of DRAGEN, by the endings that are known to hold data.
struct DragenEnding {
  std::string_view ending;  // with its leading dot, lower case
  std::string_view kind;
};
/// Every known ending that the name has; the sample would be what stands before it.
std::vector<DragenEnding> dragen_endings(std::string_view file_name);

/// As vendors' software writes names into files: `_`, blank and `.` become `-`, `+` goes.
std::string munged(std::string_view name);
/// For comparison: munged and in lower case.
std::string loose(std::string_view name);

/// Why a file is never sent whatever sample it names ("log", "undetermined reads", ...), or "".
std::string_view never_sent(std::string_view file_name);
/// The same for a whole folder of a result.
std::string_view never_sent_folder(std::string_view folder_name);

}  // namespace tributary::illumina
