// agent/line/site.cpp: opens what a configuration names.
#include "agent/line/site.hpp"

#include "agent/base/text.hpp"

namespace tributary::line {
namespace {

std::string plugin_directory(const config::Settings& settings) {
  return settings.plugin_dir.empty() ? plugin::default_directory() : settings.plugin_dir;
}

static_assert(static_cast<int>(config::AuthSettings::Kind::oauth2) == static_cast<int>(http::AuthKind::oauth2));

}  // namespace

http::ClientSettings client_settings(const config::Reach& reach) {
  http::ClientSettings out;
  const auto& [auth, tls, proxy] = reach;
  out.tls = {tls.ca_file, tls.cert_file, tls.key_file, tls.server_name};
  out.auth.kind = static_cast<http::AuthKind>(auth.kind);
  out.auth.username = auth.username;
  out.auth.secret_file = auth.secret_file;
  out.auth.private_key_jwt = auth.private_key_jwt;
  out.auth.token_url = auth.token_url;
  out.auth.client_id = auth.client_id;
  out.auth.scope = auth.scope;
  out.auth.audience = auth.audience;
  out.auth.key_id = auth.key_id;
  out.proxy = proxy;
  out.user_agent = "tributary/" TRIBUTARY_VERSION;
  return out;
}

namespace {

// The credentials of an entry are for the origin of its `url`, and for no other.
Result<std::unique_ptr<http::Client>> client_for(http::ClientSettings settings, const config::PluginSettings& plugin,
                                                 const Clock& clock, const Stop& stop) {
  const auto url = plugin.find("url");
  if (url != plugin.end() && !url->second.empty()) {
    auto parsed = http::parse_url(url->second);
    if (!parsed) return parsed.error();
    settings.auth.origin = parsed->origin();
  }
  return http::make_client(settings, clock, stop);
}

Result<std::vector<crypt4gh::PublicKey>> read_recipients(const config::Destination& entry) {
  std::vector<crypt4gh::PublicKey> keys;
  for (const auto& file : entry.recipient_files) {
    auto pem = files::read_small(file, 65536);
    if (!pem) return in("destination " + entry.name + ": recipients", pem.error());
    auto key = crypt4gh::parse_public_key(*pem);
    if (!key) return in("destination " + entry.name + ": recipients: " + printable(file), key.error());
    keys.push_back(*key);
  }
  return keys;
}

}  // namespace

std::string ingest_name(const std::string& destination) { return destination + " ingest"; }
std::string notification_name(const std::string& name) { return "notification " + name; }

Status JournalTokens::put(const std::string& instance, const std::string& key, ByteView value) {
  return journal_.put_token(instance, key, value);
}

Result<std::optional<Bytes>> JournalTokens::get(const std::string& instance, const std::string& key) {
  return journal_.token(instance, key);
}

config::PluginKeys plugin_keys() {
  return [](const std::string& directory, config::PluginKind kind,
            const std::string& name) -> Result<std::vector<config::PluginKey>> {
    const plugin::Loader loader(directory.empty() ? plugin::default_directory() : directory);
    auto descriptor = loader.load(static_cast<tributary_kind>(kind) + 1, name);
    if (!descriptor) return descriptor.error();
    std::vector<config::PluginKey> keys;
    for (const auto* key = (*descriptor)->keys; key != nullptr && key->name != nullptr; ++key) {
      keys.push_back({key->name, key->type, key->help,
                      key->fallback != nullptr ? std::optional<std::string>(key->fallback) : std::nullopt});
    }
    return keys;
  };
}

config::PluginTrial plugin_trial(Log& log, const Clock& clock, const Stop& stop) {
  return [services = plugin::Services{log, clock, stop, nullptr}](const std::string& directory, config::PluginKind kind,
                                                                  const std::string& name,
                                                                  const config::PluginSettings& settings) -> Status {
    const plugin::Loader loader(directory.empty() ? plugin::default_directory() : directory);
    const auto abi_kind = static_cast<tributary_kind>(kind) + 1;
    auto descriptor = loader.load(abi_kind, name);
    if (!descriptor) return descriptor.error();
    const auto opened = [&](auto&& open) -> Status {
      auto plugin = open(**descriptor, services, name, settings, nullptr);
      if (plugin) return {};
      auto error = plugin.error();
      if (const auto who = name + ": "; error.what.starts_with(who)) error.what.erase(0, who.size());
      return error;
    };
    switch (abi_kind) {
      case TRIBUTARY_CONSENT:
        return opened(plugin::open_subjects);
      case TRIBUTARY_DESTINATION:
        return opened(plugin::open_destination);
      case TRIBUTARY_INGEST:
        return opened(plugin::open_ingest);
      case TRIBUTARY_PSEUDONYMS:
        return opened(plugin::open_pseudonyms);
      case TRIBUTARY_NOTIFICATION:
        return opened(plugin::open_notification);
      default:
        return {};  // takes no settings
    }
  };
}
static_assert(static_cast<int>(config::PluginKind::instrument) + 1 == TRIBUTARY_INSTRUMENT &&
              static_cast<int>(config::PluginKind::notification) + 1 == TRIBUTARY_NOTIFICATION);

Result<Secret<32>> state_key(const config::Settings& settings) {
  if (settings.state_key_file.empty()) {
    auto key = pseudonymise::PseudonymKey::load(settings.pseudonym_key_file);
    if (!key) return key.error();
    return key->state_key();
  }
  auto content = files::read_small(settings.state_key_file, 4096);
  if (!content) return in("state_key_file", content.error());
  const Wiped guard(*content);
  if (content->size() != 32) {
    return operator_error("state_key_file: " + printable(settings.state_key_file) + " has " +
                              std::to_string(content->size()) + " bytes, a key has 32",
                          "make one with: tributary keys generate state FILE");
  }
  return Secret<32>(view(*content));
}

Result<std::unique_ptr<Site>> Site::open(config::Settings settings, Log& log, const Clock& clock, const Stop& stop,
                                         journal::Journal* journal) {
  genomics::prepare();
  std::unique_ptr<Site> site(new Site(std::move(settings)));
  site->journal_ = journal;
  if (journal != nullptr) site->tokens_ = std::make_unique<JournalTokens>(*journal);
  if (auto done = site->open_keys(); !done) return done.error();
  if (auto done = site->open_plugins({log, clock, stop, site->tokens_.get(), &site->witness_}, stop); !done)
    return done.error();
  std::vector<plugin::SubjectSource*> sources;
  for (const auto& source : site->subjects_) sources.push_back(source.get());
  // A register that can not be read makes everybody withdrawn: nothing goes out that might have been withdrawn.
  const auto withdrawn = [journal](const std::string& subject_id) {
    if (journal == nullptr) return false;
    auto answer = journal->is_withdrawn(subject_id);
    return !answer || *answer;
  };
  site->desk_ = std::make_unique<consent::Desk>(site->settings_, std::move(sources), withdrawn, clock);
  return site;
}

Status Site::open_keys() {
  auto key = pseudonymise::PseudonymKey::load(settings_.pseudonym_key_file);
  if (!key) return key.error();
  pseudonym_key_ = std::move(*key);
  if (settings_.identity_key_file.empty()) return {};
  auto pem = files::read_small(settings_.identity_key_file, 65536);
  if (!pem) return in("identity.key_file", pem.error());
  const Wiped guard(*pem);
  auto signing = crypto::SigningKey::from_pem(*pem);
  if (!signing) return in("identity.key_file: " + printable(settings_.identity_key_file), signing.error());
  signing_key_ = std::move(*signing);
  return {};
}

Status Site::open_plugins(const plugin::Services& services, const Stop& stop) {
  const plugin::Loader loader(plugin_directory(settings_));
  for (const auto& name : loader.names()) {
    auto descriptor = loader.load(TRIBUTARY_INSTRUMENT, name);
    if (!descriptor) {
      const bool wanted = std::any_of(settings_.run_folders.begin(), settings_.run_folders.end(),
                                      [&](const auto& f) { return f.instrument == name; });
      if (wanted) return descriptor.error();
      continue;  // of another kind
    }
    auto instrument = plugin::open_instrument(**descriptor, services);
    if (!instrument) return instrument.error();
    instrument_list_.push_back(instrument->get());
    instruments_.push_back(std::move(*instrument));
  }
  for (const auto& entry : settings_.subjects) {
    auto descriptor = loader.load(TRIBUTARY_CONSENT, entry.plugin);
    if (!descriptor) return in("subjects " + entry.name, descriptor.error());
    auto client = client_for(client_settings(entry), entry.settings, services.clock, stop);
    if (!client) return in("subjects " + entry.name, client.error());
    auto source = plugin::open_subjects(**descriptor, services, entry.name, entry.settings, std::move(*client));
    if (!source) return in("subjects", source.error());
    subjects_.push_back(std::move(*source));
  }
  if (auto done = open_pseudonyms(loader, services, stop); !done) return done;
  const auto rate = http::make_rate_limit(settings_.limits.upload_bytes_per_s);
  for (const auto& entry : settings_.destinations) {
    if (auto done = open_destination(loader, services, stop, entry, rate); !done) return done;
  }
  return open_notifications(loader, services, stop);
}

Status Site::open_notifications(const plugin::Loader& loader, const plugin::Services& services, const Stop& stop) {
  for (const auto& entry : settings_.notifications) {
    const auto name = notification_name(entry.name);
    auto descriptor = loader.load(TRIBUTARY_NOTIFICATION, entry.plugin);
    if (!descriptor) return in(name, descriptor.error());
    auto client = client_for(client_settings(entry), entry.settings, services.clock, stop);
    if (!client) return in(name, client.error());
    auto opened = plugin::open_notification(**descriptor, services, name, entry.settings, std::move(*client));
    if (!opened) return opened.error();
    notifications_.push_back({entry, std::move(*opened)});
  }
  return {};
}

Status Site::open_pseudonyms(const plugin::Loader& loader, const plugin::Services& services, const Stop& stop) {
  const auto& entry = settings_.pseudonyms;
  if (!entry.from_outside()) return {};
  auto descriptor = loader.load(TRIBUTARY_PSEUDONYMS, entry.plugin);
  if (!descriptor) return in("pseudonyms", descriptor.error());
  auto client = client_for(client_settings(entry), entry.settings, services.clock, stop);
  if (!client) return in("pseudonyms", client.error());
  auto source =
      plugin::open_pseudonyms(**descriptor, services, "pseudonyms " + entry.plugin, entry.settings, std::move(*client));
  if (!source) return source.error();
  pseudonym_source_ = std::move(*source);
  return {};
}

Status Site::open_destination(const plugin::Loader& loader, const plugin::Services& services, const Stop& stop,
                              const config::Destination& entry, const std::shared_ptr<http::RateLimit>& rate) {
  OpenDestination out;
  out.settings = entry;
  auto recipients = read_recipients(entry);
  if (!recipients) return recipients.error();
  out.recipients = std::move(*recipients);
  auto descriptor = loader.load(TRIBUTARY_DESTINATION, entry.plugin);
  if (!descriptor) return in("destination " + entry.name, descriptor.error());
  out.reins = std::make_unique<Reins>(stop);
  const plugin::Services reined{services.log, services.clock, out.reins->give_way, services.tokens, services.witness};
  auto reach = client_settings(entry);
  reach.upload_rate = http::make_rate_limit(entry.upload_bytes_per_s, rate);
  reach.stall_timeout_s = entry.stall_timeout_s;
  auto client = client_for(reach, entry.settings, services.clock, out.reins->halt);
  if (!client) return in("destination " + entry.name, client.error());
  auto opened = plugin::open_destination(**descriptor, reined, entry.name, entry.settings, std::move(*client));
  if (!opened) return in("destination", opened.error());
  out.destination = std::move(*opened);
  out.limits = out.destination->part_limits();
  if (entry.ingest) {
    auto kind = loader.load(TRIBUTARY_INGEST, entry.ingest->plugin);
    if (!kind) return in("destination " + entry.name + ": ingest", kind.error());
    auto ingest_client = client_for(reach, entry.ingest->settings, services.clock, out.reins->halt);
    if (!ingest_client) return in("destination " + entry.name + ": ingest", ingest_client.error());
    auto ingest =
        plugin::open_ingest(**kind, reined, ingest_name(entry.name), entry.ingest->settings, std::move(*ingest_client));
    if (!ingest) return in("destination", ingest.error());
    out.ingest = std::move(*ingest);
  }
  destinations_.emplace(entry.name, std::move(out));
  return {};
}

std::string Site::name_key_id() const {
  const auto id = pseudonym_key_->id();
  return pseudonym_source_ ? settings_.pseudonyms.plugin + ":" + id : id;
}

plugin::Instrument* Site::instrument(const std::string& name) const {
  for (auto* instrument : instrument_list_) {
    if (instrument->name() == name) return instrument;
  }
  return nullptr;
}

Result<consent::ConsentedRun> Site::ask(const identify::IdentifiedRun& run, std::optional<std::int64_t> at_utc_s) {
  const std::lock_guard lock(subjects_mutex_);
  return desk_->ask(run, at_utc_s);
}

consent::Decision Site::ask_person(const std::string& subject_id, const std::string& policy) {
  const auto* entry = settings_.policy(policy);
  if (entry == nullptr) return {};
  const std::lock_guard lock(subjects_mutex_);
  return desk_->ask_person(subject_id, *entry);
}

consent::Again Site::ask_again(const std::string& sample_id, const std::string& policy,
                               const std::vector<consent::OtherSample>& others_in_run) {
  const auto* entry = settings_.policy(policy);
  if (entry == nullptr) {
    consent::Again again;
    again.reason = "the policy '" + policy + "' is not configured any more";
    return again;
  }
  const std::lock_guard lock(subjects_mutex_);
  return desk_->ask_again(sample_id, *entry, others_in_run);
}

std::string Site::revision() {
  const std::lock_guard lock(subjects_mutex_);
  std::string all;
  for (const auto& source : subjects_) all += source->name() + "=" + source->revision() + ";";
  if (pseudonym_source_) all += pseudonym_source_->name() + "=" + pseudonym_source_->revision() + ";";
  if (journal_ != nullptr) all += "withdrawn=" + journal_->withdrawals_revision().value_or("?");
  return all;
}

}  // namespace tributary::line
