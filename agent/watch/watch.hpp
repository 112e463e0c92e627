// agent/watch/watch.hpp: the first station: run folders that came to rest.
//
// Polling is the truth: every scan walks what matters and compares it with the scan before. inotify may only make the
// next scan come sooner (it does not see remote writers).
//
// Order      folders by name. Failure of one folder never hides the others.
// Time       a folder is quiet when its listing did not change for the settle time. A clock that was set back, or that
//            jumped ahead while we looked on, starts the quiet time afresh.
// Threads    any number; looks at the same run folder take turns.
// Crash      holds nothing but what the next scan finds again, except since when a folder is quiet: that is asked of
//            the caller (`remember`), who keeps what the sighting says.
// Absence    a folder that is missing from an answer was not seen; that never means that it was deleted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"
#include "agent/plugin/instrument.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::watch {

/// A run that is complete by its instrument's own word, and quiet. Only watch makes one.
class SettledRun {
 public:
  [[nodiscard]] const std::string& folder() const { return folder_; }  // absolute path
  [[nodiscard]] const std::string& name() const { return name_; }      // the folder's own name
  [[nodiscard]] const plugin::Unit& unit() const { return unit_; }
  [[nodiscard]] const std::string& instrument() const { return instrument_; }  // plugin name
  [[nodiscard]] const Digest256& listing() const { return listing_; }          // digest over names, sizes and times

 private:
  friend class Watcher;
  std::string folder_, name_, instrument_;
  plugin::Unit unit_;
  Digest256 listing_{};
};

enum class RunState : std::uint8_t {
  unrecognised = 0,  // no instrument knows it
  running = 1,       // the instrument is not done
  settling = 2,      // done, not quiet for long enough
  settled = 3,
  failed = 4,   // the instrument says the run failed
  unclear = 5,  // a person must look
};
std::string_view name_of(RunState state);

/// A file server may show an earlier state of a file for as long as this (nfs(5), acdirmax; CIFS keeps less): no run
/// there is quiet sooner.
inline constexpr std::int64_t attribute_cache_s = 60;

/// What one look at one folder found.
struct Sighting {
  std::string folder, name, instrument;  // instrument: plugin name or ""
  RunState state = RunState::running;
  std::string reason, hint;  // why it is not settled; no identifiers
  Digest256 listing{};
  std::int64_t quiet_since_utc_s = 0;  // to be remembered together with `listing`
  plugin::Unit unit;
  std::optional<SettledRun> settled;
};

/// What the journal remembers of a run folder: `files::FileSystem::identity`, "" for nothing. `look` gives what is
/// there now, as soon as a run stands in it.
struct Place {
  std::string file_system;
};

/// What the journal remembers of a folder from the looks before.
struct Memory {
  Digest256 listing{};
  std::int64_t quiet_since_utc_s = 0;
};

class Watcher {
 public:
  /// `instruments` outlive the watcher.
  Watcher(std::vector<plugin::Instrument*> instruments, const Clock& clock);

  /// Looks at every direct child of the run folder. `remember(folder)` gives what the last look left.
  /// With `trust_markers` (--once) settle times count as passed for runs whose completion marker stands.
  /// Failure: wait when the folder is away, or lies on another file system than `place` says and holds no run that is
  /// remembered (a lost mount is not a deletion). Cost: a run that has been quiet for an hour is only asked for the
  /// times of its folders, and looked at in full every quarter of an hour.
  Result<std::vector<Sighting>> look(const config::RunFolder& where,
                                     const std::function<std::optional<Memory>(const std::string& folder)>& remember,
                                     bool trust_markers, Place& place) const;
  /// One folder, for plan and explain: settled as it stands, whatever the clock says.
  Result<Sighting> look_at(const std::string& folder, const std::string& instrument) const;

 private:
  struct Seen;
  struct Question;
  [[nodiscard]] Sighting sight(const Question& question) const;
  [[nodiscard]] std::optional<Sighting> remembered(const Question& question, const files::Root& root) const;
  void judge(const Question& question, plugin::Instrument& instrument, Sighting& sighting) const;
  void settle(const Question& question, Sighting& sighting) const;
  [[nodiscard]] plugin::Instrument* instrument_for(const std::string& folder, const std::string& wanted,
                                                   Sighting& sighting) const;

  std::vector<plugin::Instrument*> instruments_;
  const Clock& clock_;
  std::shared_ptr<Seen> seen_;  // of the looks before; makes looks cheap, decides nothing
};

/// inotify on the run folders and their direct children, and the kernel's word when a file system is mounted or taken
/// away; a hint only: remote writers are not heard, and more folders than the kernel's limit are not listened to.
/// Threads    `wait` one; `wake` any, also a signal handler.
class Hint {
 public:
  virtual ~Hint() = default;
  /// Sleeps until something moved, `timeout_s` passed, or `wake` was called. True when something moved.
  virtual bool wait(std::int64_t timeout_s) = 0;
  virtual void wake() = 0;
};
std::unique_ptr<Hint> make_hint(const std::vector<std::string>& folders);

}  // namespace tributary::watch
