// agent/doctor/machine.cpp: clock, disk, journal, secrets, names, run folders.
#include "agent/doctor/machine.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/config/key_files.hpp"
#include "agent/line/name_key.hpp"
#include "agent/line/presence.hpp"
#include "agent/line/site.hpp"
#include "agent/line/strays.hpp"
#include "agent/line/time_of_day.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::doctor {
namespace {

constexpr std::uint64_t little_room_bytes = 1U << 30;

std::string show(const files::FileSystem& behind) {
  std::string out = "on " + printable(behind.type) + " mounted at " + printable(behind.mount_point);
  if (behind.read_only) out += ", read-only, which is enough";
  if (behind.remote) {
    out += ", a file server: it tells of no changes and is polled, and no run is quiet before " +
           show_duration(watch::attribute_cache_s);
  }
  return out;
}

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
  if (behind->read_only) {
    return broken("state_dir", operator_error(printable(settings.state_dir) + " lies on a read-only mount (" +
                                                  printable(behind->mount_point) + ")",
                                              "mount it for writing; is the disk damaged?"));
  }
  return good("state_dir", printable(settings.state_dir) + " is there and ours, " + show(*behind));
}

Finding examine_journal(const config::Settings& settings) {
  if (!journal::Journal::exists(settings.state_dir))
    return warning("journal", "there is none yet", "tributaryd makes it at its first start");
  auto key = line::state_key(settings);
  if (!key) return broken("journal", key.error());
  auto journal = journal::Journal::open_to_read(settings.state_dir, *key);
  if (!journal) return broken("journal", journal.error());
  auto names = pseudonymise::PseudonymKey::load(settings.pseudonym_key_file);
  if (!names) return broken("journal", names.error());
  if (auto same = line::check_name_key(**journal, names->id()); !same) return broken("journal", same.error());
  return good("journal", "opens with its key");
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

// The files that plugins read secrets from are named after what is in them.
bool names_a_secret(const std::string& key) { return key.ends_with("key_file") || key.ends_with("password_file"); }

std::set<std::string> secrets_of(const config::Settings& settings) {
  std::set<std::string> out{settings.state_key_file, settings.pseudonym_key_file, settings.identity_key_file};
  const auto add = [&](const config::Reach& reach, const config::PluginSettings& values) {
    out.insert({reach.auth.secret_file, reach.tls.key_file});
    for (const auto& [key, value] : values) {
      if (names_a_secret(key)) out.insert(value);
    }
  };
  for (const auto& entry : settings.subjects) add(entry, entry.settings);
  for (const auto& entry : settings.destinations) {
    add(entry, entry.settings);
    if (entry.ingest) add(entry, entry.ingest->settings);
  }
  for (const auto& entry : settings.notifications) add(entry, entry.settings);
  add(settings.pseudonyms, settings.pseudonyms.settings);
  out.erase(std::string());
  return out;
}

Finding examine_secret(const std::string& path) {
  const auto hop = "secret " + printable(path);
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || ::access(path.c_str(), R_OK) != 0)
    return broken(hop, operator_error(std::string("it can not be read: ") + std::strerror(errno),
                                      "make it readable for the daemon's user, and for nobody else"));
  std::array<char, 64> said{};
  std::snprintf(said.data(), said.size(), "mode %04o, of user %u and group %u", info.st_mode & 07777U, info.st_uid,
                info.st_gid);
  const auto outsiders = config::outsiders_of(info);
  if (outsiders == config::Outsiders::everybody)
    return broken(hop, operator_error(std::string(said.data()) + ": everybody on this machine may open it",
                                      "chmod 0600, and replace what is in it"));
  if (outsiders == config::Outsiders::group) return warning(hop, said.data(), "its group may open it: chmod 0600");
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return warning(hop, said.data(), "it belongs to another user: chown it to the daemon's");
  return good(hop, said.data());
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

Finding examine_daemon(const config::Settings& settings) {
  const auto works = line::check_daemon(settings.state_dir);
  return works ? good("daemon", "tributaryd works on this state_dir")
               : warning("daemon", works.error().what, works.error().hint);
}

std::vector<Finding> examine_secrets(const config::Settings& settings) {
  std::vector<Finding> out;
  for (const auto& path : secrets_of(settings)) out.push_back(examine_secret(path));
  return out;
}

Finding examine_name(const std::string& hop, const std::string& host) {
  addrinfo* found = nullptr;
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  std::uint64_t addresses = 0;
  for (const auto* one = found; one != nullptr; one = one->ai_next) ++addresses;
  if (found != nullptr) ::freeaddrinfo(found);
  if (code == 0) return good(hop, "DNS: " + printable(host) + " has " + counted(addresses, "address", "addresses"));
  return broken(
      hop, operator_error("DNS: " + printable(host) + ": the name can not be resolved (" + ::gai_strerror(code) + ")",
                          "check the spelling of the host, and this machine's resolver: resolvectl status"));
}

Finding examine_file(const std::string& hop, const std::string& path) {
  const auto behind = files::file_system(path);
  return behind ? good(hop, printable(path) + " lies " + show(*behind)) : broken(hop, behind.error());
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
