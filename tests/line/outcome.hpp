// tests/line/outcome.hpp: how the world looks after a run, as one text in which two runs that ended equal are equal.
#pragma once

#include <map>
#include <string>

#include "tests/line/laboratory.hpp"

namespace tributary::line_test {

/// What is at the far side: name, what it is ("data <sha256 of the plaintext>", "manifest", or a complaint).
using Things = std::multimap<std::string, std::string>;

/// Parcels with their states, objects, chains, and `there`. Whatever is not as it must be stands in it as a complaint.
std::string outcome_of(const Laboratory& laboratory, const SiteFolder& site, const Things& there);

/// The lines that two outcomes do not share, each with who has it.
std::string difference(const std::string& wanted, const std::string& got);

/// Everything below the folder of a `folder` destination, decrypted.
Things things_in(const Laboratory& laboratory, const std::string& folder);

/// Ciphertext digests (hex) of what the journal holds to have delivered, with the plaintext digests behind them.
std::map<std::string, std::string> delivered_digests(const Laboratory& laboratory, const SiteFolder& site);

/// How often a word stands in what `outcome_of` tells.
std::size_t occurrences(const std::string& text, const std::string& word);

}  // namespace tributary::line_test
