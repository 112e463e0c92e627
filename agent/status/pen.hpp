// agent/status/pen.hpp: what the parts of the page share: words, links, times, small elements.
#pragma once

#include <string>
#include <vector>

#include "agent/status/html.hpp"
#include "agent/status/page.hpp"

namespace tributary::status {

class Pen {
 public:
  explicit Pen(const View& view) : view_(view) {}

  [[nodiscard]] const View& view() const { return view_; }
  [[nodiscard]] std::int64_t now() const { return view_.now; }
  [[nodiscard]] std::string_view word(Word word) const { return said(view_.language, word); }
  /// `value` is text.
  [[nodiscard]] std::string word(Word word, const std::string& value) const {
    return escaped(said(view_.language, word, value));
  }
  [[nodiscard]] std::string count(std::int64_t number) const { return show_count(view_.language, number); }
  [[nodiscard]] std::string bytes(std::int64_t number) const { return show_bytes(view_.language, number); }
  [[nodiscard]] std::string span(std::int64_t seconds) const { return show_span(view_.language, seconds); }
  /// "1 parcel held" or "3 parcels held".
  [[nodiscard]] std::string count_of(std::int64_t number, Word one, Word many) const {
    return number == 1 ? std::string(word(one)) : word(many, count(number));
  }
  /// `<time>`; "" for 0.
  [[nodiscard]] std::string time(std::int64_t utc_s) const;
  /// A sentence with a time in it.
  [[nodiscard]] std::string timed(Word word, std::int64_t utc_s) const;
  /// "/path?query", with the language when it was chosen.
  [[nodiscard]] std::string link(const std::string& path, const std::string& query = {}) const;
  /// The page that this is part of.
  [[nodiscard]] std::string here(const std::string& query = {}) const;
  /// What the journal says: English, whatever the page speaks.
  [[nodiscard]] std::string english(const std::string& tag, const std::string& text, const std::string& css) const;
  /// A reason and what to do, as the journal says them; where the page is German, behind `german`.
  [[nodiscard]] std::string why(const std::string& reason, const std::string& hint, const std::string& german) const;
  [[nodiscard]] std::string badge(std::string_view css, std::string_view text) const;
  [[nodiscard]] std::string badge_of(const journal::ParcelRow& row) const;
  [[nodiscard]] std::string head(const std::vector<Word>& columns) const;
  /// A button that acts, for whom is signed in; else "".
  [[nodiscard]] std::string button(Word what, const std::string& act, const std::string& field,
                                   const std::string& value) const;
  [[nodiscard]] std::string section(const std::string& id, Word title, const std::string& content) const;

 private:
  const View& view_;
};

// The parts, each the content of a section.
std::string runs_table(const Pen& pen, const Runs& runs);
enum class Columns : std::uint8_t { stuck, moving, delivered, any };
std::string parcels_table(const Pen& pen, const std::vector<journal::ParcelRow>& rows, Columns columns, Word caption);
std::string destinations_table(const Pen& pen, const Overview& overview);
std::string papers_table(const Pen& pen, const std::vector<line::Paper>& papers);
std::string storage_list(const Pen& pen, const Overview& overview);
std::string week_chart(const Pen& pen, const Overview& overview);
std::string glance_list(const Pen& pen, const Overview& overview);

}  // namespace tributary::status
