// agent/line/runner.hpp: moves everything that can be moved, one hop at a time, for ever or once.
//
// Order      runs that are settled are sealed in turns, parcels of a destination sent in turns: see
// agent/line/gate.hpp. Threads    `run_once` and `run` use the caller's thread for watching and sealing and one thread
// per destination; one
//            more asks for consent, and one minds that uploads end when they may not go on.
// Failure    one run, parcel or destination that fails never stops the others; what fails is recorded with its reason.
// Crash      everything is found again from the journal and the folders.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/log.hpp"
#include "agent/base/stop.hpp"
#include "agent/journal/journal.hpp"
#include "agent/line/gate.hpp"
#include "agent/line/names.hpp"
#include "agent/line/site.hpp"
#include "agent/port/supervisor/supervisor.hpp"
#include "agent/push/push.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::line {

class Runner {
 public:
  using Room = std::function<Result<std::uint64_t>(const std::string& path)>;  // as files::free_bytes
  Runner(Site& site, journal::Journal& journal, const Clock& clock, Log& log, const Stop& stop,
         const supervisor::Machine& machine = supervisor::machine(), Room room = files::free_bytes);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Does all that can be done, then returns: waits for uploads and tasks in progress and for what is due within a
  /// minute.
  Status run_once();
  /// Until `stop`. `hint` makes the next look come sooner.
  void run(watch::Hint& hint);
  /// True when nothing is held, refused or waiting.
  Result<bool> all_is_well();

  /// One look at all run folders: records what is seen, plans and seals what settled.
  void look(bool trust_markers);
  /// Asks again for everything that was asked, when a source has changed or could not answer. Any thread.
  void recheck_consent();
  /// Takes away what is left at a destination of parcels that go there no more. What it can not have now, it is asked
  /// for at the next start.
  void sweep(const std::string& destination);
  /// One hop of one parcel of a destination; false when nothing is due.
  bool step(const std::string& destination);
  /// Looks at pauses, hours, load and sequencer, and ends what may not go on or has had its turn. Once a second.
  void mind_gates();

 private:
  void start_carriers();
  void join_carriers();
  void carry(const std::string& destination);
  void keep_asking();
  void tidy();
  void keep_minding();
  void wake_carriers();

  void forget_far_times();
  [[nodiscard]] Digest256 tag_of(const std::string& folder) const;
  struct Due {  // to be planned
    journal::RunRow row;
    watch::SettledRun run;
  };
  struct Look {
    std::set<Digest256> seen;  // run folders
    std::vector<Due> due;
  };
  void record(const watch::Sighting& sighting, Look& look);
  /// False: it is away, which is told, and what is to be read from it waits.
  bool look_at_folder(const config::RunFolder& folder, bool trust_markers, Look& look);
  void plan_all(const std::vector<Due>& due);
  void tell_away(const std::vector<std::string>& away);
  void is_away(const config::RunFolder& folder, const Error& why);
  void is_gone(const std::vector<std::string>& looked, const std::set<Digest256>& seen);
  void is_back(journal::RunRow& row);
  /// The row of a run that was read before and lies in this folder now: nothing of it is sent a second time.
  Result<std::optional<journal::RunRow>> moved_here(const watch::Sighting& sighting);
  [[nodiscard]] std::string folder_now(std::int64_t run);
  /// The configured run folder in which it lies; null when it is not configured any more.
  [[nodiscard]] const config::RunFolder* place_of(const journal::RunRow& row) const;
  [[nodiscard]] bool keeps_links(const std::string& folder) const;
  void sweep_links();
  /// What was held or put off at a destination goes on when its credentials or certificates were replaced.
  void mind_credentials();
  /// False: the disk of the journal is nearly full, which is told; nothing new is sealed.
  bool has_room();
  void close_left_behind(const std::vector<std::string>& looked, const std::set<Digest256>& seen);
  [[nodiscard]] bool lies_in(const std::vector<std::string>& folders, const journal::RunRow& row) const;
  void close(const journal::RunRow& row, int state, const std::string& reason, const std::string& hint);
  bool plan_is_due(const journal::RunRow& row) const;
  void plan(const journal::RunRow& row, const watch::SettledRun& run);
  Result<std::vector<pseudonymise::Assignment>> assign(const consent::ConsentedRun& run);
  void judge(const pseudonymise::Assignment& assignment, const std::string& run_name, journal::ParcelRow& parcel) const;
  static bool asks_again(const pseudonymise::Assignment& assignment);
  /// False: the sample is sealed or further in this run under a pseudonym of before, or of another person, and is not
  /// sent a second time.
  Result<bool> settle_name(const pseudonymise::Assignment& assignment, journal::ParcelRow& parcel);
  Status tell_of_refused_name(const pseudonymise::Assignment& assignment, const journal::ParcelRow& parcel);
  Result<std::int64_t> plan_parcels(const journal::RunRow& row, const watch::SettledRun& run, std::int64_t& next_plan);
  struct Sealing {
    journal::ParcelRow row;
    const pseudonymise::PseudonymousParcel* parcel;
  };
  void seal_all(const std::vector<Sealing>& parcels, std::int64_t& next_plan);
  void seal(const journal::ParcelRow& row, const pseudonymise::PseudonymousParcel& parcel, std::int64_t& next_plan);

