// agent/doctor/doctor.cpp: the round over all hops, and those that lie beyond this machine.
#include "agent/doctor/doctor.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/doctor/machine.hpp"
#include "agent/line/papers.hpp"
#include "agent/line/site.hpp"
#include "agent/notify/notify.hpp"
#include "agent/port/files/files.hpp"
#include "agent/status/report.hpp"

namespace tributary::doctor {
namespace {

constexpr std::int64_t day_s = 86400;
constexpr std::int64_t tolerable_skew_s = 60;  // beyond it, something is wrong with a clock
constexpr std::int64_t most_skew_s = 15 * 60;  // S3 refuses signatures beyond it

using Findings = std::vector<Finding>;

// The configuration with nothing beyond the keys: what is added is opened by itself, so that one fault hides no other.
config::Settings bare(config::Settings settings) {
  settings.subjects.clear();
  settings.destinations.clear();
  settings.notifications.clear();
  settings.pseudonyms = {};
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

// Who is at the other end of an entry: what its plugins name, and how it is reached.
struct Far {
  struct Part {
    config::PluginKind kind;
    const std::string& plugin;
    const config::PluginSettings& settings;
  };
  std::string hop;
  const config::Reach& reach;
  std::vector<Part> parts;
};

// The values of all keys of that type, once.
std::set<std::string> values_of(const config::Settings& settings, const Far& far, const std::string& type) {
  std::set<std::string> out;
  for (const auto& [kind, plugin, values] : far.parts) {
    const auto keys = line::plugin_keys()(settings.plugin_dir, kind, plugin);
    if (!keys) continue;  // opening it says so
    for (const auto& key : *keys) {
      const auto value = values.find(key.name);
      if (key.type == type && value != values.end() && !value->second.empty()) out.insert(value->second);
    }
  }
  return out;
}

std::set<std::string> origins_of(const config::Settings& settings, const Far& far) {
  auto urls = values_of(settings, far, "url");
  if (!far.reach.auth.token_url.empty()) urls.insert(far.reach.auth.token_url);
  std::set<std::string> out;
  for (const auto& text : urls) {
    if (const auto url = http::parse_url(text)) out.insert(url->origin());
  }
  return out;
}

Finding examine_tls(const std::string& hop, const http::ClientSettings& client, const std::string& origin,
                    const Services& services) {
  const auto peer = http::probe_tls(client, origin, services.stop);
  if (!peer) return broken(hop, in("TLS", peer.error()));
  auto said = "TLS with " + origin + ": " + printable(peer->protocol) + ", certificate of " + printable(peer->subject) +
              " by " + printable(peer->issuer) + ", until " + to_rfc3339(peer->not_after_utc_s);
  auto first_end = peer->not_after_utc_s;
  for (const auto& link : peer->chain) {
    said += "; behind it " + printable(link.subject) + ", until " + to_rfc3339(link.not_after_utc_s);
    first_end = std::min(first_end, link.not_after_utc_s);
  }
  const auto left_s = std::max<std::int64_t>(0, first_end - services.clock.now_utc_s());
  said += ": " + counted(static_cast<std::uint64_t>(left_s / day_s), "day") + " left";
  return left_s > line::expires_soon_s ? good(hop, said)
                                       : warning(hop, said, "tell the repository to renew it in time");
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

// A proxy asks for the names itself.
Finding examine_way(const std::string& hop, const std::string& proxy, const std::string& origin) {
  const auto url = http::parse_url(proxy.empty() ? origin : proxy);
  if (!url) return broken(hop, url.error());
  auto found = examine_name(hop, url->host);
  if (!proxy.empty()) found.said = "the proxy: " + found.said;
  return found;
}

/// False when one of them can not be reached: whatever lies behind it would say the same.
bool examine_origins(const config::Settings& settings, const Far& far, const Services& services, Findings& out) {
  auto client = line::client_settings(far.reach);
  client.auth = {};  // a question about the hop, not about us
  bool reached = true;
  for (const auto& origin : origins_of(settings, far)) {
    const bool tls = origin.starts_with("https://");
    out.push_back(examine_way(far.hop, tls ? far.reach.proxy : std::string(), origin));
    const auto fine = [&] { return out.back().health != Health::broken; };
    if (fine() && tls) out.push_back(examine_tls(far.hop, client, origin, services));
    if (fine()) out.push_back(examine_skew(far.hop, client, origin, services));
    reached = reached && fine();
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

// Certificates, and a token that tells its end.
void examine_ends(const Far& far, const Services& services, Findings& out) {
  const auto now = services.clock.now_utc_s();
  for (const auto& paper : line::papers_of(far.hop, far.reach)) {
    const auto said = paper.key + " is good until " + to_rfc3339(paper.until);
    if (paper.error) {
      out.push_back(broken(far.hop, in(paper.key, *paper.error)));
    } else if (paper.has_ended(now)) {
      out.push_back(broken(far.hop, operator_error(paper.key + " ended at " + to_rfc3339(paper.until), "renew it")));
    } else if (paper.ends_soon(now)) {
      out.push_back(warning(far.hop, said, "renew it in time: the file is read again by itself"));
    } else if (paper.until > 0) {
      out.push_back(good(far.hop, said));
    }
  }
}

/// As `examine_origins`, with what we bring along.
bool examine_far(const config::Settings& settings, const Far& far, const Services& services, Findings& out) {
  examine_ends(far, services, out);
  for (const auto& path : values_of(settings, far, "path")) {
    if (files::exists(path)) out.push_back(examine_file(far.hop, path));  // opening it says what is not there
  }
  return examine_origins(settings, far, services, out);
}

Findings examine_subjects(const config::Settings& settings, const Services& services) {
  Findings out;
  for (const auto& entry : settings.subjects) {
    const Far far{"subjects " + entry.name, entry, {{config::PluginKind::consent, entry.plugin, entry.settings}}};
    if (!examine_far(settings, far, services, out)) continue;
    auto one = bare(settings);
    one.subjects = {entry};
    auto site = open(std::move(one), services);
    const auto probed = site ? (*site)->subjects().front()->probe() : Status(site.error());
    out.push_back(probed ? good(far.hop, "answers") : broken(far.hop, probed.error()));
  }
  return out;
}

Findings examine_pseudonyms(const config::Settings& settings, const Services& services) {
  const auto& entry = settings.pseudonyms;
  if (!entry.from_outside()) return {};
  Findings out;
  const Far far{"pseudonyms", entry, {{config::PluginKind::pseudonyms, entry.plugin, entry.settings}}};
  if (!examine_far(settings, far, services, out)) return out;
  auto one = bare(settings);
  one.pseudonyms = entry;
  auto site = open(std::move(one), services);
  const auto probed = site ? (*site)->pseudonym_source()->probe() : Status(site.error());
  out.push_back(probed ? good(far.hop, "answers") : broken(far.hop, probed.error()));
  return out;
}

Findings examine_destinations(const config::Settings& settings, const Services& services) {
  Findings out;
  for (const auto& entry : settings.destinations) {
    Far far{"destination " + entry.name, entry, {{config::PluginKind::destination, entry.plugin, entry.settings}}};
    if (entry.ingest) far.parts.push_back({config::PluginKind::ingest, entry.ingest->plugin, entry.ingest->settings});
    const auto& hop = far.hop;
    if (!examine_far(settings, far, services, out)) continue;
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

Findings examine_notifications(const config::Settings& settings, const Services& services, bool tell) {
  Findings out;
  for (const auto& entry : settings.notifications) {
    const Far far{
        line::notification_name(entry.name), entry, {{config::PluginKind::notification, entry.plugin, entry.settings}}};
    if (!examine_far(settings, far, services, out)) continue;
    auto one = bare(settings);
    one.notifications = {entry};
    auto site = open(std::move(one), services);
    auto done = site ? (*site)->notifications().front().notification->probe() : Status(site.error());
    if (done && tell) {
      const auto message = notify::test_message(settings.site, services.clock.now_utc_s());
      done = (*site)->notifications().front().notification->tell(message);
    }
    const auto* said = tell ? "took a test message" : "is ready";
    out.push_back(done ? good(far.hop, said) : broken(far.hop, done.error()));
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

std::vector<Finding> examine(const config::Settings& settings, const Services& services, const Wishes& wishes) {
  Findings out{examine_clock(services.clock), examine_daemon(settings)};
  for (auto findings :
       {examine_state(settings), examine_keys(settings, services), examine_secrets(settings),
        examine_run_folders(settings), examine_subjects(settings, services), examine_pseudonyms(settings, services),
        examine_flow(settings, services), examine_destinations(settings, services),
        examine_notifications(settings, services, wishes.notify)}) {
    for (auto& finding : findings) out.push_back(std::move(finding));
  }
  return out;
}

}  // namespace tributary::doctor
