// plugins/sdk/consent/code_map.cpp: reads a programme's code map from YAML.
#include "plugins/sdk/consent/code_map.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace tributary::sdk::consent {
namespace {

constexpr std::size_t most_bytes = 1U << 20;

[[noreturn]] void fail(const YAML::Node& at, const std::string& what) {
  throw Malformed("line " + std::to_string(at.Mark().line + 1) + ": " + what);
}

void only(const YAML::Node& map, const std::vector<std::string>& keys) {
  if (!map.IsMap()) fail(map, "is no map");
  std::vector<std::string> seen;
  for (const auto& member : map) {
    const auto key = member.first.IsScalar() ? member.first.Scalar() : std::string();
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) fail(member.first, "an unknown key");
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) fail(member.first, "a key that stands twice");
    seen.push_back(key);
  }
}

std::string scalar(const YAML::Node& map, const std::string& key) {
  const auto node = map[key];
  if (!node) return {};
  if (!node.IsScalar()) fail(node, key + " is no text");
  return node.Scalar();
}

std::string needed(const YAML::Node& map, const std::string& key) {
  auto text = scalar(map, key);
  if (text.empty()) fail(map, key + " is missing");
  return text;
}

bool choice(const YAML::Node& map, const std::string& key, const std::string& first, const std::string& second) {
  const auto word = scalar(map, key);
  if (word.empty() || word == first) return true;
  if (word != second) fail(map[key], key + " is neither " + first + " nor " + second);
  return false;
}

std::vector<std::string> texts(const YAML::Node& map, const std::string& key) {
  std::vector<std::string> out;
  const auto node = map[key];
  if (!node) return out;
  if (!node.IsSequence()) fail(node, key + " is no list");
  for (const auto& item : node) {
    if (!item.IsScalar() || item.Scalar().empty()) fail(item, key + " holds something that is no text");
    out.push_back(item.Scalar());
  }
  return out;
}

std::vector<Code> codes(const YAML::Node& map, const std::string& key) {
  std::vector<Code> out;
  for (const auto& text : texts(map, key)) {
    try {
      out.push_back(read_code(text));
    } catch (const Malformed& problem) {
      fail(map[key], key + " holds " + problem.what());
    }
  }
  return out;
}

bool flag(const YAML::Node& node) {
  if (!node.IsScalar() || (node.Scalar() != "true" && node.Scalar() != "false")) fail(node, "is no condition");
  return node.Scalar() == "true";
}

Condition read_condition(const YAML::Node& node, int depth) {
  using Kind = Condition::Kind;
  constexpr int most_depth = 20;
  if (depth > most_depth) fail(node, "a condition of more than " + std::to_string(most_depth) + " levels");
  Condition out;
  if (!node.IsMap()) {
    out.value = flag(node);
    return out;
  }
  only(node, {"question", "answer", "answered", "all", "any", "not"});
  const auto add_all = [&](Kind kind, const YAML::Node& parts) {
    out.kind = kind;
    if (!parts.IsSequence() || parts.size() == 0) fail(parts, "is no list of conditions");
    for (const auto& part : parts) out.parts.push_back(read_condition(part, depth + 1));
  };
  if (node["question"]) {
    const bool equals = static_cast<bool>(node["answer"]);
    if (node.size() != 2 || equals == static_cast<bool>(node["answered"])) fail(node, "needs answer or answered");
    out.kind = equals ? Kind::equals : Kind::answered;
    out.question = needed(node, "question");
    if (equals) out.answer = needed(node, "answer");
    if (!equals) out.value = flag(node["answered"]);
  } else if (node.size() != 1) {
    fail(node, "is no condition");
  } else if (node["not"]) {
    out.kind = Kind::negated;
    out.parts.push_back(read_condition(node["not"], depth + 1));
  } else if (node["all"]) {
    add_all(Kind::all, node["all"]);
  } else if (node["any"]) {
    add_all(Kind::any, node["any"]);
  } else {
    fail(node, "answer and answered need a question");
  }
  return out;
}

