// agent/line/site.hpp: a configuration, opened: keys read, plugins loaded, clients made.
//
// Ownership  holds everything that stations refer to; outlives them.
// Threads    subject sources are asked under a lock; a destination and its ingest belong to one thread.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/log.hpp"
#include "agent/base/stop.hpp"
#include "agent/base/workers.hpp"
#include "agent/config/config.hpp"
#include "agent/consent/consent.hpp"
#include "agent/journal/journal.hpp"
#include "agent/plugin/loader.hpp"
#include "agent/pseudonymise/pseudonymise.hpp"
#include "agent/push/lanes.hpp"
#include "agent/push/push.hpp"
#include "agent/seal/seal.hpp"

namespace tributary::line {

/// Resume tokens of plugins, in the journal.
class JournalTokens final : public plugin::Tokens {
 public:
  explicit JournalTokens(journal::Journal& journal) : journal_(journal) {}
  Status put(const std::string& instance, const std::string& key, ByteView value) override;
  Result<std::optional<Bytes>> get(const std::string& instance, const std::string& key) override;

 private:
  journal::Journal& journal_;
};

/// How whatever a destination is doing is brought to an end. What it has sent stays there and is gone on from.
struct Reins {
  explicit Reins(const Stop& stop) : halt(&stop), give_way(&halt) {}
  Stop halt;      // at once: its connections end within a second
  Stop give_way;  // where it costs nothing: between parts and objects
};

struct OpenDestination {
  config::Destination settings;
  std::unique_ptr<Reins> reins;  // outlives the plugins
  std::unique_ptr<plugin::Destination> destination;
  std::unique_ptr<plugin::Ingest> ingest;
  plugin::PartLimits limits;
  std::vector<crypt4gh::PublicKey> recipients;
};

struct OpenNotification {
  config::Notification settings;
  std::unique_ptr<plugin::Notification> notification;
};

class Site {
 public:
  /// `journal` null: for commands that change nothing; then nobody counts as withdrawn by our own register.
  /// Failure: ask_operator with the entry that could not be opened.
  static Result<std::unique_ptr<Site>> open(config::Settings settings, Log& log, const Clock& clock, const Stop& stop,
                                            journal::Journal* journal);

  [[nodiscard]] const config::Settings& settings() const { return settings_; }
  [[nodiscard]] const std::vector<plugin::Instrument*>& instruments() const { return instrument_list_; }
  [[nodiscard]] plugin::Instrument* instrument(const std::string& name) const;
  [[nodiscard]] const pseudonymise::PseudonymKey& pseudonym_key() const { return *pseudonym_key_; }
  /// The source outside, or null when the key makes pseudonyms.
  [[nodiscard]] plugin::PseudonymSource* pseudonym_source() const { return pseudonym_source_.get(); }
  /// Stored with every pseudonym that is given now: the id of the key, behind the name of the source outside. Another
  /// one means that ids are named afresh.
  [[nodiscard]] std::string name_key_id() const;
  [[nodiscard]] const crypto::SigningKey* signing_key() const { return signing_key_ ? &*signing_key_ : nullptr; }
  [[nodiscard]] std::map<std::string, OpenDestination>& destinations() { return destinations_; }
  [[nodiscard]] const std::vector<std::unique_ptr<plugin::SubjectSource>>& subjects() const { return subjects_; }
  /// Of one thread.
  [[nodiscard]] std::vector<OpenNotification>& notifications() { return notifications_; }
  /// `limits.threads`, the one that asks included.
  [[nodiscard]] Workers& workers() { return workers_; }
  /// `limits.connections`, as far as `limits.memory` has room for them.
  [[nodiscard]] push::Lanes& lanes() { return lanes_; }

  /// What the far sides of all plugins say.
  [[nodiscard]] plugin::TimeWitness& time_witness() { return witness_; }

  /// As consent::Desk.
  [[nodiscard]] Result<consent::ConsentedRun> ask(const identify::IdentifiedRun& run,
                                                  std::optional<std::int64_t> at_utc_s = {});
  /// Today's decision on one sample, as consent::Desk.
  [[nodiscard]] consent::Again ask_again(const std::string& sample_id, const std::string& policy,
                                         const std::vector<consent::OtherSample>& others_in_run);
  /// As consent::Desk; unknown, too, when the policy is not configured.
  [[nodiscard]] consent::Decision ask_person(const std::string& subject_id, const std::string& policy);
  /// Changes whenever an answer of a subject source, of the source of pseudonyms or of our own register of those who
  /// withdrew may have changed.
  [[nodiscard]] std::string revision();

 private:
  explicit Site(config::Settings settings)
      : settings_(std::move(settings)),
        workers_(std::max(settings_.limits.threads, 1U) - 1),
        lanes_(std::min(settings_.limits.connections, settings_.limits.connections_in_memory()),
               settings_.destinations.size()) {}
  Status open_keys();
  Status open_pseudonyms(const plugin::Loader& loader, const plugin::Services& services, const Stop& stop);
  Status open_plugins(const plugin::Services& services, const Stop& stop);
  Status open_notifications(const plugin::Loader& loader, const plugin::Services& services, const Stop& stop);
  Status open_destination(const plugin::Loader& loader, const plugin::Services& services, const Stop& stop,
                          const config::Destination& entry, const std::shared_ptr<http::RateLimit>& rate);

  config::Settings settings_;
  journal::Journal* journal_ = nullptr;
  plugin::TimeWitness witness_;
  Workers workers_;
  push::Lanes lanes_;
  std::optional<pseudonymise::PseudonymKey> pseudonym_key_;
  std::unique_ptr<plugin::PseudonymSource> pseudonym_source_;
  std::optional<crypto::SigningKey> signing_key_;
  std::unique_ptr<JournalTokens> tokens_;
  std::vector<std::unique_ptr<plugin::Instrument>> instruments_;
  std::vector<plugin::Instrument*> instrument_list_;
  std::mutex subjects_mutex_;
  std::vector<std::unique_ptr<plugin::SubjectSource>> subjects_;
  std::unique_ptr<consent::Desk> desk_;
  std::map<std::string, OpenDestination> destinations_;
  std::vector<OpenNotification> notifications_;
};

/// For the client of an entry.
http::ClientSettings client_settings(const config::Reach& reach);
/// What the ingest of a destination is called in messages and in the journal.
std::string ingest_name(const std::string& destination);
/// What a way of telling is called in messages and in the journal.
std::string notification_name(const std::string& name);
/// Keys of plugins for the reader of the configuration.
config::PluginKeys plugin_keys();
/// Opens and closes a plugin, without a network; it outlives neither argument.
config::PluginTrial plugin_trial(Log& log, const Clock& clock, const Stop& stop);
/// The key that seals the journal: state_key_file, or derived from the pseudonym key.
Result<Secret<32>> state_key(const config::Settings& settings);

}  // namespace tributary::line
