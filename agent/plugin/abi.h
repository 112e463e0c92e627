/* agent/plugin/abi.h: the C interface between the agent and its plugins. C11; no other header of the agent is for
 * plugins.
 *
 * A plugin is one shared object with one symbol, `tributary_plugin`, which returns a static descriptor.
 * Structs      carry their size first and only ever grow at the end. A major mismatch is refused by the loader.
 * Strings      UTF-8, NUL-terminated, live until the call that received them returns.
 * Memory       nothing allocated on one side is freed on the other.
 * Exceptions   never cross; plugins/sdk fences them into TRIBUTARY_BROKEN.
 * Threads      one call at a time per `self`; several selves may run at once. Long calls poll host->stopping. Threads
 *              that a plugin starts itself, and joins before the call returns, may call every function of the host,
 *              and of a parcel those that say so.
 * Identity     instrument, consent and pseudonym plugins see identities; destination and ingest plugins see sealed
 *              bytes, pseudonyms and digests only, notification plugins not even these. Nobody passes an
 *              identity to `log` or into a note.
 */
#ifndef TRIBUTARY_PLUGIN_ABI_H
#define TRIBUTARY_PLUGIN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TRIBUTARY_ABI_MAJOR 1u
#define TRIBUTARY_ABI_MINOR 5u
#define TRIBUTARY_EXPORT __attribute__((visibility("default")))

/* Outcomes; fixed width on purpose. */
typedef int32_t tributary_outcome;
#define TRIBUTARY_DONE 0    /* durably done                                     */
#define TRIBUTARY_LATER 1   /* nothing is wrong; try again not before a time    */
#define TRIBUTARY_REFUSED 2 /* no, for this one, for good                       */
#define TRIBUTARY_BROKEN 3  /* a person must act before a retry can help        */

#define TRIBUTARY_UNREADABLE (-2) /* of recall                                    */

typedef int32_t tributary_kind;
#define TRIBUTARY_INSTRUMENT 1
#define TRIBUTARY_CONSENT 2
#define TRIBUTARY_DESTINATION 3
#define TRIBUTARY_INGEST 4
#define TRIBUTARY_PSEUDONYMS 5
#define TRIBUTARY_NOTIFICATION 6 /* since 1.4 */

/* Caller's memory; the callee fills it. */
typedef struct tributary_note {
  char what[512];           /* one sentence for the operator: who, what, why */
  char hint[512];           /* what to do about it, or ""                    */
  int64_t not_before_utc_s; /* LATER: earliest retry; 0 = the host decides   */
} tributary_note;

/* One settings key that a plugin accepts. type: "string" "path" "url" "bool" "integer" "size" "duration" "list" "map".
 * `settings` of the YAML arrive as text; a list is one line per item; size is in bytes and duration in seconds.
 * `open` judges the values: BROKEN, with the key and ": " in front of `what`, lets `tributary check` point at it. It
 * asks no far side. */
typedef struct tributary_key {
  const char* name;
  const char* type;
  const char* fallback; /* NULL: must be given; "" : optional, empty by default */
  const char* help;
} tributary_key;

typedef struct tributary_header {
  const char* name;
  const char* value;
} tributary_header;

/* One HTTP exchange, done by the host under its TLS policy, proxy, rate limit and time-outs. */
typedef struct tributary_http_request {
  uint32_t size;
  const char* method;
  const char* url;
  const tributary_header* headers;
  uint32_t header_count;
  int32_t authorize; /* 1: the host adds the configured credentials, to the configured origin only */
  const void* body;  /* either this ...                                        */
  uint64_t body_bytes;
  /* ... or this, called until body_bytes are given: bytes given, or < 0 to break off. */
  int64_t (*read_body)(void* ctx, void* into, uint64_t room);
  void* ctx;
  uint32_t answer_timeout_s; /* 0: the host's */
} tributary_http_request;

/* The answer lives until the next http call of the same thread. */
typedef struct tributary_http_response {
  uint32_t size;
  int32_t status;
  const tributary_header* headers;
  uint32_t header_count;
  const void* body;
  uint64_t body_bytes;
} tributary_http_response;

#define TRIBUTARY_LOG_ERROR 3
#define TRIBUTARY_LOG_WARNING 4
#define TRIBUTARY_LOG_INFO 6
#define TRIBUTARY_LOG_DEBUG 7

