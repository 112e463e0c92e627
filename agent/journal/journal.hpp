// agent/journal/journal.hpp: the one truth on disk: runs, parcels, receipts, what was tried and what comes next.
//
// Every act on the world is written here before it is attempted. A station's outcome and the next stage are one
// transaction.
//
// Threads    any; calls are serial.
// Failure    as agent/port/store. An error leaves everything as it was.
// Crash      what returned is on disk. What no run folder can tell again is there twice (copy.hpp).
// Never      an identity, a path below a run folder, a credential in the clear: those go in sealed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"
#include "agent/journal/copy.hpp"
#include "agent/journal/types.hpp"
#include "agent/port/store/store.hpp"

namespace tributary::journal {

class Journal {
 public:
  static constexpr int crashes_to_rest = 3, most_crashes = 9;

  /// `state_key` opens and seals; a key that is not the one of before is refused. A database that lacks what its copy
  /// has (it is new, or an old one was put back) takes it in; a rebuilt one raises the alarm `rebuilt_alarm`.
  static Result<std::unique_ptr<Journal>> open(const std::string& state_dir, const Secret<32>& state_key);
  /// The same, for the daemon alone: a damaged database is set aside, kept, and made anew from its copy. Without a copy
  /// that can be read it stays where it is and is an error: what was delivered would be sent again.
  static Result<std::unique_ptr<Journal>> open_or_rebuild(const std::string& state_dir, const Secret<32>& state_key);
  static constexpr const char* rebuilt_alarm = "journal";
  /// For commands that only look; nothing when there is no journal yet.
  static Result<std::unique_ptr<Journal>> open_to_read(const std::string& state_dir, const Secret<32>& state_key);
  static bool exists(const std::string& state_dir);

  [[nodiscard]] Digest256 tag(std::string_view domain, std::string_view value) const;
  /// Something that was read made no sense: it is to be opened anew, by `open_or_rebuild`. Any thread.
  [[nodiscard]] bool damaged() const { return database_->damaged(); }

  // --- housekeeping, for when nothing else is to be done: small steps; true: there is more to do
  /// Room goes back to the file system.
  Result<bool> tidy();
  /// Parcels that came to their end before that time lose what only sending needs: recipe and inline objects; those
  /// that are withdrawn or cancelled also their objects and tokens. Receipts, links and the rows themselves stay.
  Result<bool> prune(std::int64_t before);

  // --- runs
  Result<std::optional<RunRow>> run(const Digest256& folder_tag, const std::string& unit);
  /// The newest row of a folder, whatever the unit.
  Result<std::optional<RunRow>> newest_run(const Digest256& folder_tag);
  Result<std::vector<RunRow>> runs();
  /// Updates the row of that id, or inserts one (by folder and unit) when it is 0; gives the row's id.
  Result<std::int64_t> put_run(const RunRow& row);
  Status begin_plan(std::int64_t run);  // counts a crash until end_plan
  Status end_plan(std::int64_t run, std::int64_t samples, const Digest256& listing, std::int64_t next_plan);
  Status postpone_plan(std::int64_t run, std::int64_t next_plan, const std::string& reason, const std::string& hint);
  /// Puts a row aside whose folder will not be seen under it again, with the state it rests in. Nothing is due for it
  /// any more; one that is seen again is planned again, unless it rests as settled (3).
  Status close_run(std::int64_t run, int state, const std::string& reason, const std::string& hint, std::int64_t now);
  /// A run that is not settled was seen to change since then.
  Result<bool> is_run_moving(std::int64_t since);
  /// What is to be read from a folder waits: the rows of its runs that are not at rest say why, and so do its parcels
  /// that are not at the far side, which are not tried before `until`. Without `sealed`, only what is not sealed yet.
  Status source_away(const Digest256& folder_tag, const Error& why, bool sealed, std::int64_t until);
  /// It goes on at once; only where `reason` is what the parcels wait for, which is forgotten.
  Status source_back(const Digest256& folder_tag, const std::string& reason);
  /// What is held or put off at a destination while it is uploaded or taken back is tried again at once, unless a
  /// person must decide it. Gives how many.
  Result<std::int64_t> try_again_at(const std::string& destination);
  /// Folders with parcels that are still to be read from there.
  Result<std::vector<Digest256>> folders_to_read();
  /// Runs with parcels that are not sealed are planned again at once: an answer may have changed.
  Status replan_waiting();

