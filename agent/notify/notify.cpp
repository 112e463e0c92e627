// agent/notify/notify.cpp: when something is told, and that it is not told twice.
#include "agent/notify/notify.hpp"

#include <algorithm>
#include <chrono>

#include "agent/base/ulid.hpp"
#include "agent/base/units.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::notify {
namespace {

constexpr auto look_every = std::chrono::seconds(30);
constexpr std::int64_t first_delay_s = 60;
constexpr std::int64_t longest_delay_s = 6 * 3600;
constexpr std::int64_t most_doublings = 9;
constexpr const char* told_key = "told";

// What is gone may come again, and is news then.
bool forget_what_passed(const std::vector<Fact>& facts, std::map<std::string, std::int64_t>& told) {
  bool changed = false;
  for (auto known = told.begin(); known != told.end();) {
    const auto fact =
        std::find_if(facts.begin(), facts.end(), [&](const Fact& one) { return one.key == known->first; });
    const auto count = fact == facts.end() ? 0 : std::min(known->second, fact->event.count);
    changed = changed || count != known->second;
    known->second = count;
    known = count == 0 ? told.erase(known) : std::next(known);
  }
  return changed;
}

std::string new_id(std::int64_t now) {
  Bytes chance(10);
  // Without chance the time alone tells messages apart: one is made at a time.
  if (auto drawn = crypto::random(chance); !drawn) std::fill(chance.begin(), chance.end(), std::uint8_t{0});
  return "n-" + make_ulid(now * 1000, chance);
}

}  // namespace

void Notifier::step() {
  const auto papers = line::papers_of(settings_);
  for (auto& way : ways_) step(way, papers);
}

void Notifier::step(line::OpenNotification& way, const std::vector<line::Paper>& papers) {
  const auto name = line::notification_name(way.settings.name);
  auto memory = remembered(name);
  if (!memory) return log_.error(name + ": " + sentence(memory.error()), {"notify"});
  bool changed = false;
  const bool due = gather(way, papers, *memory, changed);
  // Before it is sent: after a crash the same message goes, under the same id.
  if (changed) keep(name, *memory);
  if (due) deliver(way, *memory);
}

bool Notifier::gather(const line::OpenNotification& way, const std::vector<line::Paper>& papers, Memory& memory,
                      bool& changed) {
  if (memory.pending) return true;
  const auto now = clock_.now_utc_s();
  auto all = facts(journal_, papers, way.settings, now);
  if (!all) {
    log_.error(line::notification_name(way.settings.name) + ": " + sentence(all.error()), {"notify"});
    return false;
  }
  changed = forget_what_passed(*all, memory.told);
  Memory::Pending news{{}, now, {}};
  bool due = false;
  for (const auto& fact : *all) {
    const auto told = memory.told.find(fact.key);
    if (told != memory.told.end() && told->second >= fact.event.count) continue;
    news.facts.push_back(fact);
    const auto sent = memory.sent.find(fact.event.kind);
    // A clock that was set back makes nobody wait for longer.
    due = due || sent == memory.sent.end() || now < sent->second || now - sent->second >= way.settings.every_s;
  }
  if (!due) return false;
  news.id = new_id(now);
  memory.pending = std::move(news);
  memory.tries = memory.next_try = 0;
  return changed = true;
}

void Notifier::deliver(line::OpenNotification& way, Memory& memory) {
  const auto now = clock_.now_utc_s();
  if (now < memory.next_try && memory.next_try - now <= longest_delay_s) return;
  const auto name = line::notification_name(way.settings.name);
  const auto told = way.notification->tell(compose(settings_.site, *memory.pending));
  if (!told) {
    const auto delay = std::min(longest_delay_s, first_delay_s << std::min(memory.tries, most_doublings));
    memory.next_try = std::clamp(told.error().not_before_s, now + delay, now + longest_delay_s);
    ++memory.tries;
    const auto when = show_duration(memory.next_try - now);
    log_.warning("not told, tried again in " + when + ": " + sentence(told.error()), {"notify"});
    return keep(name, memory);
  }
  for (const auto& fact : memory.pending->facts) {
    memory.told[fact.key] = fact.event.count;
    memory.sent[fact.event.kind] = now;
  }
  memory.pending.reset();
  memory.tries = memory.next_try = 0;
  keep(name, memory);
}

Result<Memory> Notifier::remembered(const std::string& name) {
  auto token = journal_.token(name, told_key);
  if (!token) return token.error();
  if (!*token) return Memory();
  auto json = json::parse(text(**token));
  return json ? read(*json) : Memory();
}

void Notifier::keep(const std::string& name, const Memory& memory) {
  const auto json = write(memory).dump();
  if (auto kept = journal_.put_token(name, told_key, view(json)); !kept)
    log_.error(name + ": what was told can not be written down: " + sentence(kept.error()), {"notify"});
}

void Notifier::run() {
  std::unique_lock lock(mutex_);
  do {
    lock.unlock();
    step();
    lock.lock();
  } while (!wake_.wait_for(lock, look_every, [this] { return ending_; }));
}

void Notifier::end() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  wake_.notify_all();
}

}  // namespace tributary::notify
