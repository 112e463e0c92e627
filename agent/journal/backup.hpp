// agent/journal/backup.hpp: the linkage of a site as one text: what a backup holds inside of its encryption.
//
// First a line of JSON: format, version, site, time, number of links and SHA-256 of everything behind that line; then
// one link a line. Crypt4GH does not notice that the end of a file is missing: number and digest do.
//
// Failure    read: give_up for everything that is not such a text, whole; the sentence holds nothing of it.
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"
#include "agent/journal/journal.hpp"

namespace tributary::journal {

struct LinkageText {
  SecretText text;
  std::uint64_t links = 0;
  std::string sha256;  // of the links, hexadecimal
};

inline constexpr std::size_t most_linkage_bytes = 512U << 20;

Result<LinkageText> write_linkage(Journal& journal, const std::string& site, std::int64_t now_utc_s);

struct ReadLinkage {
  std::string site, made_at, sha256;
  std::vector<KeptLink> links;
};
Result<ReadLinkage> read_linkage(std::string_view text);

}  // namespace tributary::journal
