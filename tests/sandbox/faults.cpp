// tests/sandbox/faults.cpp: reading and counting of faults.
#include "tests/sandbox/faults.hpp"

#include <algorithm>
#include <charconv>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"

namespace tributary::sandbox {
namespace {

template <typename Number>
bool whole_number(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::vector<std::string> kind_words() {
  std::vector<std::string> words = {"any", "drs", "s3", "tes", "web", "ingest"};
  for (const auto& row : kinds()) words.emplace_back(row.name);
  return words;
}

bool belongs(Kind kind, const std::string& words) {
  if (words == "any") return kind != Kind::page && kind != Kind::task_run;
  for (const auto& row : kinds()) {
    if (row.kind != kind) continue;
    const auto groups = split(row.groups, ' ');
    return row.name == words || std::find(groups.begin(), groups.end(), words) != groups.end();
  }
  return false;
}

Error not_known(const char* what, const std::string& word, const std::vector<std::string>& words) {
  const auto near = nearest(word, words);
  return refusal(std::string("fault: unknown ") + what + " '" + printable(word) + "'",
                 near.empty() ? "see --help for the table" : "did you mean '" + near + "'?");
}

/// Milliseconds: `250ms`, or a duration of the house.
Result<std::uint64_t> parse_delay(std::string_view text) {
  std::uint64_t value = 0;
  if (text.size() > 2 && text.substr(text.size() - 2) == "ms" && whole_number(text.substr(0, text.size() - 2), value)) {
    return value;
  }
  const auto seconds = parse_duration_s(text);
  if (!seconds) return seconds.error();
  return static_cast<std::uint64_t>(*seconds) * 1000;
}

Result<std::uint64_t> parse_argument(Act act, std::string_view text) {
  std::uint64_t value = 0;
  switch (act) {
    case Act::delay:
      if (text.empty()) return refusal("fault: delay needs a time", "for instance any:delay:*:250ms");
      return parse_delay(text);
    case Act::slow:
      if (text.empty()) return refusal("fault: slow needs a rate", "for instance ingest:slow:*:1MiB/s");
      return parse_rate_bytes_per_s(text);
    case Act::cut:
    case Act::cut_reply:
      return text.empty() ? Result<std::uint64_t>(std::uint64_t{0}) : parse_size_bytes(text);
    case Act::busy:
    case Act::throttle:
      if (text.empty()) return std::uint64_t{1};
      if (whole_number(text, value) && value <= 3600) return value;
      return refusal("fault: '" + printable(text) + "' is no number of seconds", "0 to 3600, without a unit");
    default:
      if (text.empty()) return std::uint64_t{0};
      return refusal("fault: this act takes no argument", "leave '" + printable(text) + "' out");
  }
}

}  // namespace

Status Faults::read_when(const std::string& when, Fault& fault) {
  const std::string_view text = when;
  const auto dash = text.find('-');
  bool good = true;
  if (text.empty()) {
    good = false;
  } else if (text.back() == '%') {
    unsigned percent = 0;
    good = whole_number(text.substr(0, text.size() - 1), percent) && percent <= 100;
    fault.chance = percent / 100.0;
  } else if (text.back() == '+') {
    good = whole_number(text.substr(0, text.size() - 1), fault.first);
  } else if (dash != std::string_view::npos) {
    good = whole_number(text.substr(0, dash), fault.first) && whole_number(text.substr(dash + 1), fault.last);
  } else if (text != "*") {
    good = whole_number(text, fault.first);
    fault.last = fault.first;
  }
  if (good && fault.first > 0 && fault.last >= fault.first) return {};
  return refusal("fault: '" + printable(when) + "' does not say when", "write 3, 3+, 3-5, * or 5%");
}

Result<Faults::Fault> Faults::parse(std::string_view text) {
  const auto words = split(text, ':');
  if (words.size() < 3 || words.size() > 4) {
    return refusal("fault: '" + printable(text) + "' is not KIND:ACT:WHEN[:ARGUMENT]",
                   "for instance register:lose_reply:1");
  }
  Fault fault;
  fault.text = std::string(text);
  fault.kinds = words[0];
  const auto known = kind_words();
  if (std::find(known.begin(), known.end(), words[0]) == known.end()) return not_known("kind", words[0], known);
  const auto row = std::find_if(acts().begin(), acts().end(), [&](const auto& r) { return r.name == words[1]; });
  if (row == acts().end()) {
    std::vector<std::string> names;
    for (const auto& act : acts()) names.emplace_back(act.name);
    return not_known("act", words[1], names);
  }
  fault.act = row->act;
  const auto when = read_when(words[2], fault);
  if (!when) return when.error();
  const auto argument = parse_argument(fault.act, words.size() == 4 ? std::string_view(words[3]) : std::string_view());
  if (!argument) return argument.error();
  fault.argument = *argument;
  return fault;
}

Status Faults::add(std::string_view text) {
  auto fault = parse(text);
  if (!fault) return fault.error();
  const std::lock_guard lock(mutex_);
  faults_.push_back(*std::move(fault));
  return {};
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

void Faults::apply(const Fault& fault, Plan& plan) {
  switch (fault.act) {
    case Act::delay:
      plan.delay_ms += static_cast<std::int64_t>(fault.argument);
      break;
    case Act::slow:
      plan.slow_bytes_per_s = fault.argument;
      break;
    case Act::cut:
      plan.cut_after = fault.argument;
      break;
    case Act::cut_reply:
      plan.cut_reply_at = fault.argument;
      break;
    case Act::lose_reply:
      plan.lose_reply = true;
      break;
    case Act::wrong_etag:
      plan.wrong_etag = true;
      break;
    case Act::corrupt:
      plan.corrupt = true;
      break;
    case Act::new_place:
      plan.new_place = true;
      break;
    default:
      plan.instead = fault.act;
      plan.retry_after_s = static_cast<std::int64_t>(fault.argument);
  }
}

Plan Faults::next(Kind kind) {
  Plan plan;
  const std::lock_guard lock(mutex_);
  for (auto& fault : faults_) {
    if (!belongs(kind, fault.kinds)) continue;
    ++fault.seen;
    if (fault.seen < fault.first || fault.seen > fault.last) continue;
    if (fault.chance && std::uniform_real_distribution<>(0, 1)(chance_) >= *fault.chance) continue;
    ++fault.hit;
    apply(fault, plan);
    for (const auto& row : acts()) {
      if (row.act == fault.act) plan.names.emplace_back(row.name);
    }
  }
  return plan;
}

Json Faults::list() const {
  const std::lock_guard lock(mutex_);
  auto out = Json::array();
  for (const auto& fault : faults_) {
    auto row = Json::object();
    row.add("fault", fault.text).add("seen", fault.seen).add("hit", fault.hit);
    out.push(std::move(row));
  }
  return out;
}

}  // namespace tributary::sandbox
