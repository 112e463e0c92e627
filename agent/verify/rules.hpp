// agent/verify/rules.hpp: where which kind of word counts, so that a leak is found and noise is not taken for one.
//
// A false alarm holds back a whole sample, so every rule answers the question: how often would this word stand here by
// chance? A genome is taken as 10^9 reads, 10^11 bases with as many qualities, 2,000 spellings.
//
//   text         header lines, file names, container fields, comments, tags: every word; short and numeric ones alone.
//   record_text  columns of VCF and BED, tags full of loci: no numbers (coordinates are dense), no words of bases
//                (repeat units), no words of letters under 6 bytes (gene symbols: MAX, KIT, NPC1 without its digit).
//   symbol       names of contigs, symbolic alleles: every word but bases; numbers only as the whole name (accessions
//                such as NT_187361.1 hold six digits).
//   read_name    numbers are coordinates and counters. They count at the start of a name from 5 digits on (renamed
//                reads: `12345_1`), elsewhere from 8 digits on unless it is the last field (a counter) or stands
//                between slashes (a well of PacBio); in comments behind `key=` or `:Z:` unless the key is a counter.
//   reads        sequence and quality lines, binary fields: only words of 10 bytes and more with 4 different characters
//                that are neither numbers nor bases. Qualities have about 40 symbols, in practice as good as 16: a word
//                of 6 bytes would stand in 10^11 of them 10^11 / 16^6 = 6,000 times by chance, one of 10 bytes 0.1
//                times, and 10^-5 times if all 40 were as frequent. Sequence holds A C G T N alone, so any other word
//                there is no chance, and a word of bases always is.
//   numbers      arrays in tags: words of 8 bytes anywhere; no numbers, no bases. In 10^10 random bytes 2,000 of them
//                would stand 10^10 * 2000 * 2^8 / 256^8 = 3 * 10^-4 times.
//   opaque       blocks of CRAM but read names and texts of tags, undecoded BCF: words of 8 bytes anywhere, of 6 and 7
//                alone; no numbers, no bases.
//
// Within a random token (UUID, digest in hexadecimal, masked read name of 26 digits in base 32) a word under 10 bytes
// never counts: 6 bytes of base 32 would stand in 10^7 masked names 10^7 * 21 / 32^6 = 0.2 times for each word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tributary::verify {

inline constexpr std::size_t long_bytes = 6;
inline constexpr std::size_t strong_bytes = 10;

enum class Field : std::uint8_t { text, record_text, symbol, read_name, reads, numbers, opaque };

/// What of a spelling decides where it counts.
struct Traits {
  std::uint32_t length = 0;
  std::uint32_t digits = 0;
  bool numeric = false;  // no letter in it
  bool letters = false;  // nothing but letters
  bool bases = false;    // nothing but A C G T U N
  bool alone = false;    // counts only with no letter or digit beside it
  bool strong = false;   // long and varied enough for qualities
};
Traits traits_of(std::string_view spelling);

/// No letter or digit (ASCII) right before `begin` or at `end`.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end);

/// Whether the spelling at [begin, end) of `text` counts. `text` is the whole field (or line) and nothing beyond it;
/// for read_name a name with its comment, without the leading `@`.
bool counts(const Traits& traits, Field field, std::string_view text, std::size_t begin, std::size_t end);

}  // namespace tributary::verify
