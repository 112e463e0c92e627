// agent/cli/weak_words.hpp: identifiers of the subject sources that no search can find, or not everywhere.
//
// A short number or an everyday word can not be proven absent. Whoever gives out ids can mend that, if told in time.
//
// Never      a word, or who it belongs to: kinds and counts.
#pragma once

#include <memory>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/plugin/subjects.hpp"

namespace tributary::cli {

/// One for each source and kind of word with such; one that says so for a source that can not answer now. Sources that
/// have no list of everybody say nothing.
std::vector<Error> weak_words(const std::vector<std::unique_ptr<plugin::SubjectSource>>& sources);

}  // namespace tributary::cli
