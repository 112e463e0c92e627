// agent/doctor/machine.cpp: clock, disk, journal, run folders.
#include "agent/doctor/machine.hpp"

#include <sys/timex.h>
#include <unistd.h>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/line/site.hpp"
#include "agent/line/strays.hpp"
#include "agent/line/time_of_day.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::doctor {
namespace {

constexpr std::uint64_t little_room_bytes = 1U << 30;

Finding examine_room(const config::Settings& settings) {
  auto free = files::free_bytes(settings.state_dir);
  if (!free) return broken("state_dir", free.error());
  const auto said = show_size(*free) + " free";
  if (*free < settings.limits.reserve_bytes) {
    return broken("state_dir",
                  operator_error(said + ", less than limits.reserve (" + show_size(settings.limits.reserve_bytes) + ")",
                                 "make room: nothing new is sealed until then, sending goes on"));
  }
  if (*free < little_room_bytes) return warning("state_dir", said, "make room: the journal grows with what is sent");
  return good("state_dir", said);
}

Finding examine_place(const config::Settings& settings) {
  if (::access(settings.state_dir.c_str(), R_OK | W_OK | X_OK) != 0) {
    return broken("state_dir", operator_error(printable(settings.state_dir) + " is not there, or not ours to write",
                                              "make it, for the daemon's user alone; run this as that user"));
  }
  const auto behind = files::file_system(settings.state_dir);
  if (!behind) return broken("state_dir", behind.error());
  if (behind->remote) {
    return broken("state_dir",
                  operator_error(printable(settings.state_dir) + " lies on a file server (" + behind->type + ")",
                                 "move it to a disk of this machine: the journal needs its locks"));
  }
  return good("state_dir", printable(settings.state_dir) + " is there and ours");
}

Finding examine_journal(const config::Settings& settings) {
  if (!journal::Journal::exists(settings.state_dir))
    return warning("journal", "there is none yet", "tributaryd makes it at its first start");
  auto key = line::state_key(settings);
  if (!key) return broken("journal", key.error());
  auto journal = journal::Journal::open_to_read(settings.state_dir, *key);
  if (!journal) return broken("journal", journal.error());
  return good("journal", "opens with its key");
}

std::string show(const files::FileSystem& behind) {
  std::string out = "on " + printable(behind.type) + " mounted at " + printable(behind.mount_point);
  if (behind.read_only) out += ", read-only, which is enough";
  if (behind.remote) {
    out += ", a file server: it tells of no changes and is polled, and no run is quiet before " +
           show_duration(watch::attribute_cache_s);
  }
  return out;
}

// Seen from here: a service may have mounts of its own.
Finding examine_links(const std::string& hop, const files::FileSystem& runs, const std::string& state_dir) {
  const auto state = files::file_system(state_dir);
  if (!state) return broken(hop, in("retain: link", state.error()));
  if (state->mount == runs.mount) return good(hop, "retain: link: state_dir lies in the same mount");
  return broken(hop, operator_error("retain: link: state_dir lies in another mount (" + printable(state->mount_point) +
                                        "), and no hard link leads there",
                                    "put both into one mount (under systemd: one that ReadWritePaths= names, above "
                                    "both), or write `retain: source`"));
}

}  // namespace

Finding good(const std::string& hop, const std::string& said) { return {hop, Health::good, said, {}}; }
Finding warning(const std::string& hop, const std::string& said, const std::string& cure) {
  return {hop, Health::warning, said, cure};
}
Finding broken(const std::string& hop, const Error& error) { return {hop, Health::broken, error.what, error.hint}; }

Finding examine_clock(const Clock& clock) {
  const auto now = clock.now_utc_s();
  if (!line::check_time(now, 0)) {
    return broken("clock",
                  operator_error("it says " + to_rfc3339(now), "set it: periods of consent and TLS depend on it"));
  }
  struct timex state{};
  const int code = ::adjtimex(&state);
  if (code < 0 || (state.status & STA_UNSYNC) == 0) return good("clock", to_rfc3339(now));
  return warning("clock", to_rfc3339(now) + ", and nothing keeps it right",
                 "let systemd-timesyncd or chrony keep it: timedatectl set-ntp true");
}

std::vector<Finding> examine_state(const config::Settings& settings) {
  std::vector<Finding> out{examine_place(settings)};
  if (out.front().health == Health::broken) return out;
  out.push_back(examine_room(settings));
  out.push_back(examine_journal(settings));
  if (out.back().health == Health::broken) return out;
  auto strays = line::strays(settings);
  if (!strays) {
    out.push_back(broken("journal", strays.error()));
    return out;
  }
  for (const auto& stray : *strays) out.push_back(warning("journal", stray.what, stray.hint));
  return out;
}

std::vector<Finding> examine_run_folders(const config::Settings& settings) {
  std::vector<Finding> out;
  for (const auto& folder : settings.run_folders) {
    const auto hop = "run folder " + printable(folder.path);
    auto root = files::Root::open(folder.path);
    if (!root) {
      out.push_back(broken(hop, root.error()));
      continue;
    }
    const auto entries = root->list("");
    if (!entries) {
      out.push_back(broken(hop, entries.error()));
      continue;
    }
    const auto behind = files::file_system(folder.path);
    if (!behind) {
      out.push_back(broken(hop, behind.error()));
      continue;
    }
    out.push_back(good(hop, counted(entries->size(), "entry", "entries") + ", " + show(*behind)));
    if (folder.hard_links) out.push_back(examine_links(hop, *behind, settings.state_dir));
  }
  return out;
}

}  // namespace tributary::doctor
