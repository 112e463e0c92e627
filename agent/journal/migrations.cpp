// agent/journal/migrations.cpp: the schema of the journal.
#include "agent/journal/migrations.hpp"

namespace tributary::journal {
namespace {

// Sealed columns hold AES-256-GCM under the state key, bound to their row; tags are HMAC-SHA-256 under it.
constexpr std::string_view first = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  folder_tag BLOB NOT NULL,           -- of the folder's path
  unit TEXT NOT NULL,                 -- which result of the run
  name TEXT NOT NULL,                 -- the folder's own name
  instrument TEXT NOT NULL,
  model TEXT NOT NULL,
  state INTEGER NOT NULL,             -- watch::RunState
  reason TEXT NOT NULL,
  hint TEXT NOT NULL,
  listing BLOB NOT NULL,
  quiet_since INTEGER NOT NULL,
  since INTEGER NOT NULL,             -- in this state
  samples INTEGER NOT NULL DEFAULT 0,
  planned_listing BLOB,               -- the listing that the parcels were planned from
  next_plan INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  UNIQUE (folder_tag, unit)
);

CREATE TABLE parcel (
  id TEXT PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  destination TEXT NOT NULL,
  policy TEXT NOT NULL,
  pseudonym TEXT NOT NULL,            -- of the sample
  subject_pseudonym TEXT NOT NULL,    -- "" while the subject is unknown
  key_id TEXT NOT NULL,               -- of the pseudonym key
  stage INTEGER NOT NULL,
  condition INTEGER NOT NULL,         -- 0 going on, 1 held, 2 refused
  reason TEXT NOT NULL,
  hint TEXT NOT NULL,
  operator_hold INTEGER NOT NULL DEFAULT 0,
  evidence BLOB,                      -- SHA-256 of the consent evidence
  recipe BLOB,                        -- sealed
  files INTEGER NOT NULL DEFAULT 0,
  bytes_total INTEGER NOT NULL DEFAULT 0,
  bytes_sent INTEGER NOT NULL DEFAULT 0,
  bytes_per_s INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  task_id TEXT NOT NULL DEFAULT '',
  task_state TEXT NOT NULL DEFAULT '',
  withdraw_level TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0,
  UNIQUE (run, policy, pseudonym)
) WITHOUT ROWID;
CREATE INDEX parcel_ready ON parcel (destination, not_before, created) WHERE condition = 0 AND operator_hold = 0 AND stage < 70;
CREATE INDEX parcel_withdrawing ON parcel (destination, not_before) WHERE stage = 80;
CREATE INDEX parcel_subject ON parcel (subject_pseudonym);
CREATE INDEX parcel_state ON parcel (stage, condition);

CREATE TABLE object (
  parcel TEXT NOT NULL REFERENCES parcel (id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  plaintext_sha256 BLOB NOT NULL,
  inline BLOB,                        -- ciphertext of what is made, not read: manifests, indices
  far_id TEXT NOT NULL DEFAULT '',
  self_uri TEXT NOT NULL DEFAULT '',
  access_url TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (parcel, number)
) WITHOUT ROWID;

CREATE TABLE token (
  instance TEXT NOT NULL,
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (instance, key)
) WITHOUT ROWID;

CREATE TABLE linkage (
  pseudonym TEXT NOT NULL,
  destination TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- subject, sample
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL,               -- the id behind it; a sample's also its subject's
  PRIMARY KEY (pseudonym)
) WITHOUT ROWID;

CREATE TABLE withdrawn (
  subject_tag BLOB PRIMARY KEY,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE receipt (
  number INTEGER PRIMARY KEY,
  parcel TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- delivered, withdrawn
  body TEXT NOT NULL,
  previous_hash BLOB NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (parcel, kind, hash)
);

CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  previous_hash BLOB NOT NULL,
  hash BLOB NOT NULL
);
)sql";

// A pseudonym belongs to a destination, not to the whole site: a source outside may give the same word at two of them.
// The tag finds the pseudonym of an id without unsealing; it is filled in when the journal is opened with its key.
constexpr std::string_view links_and_requests = R"sql(
CREATE TABLE link (
  destination TEXT NOT NULL,
  pseudonym TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- subject, sample
  key_id TEXT NOT NULL,               -- of the pseudonym key; behind the name of the source where it was given outside
  id_tag BLOB,                        -- of destination, kind and id; NULL: not yet filled in, sealed in the former way
  sealed BLOB NOT NULL,               -- the id behind it; a sample's also its subject's
  PRIMARY KEY (destination, pseudonym)
) WITHOUT ROWID;
INSERT INTO link (destination, pseudonym, kind, key_id, sealed)
  SELECT destination, pseudonym, kind, key_id, sealed FROM linkage;
DROP TABLE linkage;
ALTER TABLE link RENAME TO linkage;
CREATE INDEX linkage_of_id ON linkage (destination, kind, id_tag);
CREATE INDEX linkage_of_pseudonym ON linkage (pseudonym);

CREATE TABLE reidentification (
  id TEXT PRIMARY KEY,
  pseudonym TEXT NOT NULL,
  destination TEXT NOT NULL,          -- "" = any
  reason TEXT NOT NULL,
  asked_by INTEGER NOT NULL,          -- user ids of the operating system
  asked_at INTEGER NOT NULL,
  approved_by INTEGER,
  approved_at INTEGER NOT NULL DEFAULT 0,
  answered_at INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX reidentification_open ON reidentification (pseudonym, asked_at);
)sql";

// Why a parcel is taken back stays while errors on the way come and go. An alarm is something that no parcel can tell.
constexpr std::string_view withdrawals_and_alarms = R"sql(
ALTER TABLE parcel ADD COLUMN withdraw_reason TEXT NOT NULL DEFAULT '';

CREATE TABLE no_contact (
  subject_tag BLOB PRIMARY KEY,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE alarm (
  about TEXT PRIMARY KEY,
  what TEXT NOT NULL,
  hint TEXT NOT NULL,
  since INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

// What was read back of a parcel before it counts as delivered.
constexpr std::string_view proofs = R"sql(
ALTER TABLE parcel ADD COLUMN proof TEXT NOT NULL DEFAULT '';
)sql";

// For years of parcels: counted, listed and pruned without reading them all.
constexpr std::string_view backlog = R"sql(
ALTER TABLE parcel ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;  -- 1 = what only sending needs is gone
CREATE INDEX parcel_count
  ON parcel (destination, stage, condition, operator_hold, bytes_total, bytes_sent, created);
CREATE INDEX parcel_open ON parcel (id) WHERE stage NOT IN (70, 90, 95);
CREATE INDEX parcel_finished ON parcel (updated) WHERE stage IN (70, 90, 95) AND pruned = 0;
CREATE INDEX run_name ON run (name);
CREATE INDEX token_key ON token (key);
)sql";

// Whose turn it is at a destination, whether it is paused, and since when it is away. An account of a run and policy
// begins where the destination stands, so that who comes later does not take back what others had before.
constexpr std::string_view turns_and_destinations = R"sql(
CREATE TABLE destination (
  name TEXT PRIMARY KEY,              -- of a destination or its ingest; "" = a pause of all
  served INTEGER NOT NULL DEFAULT 0,  -- the account that was served last
  paused_since INTEGER NOT NULL DEFAULT 0,
  paused_until INTEGER NOT NULL DEFAULT 0,  -- 0 = until an operator says so
  away_since INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,   -- since it is away
  next_try INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  hint TEXT NOT NULL DEFAULT '',
  waits_for TEXT NOT NULL DEFAULT ''  -- why uploads wait at this machine
) WITHOUT ROWID;

CREATE TABLE turn (
  destination TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES run (id),
  policy TEXT NOT NULL,
  served INTEGER NOT NULL,            -- what was sent for it, by the weight of its priority
  PRIMARY KEY (destination, run, policy)
) WITHOUT ROWID;
CREATE INDEX turn_next ON turn (destination, served);
INSERT INTO turn SELECT DISTINCT destination, run, policy, 0 FROM parcel WHERE stage IN (30, 40);

CREATE INDEX parcel_turn ON parcel (destination, run, policy, bytes_total - bytes_sent, not_before)
  WHERE condition = 0 AND operator_hold = 0 AND stage IN (30, 40);
CREATE INDEX parcel_far ON parcel (destination, not_before)
  WHERE condition = 0 AND operator_hold = 0 AND stage IN (50, 60);

ALTER TABLE parcel ADD COLUMN failing_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parcel ADD COLUMN most_sent INTEGER NOT NULL DEFAULT 0;  -- bytes_sent at its best
)sql";

// For the status page: parcels by state and newest first, by run, and what arrived when.
constexpr std::string_view glances = R"sql(
DROP INDEX parcel_state;
CREATE INDEX parcel_state ON parcel (stage, condition, operator_hold);
CREATE INDEX parcel_run ON parcel (run, stage, condition, operator_hold);
CREATE INDEX parcel_arrived ON parcel (destination, delivered, bytes_total) WHERE delivered > 0;
)sql";

// For the metrics, which count runs without reading them.
constexpr std::string_view run_states = "CREATE INDEX run_state ON run (state);";

}  // namespace

const std::vector<std::string_view>& migrations() {
  static const std::vector<std::string_view> steps{
      first, links_and_requests, withdrawals_and_alarms, proofs, backlog, turns_and_destinations, glances, run_states};
  return steps;
}

}  // namespace tributary::journal