/* What a plugin may ask of the host. Valid from open until close of the instance. */
typedef struct tributary_host {
  uint32_t size;
  void* self;
  void (*log)(void* self, int32_t level, const char* line);
  const char* (*setting)(void* self, const char* key); /* value, or the key's fallback; NULL for a key not declared */
  int64_t (*now_utc_s)(void* self);
  int32_t (*stopping)(void* self); /* 1: finish soon, answer LATER */
  /* DONE with a response of any status, or LATER/BROKEN with the note filled. */
  tributary_outcome (*http)(void* self, const tributary_http_request*, tributary_http_response*, tributary_note*);
  /* A resume token of at most 65,536 bytes per key (a parcel id, perhaps with a suffix), durable when `remember`
   * returned 0. recall: bytes stored (may exceed room), -1 when there is none, TRIBUTARY_UNREADABLE when that can not
   * be said now: answer LATER. n == 0 forgets. */
  int32_t (*remember)(void* self, const char* key, const void* bytes, uint32_t n);
  int32_t (*recall)(void* self, const char* key, void* into, uint32_t room);
  /* Since 1.4: a connection for another protocol than HTTP, under the host's TLS policy and time-outs; one at a time,
   * of one thread; `dial` ends one of before. tls 1: TLS from the first byte; 0: in the clear until `start_tls`. */
  tributary_outcome (*dial)(void* self, const char* host_name, uint16_t port, int32_t tls, tributary_note*);
  tributary_outcome (*start_tls)(void* self, tributary_note*);
  tributary_outcome (*transmit)(void* self, const void* bytes, uint32_t n, tributary_note*);
  /* DONE with the bytes given; 0: the far side has ended it. */
  tributary_outcome (*receive)(void* self, void* into, uint32_t room, uint32_t* given, tributary_note*);
  void (*hang_up)(void* self);
  /* Since 1.5: for what is reached in another way than by `http`. In this call the far side could not be used at all,
   * which is no fault of the parcel: all that is for it waits, and is tried one at a time. */
  void (*away)(void* self);
} tributary_host;

typedef struct tributary_descriptor {
  uint32_t size;
  uint32_t abi_major;
  uint32_t abi_minor;
  tributary_kind kind;
  const char* name;
  const char* version;
  const char* summary;
  const tributary_key* keys; /* ends with a NULL name */
  const void* ops;           /* tributary_instrument_ops, ... by kind */
} tributary_descriptor;

typedef const tributary_descriptor* tributary_entry(void);

/* --- instrument ------------------------------------------------------------------------------------------------- */

typedef struct tributary_unit {
  uint32_t size;
  char run_id[256]; /* as the instrument names the run (RunInfo.xml), may differ from the folder's name */
  char unit[128];   /* which result of the run: "" or e.g. "Analysis/2"; a requeue makes a new one       */
  char model[128];  /* instrument model for the manifest, e.g. "NovaSeq X"; "" when unknown               */
} tributary_unit;

typedef struct tributary_run_sink {
  uint32_t size;
  void* self;
  /* A sample, once. sample_id is what the sheet calls it. */
  void (*sample)(void* self, const char* sample_id, const char* project);
  /* Another name of the sample (Sample_Name, munged name, description, ...). `names_files`: 1 when output files may
   * carry it, 0 when it is only to be searched for. */
  void (*alias)(void* self, const char* sample_id, const char* name, int32_t names_files);
  /* A file of one sample. path relative to the run folder. kind: fastq bam cram vcf gvcf bcf bed report, or an
   * index: bai csi tbi crai. read: R1 R2 R3 I1 I2 or "". part: distinguishes files of one kind, e.g. "L001", or "".
   * sample_id "": a joint vcf, gvcf or bcf (or its index) whose name is nobody's; its columns say whose it is, and
   * columns of nobody in the run go nowhere. */
  void (*file)(void* self, const char* sample_id, const char* path, const char* kind, const char* read,
               const char* part);
  /* A file that is not sent, and why ("undetermined reads", "log", "ambiguous: two samples"). */
  void (*withheld)(void* self, const char* path, const char* reason);
  /* A word of the run that must not be found in what leaves: kind e.g. "project", "operator", "plate". */
  void (*identifier)(void* self, const char* kind, const char* value);
  /* Size and CRC-32 that a manifest of the vendor promises for a file (zlib polynomial); size < 0: not known. */
  void (*promise)(void* self, const char* path, int64_t size, uint32_t crc32);
} tributary_run_sink;

