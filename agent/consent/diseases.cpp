// agent/consent/diseases.cpp: the `is_a` links of an OBO file.
#include "agent/consent/diseases.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "agent/base/text.hpp"

namespace tributary::consent {
namespace {

constexpr std::size_t most_line_bytes = 65536;
constexpr std::size_t most_terms = 1000000;
constexpr std::size_t most_links = 4000000;
constexpr std::string_view prefix = "MONDO:";
constexpr std::size_t digits = 7;

// The number of "MONDO:0007254", alone or before a blank: what follows is a modifier or a comment.
std::optional<std::uint32_t> number_of(std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text = text.substr(prefix.size(), text.find_first_of(" \t{!", prefix.size()) - prefix.size());
  std::uint32_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size() || text.size() != digits) return std::nullopt;
  return number;
}

std::string curie_of(std::uint32_t number) {
  const auto word = std::to_string(number);
  return std::string(prefix) + std::string(digits - word.size(), '0') + word;
}

// The value of `tag: value`; nothing for another tag.
std::optional<std::string_view> value_of(std::string_view line, std::string_view tag) {
  if (!line.starts_with(tag) || line.size() <= tag.size() || line[tag.size()] != ':') return std::nullopt;
  return trim(line.substr(tag.size() + 1));
}

}  // namespace

void Diseases::read(std::string_view piece) {
  for (const char c : piece) {
    if (c == '\n') {
      end_line();
    } else if (line_.size() < most_line_bytes) {
      line_ += c;
    }
  }
}

void Diseases::end_line() {
  const auto line = trim(line_);
  if (line.starts_with("[")) {
    end_term();
    in_term_ = line == "[Term]";
  } else if (in_term_) {
    if (const auto id = value_of(line, "id")) id_ = number_of(*id);
    if (const auto parent = value_of(line, "is_a")) {
      if (const auto number = number_of(*parent)) parents_.push_back(*number);
    }
    if (const auto obsolete = value_of(line, "is_obsolete")) obsolete_ = obsolete->starts_with("true");
  }
  line_.clear();
}

void Diseases::end_term() {
  const bool counts = in_term_ && id_ && !obsolete_;
  if (counts && terms_.size() <= most_terms && is_a_.size() <= most_links) {
    terms_.push_back(*id_);
    for (const auto parent : parents_) is_a_.emplace_back(*id_, parent);
  }
  in_term_ = obsolete_ = false;
  id_.reset();
  parents_.clear();
}

Status Diseases::finish() {
  end_line();
  end_term();
  if (terms_.size() > most_terms || is_a_.size() > most_links) {
    return operator_error("holds more than " + std::to_string(most_terms) + " diseases or " +
                              std::to_string(most_links) + " links between them",
                          "give it mondo.obo as it is published");
  }
  if (terms_.empty()) {
    return operator_error("holds no disease of MONDO", "give it mondo.obo: OBO format, not OWL or JSON");
  }
  std::sort(terms_.begin(), terms_.end());
  std::sort(is_a_.begin(), is_a_.end());
  return {};
}

std::optional<std::vector<std::string>> Diseases::broader(std::string_view curie) const {
  const auto start = number_of(curie);
  if (!start || !std::binary_search(terms_.begin(), terms_.end(), *start)) return std::nullopt;
  std::set<std::uint32_t> seen{*start};
  std::vector<std::uint32_t> open{*start};
  std::vector<std::string> found;
  while (!open.empty()) {
    const auto child = open.back();
    open.pop_back();
    auto link = std::lower_bound(is_a_.begin(), is_a_.end(), std::pair{child, std::uint32_t{0}});
    for (; link != is_a_.end() && link->first == child; ++link) {
      if (!seen.insert(link->second).second) continue;
      open.push_back(link->second);
      found.push_back(curie_of(link->second));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace tributary::consent