  // --- parcels
  /// Inserts with a fresh id, or updates verdict, reason and evidence of one that is not sealed yet. Gives the row as
  /// it is then. `updated` is the time; ids grow in the order of the calls, whatever the clock says.
  Result<ParcelRow> plan_parcel(const ParcelRow& row);
  /// Parcels of the run that wait and that a whole plan did not name are held: no policy sends them any more. The next
  /// plan that names one lets it go on.
  Status hold_left_out(std::int64_t run, const std::set<std::string>& planned, std::int64_t now);
  /// A parcel that was planned under the name `pending`, because nobody had given a pseudonym yet, takes the pseudonym.
  Status name_parcel(std::int64_t run, const std::string& policy, const std::string& pending,
                     const std::string& pseudonym);
  /// The parcel of the same sample, run and policy under another pseudonym: one of before the key was rotated.
  Result<std::optional<ParcelRow>> parcel_before(std::int64_t run, const std::string& policy,
                                                 const std::string& pseudonym);
  Result<std::optional<ParcelRow>> parcel(const std::string& id);
  Result<std::optional<ParcelRow>> parcel_of(std::int64_t run, const std::string& policy, const std::string& pseudonym);
  /// By id, from behind `after`; limit < 0 is all.
  Result<std::vector<ParcelRow>> parcels(const Filter& filter = {}, const std::string& after = {},
                                         std::int64_t limit = -1);
  Result<std::vector<CountRow>> count_parcels();
  /// By destination, in the order of their names.
  Result<std::vector<StalledRow>> stalled_parcels();
  /// Receipts by kind, ever.
  Result<std::map<std::string, std::int64_t>> count_receipts();
  /// Names of runs with parcels for a destination that are held, not by an operator, or refused; the newest first.
  Result<std::vector<std::string>> runs_with(Condition condition, const std::string& destination, std::int64_t most);
  /// Some have not come to their end: delivered, withdrawn or cancelled.
  Result<bool> has_open_parcels();
  /// At most so many: those that have not come to their end before the others, the newest first.
  Result<std::vector<ParcelRow>> latest_parcels(std::int64_t most);

  // --- at a glance: at a cost of what is given, not of what there is
  /// Another word whenever something was written since, by whomever.
  Result<std::string> version();
  /// Newest first; of ids before that one, "" from the newest on.
  Result<std::vector<ParcelRow>> on_shelf(Shelf shelf, const std::string& before, std::int64_t most);
  /// Newest first; of ids before that one, 0 from the newest on.
  Result<std::vector<RunRow>> latest_runs(std::int64_t before, std::int64_t most);
  Result<std::int64_t> count_runs();
  /// By watch::RunState, which is no word of the journal's.
  Result<std::map<int, std::int64_t>> count_runs_by_state();
  Result<std::vector<RunCountRow>> count_parcels_of_run(std::int64_t run);
  /// From the first second to before the second.
  Result<Arrived> arrived_between(const std::string& destination, std::int64_t from, std::int64_t until);
  /// When something arrived there last; 0: never.
  Result<std::int64_t> last_arrival(const std::string& destination);
  /// What a destination may be asked for at present.
  struct Allowed {
    bool withdrawals = true, uploads = true, ingest = true;
    bool uploads_first = false;  // before what is at the far side already
  };
  /// The next parcel that is due at a destination. Withdrawals come before everything. Uploads: of the run and policy
  /// that was served least (see `serve`), the one of which least is left.
  Result<std::optional<ParcelRow>> next_due(const std::string& destination, std::int64_t now, const Allowed& allowed);
  Result<std::optional<ParcelRow>> next_due(const std::string& destination, std::int64_t now) {
    return next_due(destination, now, Allowed());
  }
  /// Puts the cost of an upload on the account of the parcel's run and policy.
  Status serve(const ParcelRow& row, std::int64_t cost);
  /// Earliest time at which a sealed parcel of a destination becomes due and may be tried; nothing when none waits.
  /// Without `uploads`, of those that are at the far side already.
  Result<std::optional<std::int64_t>> next_time(const std::string& destination, bool uploads);
  /// At a start: what was worked on when the program ended, `crashes_to_rest` times or more without getting on, waits a
  /// quarter of an hour and then four times as long each time, a day at most. After `most_crashes` it is held.
  Status rest_after_crashes(std::int64_t now);
  /// What was put off to after a time that nothing is ever put off to was written under a clock that was ahead: it is
  /// due at once.
  Status forget_times_after(std::int64_t utc_s, const std::vector<std::string>& destinations);
  /// Earliest time after `now` for which the plan of a settled run was put off.
  Result<std::optional<std::int64_t>> next_plan_time(std::int64_t now);
  /// By destination, in the order of their names.
  Result<std::vector<OpenRow>> open_parcels();
  /// Counts the attempt and, until the parcel is put again, a crash. False: it crashed too often and is held now, or it
  /// was held, withdrawn or cancelled since it was chosen.
  Result<bool> begin_work(const std::string& id, Stage stage, std::int64_t now);
  struct Outcome {
    Stage stage = Stage::waiting;
    Condition condition = Condition::going;
    std::string reason, hint;
    std::int64_t not_before = 0;  // 0: at once, and no attempt is counted
    bool counts = true;           // as an attempt of the parcel's own that failed
  };
  Status end_work(const std::string& id, const Outcome& outcome, std::int64_t now);
  Status progress(const std::string& id, std::uint64_t bytes_sent, std::uint64_t bytes_per_s);
  /// What became meanwhile of a parcel that is being sent. held: by an operator, or until consent is known again.
  /// called_off: withdrawn, cancelled or refused.
  enum class Standing : std::uint8_t { going, held, called_off };
  Result<Standing> standing(const std::string& id);
  Status set_proof(const std::string& id, const std::string& proof);
  Status set_task(const std::string& id, const std::string& task_id, const std::string& state);