typedef struct tributary_instrument_ops {
  uint32_t size;
  tributary_outcome (*open)(const tributary_host*, void** self, tributary_note*);
  int32_t (*recognise)(void* self, const char* folder); /* 0 = not mine ... 100 = certainly */
  /* DONE: the instrument says the run is complete and good. LATER: not yet. REFUSED: the run failed.
   * BROKEN: contradictory or unknown state, a person must look. */
  tributary_outcome (*settled)(void* self, const char* folder, tributary_unit*, tributary_note*);
  tributary_outcome (*describe)(void* self, const char* folder, const tributary_unit*, const tributary_run_sink*,
                                tributary_note*);
  void (*close)(void* self);
} tributary_instrument_ops;

/* --- consent ---------------------------------------------------------------------------------------------------- */

typedef struct tributary_consent_record {
  uint32_t size;
  const char* consent_id;
  const char* status;      /* active withdrawn rejected draft entered-in-error */
  const char* permissions; /* DUO terms with ';' between them: "HMB;NPU", "DUO:0000007[MONDO:0007254];GS[DE|FR]" */
  const char* valid_from;  /* ISO 8601 or "" */
  const char* valid_until; /* ISO 8601 or "" = open */
} tributary_consent_record;

typedef struct tributary_subject_sink {
  uint32_t size;
  void* self;
  void (*subject)(void* self, const char* subject_id);
  void (*record)(void* self, const tributary_consent_record*);
  /* identifying: 1 when the value must not be found in what leaves (name, birth date) */
  void (*attribute)(void* self, const char* name, const char* value, int32_t identifying);
} tributary_subject_sink;

typedef struct tributary_word_sink {
  uint32_t size;
  void* self;
  void (*word)(void* self, const char* kind, const char* value); /* kind is shown, value never */
} tributary_word_sink;

typedef struct tributary_consent_ops {
  uint32_t size;
  tributary_outcome (*open)(const tributary_host*, void** self, tributary_note*);
  tributary_outcome (*probe)(void* self, tributary_note*);
  /* DONE: the sample is known, the sink was told all. REFUSED: this source does not know the sample, and neither grants
   * nor denies. LATER, BROKEN: the source can not answer now: unknown, unless another source denies. */
  tributary_outcome (*ask)(void* self, const char* sample_id, const tributary_subject_sink*, tributary_note*);
  /* A word that changes whenever any answer may have changed; room 64 bytes. */
  void (*revision)(void* self, char* into, uint32_t room);
  void (*close)(void* self);
  /* Since 1.1, may be NULL: all words, of everybody, that must not be found in what leaves. The host counts those that
   * no search can find. */
  tributary_outcome (*words)(void* self, const tributary_word_sink*, tributary_note*);
  /* Since 1.2, may be NULL: as `ask`, by the subject id that another source gave for a sample which this one does not
   * know (`ask` was REFUSED). The sink need not be told the subject. A source of persons, such as a register of
   * opt-outs, answers REFUSED to every `ask` and tells here a `rejected` record of whom it lists. */
  tributary_outcome (*ask_subject)(void* self, const char* subject_id, const tributary_subject_sink*, tributary_note*);
} tributary_consent_ops;

/* --- destination ------------------------------------------------------------------------------------------------ */

typedef struct tributary_object {
  uint32_t size;
  const char* name; /* pseudonym and kind only, set [A-Za-z0-9._-] */
  const char* mime_type;
  uint64_t bytes;
  const uint8_t* sha256; /* 32 bytes, of the sealed form */
  const uint8_t* md5;    /* 16 bytes, of the sealed form */
  int32_t is_manifest;   /* 1: describes the others; make it visible last */
  uint64_t part_bytes;   /* parts as planned when the object was sealed; the last may be shorter */
  uint32_t part_count;
  const uint8_t* part_sha256; /* 32 bytes per part, in order */
  const uint8_t* part_md5;    /* 16 bytes per part, in order */
  void* ctx;
  /* Reads sealed bytes at any offset (forward from a part's start is cheap): bytes given, 0 at the end, < 0 when the
   * source changed or can not be read: give up the upload, abort it at the far side, and answer LATER. */
  int64_t (*read)(void* ctx, uint64_t offset, void* into, uint64_t room);
} tributary_object;

