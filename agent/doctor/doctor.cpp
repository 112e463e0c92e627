// agent/doctor/doctor.cpp: the round over all hops, and those that lie beyond this machine.
#include "agent/doctor/doctor.hpp"

#include <cstdlib>
#include <set>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/doctor/machine.hpp"
#include "agent/line/site.hpp"
#include "agent/status/report.hpp"

namespace tributary::doctor {
namespace {

constexpr std::int64_t day_s = 86400;
constexpr std::int64_t soon_s = 30 * day_s;
constexpr std::int64_t tolerable_skew_s = 60;  // beyond it, something is wrong with a clock
constexpr std::int64_t most_skew_s = 15 * 60;  // S3 refuses signatures beyond it

using Findings = std::vector<Finding>;

// The configuration with nothing beyond the keys: what is added is opened by itself, so that one fault hides no other.
config::Settings bare(config::Settings settings) {
  settings.subjects.clear();
  settings.destinations.clear();
  return settings;
}

Result<std::unique_ptr<line::Site>> open(config::Settings settings, const Services& services) {
  return line::Site::open(std::move(settings), services.log, services.clock, services.stop, nullptr);
}

Findings examine_keys(const config::Settings& settings, const Services& services) {
  auto site = open(bare(settings), services);
  if (!site) return {broken("keys", site.error())};
  const auto identity = (*site)->signing_key() != nullptr ? ", and the one that signs manifests" : "";
  return {good("keys", "pseudonym key " + (*site)->pseudonym_key().id() + identity)};
}

Findings examine_subjects(const config::Settings& settings, const Services& services) {
  Findings out;
  for (const auto& entry : settings.subjects) {
    const auto hop = "subjects " + entry.name;
    auto one = bare(settings);
    one.subjects = {entry};
    auto site = open(std::move(one), services);
    const auto probed = site ? (*site)->subjects().front()->probe() : Status(site.error());
    out.push_back(probed ? good(hop, "answers") : broken(hop, probed.error()));
  }
  return out;
}

// Every origin that a key for URLs names, once.
std::set<std::string> origins_of(const config::Settings& settings, const config::Destination& entry) {
  std::set<std::string> out;
  const auto add = [&](const std::string& text) {
    if (const auto url = http::parse_url(text)) out.insert(url->origin());
  };
  const auto add_of = [&](config::PluginKind kind, const std::string& plugin, const config::PluginSettings& values) {
    const auto keys = line::plugin_keys()(settings.plugin_dir, kind, plugin);
    if (!keys) return;  // opening it says so
    for (const auto& key : *keys) {
      const auto value = values.find(key.name);
      if (key.type == "url" && value != values.end() && !value->second.empty()) add(value->second);
    }
  };
  add_of(config::PluginKind::destination, entry.plugin, entry.settings);
  if (entry.ingest) add_of(config::PluginKind::ingest, entry.ingest->plugin, entry.ingest->settings);
  if (!entry.auth.token_url.empty()) add(entry.auth.token_url);
  return out;
}

Finding examine_tls(const std::string& hop, const http::ClientSettings& client, const std::string& origin,
                    const Services& services) {
  const auto peer = http::probe_tls(client, origin, services.stop);
  if (!peer) return broken(hop, in("TLS", peer.error()));
  const auto left_s = peer->not_after_utc_s - services.clock.now_utc_s();
  const auto said = "TLS with " + origin + ": " + printable(peer->protocol) + ", certificate of " +
                    printable(peer->subject) + " by " + printable(peer->issuer) + ", until " +
                    to_rfc3339(peer->not_after_utc_s);
  if (left_s > soon_s) return good(hop, said);
  return warning(hop, said + ": " + counted(static_cast<std::uint64_t>(left_s / day_s), "day") + " left",
                 "tell the repository to renew it in time");
}

// Any answer has a Date (RFC 9110 section 6.6.1), also one that says no.
Finding examine_skew(const std::string& hop, const http::ClientSettings& settings, const std::string& origin,
                     const Services& services) {
  auto client = http::make_client(settings, services.clock, services.stop);
  if (!client) return broken(hop, client.error());
  http::Request request;
  request.url = origin + "/";
  const auto answer = (*client)->send(request);
  if (!answer) return broken(hop, answer.error());
  const auto date = http::date_of(*answer);
  if (!date) return warning(hop, origin + " tells no time", "compare its clock with ours by another way");
  const auto skew_s = services.clock.now_utc_s() - *date;
  const auto said = "our clock and that of " + origin + " differ by " + show_duration(std::abs(skew_s));
  if (std::abs(skew_s) <= tolerable_skew_s) return good(hop, said);
  if (std::abs(skew_s) <= most_skew_s) return warning(hop, said, "find out which of them is wrong");
  return broken(hop,
                operator_error(said, "mend the one that is wrong: signatures and tokens of the other are refused"));
}

/// False when one of them can not be reached: whatever lies behind it would say the same.
bool examine_origins(const std::string& hop, const config::Settings& settings, const config::Destination& entry,
                     const Services& services, Findings& out) {
  auto client = line::client_settings(entry);
  client.auth = {};  // a question about the hop, not about us
  bool reached = true;
  for (const auto& origin : origins_of(settings, entry)) {
    if (origin.starts_with("https://")) out.push_back(examine_tls(hop, client, origin, services));
    if (!origin.starts_with("https://") || out.back().health != Health::broken)
      out.push_back(examine_skew(hop, client, origin, services));
    reached = reached && out.back().health != Health::broken;
  }
  return reached;
}

// What a service says to our credentials: it may let strangers in and refuse a wrong token all the same.
void examine_credentials(const std::string& hop, const config::Destination& entry, const Services& services,
                         Findings& out) {
  const auto url = entry.settings.find("url");
  if (entry.auth.kind == config::AuthSettings::Kind::none || url == entry.settings.end()) return;
  auto settings = line::client_settings(entry);
  const auto parsed = http::parse_url(url->second);
  if (!parsed) return out.push_back(broken(hop, parsed.error()));
  settings.auth.origin = parsed->origin();
  auto client = http::make_client(settings, services.clock, services.stop);
  if (!client) return out.push_back(broken(hop, client.error()));
  http::Request request;
  request.url = url->second;
  request.authorize = true;
  const auto answer = (*client)->send(request);
  if (!answer) return out.push_back(broken(hop, answer.error()));
  if (answer->status != 401 && answer->status != 403) return;
  out.push_back(broken(hop, operator_error("it refuses our credentials with status " + std::to_string(answer->status),
                                           "ask the repository for new ones, and put them where `auth` says")));
}

void examine_own_certificate(const std::string& hop, const config::Destination& entry, const Services& services,
                             Findings& out) {
  if (entry.tls.cert_file.empty()) return;
  const auto end = http::certificate_end(entry.tls.cert_file);
  if (!end) return out.push_back(broken(hop, end.error()));
  const auto said = "our certificate is good until " + to_rfc3339(*end);
  const auto left_s = *end - services.clock.now_utc_s();
  if (left_s > soon_s) return out.push_back(good(hop, said));
  if (left_s > 0) return out.push_back(warning(hop, said, "renew it in time: the file is read again by itself"));
  out.push_back(broken(hop, operator_error("our certificate ended at " + to_rfc3339(*end), "renew it")));
}

Findings examine_destinations(const config::Settings& settings, const Services& services) {
  Findings out;
  for (const auto& entry : settings.destinations) {
    const auto hop = "destination " + entry.name;
    examine_own_certificate(hop, entry, services, out);
    if (!examine_origins(hop, settings, entry, services, out)) continue;
    examine_credentials(hop, entry, services, out);
    auto one = bare(settings);
    one.destinations = {entry};
    auto site = open(std::move(one), services);
    if (!site) {
      out.push_back(broken(hop, site.error()));
      continue;
    }
    auto& opened = (*site)->destinations().at(entry.name);
    const auto probed = opened.destination->probe();
    out.push_back(probed ? good(hop, "answers") : broken(hop, probed.error()));
    if (opened.ingest == nullptr) continue;
    const auto ingest = opened.ingest->probe();
    out.push_back(ingest ? good(hop, "its ingest answers") : broken(hop, in("ingest", ingest.error())));
  }
  return out;
}

// What the daemon found out, and what an operator wished.
Findings examine_flow(const config::Settings& settings, const Services& services) {
  if (!journal::Journal::exists(settings.state_dir)) return {};
  auto key = line::state_key(settings);
  if (!key) return {};  // said of the keys
  auto journal = journal::Journal::open_to_read(settings.state_dir, *key);
  if (!journal) return {};  // said of the state
  auto rows = (*journal)->destinations();
  if (!rows) return {broken("destinations", rows.error())};
  Findings out;
  for (const auto& row : *rows) {
    const auto shown = status::destination_json(row, services.clock.now_utc_s());
    if (shown.is_null()) continue;
    const auto cure = shown["hint"].is_null() ? std::string_view() : shown["hint"].as_string();
    out.push_back(warning("destination " + std::string(shown["destination"].as_string()),
                          std::string(shown["state"].as_string()) + ": " + std::string(shown["reason"].as_string()),
                          std::string(cure)));
  }
  return out;
}

}  // namespace

std::string_view name_of(Health health) {
  if (health == Health::good) return "good";
  return health == Health::warning ? "warning" : "broken";
}

std::vector<Finding> examine(const config::Settings& settings, const Services& services) {
  Findings out{examine_clock(services.clock)};
  for (auto findings : {examine_state(settings), examine_keys(settings, services), examine_run_folders(settings),
                        examine_subjects(settings, services), examine_flow(settings, services),
                        examine_destinations(settings, services)}) {
    for (auto& finding : findings) out.push_back(std::move(finding));
  }
  return out;
}

}  // namespace tributary::doctor
