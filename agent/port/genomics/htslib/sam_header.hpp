// agent/port/genomics/htslib/sam_header.hpp: the SAM header, read line by line and written again by allow-list.
//
// Kept       @HD VN SO GO SS; @SQ SN LN M5 AH TP; one @RG for each that was there, in the same order, made of ID, SM
//            and a PL that the SAM specification knows. Every other line and every other field is dropped; AH stays
//            when the contig that it names was listed before.
// Ids        of read groups become SAMPLE.1, SAMPLE.2 ...; one that is its own place in the list, from 1, stays.
// Source     SAM specification (Sequence Alignment/Map Format), section 1.3.
// Failure    give_up: several samples, a contig or a read group without its name, text beyond the limits.
// Never      puts header text into a message.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/contigs.hpp"

namespace tributary::genomics {

using Counts = std::map<std::string, std::uint64_t>;

/// Of lines of which something stays: half a million contigs. The others are not held at all.
inline constexpr std::size_t header_text_limit_bytes = std::size_t{16} << 20U;

struct SamField {
  std::string_view tag;  // two characters
  std::string_view value;
};

/// One line as it stands: its type without the '@' and its fields.
struct SamLine {
  std::string_view type;
  std::vector<SamField> fields;
  [[nodiscard]] std::optional<std::string_view> field(std::string_view tag) const;
};

/// What a header says; names in it are IDENTITIES.
struct SamHeader {
  std::vector<std::string> sample_names;  // distinct SM
  std::vector<std::string> identifiers;   // LB PU DS CN PM BC al, and read group ids that are more than a number
  Contigs contigs;                        // of @SQ
  bool coordinate_sorted = false;
};

/// Order      each `line` in turn, then `header`.
class SamHeaderReader {
 public:
  /// A line without its end. Answers its fields when it is one of which something may stay (@HD @SQ @RG).
  [[nodiscard]] Result<std::optional<SamLine>> line(std::string_view line);
  [[nodiscard]] const SamHeader& header() const { return header_; }
  [[nodiscard]] SamHeader& header() { return header_; }

 private:
  Status read_group(const SamLine& line);

  SamHeader header_;
  std::set<std::string, std::less<>> group_ids_;
  std::set<std::string, std::less<>> names_, words_;  // those of sample_names and identifiers
  std::size_t bytes_ = 0;
};

/// The header that leaves this house, and how read groups are called in it.
struct CleanSamHeader {
  std::string text;
  std::map<std::string, std::string, std::less<>> read_groups;  // id as it was -> id as it is
  Contigs contigs;
  bool coordinate_sorted = false;
};

/// Order      each `line` in turn, then `finish`.
class SamHeaderCleaner {
 public:
  /// `counts` receives "header lines dropped", "header fields dropped" and "read groups renamed"; it must live longer.
  SamHeaderCleaner(std::string_view sample, Counts& counts) : sample_(sample), counts_(counts) {}
  [[nodiscard]] Status line(std::string_view line);
  [[nodiscard]] Result<CleanSamHeader> finish();

 private:
  void write_read_group(const SamLine& line);

  std::string sample_;
  Counts& counts_;
  SamHeaderReader reader_;
  CleanSamHeader clean_;
};

/// True for a reference name as the SAM specification wants it (section 1.2.1).
bool is_contig_name(std::string_view name);

}  // namespace tributary::genomics