  // --- what a parcel is made of
  /// Recipe, objects and stage `queued`, in one transaction.
  Status put_sealed(const std::string& id, ByteView recipe, const std::vector<ObjectRow>& objects, std::int64_t now);
  /// Back to waiting: recipe, objects and the resume tokens of the parcel are gone.
  Status unseal(const std::string& id, const std::string& reason, std::int64_t now);
  Result<Bytes> recipe(const std::string& id);
  /// Not of what was pruned, nor of what was at the far side when the journal was made anew from its copy.
  Result<bool> has_recipe(const std::string& id);
  Result<std::vector<ObjectRow>> objects(const std::string& id, bool with_inline);
  Status set_far(const std::string& id, std::int64_t number, const std::string& far_id, const std::string& self_uri,
                 const std::string& access_url);

  // --- operators: the number of parcels that moved
  /// Not what an operator holds: that is for `release`.
  Result<std::int64_t> retry(const Filter& filter, std::int64_t now);
  Result<std::int64_t> hold(const Filter& filter, std::int64_t now);
  Result<std::int64_t> release(const Filter& filter, std::int64_t now);
  Result<std::int64_t> cancel(const Filter& filter, std::int64_t now);

  // --- destinations
  /// Those of which anything is known, by name.
  Result<std::vector<DestinationRow>> destinations();
  Result<DestinationRow> destination(const std::string& name);
  /// `until` 0: until `resume_destination`. `name` "": all.
  Status pause_destination(const std::string& name, std::int64_t until, std::int64_t now);
  /// False: it was not paused.
  Result<bool> resume_destination(const std::string& name);
  /// Counts a try; keeps since when it is away.
  Status set_away(const std::string& name, const Error& why, std::int64_t next_try, std::int64_t now);
  Status set_back(const std::string& name);
  /// The next parcel is tried at once. `name` "": everywhere.
  Status try_now(const std::string& name);
  Status set_waits_for(const std::string& name, const std::string& what);
  /// At the start: accounts of runs of which nothing is left to send, and why uploads waited.
  Status forget_what_passed();

