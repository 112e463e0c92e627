// agent/status/tables.cpp: parcels and runs of the page.
#include <algorithm>
#include <array>

#include "agent/port/http/http.hpp"
#include "agent/status/cures.hpp"
#include "agent/status/pen.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::status {
namespace {

std::string td(const std::string& content, const char* css = "") {
  return "<td" + (*css == '\0' ? std::string() : " class=\"" + std::string(css) + "\"") + ">" + content + "</td>";
}

std::string code(const std::string& text) { return "<code>" + escaped(text) + "</code>"; }

std::string run_link(const Pen& pen, const std::string& name) {
  return "<a href=\"" + pen.link("/parcels", "run=" + http::percent_encode(name)) + "\">" + code(name) + "</a>";
}

std::string reason(const Pen& pen, const journal::ParcelRow& row) {
  const auto why = why_of(row);
  return pen.why(why.reason, why.hint, german_cure(row));
}

bool is_sending(const journal::ParcelRow& row) {
  return row.bytes_total > 0 && row.stage >= journal::Stage::queued && row.stage < journal::Stage::delivered;
}

std::string progress(const Pen& pen, const journal::ParcelRow& row) {
  if (!is_sending(row)) return row.bytes_total > 0 ? pen.bytes(row.bytes_total) : std::string();
  if (row.stage == journal::Stage::queued) return pen.bytes(row.bytes_total);
  const auto sent = std::clamp<std::int64_t>(row.bytes_sent, 0, row.bytes_total);
  const auto percent = static_cast<int>(100 * (static_cast<double>(sent) / static_cast<double>(row.bytes_total)));
  auto out = "<progress max=\"100\" value=\"" + std::to_string(percent) + "\" aria-label=\"" +
             escaped(pen.word(Word::progress)) + " " + escaped(row.pseudonym) + "\"></progress><p>" +
             std::to_string(percent) + "&#8239;% " + pen.word(Word::sent_of, pen.bytes(row.bytes_total));
  if (row.stage == journal::Stage::uploading && row.bytes_per_s > 0)
    out += " &middot; " + pen.word(Word::per_second, pen.bytes(row.bytes_per_s));
  if (const auto left = seconds_left(row)) out += " &middot; " + pen.word(Word::left, pen.span(*left));
  return out + "</p>";
}

std::string next(const Pen& pen, const journal::ParcelRow& row) {
  if (row.not_before <= pen.now()) return {};
  return "<p>" + pen.timed(Word::tried_again, row.not_before) + "</p>";
}

// Until it is delivered; what can not be undone is a link to the question whether it is meant.
std::string buttons(const Pen& pen, const journal::ParcelRow& row) {
  if (pen.view().csrf.empty() || row.stage >= journal::Stage::delivered) return {};
  const bool going = row.condition == journal::Condition::going;
  std::string out;
  if (row.operator_hold) {
    out = pen.button(Word::release, "release", "parcel", row.id);
  } else if (!going || row.not_before > pen.now()) {
    out = pen.button(Word::retry, "retry", "parcel", row.id);
  }
  if (going && !row.operator_hold) out += pen.button(Word::hold, "hold", "parcel", row.id);
  return out + "<a class=\"act\" href=\"" + pen.here("cancel=" + http::percent_encode(row.id)) + "\">" +
         std::string(pen.word(Word::cancel)) + "<span class=\"sr\"> " + escaped(row.id) + "</span></a>";
}

std::string sample(const journal::ParcelRow& row) {
  return "<th scope=\"row\" class=\"id\">" + code(row.pseudonym) + "<small>" + code(row.id) + "</small></th>";
}

std::string parcel(const Pen& pen, const journal::ParcelRow& row, Columns columns) {
  std::string out = "<tr>" + sample(row);
  if (columns != Columns::delivered) out += td(pen.badge_of(row));
  if (columns == Columns::stuck || columns == Columns::any) out += td(reason(pen, row), "why");
  if (columns == Columns::moving) out += td(progress(pen, row) + next(pen, row) + reason(pen, row), "go");
  out += td(escaped(row.destination) + "<small>" + run_link(pen, row.run_name) + "</small>", "to");
  if (columns == Columns::delivered || columns == Columns::any)
    out += td(columns == Columns::any ? progress(pen, row) : pen.bytes(row.bytes_total), "n");
  out += td(pen.time(columns == Columns::delivered ? row.delivered : row.updated) + buttons(pen, row), "n");
  return out + "</tr>\n";
}

// --- runs

struct Column {
  Station station;
  Word name;
};
constexpr std::array<Column, stations> columns_of_runs{{{Station::consent, Word::consent},
                                                        {Station::seal, Word::seal},
                                                        {Station::queue, Word::queue},
                                                        {Station::push, Word::push},
                                                        {Station::ingest, Word::ingest},
                                                        {Station::delivered, Word::delivered}}};

std::string number(const Pen& pen, std::int64_t count, const char* css, Word what) {
  if (count == 0) return {};
  return "<b class=\"" + std::string(css) + "\">" + pen.count(count) + "<span class=\"sr\"> " +
         std::string(pen.word(what)) + "</span></b>";
}

std::string at_station(const Pen& pen, const AtStation& at, Station station, bool passed) {
  const char* css = passed || at.all() > 0 ? "st on" : "st";
  if (at.all() == 0) {
    return td("<i></i><span class=\"sr\">" + std::string(pen.word(passed ? Word::station_passed : Word::station_none)) +
                  "</span>",
              css);
  }
  const bool arrived = station == Station::delivered;
  return td(number(pen, at.going, arrived ? "done" : "here", arrived ? Word::s_delivered : Word::parcels) +
                number(pen, at.held, "held", Word::s_held) + number(pen, at.refused, "refused", Word::s_refused),
            css);
}

std::string run_row(const Pen& pen, const RunView& run) {
  const auto& row = run.row;
  const auto state = static_cast<watch::RunState>(row.state);
  const bool settled = state == watch::RunState::settled;
  std::string out = "<tr><th scope=\"row\">" + run_link(pen, row.name) + "<small>" +
                    escaped(row.model.empty() ? row.instrument : row.model) + " &middot; " + pen.count(row.samples) +
                    " " + std::string(pen.word(Word::samples)) + " &middot; " + pen.timed(Word::since, row.since) +
                    "</small>";
  if (run.taken_back > 0) out += "<small>" + pen.word(Word::taken_back, pen.count(run.taken_back)) + "</small>";
  out += pen.why(row.reason, row.hint, german_cure(row));
  // The words stand in the order of watch::RunState.
  const auto name = static_cast<Word>(static_cast<int>(Word::s_unrecognised) + std::clamp(row.state, 0, 5));
  out += "</th>" + td(settled ? "<i></i><span class=\"sr\">" + std::string(pen.word(name)) + "</span>"
                              : pen.badge(watch::name_of(state), pen.word(name)),
                      settled ? "st on first" : "st first");
  // A station is behind a run when something of it stands further on.
  std::int64_t further = 0;
  for (const auto& at : run.at) further += at.all();
  for (std::size_t i = 0; i < stations; ++i) {
    further -= run.at[i].all();
    out += at_station(pen, run.at[i], columns_of_runs[i].station, further > 0);
  }
  return out + "</tr>\n";
}

}  // namespace