typedef struct tributary_parcel {
  uint32_t size;
  const char* id; /* stable across retries and restarts */
  const char* pseudonym;
  const char* policy;
  const tributary_object* objects;
  uint32_t object_count;
  const char* const* controlled_access; /* visa values for register; NULL-terminated */
  void* ctx;
  /* Ask right before the step that makes data visible at the far side: 1 go, 0 do not. After 0, `stopping` of the host
   * tells for how long: 1, not now (the parcel is held, or nobody knows whether it may go): keep what was sent, answer
   * LATER, and go on from there in the next push. 0, never: abort the upload, remove what was sent, answer REFUSED. */
  int32_t (*may_commit)(void* ctx);
  void (*progress)(void* ctx, uint32_t object, uint64_t bytes_sent);
  /* As soon as the far side has given an id. Durable when it returns 0. */
  int32_t (*registered)(void* ctx, uint32_t object, const char* id, const char* self_uri, const char* access_url);
  /* Since 1.3. 1: do not ask the far side for size and digest of what it registered; the operator says that it does not
   * let us look. */
  int32_t believe_far_side;
  /* Since 1.3: how many readings may go on at the same time, at least 1. A lane is one of them, numbered from 0; it has
   * a place of its own in one object, so that reading on is cheap, and belongs to one thread at a time. Otherwise as
   * `read` of the object, which is lane 0. This and `progress` may be called from any thread. */
  uint32_t lanes;
  int64_t (*read_lane)(void* ctx, uint32_t lane, uint32_t object, uint64_t offset, void* into, uint64_t room);
} tributary_parcel;

typedef struct tributary_stored_object {
  uint32_t size;
  const char* name;
  const char* id;
  uint64_t bytes;
  const uint8_t* sha256;
} tributary_stored_object;

typedef struct tributary_destination_ops {
  uint32_t size;
  tributary_outcome (*open)(const tributary_host*, void** self, tributary_note*);
  /* Asks the far side who it is and whether it would take something; writes nothing. */
  tributary_outcome (*probe)(void* self, tributary_note*);
  /* DONE: every object is at the far side, of the right size and digest, registered and reported. Idempotent per
   * parcel id: after a crash the far side is asked what it has before anything is sent again. */
  tributary_outcome (*push)(void* self, const tributary_parcel*, tributary_note*);
  /* Removes what was delivered or half delivered under this parcel. DONE also when nothing is there (any more).
   * REFUSED: it is there, and the protocol has no way to remove it: its people must be asked. */
  tributary_outcome (*withdraw)(void* self, const char* parcel_id, const tributary_stored_object* objects,
                                uint32_t count, tributary_note*);
  /* Parts that this destination accepts: smallest and largest part in bytes, most parts of one object. */
  void (*part_limits)(void* self, uint64_t* smallest, uint64_t* largest, uint32_t* most);
  void (*close)(void* self);
  /* Since 1.3, may be NULL: exactly `bytes` bytes, at most 4 MiB, from `offset` of what lies at the far side as
   * `object`, read the way a reader over there does. REFUSED: the far side does not let us read. */
  tributary_outcome (*fetch)(void* self, const tributary_stored_object* object, uint64_t offset, void* into,
                             uint64_t bytes, tributary_note*);
} tributary_destination_ops;

/* --- ingest ----------------------------------------------------------------------------------------------------- */

typedef struct tributary_delivered_object {
  uint32_t size;
  const char* name;
  const char* id; /* at the repository */
  const char* drs_uri;
  const char* access_url;
  const char* sha256_hex;
  uint64_t bytes;
} tributary_delivered_object;

typedef struct tributary_ingest_job {
  uint32_t size;
  const char* parcel_id;
  const char* pseudonym;
  const char* site;
  const tributary_delivered_object* objects;
  uint32_t object_count;
} tributary_ingest_job;