  // --- people
  /// Keeps who is behind a pseudonym. give_up, and nothing is changed, when the pseudonym stands for another id at that
  /// destination already, or when the id has another pseudonym there under the same key id.
  Status link(const LinkRow& row);
  Result<std::optional<LinkRow>> linked(const std::string& destination, const std::string& pseudonym);
  /// The same word at any destination.
  Result<std::vector<LinkRow>> linked_anywhere(const std::string& pseudonym);
  /// The pseudonym that an id was given under a key id; found by tag, nothing is unsealed.
  Result<std::optional<std::string>> pseudonym_of(const std::string& destination, const std::string& kind,
                                                  const std::string& id, const std::string& key_id);
  /// Every link, in the order of destinations and pseudonyms, until `visit` fails.
  Status each_link(const std::function<Status(const KeptLink&)>& visit);
  /// Takes in links of a backup, all or none: a conflict, as for `link`, leaves everything as it was. Withdrawals come
  /// with them.
  Result<Restored> restore_links(const std::vector<KeptLink>& links);
  /// Remembers that a subject withdrew; the first time stays.
  Status remember_withdrawal(const std::string& subject_id, Level level, std::int64_t now);
  Result<Withdrawals> withdrawals_of(const std::string& subject_id);
  Result<bool> is_withdrawn(const std::string& subject_id);
  /// The subject agreed anew. False: it had not withdrawn.
  Result<bool> lift_withdrawal(const std::string& subject_id, Level level);
  /// Another word whenever somebody withdrew from further use, or agreed anew.
  Result<std::string> withdrawals_revision();
  struct SubjectParcels {
    std::vector<ParcelRow> parcels;  // by id
    std::vector<LinkRow> elsewhere;  // samples without a parcel here: known by a backup only
  };
  /// Also those that were sent under former pseudonym keys.
  Result<SubjectParcels> parcels_of(const std::string& subject_id);
  /// Takes a parcel out of its way: what may have left is withdrawn; what never left is refused, without what it was
  /// made of, and `stopped` is the body of the receipt that tells it. False: there was nothing to take.
  Result<bool> withdraw_parcel(const std::string& id, const std::string& reason, const Json& stopped, std::int64_t now);
  /// Nobody can say whether a sealed parcel may be sent: it is held until `resume`. False: it does not wait to be sent.
  Result<bool> hold_unknown(const std::string& id, const std::string& reason, std::int64_t now);
  Result<bool> resume(const std::string& id, std::int64_t now);
  /// A parcel that was withdrawn waits to be sealed afresh; `hold`: not before an operator releases it.
  Result<bool> restore(const std::string& id, bool hold, std::int64_t now);

  // --- what no parcel can tell
  /// True: this is news.
  Result<bool> raise_alarm(const std::string& about, const Error& error, std::int64_t now);
  Status settle_alarm(const std::string& about);
  Result<std::vector<Alarm>> alarms();
  /// The latest time of day at which something was done here, to within an hour; 0: nothing was.
  Result<std::int64_t> latest_time();
  Status note_time(std::int64_t now);
  /// Bytes per second that one connection to a destination carried lately; 0: not known.
  Result<std::uint64_t> rate_of(const std::string& destination);
  Status note_rate(const std::string& destination, std::uint64_t bytes_per_s);
  /// What the hard links of `retain: link` hold at the last look.
  Status note_retained(std::uint64_t bytes);
  Result<std::uint64_t> retained_bytes();

  // --- two persons for one re-identification
  static constexpr std::int64_t request_lives_s =
      24 * 3600;  // until it is approved, and from then until it is answered
  /// Writes a request down under a fresh id, which it gives.
  Result<std::string> ask_reidentification(const RequestRow& row);
  Result<std::optional<RequestRow>> request(const std::string& id);
  /// The newest request of these words by this user that is neither answered nor expired.
  Result<std::optional<RequestRow>> open_request(const RequestRow& like, std::int64_t now);
  /// False: it is not there, not open any more, or `uid` asked it himself. Atomic.
  Result<bool> approve_request(const std::string& id, std::int64_t uid, std::int64_t now);
  /// Uses an approval up. False: there is none, or it is spent. Atomic.
  Result<bool> spend_approval(const std::string& id, std::int64_t now);

  // --- tokens of plugins
  Status put_token(const std::string& instance, const std::string& key, ByteView value);
  Result<std::optional<Bytes>> token(const std::string& instance, const std::string& key);
  /// Parcels of a destination that go there no more (cancelled, withdrawn, refused while they were sent) and of which
  /// its plugin still remembers something.
  Result<std::vector<std::string>> abandoned(const std::string& destination);

