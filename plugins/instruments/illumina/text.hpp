// plugins/instruments/illumina/text.hpp: foreign text made UTF-8, and the few string helpers of this plugin.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::illumina {

/// Text of unknown encoding as UTF-8: by its byte order mark, else UTF-16 by its zero bytes, else UTF-8 when it is
/// well-formed, else Latin-1. The mark goes. What the text says of its own encoding is not believed.
std::string to_utf8(std::string_view bytes);
/// The text with control characters and broken UTF-8 as `\xHH`.
std::string printable(std::string_view text);
/// True when the text has a control character (0x00 to 0x1f, 0x7f).
bool has_control(std::string_view text);

std::string lower(std::string_view text);  // ASCII
std::string_view trim(std::string_view text);
/// Lower case, letters and digits only: `Sample_ID`, `SampleID` and `sample id` are one word.
std::string bare(std::string_view text);
std::vector<std::string> split(std::string_view text, std::string_view separators);
bool all_digits(std::string_view text);
/// A number of at most nine digits.
std::optional<int> small_number(std::string_view text);
bool ends_with(std::string_view text, std::string_view end);

}  // namespace tributary::illumina