typedef struct tributary_ingest_ops {
  uint32_t size;
  tributary_outcome (*open)(const tributary_host*, void** self, tributary_note*);
  tributary_outcome (*probe)(void* self, tributary_note*);
  /* DONE with the task's id (room 256). Looks for a task of this parcel before it makes one. */
  tributary_outcome (*start)(void* self, const tributary_ingest_job*, char* task_id, uint32_t room, tributary_note*);
  /* DONE: ended well. LATER: still running. REFUSED: the task failed. `state` (room 64): the far side's own word. */
  tributary_outcome (*poll)(void* self, const char* task_id, char* state, uint32_t room, tributary_note*);
  tributary_outcome (*cancel)(void* self, const char* task_id, tributary_note*);
  void (*close)(void* self);
} tributary_ingest_ops;

/* --- pseudonyms ------------------------------------------------------------------------------------------------- */

/* An id of a person who agreed, at one destination. */
typedef struct tributary_pseudonym_query {
  uint32_t size;
  const char* destination;
  const char* kind; /* "subject" or "sample" */
  const char* id;
} tributary_pseudonym_query;

typedef struct tributary_pseudonym_sink {
  uint32_t size;
  void* self;
  /* The pseudonym of queries[query]: 4 to 64 of [A-Za-z0-9._-] with a letter or digit at both ends. At most once per
   * query; the host checks all of it and refuses what does not fit. */
  void (*pseudonym)(void* self, uint32_t query, const char* pseudonym);
} tributary_pseudonym_sink;

typedef struct tributary_pseudonym_ops {
  uint32_t size;
  tributary_outcome (*open)(const tributary_host*, void** self, tributary_note*);
  /* Asks the source who it is; makes no pseudonym. */
  tributary_outcome (*probe)(void* self, tributary_note*);
  /* DONE: the sink was told the pseudonym of every id that the source knows or makes one for; an id that it was not
   * told is not known (yet) and is asked again later. LATER, BROKEN: the source can not answer now, nothing that it
   * told counts. REFUSED: it has no pseudonyms for these destinations at all. */
  tributary_outcome (*ask)(void* self, const tributary_pseudonym_query* queries, uint32_t count,
                           const tributary_pseudonym_sink*, tributary_note*);
  /* A word that changes whenever an id that was not known may be known now, and stays otherwise; room 64 bytes. */
  void (*revision)(void* self, char* into, uint32_t room);
  void (*close)(void* self);
} tributary_pseudonym_ops;

/* --- notification (since 1.4) ----------------------------------------------------------------------------------- */

/* Something that happened, one line of a message. */
typedef struct tributary_event {
  uint32_t size;
  const char* kind; /* held refused expiring stalled alarm test */
  const char* what; /* one sentence, with numbers */
  const char* hint; /* what to do about it, or "" */
  int64_t count;    /* of parcels; 1 where it is not about parcels */
} tributary_event;

typedef struct tributary_message {
  uint32_t size;
  const char* id; /* stable while the same message is tried again */
  const char* site;
  const char* title; /* one line */
  const char* text;  /* all of it for people, UTF-8, lines of at most 998 bytes that end with '\n' */
  int64_t utc_s;     /* when it was made */
  const tributary_event* events;
  uint32_t event_count;
} tributary_message;

typedef struct tributary_notification_ops {
  uint32_t size;
  tributary_outcome (*open)(const tributary_host*, void** self, tributary_note*);
  /* Asks the far side whether it would take a message, where it can be asked without one; tells nobody anything. */
  tributary_outcome (*probe)(void* self, tributary_note*);
  /* DONE: it was taken. Anything else: it is tried again later, whatever the outcome. */
  tributary_outcome (*tell)(void* self, const tributary_message*, tributary_note*);
  void (*close)(void* self);
} tributary_notification_ops;

/* Static builds (unit tests, fuzzers) give each plugin an entry of its own: tributary_plugin_<id>. */
#ifdef TRIBUTARY_STATIC_PLUGIN
#define TRIBUTARY_GLUE_(a, b) a##b
#define TRIBUTARY_GLUE(a, b) TRIBUTARY_GLUE_(a, b)
#define TRIBUTARY_ENTRY TRIBUTARY_GLUE(tributary_plugin_, TRIBUTARY_STATIC_PLUGIN)
#else
#define TRIBUTARY_ENTRY tributary_plugin
#endif

#ifdef __cplusplus
}
#endif

#endif
