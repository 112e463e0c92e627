// agent/port/genomics/htslib/sam_header.hpp: the SAM header, read in full and written again by allow-list.
//
// Kept       @HD VN SO GO SS; @SQ SN LN M5 AH TP; one @RG for each that was there, in the same order, made of ID, SM
//            and a PL that the SAM specification knows. Every other line and every other field is dropped.
// Ids        of read groups become SAMPLE.1, SAMPLE.2 ...; one that is its own place in the list, from 1, stays.
// Source     SAM specification (Sequence Alignment/Map Format), section 1.3.
// Failure    give_up: several samples, a contig or a read group without its name, text beyond the limits.
// Never      puts header text into a message.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

using Counts = std::map<std::string, std::uint64_t>;

inline constexpr std::size_t header_text_limit_bytes = std::size_t{64} << 20U;

struct SamField {
  std::string_view tag;  // two characters
  std::string_view value;
};

/// One line as it stands: its type without the '@' and its fields; `fields` is empty for @CO and for foreign lines.
struct SamLine {
  std::string_view type;
  std::string_view whole;
  std::vector<SamField> fields;
  [[nodiscard]] std::optional<std::string_view> field(std::string_view tag) const;
};

/// Whether anything of such a line may stay, so that the others need not be kept in memory.
bool is_kept_line(std::string_view line);

/// The lines of a header text; views point into `text`. Bytes from the first NUL on are padding.
Result<std::vector<SamLine>> sam_lines(std::string_view text);

struct Contig {
  std::string name;
  std::uint64_t length = 0;
  friend bool operator==(const Contig&, const Contig&) = default;
};

/// What a header says; names in it are IDENTITIES.
struct SamHeader {
  std::vector<std::string> sample_names;    // distinct SM
  std::vector<std::string> identifiers;     // LB PU DS CN PM BC al, and read group ids that are more than a number
  std::vector<std::string> read_group_ids;  // in order of appearance
  std::vector<Contig> contigs;              // of @SQ
  bool coordinate_sorted = false;
};
Result<SamHeader> read_sam_header(std::string_view text);

/// The header that leaves this house, and how read groups are called in it.
struct CleanSamHeader {
  std::string text;
  std::map<std::string, std::string, std::less<>> read_groups;  // id as it was -> id as it is
  std::vector<Contig> contigs;
  bool coordinate_sorted = false;
};
/// `counts` receives "header lines dropped", "header fields dropped" and "read groups renamed".
Result<CleanSamHeader> clean_sam_header(std::string_view text, std::string_view sample, Counts& counts);

/// True for a reference name as the SAM specification wants it (section 1.2.1).
bool is_contig_name(std::string_view name);

}  // namespace tributary::genomics