std::string parcels_table(const Pen& pen, const std::vector<journal::ParcelRow>& rows, Columns columns, Word caption) {
  std::vector<Word> heads{Word::sample};
  if (columns != Columns::delivered) heads.push_back(Word::state);
  if (columns == Columns::stuck || columns == Columns::any) heads.push_back(Word::reason);
  if (columns == Columns::moving) heads.push_back(Word::progress);
  heads.push_back(Word::destination);
  if (columns == Columns::delivered) heads.push_back(Word::size);
  if (columns == Columns::any) heads.push_back(Word::progress);
  heads.push_back(Word::time);
  std::string out = "<table class=\"parcels\"><caption class=\"sr\">" + std::string(pen.word(caption)) + "</caption>" +
                    pen.head(heads) + "<tbody>\n";
  for (const auto& row : rows) out += parcel(pen, row, columns);
  return out + "</tbody></table>";
}

std::string runs_table(const Pen& pen, const Runs& runs) {
  std::vector<Word> heads{Word::run, Word::folder};
  for (const auto& column : columns_of_runs) heads.push_back(column.name);
  std::string out = "<table class=\"runs\"><caption class=\"sr\">" + std::string(pen.word(Word::runs_caption)) +
                    "</caption>" + pen.head(heads) + "<tbody>\n";
  for (const auto& run : runs.rows) out += run_row(pen, run);
  return out + "</tbody></table>";
}

}  // namespace tributary::status
