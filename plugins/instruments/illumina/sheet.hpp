// plugins/instruments/illumina/sheet.hpp: the sample sheet, versions 1 and 2 and the oddities of the field.
//
// Takes UTF-8, UTF-16 and Latin-1 with or without a byte order mark; LF, CRLF or CR; commas, semicolons or tabs;
// quotes; lines padded to any width; sections in any order; any spelling of the headings; numbers as text.
// Failure    SheetDamaged names the line and the cause, never a cell.
#pragma once

#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/instruments/illumina/run_info.hpp"

namespace tributary::illumina {

class SheetDamaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct SheetRow {
  std::size_t line = 0;  // 1-based, where the row begins
  std::vector<std::string> cells;
};
struct SheetSection {
  std::string name;  // lower case, without brackets; "" for rows before any section
  std::vector<SheetRow> rows;
};
/// The grammar alone.
std::vector<SheetSection> parse_sections(std::string_view bytes);

struct SheetSample {
  std::string id, project;
  std::vector<std::string> names;  // by which its files may go, the id first
  std::vector<Word> words;         // further cells that tell something of it: plate, description, ...
  std::set<int> lanes;             // empty: not said
  int number = 0;                  // place in the sheet, 1-based: the `_S<n>` of its files
  bool two_projects = false;       // the sheet contradicts itself
};

struct Sheet {
  std::vector<SheetSample> samples;  // in the order of the sheet
  std::vector<Word> words;           // of the run as a whole
};
/// True when the text has a section that can name samples.
bool is_sample_sheet(std::string_view bytes);
Sheet parse_sheet(std::string_view bytes);

}  // namespace tributary::illumina
