// agent/status/page.cpp: the frame of the page, and what stands on top of it.
#include "agent/status/page.hpp"

#include <algorithm>

#include "agent/base/clock.hpp"
#include "agent/status/cures.hpp"
#include "agent/status/pen.hpp"

namespace tributary::status {
namespace {

constexpr int refresh_without_script_s = 30;

std::int64_t count_away(const Overview& overview) {
  return std::count_if(overview.destinations.begin(), overview.destinations.end(),
                       [](const auto& one) { return one.row.away_since > 0; });
}

// How it is, in one sentence: what a person must see to. A refusal is an answer, and stands in the list.
struct Mood {
  std::string css, sentence;
};
Mood mood_of(const Pen& pen, const Overview& overview) {
  std::vector<std::string> parts;
  const auto add = [&](std::int64_t number, Word one, Word many) {
    if (number > 0) parts.push_back(pen.count_of(number, one, many));
  };
  add(static_cast<std::int64_t>(overview.alarms.size()), Word::alarm_one, Word::alarm_many);
  add(overview.tally.held, Word::held_one, Word::held_many);
  add(count_away(overview), Word::away_one, Word::away_many);
  if (parts.empty()) return {"good", std::string(pen.word(Word::all_well))};
  std::string sentence;
  for (const auto& part : parts) sentence += (sentence.empty() ? "" : ", ") + part;
  return {overview.alarms.empty() ? "held" : "refused", sentence};
}

std::string languages(const Pen& pen, const std::string& path, const std::string& query) {
  std::string out = "<nav aria-label=\"" + std::string(pen.word(Word::language)) + "\">";
  for (const auto& [language, name] : {std::pair{Language::en, "English"}, {Language::de, "Deutsch"}}) {
    const std::string code(code_of(language));
    const auto to = path + "?" + query + (query.empty() ? "" : "&") + "lang=" + code;
    out += "<a lang=\"" + code + "\" hreflang=\"" + code + "\" href=\"" + escaped(to) + "\"" +
           (language == pen.view().language ? " aria-current=\"true\"" : "") + ">" + name + "</a>";
  }
  return out + "</nav>";
}

std::string begin(const Pen& pen, const Overview& overview, const std::string& title, const std::string& path,
                  const std::string& query) {
  const auto at_site = pen.word(Word::at_site, overview.site);
  return "<!doctype html>\n<html lang=\"" + std::string(code_of(pen.view().language)) +
         "\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<meta name=\"color-scheme\" content=\"light dark\"><title>" +
         title + " – " + at_site +
         "</title><link rel=\"stylesheet\" href=\"/style.css\"><link rel=\"icon\" href=\"/icon.svg\">"
         "<noscript><meta http-equiv=\"refresh\" content=\"" +
         std::to_string(refresh_without_script_s) +
         "\"></noscript><script src=\"/app.js\" defer></script></head>\n<body><a class=\"skip\" href=\"#main\">" +
         std::string(pen.word(Word::skip)) + "</a>\n<header><a class=\"brand\" href=\"" + pen.link("/") +
         "\"><img src=\"/icon.svg\" width=\"24\" height=\"24\" alt=\"\"> " + at_site +
         "</a><span id=\"live\" hidden data-on=\"" + std::string(pen.word(Word::live)) + "\" data-off=\"" +
         std::string(pen.word(Word::not_live)) + "\"></span>" + languages(pen, path, query) + "</header>\n";
}

std::string sign_in(const Pen& pen) {
  const auto& view = pen.view();
  const auto word = [&](Word name) { return std::string(pen.word(name)); };
  if (!view.can_sign_in) return "<p>" + word(Word::just_shows) + "</p>";
  if (!view.csrf.empty()) {
    return "<form method=\"post\" action=\"" + pen.link("/sign-out", view.place) +
           "\"><input type=\"hidden\" name=\"csrf\" value=\"" + escaped(view.csrf) + "\"><p>" + word(Word::signed_in) +
           "</p><button>" + word(Word::sign_out) + "</button></form>";
  }
  return "<details><summary>" + word(Word::sign_in) + "</summary><form method=\"post\" action=\"" +
         pen.link("/sign-in", view.place) + "\"><label for=\"token\">" + word(Word::token) +
         "</label><input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"current-password\" required "
         "aria-describedby=\"why\"><button>" +
         word(Word::sign_in) + "</button><p id=\"why\">" + word(Word::sign_in_why) + "</p></form></details>";
}

std::string end(const Pen& pen) {
  return "<footer>" + sign_in(pen) + "<p>" + pen.word(Word::machine_times, zone_now(pen.now())) + " " +
         std::string(pen.word(Word::footer_machines)) +
         ": <a href=\"/api/status\">/api/status</a> <a href=\"/metrics\">/metrics</a> <a "
         "href=\"/healthz\">/healthz</a></p></footer></body></html>\n";
}

std::string told(const Pen& pen) {
  const auto& [sentence, is_error] = pen.view().told;
  if (sentence.empty()) return {};
  return "<div class=\"told\" role=\"status\">" +
         (is_error ? pen.english("p", sentence, "") : "<p>" + escaped(sentence) + "</p>") + "</div>\n";
}

// What can not be undone takes two clicks: the first led here.
std::string question(const Pen& pen) {
  const auto& parcel = pen.view().cancel;
  if (parcel.empty()) return {};
  return "<div class=\"told ask\" role=\"group\" aria-labelledby=\"ask\"><p id=\"ask\">" +
         pen.word(Word::cancel_ask, parcel) + "</p>" + pen.button(Word::cancel_now, "cancel", "sure", parcel) +
         "<a href=\"" + pen.here() + "\">" + std::string(pen.word(Word::cancel_not)) + "</a></div>\n";
}

std::string hero(const Pen& pen, const Overview& overview, const Mood& mood) {
  auto out = "<div id=\"hero\" class=\"hero " + mood.css + "\"><div role=\"status\"><h1>" + mood.sentence +
             "</h1></div><p>" + pen.timed(Word::seen, pen.now());
  if (overview.tally.refused > 0) {
    out += " &middot; " + pen.count_of(overview.tally.refused, Word::refused_note_one, Word::refused_note_many);
  }
  return out + " &middot; Tributary " + pen.word(Word::version, TRIBUTARY_VERSION) + "</p></div>\n";
}

std::string alarms(const Pen& pen, const Overview& overview) {
  if (overview.alarms.empty()) return "<div id=\"alarms\"></div>\n";
  std::string list = "<ul class=\"alarms\">";
  for (const auto& alarm : overview.alarms) {
    list += "<li>" + pen.why(alarm.what, alarm.hint, german_cure(alarm));
    if (alarm.since_utc_s > 0) list += "<small>" + pen.timed(Word::since, alarm.since_utc_s) + "</small>";
    list += "</li>";
  }
  return pen.section("alarms", Word::alarms, list + "</ul>");
}

struct More {
  bool there_is;
  const char* query;  // "": all runs
  Word what;
  std::int64_t total;  // -1: not told
};
std::string more(const Pen& pen, const std::vector<More>& lists) {
  std::string links;
  for (const auto& list : lists) {
    if (!list.there_is) continue;
    links += "<a href=\"" + pen.link(*list.query == '\0' ? "/runs" : "/parcels", list.query) + "\">" +
             pen.word(Word::show_all, std::string(pen.word(list.what))) +
             (list.total < 0 ? std::string() : " (" + pen.count(list.total) + ")") + "</a> ";
  }
  return links.empty() ? links : "<p class=\"more\">" + links + "</p>";
}

std::string nothing(const Pen& pen, Word word) { return "<p class=\"soft\">" + std::string(pen.word(word)) + "</p>"; }

std::string stuck(const Pen& pen, const Overview& overview) {
  auto rows = overview.held.rows;
  rows.insert(rows.end(), overview.refused.rows.begin(), overview.refused.rows.end());
  if (rows.empty()) return nothing(pen, Word::none_stuck);
  return parcels_table(pen, rows, Columns::stuck, Word::stuck_caption) +
         more(pen, {{overview.held.more, "show=held", Word::held, overview.tally.held},
                    {overview.refused.more, "show=refused", Word::refused, overview.tally.refused}});
}

std::string moving(const Pen& pen, const Overview& overview) {
  if (overview.moving.rows.empty() && overview.waiting.rows.empty()) return nothing(pen, Word::none_moving);
  auto rows = overview.moving.rows;
  rows.insert(rows.end(), overview.waiting.rows.begin(), overview.waiting.rows.end());
  return parcels_table(pen, rows, Columns::moving, Word::moving_caption) +
         more(pen, {{overview.moving.more, "show=moving", Word::moving, -1},
                    {overview.waiting.more, "show=waiting", Word::waiting_list, -1}});
}

std::string runs(const Pen& pen, const Overview& overview) {
  if (overview.runs.rows.empty()) return nothing(pen, Word::none_runs);
  return runs_table(pen, overview.runs) + more(pen, {{overview.runs.more, "", Word::runs, overview.runs_total}});
}

std::string delivered(const Pen& pen, const Overview& overview) {
  const auto& shelf = overview.delivered;
  if (shelf.rows.empty()) return nothing(pen, Word::none_delivered);
  return parcels_table(pen, shelf.rows, Columns::delivered, Word::delivered_caption) +
         more(pen, {{shelf.more, "show=delivered", Word::delivered, overview.tally.delivered}});
}

std::string list_page(const Pen& pen, const Overview& overview, const std::string& path, const List& list,
                      const std::string& table) {
  const auto title = list.about.empty() ? std::string(pen.word(list.title)) : pen.word(list.title, list.about);
  auto out = begin(pen, overview, title, path, list.query) + "<main id=\"main\" class=\"list\">\n" + told(pen) +
             question(pen) + "<p class=\"more\"><a href=\"" + pen.link("/") + "\">" +
             std::string(pen.word(Word::back)) +
             "</a></p><section id=\"list\" aria-labelledby=\"h-list\"><h1 id=\"h-list\">" + title + "</h1>" + table;
  std::string links;
  if (!list.is_first)
    links += "<a href=\"" + pen.link(path, list.query) + "\">" + std::string(pen.word(Word::newer)) + "</a> ";
  if (!list.further.empty())
    links +=
        "<a rel=\"next\" href=\"" + pen.link(path, list.further) + "\">" + std::string(pen.word(Word::older)) + "</a>";
  if (!links.empty()) out += "<p class=\"more\">" + links + "</p>";
  return out + "</section></main>\n" + end(pen);
}

}  // namespace

std::string page(const Overview& overview, const View& view) {
  const Pen pen(view);
  const auto mood = mood_of(pen, overview);
  auto out = begin(pen, overview, mood.sentence, "/", {}) + "<main id=\"main\">\n" + told(pen) + question(pen) +
             hero(pen, overview, mood) + alarms(pen, overview) +
             "<section id=\"glance\" aria-labelledby=\"h-glance\">" + "<h2 id=\"h-glance\" class=\"sr\">" +
             std::string(pen.word(Word::glance)) + "</h2>" + glance_list(pen, overview) + week_chart(pen, overview) +
             "</section>\n<div class=\"cols\"><div>\n";
  out += pen.section("stuck", Word::stuck, stuck(pen, overview));
  out += pen.section("runs", Word::runs, runs(pen, overview));
  out += pen.section("moving", Word::moving, moving(pen, overview));
  out += pen.section("delivered", Word::delivered, delivered(pen, overview)) + "</div>\n<div>\n";
  out += pen.section("destinations", Word::destinations, destinations_table(pen, overview));
  out += pen.section("papers", Word::papers, papers_table(pen, overview.papers));
  out += pen.section("storage", Word::storage, storage_list(pen, overview));
  return out + "</div></div></main>\n" + end(pen);
}

std::string parcels_page(const Overview& overview, const Shelved& parcels, const List& list, const View& view) {
  const Pen pen(view);
  return list_page(pen, overview, "/parcels", list,
                   parcels.rows.empty() ? nothing(pen, Word::none_here)
                                        : parcels_table(pen, parcels.rows, Columns::any, Word::list_caption));
}

std::string runs_page(const Overview& overview, const Runs& runs, const List& list, const View& view) {
  const Pen pen(view);
  return list_page(pen, overview, "/runs", list,
                   runs.rows.empty() ? nothing(pen, Word::none_runs) : runs_table(pen, runs));
}

}  // namespace tributary::status
