// agent/port/genomics/htslib/read_name.hpp: names of reads without the instrument, the run or the flow cell.
//
// The same name under the same key becomes the same token, in FASTQ as in BAM and CRAM, so mates stay mates:
//   A:B:C:lane:tile:x:y[:umi]   token(A:B:C):0:0:lane:tile:x:y[:umi]   optical duplicates can still be found
//   anything else               token(name)                            a trailing /1 or /2 is put behind it again
// A token is two SipHash-2-4 values of the text under the two halves of the key: 128 bits, 26 digits of Crockford's
// base 32. SipHash is a pseudo-random function under a secret key: without the key a token can be neither turned back
// nor checked against a guess, and at 128 bits two names of one file do not meet.
//
// Threads    one at a time per object.
// Never      allocates for each read (memory grows to the longest name and stays there).
#pragma once

#include <string>
#include <string_view>

#include "agent/base/secret.hpp"
#include "agent/port/genomics/htslib/siphash.hpp"

namespace tributary::genomics {

class ReadNameMask {
 public:
  explicit ReadNameMask(const Secret<32>& key);
  ReadNameMask(const ReadNameMask&) = delete;
  ReadNameMask& operator=(const ReadNameMask&) = delete;
  ~ReadNameMask();

  /// `name`: without the leading `@` and without the comment. The answer is valid until the next call.
  [[nodiscard]] std::string_view mask(std::string_view name);

 private:
  void append_token(std::string_view text);

  SipKey first_;
  SipKey second_;
  std::string masked_;
  std::string run_;        // A:B:C of the newest name: nearly always that of the next
  std::string run_token_;  // its token and ":0:0"
};

/// Where lane:tile:x:y[:umi] starts in a name of Illumina's shape; 0 for any other shape.
std::size_t illumina_position(std::string_view name);

}  // namespace tributary::genomics
