// agent/notify/memory.cpp: what was told, as JSON, and as people read it.
#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/notify/notify.hpp"

namespace tributary::notify {
namespace {

Json write(const std::map<std::string, std::int64_t>& numbers) {
  Json out = Json::object();
  for (const auto& [name, number] : numbers) out.add(name, number);
  return out;
}

std::map<std::string, std::int64_t> read_numbers(const Json& json) {
  std::map<std::string, std::int64_t> out;
  for (const auto& [name, value] : json.members()) out[name] = value.as_integer();
  return out;
}

std::string word(const Json& json, std::string_view name) { return std::string(json[name].as_string()); }

}  // namespace

Json write(const Memory& memory) {
  Json out;
  out.add("told", write(memory.told)).add("sent", write(memory.sent));
  out.add("tries", memory.tries).add("next_try", memory.next_try);
  if (!memory.pending) return out;
  Json facts = Json::array();
  for (const auto& [key, event] : memory.pending->facts) {
    facts.push(Json()
                   .add("key", key)
                   .add("kind", event.kind)
                   .add("what", event.what)
                   .add("hint", event.hint)
                   .add("count", event.count));
  }
  Json pending;
  pending.add("id", memory.pending->id).add("at", memory.pending->utc_s).add("facts", std::move(facts));
  return std::move(out.add("pending", std::move(pending)));
}

Memory read(const Json& json) {
  Memory out;
  out.told = read_numbers(json["told"]);
  out.sent = read_numbers(json["sent"]);
  out.tries = std::max<std::int64_t>(0, json["tries"].as_integer());
  out.next_try = json["next_try"].as_integer();
  const auto& pending = json["pending"];
  if (!pending["id"].is_string()) return out;
  out.pending.emplace(Memory::Pending{word(pending, "id"), pending["at"].as_integer(), {}});
  for (const auto& fact : pending["facts"].items())
    out.pending->facts.push_back(
        {word(fact, "key"), {word(fact, "kind"), word(fact, "what"), word(fact, "hint"), fact["count"].as_integer()}});
  return out;
}

plugin::Message compose(const std::string& site, const Memory::Pending& pending) {
  plugin::Message out{pending.id, site, {}, {}, pending.utc_s, {}};
  std::map<std::string, std::int64_t> counts;  // by kind
  for (const auto& [key, event] : pending.facts) {
    out.events.push_back(event);
    counts[event.kind] += event.count;
    out.text += "- " + event.what + "\n" + (event.hint.empty() ? "" : "  " + event.hint + "\n");
  }
  std::vector<std::string> parts;
  for (const auto& [kind, count] : counts) parts.push_back(std::to_string(count) + " " + kind);
  out.title = "Tributary " + site + ": " + join(parts, ", ");
  out.text = "Tributary at " + site + ", " + to_rfc3339(pending.utc_s) + "\n\n" + out.text +
             "\nThe rest is on the machine: tributary status.\n";
  return out;
}

plugin::Message test_message(const std::string& site, std::int64_t now_utc_s) {
  const Fact fact{"test", {"test", "somebody asked for a message to try this way out", "nothing to do", 1}};
  return compose(site, {"test-" + std::to_string(now_utc_s), now_utc_s, {fact}});
}

}  // namespace tributary::notify
