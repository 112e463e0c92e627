// plugins/instruments/illumina/sections.cpp: the grammar of sample sheets: records, cells and sections.
#include <algorithm>
#include <array>

#include "plugins/instruments/illumina/sheet.hpp"
#include "plugins/instruments/illumina/text.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t most_rows = 100'000;
constexpr std::size_t most_cells = 1'000;

// Excel writes semicolons where the comma is the decimal sign. The line of headings decides.
char separator_of(std::string_view text) {
  constexpr std::array<char, 3> candidates = {',', ';', '\t'};
  for (const auto& line : split(text, "\r\n")) {
    if (bare(line).find("sampleid") == std::string::npos) continue;
    const auto count = [&](char c) { return std::count(line.begin(), line.end(), c); };
    return *std::max_element(candidates.begin(), candidates.end(), [&](char a, char b) { return count(a) < count(b); });
  }
  return ',';
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), separator_(separator_of(text)) {}

  std::optional<SheetRow> next() {
    if (at_ >= text_.size()) return std::nullopt;
    SheetRow row;
    row.line = line_;
    std::string cell;
    for (;;) {
      const bool quoted = at_ < text_.size() && text_[at_] == '"';
      if (quoted) take_quoted(cell);
      take_plain(cell);
      row.cells.emplace_back(trim(cell));
      cell.clear();
      if (row.cells.size() > most_cells) fail(row.line, "has more than 1,000 cells");
      if (at_ >= text_.size() || text_[at_] != separator_) break;
      ++at_;
    }
    take_line_end();
    return row;
  }

 private:
  [[noreturn]] static void fail(std::size_t line, const std::string& what) {
    throw SheetDamaged("line " + std::to_string(line) + " " + what);
  }

  void take_quoted(std::string& cell) {
    const auto began = line_;
    ++at_;
    for (;; ++at_) {
      if (at_ >= text_.size()) fail(began, "opens a quote that is never closed");
      const char c = text_[at_];
      if (c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell += '"';
        ++at_;
      } else if (c == '"') {
        ++at_;
        return;
      } else if (c == '\n' || c == '\r') {
        if (c == '\n') ++line_;
        cell += ' ';
      } else {
        cell += c;
      }
    }
  }

  void take_plain(std::string& cell) {
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
      cell += text_[at_++];
    }
  }

  void take_line_end() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

bool blank(const SheetRow& row) {
  return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); });
}

// Broken keyboards and copied web pages leave characters in cells that nobody sees.
std::string without_invisible(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto rest = std::string_view(text).substr(i, 3);
    if (rest == "\xef\xbb\xbf" || rest == "\xe2\x80\x8b") {  // byte order mark, zero width space
      i += 2;
    } else if (rest.substr(0, 2) == "\xc2\xa0") {  // no-break space
      out += ' ';
      ++i;
    } else if (c == '\t' || c == '\n' || c == '\r' || !has_control({&c, 1})) {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::vector<SheetSection> parse_sections(std::string_view bytes) {
  const std::string text = without_invisible(to_utf8(bytes));
  Reader reader(text);
  std::vector<SheetSection> sections(1);
  std::size_t rows = 0;
  while (auto row = reader.next()) {
    if (++rows > most_rows) throw SheetDamaged("it has more than 100,000 lines");
    if (blank(*row)) continue;
    const std::string& head = row->cells.front();
    if (head.size() > 2 && head.front() == '[' && head.back() == ']') {
      sections.push_back({lower(trim(std::string_view(head).substr(1, head.size() - 2))), {}});
    } else {
      sections.back().rows.push_back(std::move(*row));
    }
  }
  return sections;
}

}  // namespace tributary::illumina
