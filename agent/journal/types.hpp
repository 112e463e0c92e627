// agent/journal/types.hpp: what the journal tells: rows, counts, and how parcels are looked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"

namespace tributary::journal {

/// Where a parcel is on its way. Numbers are on disk: never renumber, never reuse.
enum class Stage : std::uint8_t {
  waiting = 10,  // known, not sealed
  sealing = 20,
  queued = 30,  // sealed, nothing at the far side
  uploading = 40,
  registered = 50,  // at the far side
  ingesting = 60,
  delivered = 70,
  withdrawing = 80,
  withdrawn = 90,
  cancelled = 95,
};
enum class Condition : std::uint8_t { going = 0, held = 1, refused = 2 };
std::string_view name_of(Stage stage);
/// As operators see it: held and refused hide the stage.
std::string_view state_of(Stage stage, Condition condition, bool operator_hold);

struct RunRow {
  std::int64_t id = 0;
  Digest256 folder_tag{};
  std::string unit, name, instrument, model, reason, hint;
  int state = 0;
  Digest256 listing{};
  std::int64_t quiet_since = 0, since = 0, next_plan = 0;
  std::int64_t samples = 0, attempts = 0, crashes = 0;
  std::optional<Digest256> planned_listing;
};

struct ParcelRow {
  std::string id;
  std::int64_t run = 0;
  std::string run_name;  // joined
  std::string destination, policy, pseudonym, subject_pseudonym, key_id;
  Stage stage = Stage::waiting;
  Condition condition = Condition::going;
  std::string reason, hint;
  bool operator_hold = false;
  std::optional<Digest256> evidence;
  std::int64_t files = 0, bytes_total = 0, bytes_sent = 0, bytes_per_s = 0;
  std::int64_t attempts = 0, crashes = 0, not_before = 0, created = 0, updated = 0, delivered = 0;
  std::string task_id, task_state;
  std::string withdraw_reason;  // why it is or was taken back; "" when it never was
  std::string proof;            // JSON: how what lies at the far side was compared; "" when it was not yet
  /// Since when every attempt ended in `later` without a byte more than before; 0: not. Of the time between two acts a
  /// day counts at most: a machine may be switched off, and a clock may leap.
  std::int64_t failing_since = 0;
  /// For how long, in seconds, if another attempt ends so now.
  [[nodiscard]] std::int64_t failing_s(std::int64_t now) const;
};

/// What is known of a destination, or of the ingest of one, beside its parcels. Times in UTC seconds; 0: not.
struct DestinationRow {
  std::string name;  // "": a pause of all destinations
  std::int64_t paused_since = 0, paused_until = 0;
  std::int64_t away_since = 0, tries = 0, next_try = 0;
  std::string reason, hint;  // why it is away
  std::string waits_for;     // why uploads wait at this machine
  [[nodiscard]] bool is_paused(std::int64_t now) const {
    return paused_since > 0 && (paused_until == 0 || now < paused_until);
  }
};

struct ObjectRow {
  std::int64_t number = 0;
  std::string name;
  std::uint64_t bytes = 0;
  Digest256 sha256{}, plaintext_sha256{};
  Bytes inline_bytes;  // read with `objects(parcel, true)` only
  std::string far_id, self_uri, access_url;
};

struct LinkRow {
  std::string pseudonym, destination, kind, key_id, id, subject_id;  // the last two are identities
};

/// A link as a backup carries it: with the times at which its subject withdrew, 0 when nobody did.
struct KeptLink {
  LinkRow link;
  std::int64_t withdrawn_utc_s = 0, no_contact_utc_s = 0;
};

/// What a subject withdraws: everything, or only the leave to be asked again by the programme.
enum class Level : std::uint8_t { no_further_use, no_further_contact };

/// Times at which a subject withdrew; 0: never.
struct Withdrawals {
  std::int64_t use_utc_s = 0, contact_utc_s = 0;
};

/// Something that an operator must know and that no parcel can tell.
struct Alarm {
  std::string about, what, hint;
  std::int64_t since_utc_s = 0;
};

/// What became of a backup that was taken in: nothing at all when there are conflicts.
struct Restored {
  std::uint64_t added = 0, there_already = 0, conflicts = 0;
};

/// Somebody wants to know who is behind a pseudonym, and somebody else has to agree.
struct RequestRow {
  std::string id, pseudonym, destination, reason;  // destination "": any
  std::int64_t asked_by_uid = 0, asked_utc_s = 0;
  std::optional<std::int64_t> approved_by_uid;
  std::int64_t approved_utc_s = 0, answered_utc_s = 0;  // 0: not yet
};

struct ChainRow {
  std::int64_t number = 0;
  std::string parcel, kind, body;
  Digest256 previous_hash{}, hash{};
};

/// Parcels of one destination that are neither done nor refused.
struct OpenRow {
  std::string destination;
  std::int64_t parcels = 0;
  std::int64_t far = 0;          // of these: may have left something at the far side
  std::int64_t withdrawing = 0;  // of those: being taken back
};

/// Parcels that are alike, for counting.
struct CountRow {
  std::string destination;
  Stage stage = Stage::waiting;
  Condition condition = Condition::going;
  bool operator_hold = false;
  std::int64_t parcels = 0, bytes_left = 0, oldest_created = 0, bytes_total = 0;
};

/// Parcels of one destination that are tried and do not get on: no attempt brought a byte more than those before.
struct StalledRow {
  std::string destination;
  std::int64_t parcels = 0, since = 0;  // of the one that stands longest, UTC seconds
};

/// Parcels of a run that are alike.
struct RunCountRow {
  Stage stage = Stage::waiting;
  Condition condition = Condition::going;
  bool operator_hold = false;
  std::int64_t parcels = 0;
};

/// What reached a destination in some time.
struct Arrived {
  std::int64_t parcels = 0, bytes = 0;
};

/// Parcels as a person looks for them; moving: being worked on; waiting: in a queue; ended: withdrawn or cancelled.
enum class Shelf : std::uint8_t { held, refused, moving, waiting, delivered, ended };

struct Filter {  // empty: any
  std::string parcel, run, destination;
};

}  // namespace tributary::journal
