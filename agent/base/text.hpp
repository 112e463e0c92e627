// agent/base/text.hpp: the few string helpers that everybody needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
/// ASCII only: identifiers of the field are compared without regard to locale.
std::string lower(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// `*` any run of characters, `?` one; everything else is itself. Case-sensitive.
bool glob_match(std::string_view pattern, std::string_view text);
/// Number of single-character edits between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate nearest to `word`, or empty when none is near enough to be meant.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
/// Not empty, and of the portable filename character set alone (POSIX.1-2017, 3.282): A-Z a-z 0-9 . _ -
bool is_portable_name(std::string_view text);
/// True for well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);
/// Control characters and broken UTF-8 shown as `\xHH`: fit for a terminal or a log line.
std::string printable(std::string_view text);
/// `1 run folder`, `2 run folders`, `0 policies`: the number with its noun. `many` is the plural that is more than an
/// s.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many = {});

}  // namespace tributary
