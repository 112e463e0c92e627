// agent/status/pen.cpp: small elements of the page.
#include "agent/status/pen.hpp"

#include <array>
#include <utility>

#include "agent/base/clock.hpp"

namespace tributary::status {
namespace {

constexpr std::array<std::pair<std::string_view, Word>, 12> states{{{"waiting", Word::s_waiting},
                                                                    {"sealing", Word::s_sealing},
                                                                    {"queued", Word::s_queued},
                                                                    {"uploading", Word::s_uploading},
                                                                    {"registered", Word::s_registered},
                                                                    {"ingesting", Word::s_ingesting},
                                                                    {"delivered", Word::s_delivered},
                                                                    {"held", Word::s_held},
                                                                    {"refused", Word::s_refused},
                                                                    {"withdrawing", Word::s_withdrawing},
                                                                    {"withdrawn", Word::s_withdrawn},
                                                                    {"cancelled", Word::s_cancelled}}};

}  // namespace

std::string Pen::time(std::int64_t utc_s) const {
  if (utc_s <= 0) return {};
  return "<time datetime=\"" + to_rfc3339(utc_s) + "\">" + show_moment(view_.language, utc_s, view_.now) + "</time>";
}

std::string Pen::timed(Word what, std::int64_t utc_s) const {
  const auto text = word(what);
  const auto at = text.find("{}");
  return std::string(text.substr(0, at)) + time(utc_s) + std::string(text.substr(at + 2));
}

std::string Pen::link(const std::string& path, const std::string& query) const {
  const auto chosen = view_.chosen ? "lang=" + std::string(code_of(view_.language)) : std::string();
  const auto both = query + (query.empty() || chosen.empty() ? "" : "&") + chosen;
  return escaped(path + (both.empty() ? "" : "?" + both));
}

std::string Pen::here(const std::string& query) const {
  const auto& place = view_.place;
  if (place.empty()) return link("/", query);
  return link("/parcels", place + (query.empty() ? "" : "&") + query);
}

std::string Pen::english(const std::string& tag, const std::string& text, const std::string& css) const {
  return "<" + tag + (view_.language == Language::en ? "" : " lang=\"en\"") +
         (css.empty() ? "" : " class=\"" + css + "\"") + ">" + escaped(text) + "</" + tag + ">";
}

std::string Pen::why(const std::string& reason, const std::string& hint, const std::string& german) const {
  if (view_.language == Language::de && !german.empty()) {
    const auto original = reason + (reason.empty() || hint.empty() ? "" : "; ") + hint;
    return "<p class=\"why\">" + escaped(german) + "</p>" +
           (original.empty() ? std::string() : english("small", original, "why"));
  }
  auto out = reason.empty() ? std::string() : english("p", reason, "");
  if (hint.empty()) return out;
  return out + "<p class=\"cure\"><span class=\"sr\">" + std::string(word(Word::cure)) + "</span>" +
         english("span", hint, "") + "</p>";
}

std::string Pen::badge(std::string_view css, std::string_view text) const {
  return "<span class=\"b " + std::string(css) + "\">" + std::string(text) + "</span>";
}

std::string Pen::badge_of(const journal::ParcelRow& row) const {
  const auto state = journal::state_of(row.stage, row.condition, row.operator_hold);
  for (const auto& [name, text] : states) {
    if (name == state) return badge(name, word(text));
  }
  return badge("", escaped(state));
}

std::string Pen::head(const std::vector<Word>& columns) const {
  std::string out = "<thead><tr>";
  for (const auto column : columns) out += "<th scope=\"col\">" + std::string(word(column)) + "</th>";
  return out + "</tr></thead>";
}

std::string Pen::button(Word what, const std::string& act, const std::string& field, const std::string& value) const {
  if (view_.csrf.empty()) return {};
  return "<form method=\"post\" action=\"" + link("/act", view_.place) +
         "\"><input type=\"hidden\" name=\"csrf\" value=\"" + escaped(view_.csrf) +
         "\"><input type=\"hidden\" name=\"" + field + "\" value=\"" + escaped(value) +
         "\"><button name=\"act\" value=\"" + act + "\">" + std::string(word(what)) + "<span class=\"sr\"> " +
         (value.empty() ? std::string(word(Word::all_destinations)) : escaped(value)) + "</span></button></form>";
}

std::string Pen::section(const std::string& id, Word title, const std::string& content) const {
  return "<section id=\"" + id + "\" aria-labelledby=\"h-" + id + "\"><h2 id=\"h-" + id + "\">" +
         std::string(word(title)) + "</h2>" + content + "</section>\n";
}

}  // namespace tributary::status
