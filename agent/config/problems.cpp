// agent/config/problems.cpp: collecting problems and putting them in the order of the files.
#include "agent/config/problems.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

namespace tributary::config {
namespace {

// The number before the next ':' of `text`, which is taken off.
bool take_number(std::string_view& text, int& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end == text.data() + text.size() || *end != ':') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

Problem make(const Place& place, std::string what, std::string hint, bool warning) {
  return Problem{place.file, place.mark.line, place.mark.column, place.key, std::move(what), std::move(hint), warning};
}

}  // namespace

std::string Problem::sentence() const {
  std::string out = file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  if (!key.empty()) out += key + ": ";
  if (warning) out += "warning: ";
  out += what;
  return hint.empty() ? out : out + "; " + hint;
}

Place Place::below(std::string_view name, const yaml::Mark& at) const {
  const bool index = !name.empty() && name.front() == '[';
  return {file, at, key.empty() || index ? key + std::string(name) : key + "." + std::string(name)};
}

void Problems::error(const Place& place, std::string what, std::string hint) {
  list_.push_back(make(place, std::move(what), std::move(hint), false));
}

void Problems::error(const Place& place, const Error& error) {
  list_.push_back(make(place, error.what, error.hint, false));
}

void Problems::warning(const Place& place, std::string what, std::string hint) {
  list_.push_back(make(place, std::move(what), std::move(hint), true));
}

void Problems::unreadable(const std::string& file, const Error& error) {
  Place place{file, {1, 1}, {}};
  std::string_view what = error.what;
  const auto prefix = file + ":";
  if (what.substr(0, prefix.size()) == prefix) {
    what.remove_prefix(prefix.size());
    int line = 1;
    int column = 1;
    if (take_number(what, line) && take_number(what, column)) place.mark = {line, column};
    while (!what.empty() && what.front() == ' ') what.remove_prefix(1);
  }
  list_.push_back(make(place, std::string(what), error.hint, false));
}

bool Problems::any_errors() const {
  return std::any_of(list_.begin(), list_.end(), [](const Problem& problem) { return !problem.warning; });
}

std::vector<Problem> Problems::sorted(const std::vector<std::string>& files) const {
  // With its number in the list, so that problems of one place keep the order in which they were found.
  std::vector<std::pair<std::size_t, const Problem*>> order;
  for (const auto& problem : list_) order.emplace_back(order.size(), &problem);
  const auto rank = [&](const std::pair<std::size_t, const Problem*>& one) {
    const auto file = std::find(files.begin(), files.end(), one.second->file) - files.begin();
    return std::make_tuple(file, one.second->line, one.second->column, one.first);
  };
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  std::vector<Problem> out;
  for (const auto& one : order) out.push_back(*one.second);
  return out;
}

}  // namespace tributary::config
