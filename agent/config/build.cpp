// agent/config/build.cpp: run folders, subject sources, policies, limits, and what there is only one of.
#include "agent/config/build.hpp"

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/config/key_files.hpp"
#include "agent/consent/evaluate.hpp"

namespace tributary::config {
namespace {

constexpr std::uint64_t symmetric_key_bytes = 32;
constexpr std::uint64_t least_token_bytes = 16;  // of random text that nobody guesses

consent::Purpose build_purpose(const Section& section, Problems& problems) {
  consent::Purpose out;
  if (!section.text("use").empty()) {
    const auto use = consent::parse_use(section.text("use"));
    if (use) {
      out.use = *use;
    } else {
      problems.error(section.place("use"), "'" + printable(section.text("use")) + "' is " + use.error().what,
                     use.error().hint);
    }
  }
  out.disease = section.text("disease");
  if (out.use == consent::Use::ds && !section.given("disease")) {
    problems.error(section.place("disease"), "is missing", "use DS is research on one disease: name its MONDO CURIE");
  }
  if (out.use != consent::Use::ds && section.given("disease")) {
    problems.error(section.place("disease"), "belongs to use DS only", "remove it, or write `use: DS`");
  }
  out.commercial = section.flag("commercial");
  out.for_profit = section.text("organisation") == "for-profit";
  out.country = section.text("country");
  out.project = section.text("project");
  out.institution = section.text("institution");
  out.methods = section.flag("methods");
  out.research = section.text("research");
  out.accepts = section.texts("accepts");
  std::sort(out.accepts.begin(), out.accepts.end());
  return out;
}

// A kind that the ABI knows, and the stations behind `identify` do not.
void warn_of_reports(const Section& section, std::string_view key, const std::string& meaning, Problems& problems) {
  const auto kinds = section.texts(key);
  const auto& places = section.value(key).list_places;
  for (std::size_t i = 0; i < places.size() && i < kinds.size(); ++i) {
    if (kinds[i] != "report") continue;
    problems.warning(places[i], "no plugin tells of files of the kind 'report', and reports are never sent: " + meaning,
                     "remove it");
  }
}

// A kind that the policy does not send is a minimum that nothing meets.
void check_minimum(const Section& section, const Policy& policy, Problems& problems) {
  const auto& places = section.value("kinds").list_places;
  for (std::size_t i = 0; i < policy.minimum.kinds.size(); ++i) {
    const auto& kind = policy.minimum.kinds[i];
    if (std::find(policy.files.begin(), policy.files.end(), kind) != policy.files.end()) continue;
    problems.error(places[i], "'" + kind + "' is none of the policy's `files`: no sample would be taken",
                   "add it to `files`, or remove it here");
  }
}

// Nothing here makes aggregates, and the data of single persons would go instead.
void check_share(const Section& section, Problems& problems) {
  if (section.text("share") != "aggregate") return;
  problems.error(section.place("share"),
                 "this version sends data of single persons only: nothing can go under this policy",
                 "write `share: individual`, when the programme may have them, or remove the policy");
}

consent::Egress build_egress(const Section& section) {
  const auto& unknown = section.text("unknown");
  return {section.text("country"), section.texts("keep_in"),
          unknown == "send"   ? consent::Verdict::permit
          : unknown == "hold" ? consent::Verdict::unknown
                              : consent::Verdict::deny};
}

void check_listen(const Section& main, const std::string& listen, Problems& problems) {
  if (listen.empty()) return;
  std::string host;
  int port = 0;
  if (!split_host_port(listen, host, port)) {
    problems.error(main.place("listen"), "'" + printable(listen) + "' is no address",
                   "write host:port such as 127.0.0.1:8480, or null");
  } else if (!is_loopback(host)) {
    problems.warning(main.place("listen"),
                     printable(host) + " is no loopback address: anyone who reaches it sees the status page",
                     "listen on 127.0.0.1 and put a proxy with authorisation in front");
  }
}

void check_memory(const Section& section, const Limits& limits, Problems& problems) {
  // 0 is what stands for a value that has a problem of its own.
  const auto room = limits.connections_in_memory();
  if (limits.memory_bytes == 0 || limits.connections <= room) return;
  problems.warning(
      section.place("connections"),
      std::to_string(limits.connections) + " do not fit into `memory`, which has room for " + std::to_string(room),
      "raise limits.memory, or lower this");
}

Limits::Hours hours_of(const std::string& text) {
  const auto minutes = [&](std::size_t i) {
    const int hour = (text[i] - '0') * 10 + text[i + 1] - '0';
    return static_cast<std::uint16_t>(hour * 60 + (text[i + 3] - '0') * 10 + text[i + 4] - '0');
  };
  return {minutes(0), minutes(6)};
}

}  // namespace

RunFolder build_run_folder(const Section& section, const PluginDesk& desk, Problems& problems) {
  RunFolder out;
  out.path = section.text("path");
  out.instrument = section.text("instrument");
  out.settle_s = section.number("settle");
  out.hard_links = section.text("retain") == "link";
  if (out.instrument != "auto") {
    desk.keys(PluginKind::instrument, out.instrument, section.place("instrument"), problems);
  }
  check_directory_or_nothing(out.path, section.place("path"), problems);
  if (!out.path.empty() && !is_directory(out.path)) {
    problems.warning(section.place("path"), printable(out.path) + " is not there", "is a file system not mounted?");
  }
  return out;
}

SubjectSource build_subjects(const Section& section, const PluginDesk& desk, Problems& problems) {
  SubjectSource out;
  out.name = section.text("name");
  out.plugin = section.text("plugin");
  out.settings = read_settings(section, PluginKind::consent, desk, nullptr, problems);
  out.may_be_silent = section.text("documents") == "optional";
  if (const auto* attributes = section.section("attributes")) {
    out.family = attributes->text("family");
    out.family_size = attributes->text("family_size");
    out.country = attributes->text("country");
  }
  build_reach(section, out, problems);
  return out;
}

Pseudonyms build_pseudonyms(const Section& section, const PluginDesk& desk, Problems& problems) {
  Pseudonyms out;
  out.plugin = section.text("plugin");
  if (!out.from_outside()) {
    for (const auto* key : {"settings", "auth", "tls", "proxy"}) {
      const bool there =
          std::string_view(key) == "settings" ? section.value(key).settings != nullptr : section.given(key);
      if (there)
        problems.error(section.place(key), "has no meaning for the plugin hmac", "remove it, or name a plugin");
    }
    return out;
  }
  out.settings = read_settings(section, PluginKind::pseudonyms, desk, nullptr, problems);
  build_reach(section, out, problems);
  return out;
}

Notification build_notification(const Section& section, const PluginDesk& desk, Problems& problems) {
  Notification out;
  out.name = section.text("name");
  out.plugin = section.text("plugin");
  out.settings = read_settings(section, PluginKind::notification, desk, nullptr, problems);
  out.events = section.texts("events");
  if (section.given("events") && out.events.empty())
    problems.error(section.place("events"), "is empty: nothing would be told",
                   "name at least one, or remove the entry");
  out.every_s = section.number("every");
  out.run_names = section.text("tell") == "runs";
  build_reach(section, out, problems);
  return out;
}

Policy build_policy(const Section& section, Problems& problems) {
  Policy out;
  out.name = section.text("name");
  out.destination = section.text("destination");
  if (const auto* purpose = section.section("purpose")) out.purpose = build_purpose(*purpose, problems);
  check_share(section, problems);
  if (const auto* samples = section.section("samples")) {
    out.samples = {samples->texts("project"), samples->texts("name"), samples->texts("except")};
    for (const auto* key : {"project", "name"}) {
      if (samples->given(key) && samples->texts(key).empty()) {
        problems.error(samples->place(key), "is empty: no sample matches", "write [ \"*\" ] for all");
      }
    }
  }
  out.files = section.texts("files");
  if (section.given("files") && out.files.empty()) {
    problems.error(section.place("files"), "is empty: nothing would be sent", "name at least one kind");
  }
  warn_of_reports(section, "files", "none would go", problems);
  if (const auto* minimum = section.section("minimum")) {
    out.minimum = {static_cast<std::uint64_t>(minimum->number("size")), minimum->texts("kinds")};
    check_minimum(*minimum, out, problems);
    warn_of_reports(*minimum, "kinds", "no sample would be taken", problems);
  }
  out.whole_family = section.text("require") == "all-of-family";
  out.skip_further = section.text("further_policies") == "skip";
  out.mask_read_names = section.text("read_names") == "mask";
  if (section.text("tags") == "all") out.tags = ReadTags::all;
  if (section.text("tags") == "none") out.tags = ReadTags::none;
  out.keep_bare_sites = section.text("sites_without_variant") == "keep";
  out.priority = static_cast<int>(section.number("priority"));
  out.on_withdrawal = section.text("on_withdrawal") == "stop" ? OnWithdrawal::stop : OnWithdrawal::erase;
  out.on_restored = section.text("on_restored") == "send" ? OnRestored::send : OnRestored::hold;
  return out;
}

Limits build_limits(const Section& section) {
  Limits out;
  out.upload_bytes_per_s = static_cast<std::uint64_t>(section.number("upload_rate"));
  out.upload_hours.clear();
  for (const auto& hours : section.texts("upload_hours")) out.upload_hours.push_back(hours_of(hours));
  out.connections = static_cast<std::uint32_t>(section.number("connections"));
  out.threads = static_cast<std::uint32_t>(section.number("threads"));
  out.memory_bytes = static_cast<std::uint64_t>(section.number("memory"));
  out.nice = static_cast<int>(section.number("nice"));
  const auto& io = section.text("io");
  out.io = io == "normal" ? Io::normal : io == "low" ? Io::low : Io::idle;
  out.max_load = section.number("max_load");
  const auto& pace = section.text("while_sequencing");
  out.while_sequencing = pace == "pause"  ? WhileSequencing::pause
                         : pace == "slow" ? WhileSequencing::slow
                                          : WhileSequencing::full;
  out.away_alarm_s = section.number("away_alarm");
  out.hold_after_s = section.number("hold_after");
  out.reserve_bytes = static_cast<std::uint64_t>(section.number("reserve"));
  return out;
}

void build_site(const Section& main, Settings& settings, Problems& problems) {
  settings.site = main.text("site");
  settings.state_dir = main.text("state_dir");
  settings.state_key_file = main.text("state_key_file");
  settings.plugin_dir = main.text("plugin_dir");
  settings.mondo_file = main.text("mondo_file");
  if (main.given("egress")) settings.egress = build_egress(*main.section("egress"));
  settings.listen = main.value("listen").is_null ? std::string() : main.text("listen");
  check_directory_or_nothing(settings.state_dir, main.place("state_dir"), problems);
  check_secret_file(main.text("state_key_file"), symmetric_key_bytes, main.place("state_key_file"), problems);
  if (!settings.plugin_dir.empty() && !is_directory(settings.plugin_dir)) {
    problems.error(main.place("plugin_dir"), printable(settings.plugin_dir) + " is no directory", "correct the path");
  }
  if (const auto* identity = main.section("identity")) {
    settings.identity_key_file = identity->text("key_file");
    check_secret_file(identity->text("key_file"), 1, identity->place("key_file"), problems);
  } else {
    problems.warning(main.place("identity"), "is missing: manifests are not signed",
                     "make a key with `tributary keys generate identity FILE` and give the repository its public half");
  }
  if (const auto* pseudonyms = main.section("pseudonyms")) {
    settings.pseudonym_key_file = pseudonyms->text("key_file");
    check_secret_file(pseudonyms->text("key_file"), symmetric_key_bytes, pseudonyms->place("key_file"), problems);
  }
  if (const auto* reidentify = main.section("reidentify")) {
    const bool second = reidentify->text("approval") == "second-person";
    settings.reidentify_approval = second ? Approval::second_person : Approval::none;
  }
  if (const auto* retention = main.section("retention")) settings.retain_finished_s = retention->number("finished");
  check_listen(main, settings.listen, problems);
  if (const auto* page = main.section("status")) {
    settings.status_page.token_file = page->text("token_file");
    for (const auto& host : page->texts("hosts")) settings.status_page.hosts.push_back(lower(host));
    check_secret_file(settings.status_page.token_file, least_token_bytes, page->place("token_file"), problems);
  }
  const auto* limits = main.section("limits");
  if (limits == nullptr) return;
  settings.limits = build_limits(*limits);
  check_memory(*limits, settings.limits, problems);
  if (limits->given("upload_hours") && settings.limits.upload_hours.empty()) {
    problems.error(limits->place("upload_hours"), "is empty: nothing would ever be sent", "leave it out for all day");
  }
}

}  // namespace tributary::config
