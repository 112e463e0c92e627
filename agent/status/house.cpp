// agent/status/house.cpp: figures, destinations, papers and storage of the page.
#include <algorithm>

#include "agent/base/clock.hpp"
#include "agent/status/cures.hpp"
#include "agent/status/pen.hpp"

namespace tributary::status {
namespace {

std::string pair(const std::string& name, const std::string& value, const std::string& more, const char* css) {
  return "<div" + (*css == '\0' ? std::string() : " class=\"" + std::string(css) + "\"") + "><dt>" + name +
         "</dt><dd>" + value + (more.empty() ? "" : "<small>" + more + "</small>") + "</dd></div>";
}

std::string health(const Pen& pen, const journal::DestinationRow& row, bool all_paused) {
  std::string out;
  if (row.is_paused(pen.now())) {
    out = row.paused_until > 0 ? pen.badge("held", pen.timed(Word::paused_until, row.paused_until))
                               : pen.badge("held", pen.word(Word::paused));
  } else if (all_paused) {
    out = pen.badge("held", pen.word(Word::paused));
  }
  if (row.away_since > 0) {
    out += pen.badge("refused", pen.word(Word::away)) + "<small>" + pen.timed(Word::since, row.away_since) +
           " &middot; " + pen.word(Word::tries, pen.count(row.tries)) + " &middot; " +
           (row.next_try > 0 ? pen.timed(Word::next_try, row.next_try) : std::string()) + "</small>";
    out += pen.why(row.reason, row.hint, german_cure(row));
  } else if (out.empty() && !row.waits_for.empty()) {
    out = pen.badge("waiting", pen.word(Word::waits)) + pen.why(row.waits_for, {}, german_cure(row));
  }
  return out.empty() ? pen.badge("good", pen.word(Word::good)) : out;
}

std::string pause_button(const Pen& pen, const journal::DestinationRow& row) {
  return row.is_paused(pen.now()) ? pen.button(Word::resume, "resume", "destination", row.name)
                                  : pen.button(Word::pause, "pause", "destination", row.name);
}

std::string destination_row(const Pen& pen, const DestinationView& one, bool all_paused) {
  std::string out = "<tr><th scope=\"row\">" + escaped(one.name) + " " +
                    health(pen, one.row, all_paused && !one.is_ingest) + "</th><td class=\"n\">";
  if (!one.is_ingest) {
    out += one.last_arrival > 0 ? pen.time(one.last_arrival) : std::string(pen.word(Word::never));
    out += "<small>" +
           (one.parcels > 0
                ? pen.count(one.parcels) + " " + std::string(pen.word(Word::parcels)) + ", " + pen.bytes(one.bytes)
                : std::string(pen.word(Word::nothing_waits))) +
           "</small>" + pause_button(pen, one.row);
  }
  return out + "</td></tr>\n";
}

std::string paper_row(const Pen& pen, const line::Paper& paper) {
  std::string state;
  if (paper.error) {
    state = pen.badge("refused", pen.word(Word::unreadable));
  } else if (paper.has_ended(pen.now())) {
    state = pen.badge("refused", pen.timed(Word::ended_at, paper.until));
  } else if (paper.until > 0) {
    const auto text = pen.timed(Word::good_until, paper.until);
    state = paper.ends_soon(pen.now()) ? pen.badge("held", text) : text;
  } else {
    state = "<span class=\"soft\">" + std::string(pen.word(Word::no_end)) + "</span>";
  }
  return "<tr><th scope=\"row\">" + escaped(paper.of) + "<small><code>" + escaped(paper.key) +
         "</code></small></th><td class=\"n\">" + state + "</td></tr>\n";
}

}  // namespace

std::string glance_list(const Pen& pen, const Overview& overview) {
  std::int64_t parcels = 0, bytes = 0;
  for (const auto& day : overview.days) {
    parcels += day.arrived.parcels;
    bytes += day.arrived.bytes;
  }
  const auto& today = overview.days.back().arrived;
  const auto& tally = overview.tally;
  const auto word = [&](Word name) { return std::string(pen.word(name)); };
  return "<dl class=\"tiles\">" + pair(word(Word::today), pen.count(today.parcels), pen.bytes(today.bytes), "") +
         pair(word(Word::week), pen.count(parcels), pen.bytes(bytes), "") +
         pair(word(Word::on_their_way), pen.count(tally.waiting), "", "") +
         pair(word(Word::to_send), pen.bytes(tally.queue_bytes), "", "") +
         pair(word(Word::held), pen.count(tally.held), "", tally.held > 0 ? "held" : "") +
         pair(word(Word::refused), pen.count(tally.refused), "", tally.refused > 0 ? "refused" : "") +
         pair(word(Word::withdrawn), pen.count(tally.withdrawn), "", "") + "</dl>";
}

std::string week_chart(const Pen& pen, const Overview& overview) {
  std::int64_t most = 1;
  for (const auto& day : overview.days) most = std::max(most, day.arrived.parcels);
  std::string out =
      "<table class=\"week\"><caption>" + std::string(pen.word(Word::week_caption)) + "</caption><thead><tr>";
  for (const auto& day : overview.days) {
    out += "<th scope=\"col\"><time datetime=\"" + to_rfc3339(day.begin) + "\">" +
           show_weekday(pen.view().language, day.begin) + "</time></th>";
  }
  out += "</tr></thead><tbody><tr>";
  for (const auto& day : overview.days) {
    // 0 stays a line; everything else is seen.
    const auto height = day.arrived.parcels == 0 ? 1 : 3 + 37 * day.arrived.parcels / most;
    out += "<td><span>" + pen.count(day.arrived.parcels) +
           "</span><svg viewBox=\"0 0 10 40\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect y=\"" +
           std::to_string(40 - height) + "\" width=\"10\" height=\"" + std::to_string(height) + "\"/></svg></td>";
  }
  return out + "</tr></tbody></table>";
}

std::string destinations_table(const Pen& pen, const Overview& overview) {
  const bool all_paused = overview.everywhere.is_paused(pen.now());
  std::string out = "<table><caption class=\"sr\">" + std::string(pen.word(Word::destinations_caption)) + "</caption>" +
                    pen.head({Word::destination, Word::last_delivery}) + "<tbody>\n";
  if (all_paused || !pen.view().csrf.empty()) {
    out += "<tr><th scope=\"row\">" + std::string(pen.word(Word::all_destinations)) + " " +
           (all_paused ? health(pen, overview.everywhere, true) : std::string()) + "</th><td class=\"n\">" +
           pause_button(pen, overview.everywhere) + "</td></tr>\n";
  }
  for (const auto& one : overview.destinations) out += destination_row(pen, one, all_paused);
  return out + "</tbody></table>";
}

std::string papers_table(const Pen& pen, const std::vector<line::Paper>& papers) {
  if (papers.empty()) return "<p class=\"soft\">" + std::string(pen.word(Word::none_papers)) + "</p>";
  std::string out = "<table><caption class=\"sr\">" + std::string(pen.word(Word::papers_caption)) + "</caption>" +
                    pen.head({Word::paper, Word::state}) + "<tbody>\n";
  for (const auto& paper : papers) out += paper_row(pen, paper);
  return out + "</tbody></table>";
}

std::string storage_list(const Pen& pen, const Overview& overview) {
  const auto& storage = overview.storage;
  const bool low = storage.free_bytes >= 0 && storage.free_bytes < storage.reserve_bytes;
  const auto room = storage.free_bytes < 0 ? std::string(pen.word(Word::unknown)) : pen.bytes(storage.free_bytes);
  return "<dl class=\"facts\">" + pair(std::string(pen.word(Word::free)), room, "", low ? "refused" : "") +
         pair(std::string(pen.word(Word::reserve)), pen.bytes(storage.reserve_bytes), "", "") +
         pair(std::string(pen.word(Word::retained)), pen.bytes(storage.retained_bytes), "", "") + "</dl>";
}

}  // namespace tributary::status