  Status clock_is_good();
  /// Of a destination, in its own thread, now and then while the clock is not good.
  void ask_the_time(const std::string& destination);
  Status note_time(std::int64_t now);
  void alarm(const std::string& about, const Error& error);
  void settle(const std::string& about);
  struct Round;
  void recheck(const journal::ParcelRow& row, Round& round);
  /// False: not all were asked, or not all answers could be written.
  bool recheck_all(Round& round);
  /// False, of these: the journal could not be written, which is told.
  bool tell(const journal::ParcelRow& row, const Result<bool>& moved, const std::string& what);
  bool take_back(const journal::ParcelRow& row, const std::string& why);
  bool hold_unknown(const journal::ParcelRow& row, const std::string& why);
  /// Right before data becomes visible.
  consent::Decision ask_at_commit(const journal::ParcelRow& row);
  /// Nothing: the parcel was taken back, is held, or is planned afresh.
  std::optional<consent::Decision> may_send(const journal::ParcelRow& row, OpenDestination& destination);
  bool has_moved(const journal::ParcelRow& row);
  void recheck_former(const journal::ParcelRow& row, const std::string& person, Round& round);

  void push(const journal::ParcelRow& row, const consent::Decision& decision, OpenDestination& destination);
  void seal_again(const journal::ParcelRow& row, OpenDestination& destination, const std::string& why);
  void ingest(const journal::ParcelRow& row, OpenDestination& destination);
  void withdraw(const journal::ParcelRow& row, OpenDestination& destination);
  void ask_desk(const journal::ParcelRow& row, const Error& why);
  void end(const journal::ParcelRow& row, journal::Stage stage, const Error& error);
  /// Without a station, that is `who`.
  void report(const std::string& who, const Error& error, About about = {});
  void store(const journal::ParcelRow& row, const journal::Journal::Outcome& outcome);
  std::optional<Closed> uploads_wait(const std::string& destination);
  journal::Journal::Allowed allowed_at(const std::string& destination);
  void mind(const std::string& name, OpenDestination& destination);
  bool loosen_reins(const std::string& name, OpenDestination& destination);
  void account(const journal::ParcelRow& row);
  journal::Journal::Outcome put_off(const journal::ParcelRow& row, journal::Stage stage, const Error& error);
  void note_back(const journal::DestinationRow& before);
  [[nodiscard]] std::string service_of(const journal::ParcelRow& row) const;
  void hold_if_hopeless(const journal::ParcelRow& row, const Error& error, journal::Journal::Outcome& outcome) const;
  Courtesy::Pace pace();
  void rest_after_crashes();
  void rest_a_while(std::chrono::steady_clock::time_point& since);
  Result<bool> something_is_due_by(std::int64_t horizon_utc_s);
  enum class When : std::uint8_t { any_time, commit };  // right before data becomes visible, a family must be sealed
  struct Asked {
    consent::Decision decision;
    std::string former_person;  // an identity: whose it was when it was sealed, when that is somebody else today
  };
  Asked ask_again(const journal::ParcelRow& row, When when);
  /// "": the sample is still whose it was when it was sealed.
  Result<std::string> former_person(const journal::ParcelRow& row, const journal::LinkRow& link,
                                    const std::string& subject);
  Result<std::vector<consent::OtherSample>> others_of_run(const journal::ParcelRow& row, When when);
  double chance();

  Site& site_;
  journal::Journal& journal_;
  const Clock& clock_;
  Log& log_;
  const Stop& stop_;
  Room room_;
  watch::Watcher watcher_;
  push::Carrier carrier_;

  std::mutex recheck_mutex_;
  std::string revision_;                  // of the subject sources when consent was last asked
  std::atomic<std::int64_t> recheck_at_;  // UTC seconds; asked again then, whatever the revision says

  const supervisor::Machine& machine_;
  struct Lane {  // of a destination
    bool uploading = false, was_far = false;
    std::int64_t since = 0;
    std::string waits_for;
  };
  std::mutex gates_mutex_;
  Courtesy courtesy_;
  Courtesy::Pace pace_ = Courtesy::Pace::full;
  std::map<std::string, Lane> lanes_;
  std::mutex folders_mutex_;
  std::map<std::int64_t, std::string> folders_;  // where the runs lie, by id, as far as they were seen in this life

  std::mutex time_mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point> time_asked_;
  std::mutex told_mutex_;
  std::map<std::string, std::int64_t> told_;  // warnings, and when they were last written

  std::mutex carriers_mutex_;
  std::condition_variable carriers_wake_;
  std::uint64_t wakes_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<bool> look_again_{false};  // something waits to be sealed: a parcel afresh, or the rest of a run
  std::vector<std::thread> carriers_;
};

}  // namespace tributary::line