  // --- chains
  /// Appends a receipt, kind and parcel before the members of `body`, together with the parcel's new stage. wait: the
  /// parcel was withdrawn or cancelled meanwhile, nothing is written.
  Status add_receipt(const std::string& parcel, const std::string& kind, const Json& body, Stage stage,
                     std::int64_t now);
  Result<std::vector<ChainRow>> receipts(const Filter& filter = {});
  Status add_audit(const Json& body);
  Result<std::vector<ChainRow>> audit();

 private:
  Journal(std::unique_ptr<store::Database> database, const Secret<32>& state_key)
      : database_(std::move(database)), state_key_(state_key) {}
  static Result<std::unique_ptr<Journal>> open_at(const std::string& state_dir, const Secret<32>& state_key,
                                                  const store::Damage& damage);
  Status check_key(bool may_write);
  // The copy: see copy.cpp. `rows` are entries of a line, written with the transaction that they are of.
  Result<store::Transaction> begin();
  Status commit(store::Transaction& transaction, const Json& rows);
  Status keep(std::string_view table, const std::string& where, const std::vector<std::string>& words, Json& rows);
  Status keep_parcel(const std::string& id, Json& rows);
  Result<std::optional<Mark>> read_mark();
  Status write_mark(const Mark& mark);
  Status compare_with_copy();
  Status take_in(const Mark& from, Read& read);
  /// What the copy has too little of to go on with it; gives how many may have left something at a far side, which an
  /// alarm names.
  Result<std::int64_t> set_lost_aside(const Read& read, bool rebuilt);
  Status write_copy(std::int64_t lines);
  /// Links of before migration 2 have no tag and are bound to their pseudonym alone: tags and seals them afresh.
  Status tag_links();
  // Wants the lock. `words` stand for ?1 and on in `which`.
  Result<std::vector<ParcelRow>> newest_of(const std::string& which, std::int64_t most,
                                           const std::vector<std::string>& words = {});
  /// Ids, "" when nothing is due; the first two want the lock.
  Result<std::string> first_due(std::string_view which, const std::string& destination, std::int64_t now);
  Result<std::string> next_upload(const std::string& destination, std::int64_t now);
  Result<std::string> next_id_due(const std::string& destination, std::int64_t now, const Allowed& allowed);
  Result<std::vector<ParcelRow>> parcels_named(const std::string& destination, const std::string& pseudonym);
  /// These want the lock.
  Digest256 tag_of_link(const LinkRow& row) const;
  Result<Bytes> seal_link(const LinkRow& row) const;
  /// Of a statement over `link_columns`, on a row.
  Result<LinkRow> read_link(const store::Statement& statement) const;
  /// 0 added, 1 there already, 2 another person's (nothing was put); give_up on another conflict. `may_correct`: not of
  /// another person while nothing was ever sealed under the pseudonym here.
  Result<int> put_link(const LinkRow& row, bool may_correct, Json& rows);
  Result<bool> is_only_planned(const LinkRow& row);
  Result<Withdrawals> withdrawals_under_lock(const std::string& subject_id);
  Status put_withdrawal(const std::string& subject_id, Level level, std::int64_t at, Json& rows);
  /// In the transaction of the caller.
  Status append_receipt(const std::string& parcel, const std::string& kind, const Json& body, Json& rows);
  Result<Bytes> seal(std::string_view domain, std::string_view row, ByteView plaintext) const;
  Result<Bytes> unseal_bytes(std::string_view domain, std::string_view row, ByteView sealed) const;
  /// What has no recipe is planned and sealed afresh: its runs are looked at again at once.
  Status plan_afresh();
  Result<std::int64_t> move(std::string_view set, const Filter& filter, std::string_view when, std::int64_t now);

  std::mutex mutex_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Tail> copy_;  // null for readers
  Secret<32> state_key_;
};

/// The hash of a link of a chain: SHA-256(previous || body).
Digest256 chain_hash(const Digest256& previous, std::string_view body);
/// give_up naming the first number that does not fit.
Status verify_chain(const std::vector<ChainRow>& chain);

}  // namespace tributary::journal
