// agent/verify/spellings.hpp: the ways in which one word may be spelled in files of the field.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::verify {

using Spellings = std::set<std::string>;

/// The spellings of `value`, itself among them, some hundred at most: the likely ones, when there are more. ASCII case
/// is left to the search. `kind` tells dates and names.
/// `labels`: words, in lower case, that stand beside the numbers of many ids and so name nobody.
Spellings spellings_of(std::string_view kind, std::string_view value, const Spellings& labels = {});

/// Names of machines and folders are whole or nothing: their parts and beginnings are words of the trade
/// ("sequencing-03").
inline bool names_a_place(std::string_view kind) { return kind == "host" || kind == "folder"; }

/// What machines and projects are called by holds days and words, and no person.
inline bool may_name_a_person(std::string_view kind) {
  return !names_a_place(kind) && kind != "run" && kind != "instrument" && kind != "flow cell" && kind != "project";
}

/// As vendors write names into file names: `_`, space, `.` and `-` for each other or gone, `+` gone; any other sign
/// too.
Spellings munged(std::string_view value);

/// As URL, XML and JSON write it; nothing when they write it as it is.
Spellings escaped(std::string_view value);

/// With umlauts and accents written as two letters, as the bare letter, in the other case, decomposed, in Latin-1.
Spellings without_accents(std::string_view value);

/// With umlauts where ASCII has two letters ("Mueller"): all of them first, then some. Nothing when there are none.
std::vector<std::string> with_umlauts(std::string_view value);

/// A name of several parts in other orders and with other signs between them; `parts` receives the parts.
/// Nothing when the value is not made of two to six words of letters.
Spellings reordered(std::string_view value, Spellings& parts);

/// The name and the date of birth in a value of both, or of a name and numbers: `Mueller_Hans_19700101`, `P4711
/// Mueller`. Words without a date beside them are a name from four letters on, alone from five. Labels are none.
struct Told {
  Spellings whole;  // in other orders
  Spellings parts;
  Spellings days;
};
Told told_beside_numbers(std::string_view value, const Spellings& labels);

/// A date in the forms of the field, or nothing when it is none. Eight digits are a date when `told` says so.
/// Not among them: six digits (YYMMDD), because runs are named by their day in that form.
Spellings dates(std::string_view value, bool told);

}  // namespace tributary::verify
