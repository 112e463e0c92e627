// agent/port/genomics/htslib/number_shape.hpp: whether a text is a number that a program counted or measured.
//
// What people are called by in numbers is longer than most counts, begins with zeros, or is a date.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tributary::genomics {

/// Numbers of a person have as many digits and more.
inline constexpr std::size_t digits_of_a_person = 6;

/// Digits in front of the point, the exponent counted in, of a number as programs print it; 0 for a missing one (`.` or
/// nothing), `nan` and `inf`. Nothing when it is none: a date, zeros in front, a second sign.
std::optional<std::size_t> digits_of_number(std::string_view text);

/// Numbers with `,` between them of fewer digits than `limit`.
bool are_numbers(std::string_view text, std::size_t limit = static_cast<std::size_t>(-1));

}  // namespace tributary::genomics
