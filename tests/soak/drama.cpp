// tests/soak/drama.cpp: draws what happens.
#include "tests/soak/drama.hpp"

#include <array>
#include <random>

namespace tributary::soak {
namespace {

struct Row {
  Scene scene;
  std::string_view name;
  unsigned weight;
  std::int64_t lasts_ms;  // at most
};

constexpr std::array<Row, 14> scenes = {{{Scene::run, "run", 20, 0},
                                         {Scene::kill, "kill -9", 12, 0},
                                         {Scene::terminate, "SIGTERM", 8, 0},
                                         {Scene::reload, "SIGHUP", 6, 0},
                                         {Scene::second, "second daemon", 3, 0},
                                         {Scene::withdraw, "withdrawal", 6, 0},
                                         {Scene::agree, "consent", 5, 0},
                                         {Scene::network_gone, "network gone", 8, 3000},
                                         {Scene::fault, "fault", 22, 3000},
                                         {Scene::disk_full, "disk full", 7, 2500},
                                         {Scene::mount_gone, "mount gone", 5, 2500},
                                         {Scene::clock_wrong, "clock wrong", 6, 2000},
                                         {Scene::hold, "hold", 5, 2500},
                                         {Scene::pause, "pause", 4, 2500}}};

// All of them pass: a right that is denied (403) is for a person to see to.
constexpr std::array<std::string_view, 17> faults = {
    "any:cut:30%",           "any:cut_reply:30%",  "any:lose_reply:40%",  "any:fail:40%",
    "any:busy:40%:1",        "any:throttle:40%:1", "s3:expire:30%",       "drs:expire:30%",
    "ingest:full:40%",       "any:html:20%",       "any:delay:50%:300ms", "ingest:slow:*:1MiB/s",
    "register:lose_reply:*", "part:wrong_etag:1",  "list_parts:fail:*",   "upload_request:new_place:50%",
    "complete:lose_reply:*"};

constexpr std::array<std::int64_t, 8> wrong_by_s = {-7200,      -600,        600,         7200,
                                                    40 * 86400, 800 * 86400, -40 * 86400, -4000 * 86400};

Scene pick(std::mt19937_64& chance) {
  unsigned all = 0;
  for (const auto& row : scenes) all += row.weight;
  auto at = static_cast<unsigned>(chance() % all);
  for (const auto& row : scenes) {
    if (at < row.weight) return row.scene;
    at -= row.weight;
  }
  return Scene::run;
}

const Row& row_of(Scene scene) { return scenes[static_cast<std::size_t>(scene)]; }

}  // namespace

std::string_view name_of(Scene scene) { return row_of(scene).name; }

std::vector<Event> draw(std::uint64_t seed, std::int64_t seconds) {
  std::mt19937_64 chance(seed);
  const auto below = [&](std::int64_t most) {
    return static_cast<std::int64_t>(chance() % static_cast<std::uint64_t>(most));
  };
  constexpr std::int64_t longest_pause_ms = 1600;
  std::vector<Event> out(2);  // work to begin with
  for (std::int64_t at_ms = 0; at_ms < seconds * 1000; at_ms += out.back().pause_ms) {
    Event event;
    event.scene = pick(chance);
    event.pause_ms = 100 + below(longest_pause_ms);
    event.lasts_ms = row_of(event.scene).lasts_ms == 0 ? 0 : 200 + below(row_of(event.scene).lasts_ms);
    event.amount = below(1 << 20);
    if (event.scene == Scene::run) event.amount = below(4) == 0 ? 45000 : below(200);
    if (event.scene == Scene::clock_wrong) event.amount = wrong_by_s[static_cast<std::size_t>(event.amount) % 8];
    if (event.scene == Scene::fault) event.word = faults[static_cast<std::size_t>(event.amount) % faults.size()];
    out.push_back(event);
  }
  return out;
}

}  // namespace tributary::soak