Grant read_grant(const YAML::Node& node) {
  only(node, {"codes", "terms", "unless", "bound", "when", "denied_when"});
  Grant out{codes(node, "codes"), codes(node, "unless"), needed(node, "terms"), scalar(node, "bound"), {}, {}};
  if (node["when"]) out.when = read_condition(node["when"], 0);
  if (node["denied_when"]) out.denied_when = read_condition(node["denied_when"], 0);
  if (out.codes.empty() == !out.when) fail(node, "either codes or when must be there");
  if (out.when && (!out.unless.empty() || !out.bound.empty())) fail(node, "unless and bound belong to codes");
  if (out.denied_when && !out.when) fail(node, "denied_when belongs to when");
  if (out.unless.empty() != out.bound.empty()) fail(node, "unless and bound belong together");
  return out;
}

Pack read_pack(const YAML::Node& node) {
  only(node, {"valid_from", "grants"});
  Pack out;
  const auto date = needed(node, "valid_from");
  if (date.size() != 10) fail(node, "valid_from is no day such as 2026-01-31");
  out.valid_from_utc_s = *read_date(date).from;
  const auto grants = node["grants"];
  if (!grants || !grants.IsSequence() || grants.size() == 0) fail(node, "grants is missing");
  for (const auto& grant : grants) out.grants.push_back(read_grant(grant));
  return out;
}

Programme read(const YAML::Node& root) {
  only(root, {"programme", "denies", "periods", "refusals", "understood", "forms", "packs"});
  Programme out;
  out.name = needed(root, "programme");
  out.denies_everything = choice(root, "denies", "everything", "programme");
  out.needs_periods = choice(root, "periods", "required", "optional");
  out.refusals = texts(root, "refusals");
  out.understood = texts(root, "understood");
  out.forms = texts(root, "forms");
  const auto packs = root["packs"];
  if (!packs || !packs.IsSequence() || packs.size() == 0) fail(root, "packs is missing");
  for (const auto& pack : packs) out.packs.push_back(read_pack(pack));
  for (const auto& pack : out.packs) {
    for (const auto& grant : pack.grants) {
      if (grant.when && out.forms.empty()) fail(packs, "when needs forms");
    }
  }
  std::sort(out.packs.begin(), out.packs.end(),
            [](const Pack& a, const Pack& b) { return a.valid_from_utc_s < b.valid_from_utc_s; });
  for (std::size_t i = 1; i < out.packs.size(); ++i) {
    if (out.packs[i].valid_from_utc_s == out.packs[i - 1].valid_from_utc_s) fail(packs, "two packs of one day");
  }
  return out;
}

}  // namespace

const Pack* Programme::in_force(std::int64_t now_utc_s) const {
  const Pack* newest = nullptr;
  for (const auto& pack : packs) {
    if (pack.valid_from_utc_s <= now_utc_s) newest = &pack;
  }
  return newest;
}

Programme read_programme(const std::string& yaml) {
  if (yaml.size() > most_bytes) throw Malformed("more than " + std::to_string(most_bytes) + " bytes");
  try {
    return read(YAML::Load(yaml));
  } catch (const YAML::Exception& problem) {
    throw Malformed("line " + std::to_string(problem.mark.line + 1) + ": is no YAML");
  }
}

Code read_code(const std::string& text) {
  const auto bar = text.find('|');
  if (bar == std::string::npos) return {{}, text};
  if (bar + 1 == text.size()) throw Malformed("a system without a code");
  return {text.substr(0, bar), text.substr(bar + 1)};
}

bool names_any(const Statement& statement, const std::vector<Code>& codes) {
  return std::any_of(statement.codes.begin(), statement.codes.end(), [&](const Code& said) {
    return std::any_of(codes.begin(), codes.end(), [&](const Code& known) {
      return said.code == known.code && (known.system.empty() || said.system == known.system);
    });
  });
}

}  // namespace tributary::sdk::consent
