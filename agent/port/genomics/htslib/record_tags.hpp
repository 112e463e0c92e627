// agent/port/genomics/htslib/record_tags.hpp: which optional fields of a record may leave the house. The one table.
//
// Numbers    (types A c C s S i I f B) are kept when their name is on the list of record_tags.cpp: the names of the SAM
//            tags specification, of bwa, bowtie2, minimap2, STAR, DRAGEN, and the numeric ones of PacBio and Oxford
//            Nanopore. Under masked names, numbers that say where on the flow cell a read was made go too.
// Texts      (type Z) are kept when they are one of the following AND have that shape, so that none can hold a word:
//              MD  mismatches              MC OC  CIGAR              SA OA XA  loci on contigs of the header
//              RX OX UB UR CR  bases with - or +     CB  bases with -number     MI  number or bases, /A /B
//              MM Mm  base modifications   CC  a contig of the header   RG  a read group, renamed
//            Dropped among others: BC QT (the sample's index), qualities as text (OQ QX BZ U2 Q2 CY UY: a quality can
//            spell a word), CO PG PU LB, ONT st f5 fn pi, everything in hexadecimal (H), and every unknown name.
// Unknown    names stay under Tags::all, whatever they hold: then the search alone stands between them and the world.
//            BC CO LB PG PU st f5 fn pi go all the same, and names of the list keep to their shape. Under Tags::none
//            only RG and the numbers of CG (a CIGAR that is too long for its place) stay.
// Source     SAM tags specification (SAMtags), sections 1 and 2.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/contigs.hpp"

namespace tributary::genomics {

enum class TagRule : std::uint8_t {
  drop_text,    // a text that is not on the list
  drop_number,  // a number that is not on the list
  keep,
  read_group,
  mismatches,
  cigar,
  loci,          // SA OA
  alternatives,  // XA
  bases,
  cell,
  molecule,
  modifications,
  contig,
};

/// True when the value decides whether the tag stays.
constexpr bool has_shape(TagRule rule) { return rule >= TagRule::mismatches; }
constexpr bool is_dropped(TagRule rule) { return rule == TagRule::drop_text || rule == TagRule::drop_number; }

class TagTable {
 public:
  /// `contigs` must live longer.
  TagTable(const Contigs& contigs, const Transform& transform);
  [[nodiscard]] TagRule rule(char first, char second, char type) const;
  /// `value` is the text without its NUL.
  [[nodiscard]] bool shape_fits(TagRule rule, std::string_view value) const;

 private:
  [[nodiscard]] bool is_locus(std::string_view text, TagRule rule) const;

  const Contigs& contigs_;
  bool masked_;
  Tags tags_;
};

}  // namespace tributary::genomics
