// agent/config/settings.hpp: the whole configuration, typed. Made by config::load only.
//
// Units      in the names. Paths are absolute. Every value has passed its check: nothing here needs checking again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/consent/egress.hpp"
#include "agent/consent/purpose.hpp"

namespace tributary::config {

/// `settings:` of a plugin, as text: scalars as written, sizes in bytes, durations in seconds, lists one item a line,
/// maps one `key=value` a line.
using PluginSettings = std::map<std::string, std::string>;

struct RunFolder {
  std::string path;
  std::string instrument;  // "auto" or a plugin's name
  std::int64_t settle_s = 600;
  bool hard_links = false;  // retain: link
};

struct AuthSettings {
  enum class Kind : std::uint8_t { none, basic, bearer, oauth2 } kind = Kind::none;
  std::string username, secret_file;  // password_file, token_file, client_secret_file or private_key_file
  bool private_key_jwt = false;
  std::string token_url, client_id, scope, audience, key_id;
};

struct TlsSettings {
  std::string ca_file, cert_file, key_file, server_name;
};

/// How whatever lies behind an entry is reached.
struct Reach {
  AuthSettings auth;
  TlsSettings tls;
  std::string proxy;
};

struct SubjectSource : Reach {
  std::string name;
  std::string plugin;
  PluginSettings settings;
  bool may_be_silent = false;  // documents: optional
  // Names of attributes that tell of a person's family and country.
  std::string family = "family_id", family_size = "family_size", country = "country";
};

/// Who gives pseudonyms: the key of the site, or a source outside.
struct Pseudonyms : Reach {
  std::string plugin = "hmac";  // or a pseudonym plugin's name
  PluginSettings settings;
  [[nodiscard]] bool from_outside() const { return plugin != "hmac"; }
};

/// Who must agree before `reidentify` answers.
enum class Approval : std::uint8_t { none, second_person };

/// How what was delivered is compared with what was sealed: not at all; size and digest as the far side tells them;
/// some segments read back; all of it read back.
enum class VerifyAfter : std::uint8_t { none, head, sample, full };

struct Ingest {
  std::string plugin;
  PluginSettings settings;
};

struct Destination : Reach {
  std::string name;
  std::string plugin;
  PluginSettings settings;
  std::vector<std::string> recipient_files;
  std::uint64_t part_bytes = 64U << 20;  // from settings.part_size, settings.max_parts
  std::uint32_t max_parts = 1000;
  std::vector<std::string> controlled_access;
  VerifyAfter verify_after = VerifyAfter::head;
  std::uint64_t upload_bytes_per_s = 0;  // 0 = no limit of its own
  std::uint32_t stall_timeout_s = 60;
  std::optional<Ingest> ingest;
};

struct Samples {
  std::vector<std::string> project{"*"}, name{"*"}, except;
};

/// Who is told what an operator must see to.
struct Notification : Reach {
  std::string name, plugin;
  PluginSettings settings;
  std::vector<std::string> events;  // held, refused, expiring, stalled, alarm
  std::int64_t every_s = 86400;     // between two messages of one kind
  bool run_names = false;           // tell: runs
};

/// The least that a sample must have. No instrument tells of reads or qualities: sizes stand for them.
struct Minimum {
  std::uint64_t bytes = 0;         // of its files together, without indices and joint files
  std::vector<std::string> kinds;  // of which it must have a file each
};

/// Of optional fields of reads, see port/genomics.
enum class ReadTags : std::uint8_t { known, all, none };
enum class OnWithdrawal : std::uint8_t { erase, stop };  // `delete`, `stop`
enum class OnRestored : std::uint8_t { hold, send };

struct Policy {
  std::string name;
  std::string destination;
  consent::Purpose purpose;
  Samples samples;
  std::vector<std::string> files;  // kinds
  Minimum minimum;
  bool whole_family = false;  // require: all-of-family
  bool skip_further = false;  // further_policies: skip
  bool mask_read_names = false;
  ReadTags tags = ReadTags::known;
  bool keep_bare_sites = false;  // sites_without_variant: keep
  int priority = 5;              // 0 .. 9
  OnWithdrawal on_withdrawal = OnWithdrawal::erase;
  OnRestored on_restored = OnRestored::hold;
};

enum class Io : std::uint8_t { idle, low, normal };
enum class WhileSequencing : std::uint8_t { full, slow, pause };

struct Limits {
  std::uint64_t upload_bytes_per_s = 0;  // 0 = no limit
  struct Hours {
    std::uint16_t from_min = 0, to_min = 1440;  // local minutes after midnight; from > to wraps over midnight
  };
  std::vector<Hours> upload_hours{{}};
  std::uint32_t connections = 4;
  std::uint32_t threads = 2;
  std::uint64_t memory_bytes = 96U << 20;
  std::uint64_t reserve_bytes = 64U << 20;  // of the disk of state_dir: with less, nothing new is sealed
  int nice = 10;
  Io io = Io::idle;
  std::int64_t max_load = 0;  // 0 = none
  WhileSequencing while_sequencing = WhileSequencing::full;
  std::int64_t away_alarm_s = 24 * 3600;
  std::int64_t hold_after_s = 14 * 24 * 3600;
  /// Uploads at the same time that `memory` has room for, at least 1.
  [[nodiscard]] std::uint32_t connections_in_memory() const {
    constexpr std::uint64_t rest_bytes = 48U << 20;  // program, journal, sealing
    constexpr std::uint64_t lane_bytes = 6U << 20;   // a file being read, its workers' blocks, a TLS connection
    const auto room = memory_bytes > rest_bytes ? (memory_bytes - rest_bytes) / lane_bytes : 0;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(room, 1, 64));
  }
};

/// What the status page allows beyond looking at it from this machine.
struct StatusPage {
  std::string token_file;          // empty: nobody may do anything there
  std::vector<std::string> hosts;  // lower case
};

struct Settings {
  std::string file;  // the main file, for messages
  std::string site;
  std::string state_dir = "/var/lib/tributary";
  std::string state_key_file;  // empty: derived from the pseudonym key
  std::string plugin_dir;      // empty: found from where the program lies
  std::vector<RunFolder> run_folders;
  std::vector<SubjectSource> subjects;
  std::string mondo_file;          // empty: consent to a disease covers nothing but itself
  std::string identity_key_file;   // empty: manifests are not signed
  std::string pseudonym_key_file;  // path, or `credential:NAME` already resolved to a path
  Pseudonyms pseudonyms;
  Approval reidentify_approval = Approval::none;
  std::vector<Destination> destinations;
  std::vector<Policy> policies;
  std::vector<Notification> notifications;
  std::optional<consent::Egress> egress;  // nothing: data go wherever policies send them
  Limits limits;
  std::int64_t retain_finished_s = 90 * 86400;
  std::string listen = "127.0.0.1:8480";  // empty: off
  StatusPage status_page;

  [[nodiscard]] const Destination* destination(const std::string& name) const;
  [[nodiscard]] const Policy* policy(const std::string& name) const;
};

}  // namespace tributary::config
