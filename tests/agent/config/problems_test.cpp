// tests/agent/config/problems_test.cpp: what is refused, where, and with which words.
#include <cstdio>
#include <string>
#include <vector>

#include "agent/config/values.hpp"
#include "tests/agent/config/workspace.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;          // NOLINT: brevity of a test
using namespace tributary::config;  // NOLINT

// A good configuration with one line that a test replaces by another.
const std::vector<std::string> good_lines{
    "site: example-lab",
    "state_dir: state",
    "run_folders: [ { path: runs } ]",
    "subjects: [ { name: lims, plugin: csv, settings: { file: lims.csv } } ]",
    "identity: { key_file: keys/site.key }",
    "pseudonyms: { key_file: keys/pseudonym.key }",
    "destinations:",
    "  - { name: national, plugin: drs, settings: { url: 'https://drs.example.org' }, recipients: [ keys/national.pub "
    "] }",
    "policies:",
    "  - { name: wgs, destination: national, purpose: { use: HMB } }",
    "limits: {}",
    "listen: 127.0.0.1:8480",
};

}  // namespace

TEST_GROUP(Problems) {
  Workspace workspace;

  Loaded load_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    workspace.write("tributary.yaml", text);
    return load(workspace.path("tributary.yaml"), plugin_keys);
  }
  /// The problems when line `number` (1-based) is replaced.
  std::string with(std::size_t number, const std::string& line) {
    auto lines = good_lines;
    lines[number - 1] = line;
    const auto loaded = load_lines(lines);
    bool error = false;
    for (const auto& problem : loaded.problems) error = error || !problem.warning;
    CHECK_EQUAL(!error, loaded.settings.has_value());
    return sentences(loaded, workspace);
  }
  void is(const char* expected, std::size_t number, const std::string& line) {
    STRCMP_EQUAL(expected, with(number, line).c_str());
  }
  void has(const char* expected, std::size_t number, const std::string& line) {
    STRCMP_CONTAINS(expected, with(number, line).c_str());
  }
};

TEST(Problems, are_none_in_a_good_configuration) { is("", 1, good_lines[0]); }

TEST(Problems, name_an_unknown_key_and_the_nearest_known_one) {
  is("tributary.yaml:11:1: limit: no key of the configuration of Tributary; did you mean 'limits'?", 11, "limit: {}");
  is("tributary.yaml:11:11: limits.conections: no key of the limits; did you mean 'connections'?", 11,
     "limits: { conections: 4 }");
  has("destinations[0].settings.urll: no setting of the plugin drs; did you mean 'url'?", 8,
      "  - { name: national, plugin: drs, settings: { urll: 'https://a', url: 'https://a' }, recipients: [ "
      "keys/national.pub ] }");
}

TEST(Problems, name_a_missing_key) {
  is("tributary.yaml:2:1: site: is missing; stamped on receipts, audit records and TES tags", 1, "");
  has("policies[0].purpose.use: is missing", 10, "  - { name: wgs, destination: national, purpose: {} }");
  has("subjects[0].settings.file: is missing; what it is for", 4, "subjects: [ { name: lims, plugin: csv } ]");
  has("tributary.yaml:1:1: site: is null and must be given", 1, "site: null");
}

TEST(Problems, are_all_found_in_one_go_and_in_file_order) {
  auto lines = good_lines;
  lines[0] = "site: Example Lab";
  lines[2] = "run_folders: [ { path: runs, settle: 10 } ]";
  lines[10] = "limits: { threads: 0, memory: 1KiB }";
  lines[11] = "listen: nowhere";
  const auto loaded = load_lines(lines);
  CHECK_FALSE(loaded.settings.has_value());
  STRCMP_EQUAL(
      "tributary.yaml:1:7: site: 'Example Lab' has the wrong form; write 2 to 32 of a-z, 0-9 and '-'\n"
      "tributary.yaml:3:38: run_folders[0].settle: '10' has no unit; write for example 90s, 10m, 26h or 7d\n"
      "tributary.yaml:11:20: limits.threads: 0 is out of bounds; from 1 to 64\n"
      "tributary.yaml:11:31: limits.memory: 1.0 KiB is out of bounds; from 32.0 MiB to 64.0 GiB\n"
      "tributary.yaml:12:1: listen: 'nowhere' is no address; write host:port such as 127.0.0.1:8480, or null",
      sentences(loaded, workspace).c_str());
}

TEST(Problems, say_when_a_value_is_of_another_type) {
  has("site: a list stands where one value belongs", 1, "site: [ a ]");
  has("limits.threads: 'two' is no whole number", 11, "limits: { threads: two }");
  has("limits.upload_rate: '5' has no unit", 11, "limits: { upload_rate: 5 }");
  has("limits.upload_hours: is no list", 11, "limits: { upload_hours: \"20:00-06:00\" }");
  has("limits: is no map", 11, "limits: 5");
  has("run_folders: is no list", 3, "run_folders: { path: runs }");
  has("commercial: 'no' is neither true nor false", 10,
      "  - { name: wgs, destination: national, purpose: { use: HMB, commercial: no } }");
  has("retain: 'links' is not known here; did you mean 'link'? known: source, link", 3,
      "run_folders: [ { path: runs, retain: links } ]");
  has("limits.upload_hours[0]: '25:00-26:00' has the wrong form", 11, "limits: { upload_hours: [ \"25:00-26:00\" ] }");
  has("limits.nice: 20 is out of bounds; from 0 to 19", 11, "limits: { nice: 20 }");
  has("limits.io: 'idel' is not known here; did you mean 'idle'? known: idle, low, normal", 11, "limits: { io: idel }");
  has("limits.max_load: 0 is out of bounds", 11, "limits: { max_load: 0 }");
  has("tributary.yaml:11:29: limits.while_sequencing: 'stop' is not known here", 11,
      "limits: { while_sequencing: stop }");
  has("limits.away_alarm: '24' has no unit", 11, "limits: { away_alarm: 24 }");
  has("limits.hold_after: 30 min 0 s is out of bounds", 11, "limits: { hold_after: 30m }");
  has("policies[0].priority: 10 is out of bounds; from 0 to 9", 10,
      "  - { name: wgs, destination: national, priority: 10, purpose: { use: HMB } }");
  has("limits.upload_hours: is empty", 11, "limits: { upload_hours: [] }");
  has("tributary.yaml:12:24: retention.finished: ", 12, "retention: { finished: 12h }");
  has("out of bounds", 12, "retention: { finished: 12h }");
  has("did you mean 'finished'?", 12, "retention: { finish: 90d }");
}

TEST(Problems, warn_of_connections_that_memory_has_no_room_for) {
  is("tributary.yaml:11:11: limits.connections: warning: 9 do not fit into `memory`, which has room for 8; raise "
     "limits.memory, or lower this",
     11, "limits: { connections: 9, memory: 96MiB }");
  is("tributary.yaml:11:1: limits.connections: warning: 4 do not fit into `memory`, which has room for 1; raise "
     "limits.memory, or lower this",
     11, "limits: { memory: 32MiB }");
  is("", 11, "limits: { connections: 8, threads: 2, memory: 96MiB }");
  is("", 11, "limits: { connections: 1, memory: 32MiB }");
}

TEST(Problems, warn_of_settings_that_have_no_effect) {}

TEST(Problems, say_nothing_of_links_that_can_be_made) {
  is("", 3, "run_folders: [ { path: runs, retain: link } ]");
  is("", 3, "run_folders: [ { path: runs, retain: source } ]");
}

TEST(Problems, say_when_the_reserve_is_none) {
  has("tributary.yaml:11:20: limits.reserve: 0 B is out of bounds; from 1.0 MiB to 1.0 TiB", 11,
      "limits: { reserve: 0B }");
  has("limits.reserve: '64' has no unit", 11, "limits: { reserve: 64 }");
}

TEST(Problems, tell_of_diseases_and_of_the_file_that_knows_them) {
  workspace.write("mondo.obo", "[Term]\nid: MONDO:0000001\n\n[Term]\nid: MONDO:0000002\nis_obsolete: true\n");
  workspace.write("mondo.json", "{}\n");
  auto lines = good_lines;
  const auto about = [&](const std::string& file, const std::string& disease) {
    lines[9] = "  - { name: wgs, destination: national, purpose: { use: DS, disease: \"" + disease + "\" } }";
    lines[10] = "mondo_file: " + file;
    return sentences(load_lines(lines), workspace);
  };
  STRCMP_EQUAL("", about("mondo.obo", "MONDO:0000001").c_str());
  STRCMP_EQUAL(
      "tributary.yaml:10:61: policies[0].purpose.disease: MONDO:0000002 is no disease of mondo.obo, or an "
      "obsolete one; look for its replacement in MONDO",
      about("mondo.obo", "MONDO:0000002").c_str());
  STRCMP_EQUAL(
      "tributary.yaml:11:1: mondo_file: mondo.json holds no disease of MONDO; give it mondo.obo: OBO format, "
      "not OWL or JSON",
      about("mondo.json", "MONDO:0000001").c_str());
  STRCMP_EQUAL(
      "tributary.yaml:11:1: mondo_file: away.obo can not be read; is it there, and may the daemon's user read "
      "it?",
      about("away.obo", "MONDO:0000001").c_str());
}

TEST(Problems, know_the_obligations_that_a_receiver_can_accept) {
  has("policies[0].purpose.accepts[1]: 'IRP' is not known here; did you mean 'IRB'?", 10,
      "  - { name: wgs, destination: national, purpose: { use: HMB, accepts: [ COL, IRP ] } }");
}

TEST(Problems, look_at_egress_families_and_minima) {
  has("tributary.yaml:11:22: egress.keep_in[0]: 'Germany' has the wrong form", 11, "egress: { keep_in: [ Germany ] }");
  has("egress.country: 'EEA' has the wrong form", 11, "egress: { country: EEA }");
  has("egress.unknown: 'deny' is not known here; did you mean", 11, "egress: { unknown: deny }");
  has("egress.keep: no key of the egress; known: country, keep_in, unknown", 11, "egress: { keep: [ DE ] }");
  const std::string policy = "  - { name: wgs, destination: national, purpose: { use: HMB }, ";
  has("policies[0].require: 'family' is not known here; known: each, all-of-family", 10, policy + "require: family }");
  has("policies[0].minimum.size: '10' has no unit", 10, policy + "minimum: { size: 10 } }");
  has("policies[0].minimum.kinds[1]: 'bed' is none of the policy's `files`: no sample would be taken; add it to "
      "`files`, "
      "or remove it here",
      10, policy + "files: [ bam ], minimum: { kinds: [ bam, bed ] } }");
  has("policies[0].further_policies: 'stop' is not known here", 10, policy + "further_policies: stop }");
  has("subjects[0].attributes.familie: no key of the attributes of a person; did you mean 'family'?", 4,
      "subjects: [ { name: lims, plugin: csv, settings: { file: lims.csv }, attributes: { familie: f } } ]");
}

TEST(Problems, refuse_what_is_to_be_shared_of_many_together) {
  const std::string policy = "  - { name: wgs, destination: national, purpose: { use: HMB }, ";
  is("tributary.yaml:10:64: policies[0].share: this version sends data of single persons only: nothing can go under "
     "this policy; write `share: individual`, when the programme may have them, or remove the policy",
     10, policy + "share: aggregate }");
  is("", 10, policy + "share: individual }");
}

TEST(Problems, warn_of_kinds_of_files_that_never_go) {
  const std::string policy = "  - { name: wgs, destination: national, purpose: { use: HMB }, files: [ bam, report ]";
  const std::string warned =
      "tributary.yaml:10:78: policies[0].files[1]: warning: no plugin tells of files of the kind 'report', and reports "
      "are never sent: none would go; remove it";
  is(warned.c_str(), 10, policy + " }");
  is(
      (warned + "\ntributary.yaml:10:108: policies[0].minimum.kinds[0]: warning: no plugin tells of files of the kind "
                "'report', and reports are never sent: no sample would be taken; remove it")
          .c_str(),
      10, policy + ", minimum: { kinds: [ report ] } }");
}

TEST(Problems, look_at_notifications) {
  const std::string entry = "notifications: [ { name: desk, plugin: webhook, settings: { url: 'https://a.example' }";
  is("", 11, entry + ", events: [ held ], every: 1h, tell: runs } ]");
  has("notifications[0].events[1]: 'stalld' is not known here; did you mean 'stalled'?", 11,
      entry + ", events: [ held, stalld ] } ]");
  has("tributary.yaml:11:89: notifications[0].events: is empty: nothing would be told", 11, entry + ", events: [] } ]");
  has("notifications[0].every: ", 11, entry + ", every: 5s } ]");
  has("notifications[0].settings.uri: no setting of the plugin webhook; did you mean 'url'?", 11,
      "notifications: [ { name: desk, plugin: webhook, settings: { uri: 'https://a.example' } } ]");
  has("notifications[1].name: a second notification called 'desk'", 11,
      "notifications: [ { name: desk, plugin: webhook, settings: { url: 'https://a.example' } }, { name: desk, plugin: "
      "webhook, settings: { url: 'https://a.example' } } ]");
}

TEST(Problems, say_where_the_syntax_breaks) {
  has("tributary.yaml:2:1: the key 'site' stands twice, first at line 1, column 1; keep one of them", 2, "site: b");
  has("not YAML", 11, "limits: { threads: 2");
}

TEST(Problems, say_when_the_file_is_away_or_empty) {
  const auto away = load(workspace.path("nothing.yaml"), plugin_keys);
  CHECK_FALSE(away.settings.has_value());
  LONGS_EQUAL(1, away.problems.size());
  workspace.write("tributary.yaml", "");
  STRCMP_CONTAINS("tributary.yaml:1:1: site: is missing",
                  sentences(load(workspace.path("tributary.yaml"), plugin_keys), workspace).c_str());
  workspace.write("tributary.yaml", "[ a, b ]");
  STRCMP_CONTAINS("is no map with the keys of the configuration",
                  sentences(load(workspace.path("tributary.yaml"), plugin_keys), workspace).c_str());
}

TEST(Problems, name_a_plugin_that_is_not_there) {
  is("tributary.yaml:4:27: subjects[0].plugin: there is no plugin 'cvs'; there are: csv, drs, folder, illumina, tes", 4,
     "subjects: [ { name: lims, plugin: cvs, settings: { file: lims.csv } } ]");
  has("run_folders[0].instrument: there is no plugin 'ilumina'", 3,
      "run_folders: [ { path: runs, instrument: ilumina } ]");
}

TEST(Problems, name_a_destination_that_is_not_there) {
  is("tributary.yaml:10:18: policies[0].destination: there is no destination 'nationl'; did you mean 'national'?", 10,
     "  - { name: wgs, destination: nationl, purpose: { use: HMB } }");
}

TEST(Problems, name_both_places_of_a_second_name) {
  workspace.write("destinations.d/national.yaml",
                  "plugin: folder\nsettings: { path: out }\nrecipients: [ ../keys/national.pub ]\n");
  const auto what = with(1, good_lines[0]);
  STRCMP_EQUAL(
      "destinations.d/national.yaml:1:1: name: a second destination called 'national', the first is at "
      "tributary.yaml:8; give it another name",
      what.c_str());
}

TEST(Problems, name_the_file_of_an_entry) {
  workspace.write("policies.d/p.yaml", "destination: national\npurpose: { use: HBM }\nfile: [ bam ]\n");
  STRCMP_EQUAL(
      "policies.d/p.yaml:2:12: purpose.use: 'HBM' is not one of the five permissions of DUO; write NRES, GRU, HMB, DS "
      "or "
      "POA, or a DUO CURIE\npolicies.d/p.yaml:3:1: file: no key of the policy; did you mean 'files'?",
      with(1, good_lines[0]).c_str());
}

TEST(Problems, say_when_an_entry_is_empty_or_broken) {
  workspace.write("policies.d/p.yaml", "# nothing\n");
  workspace.write("subjects.d/s.yaml", "a: b: c\n");
  const auto what = with(1, good_lines[0]);
  STRCMP_CONTAINS("policies.d/p.yaml:1:1: is empty", what.c_str());
  STRCMP_CONTAINS("subjects.d/s.yaml:1:", what.c_str());
}

TEST(Problems, are_entries_that_would_not_be_read_for_their_ending) {
  for (const std::string name : {"optout.yml", "optout.YML", "optout.YAML"}) {
    workspace.write("subjects.d/" + name, "plugin: optout\n");
    const auto what = with(1, good_lines[0]);
    STRCMP_CONTAINS(("subjects.d/" + name + ":1:1: is not read: entries end in .yaml").c_str(), what.c_str());
    std::filesystem::remove(workspace.path("subjects.d/" + name));
  }
}

TEST(Problems, ask_for_the_disease_of_a_disease_policy) {
  has("purpose.disease: is missing; use DS", 10, "  - { name: wgs, destination: national, purpose: { use: DS } }");
  has("purpose.disease: belongs to use DS only", 10,
      "  - { name: wgs, destination: national, purpose: { use: HMB, disease: 'MONDO:0007254' } }");
  has("purpose.disease: 'cancer' has the wrong form", 10,
      "  - { name: wgs, destination: national, purpose: { use: DS, disease: cancer } }");
  has("purpose.country: 'Germany' has the wrong form", 10,
      "  - { name: wgs, destination: national, purpose: { use: HMB, country: Germany } }");
}

TEST(Problems, look_at_key_files) {
  has("pseudonyms.key_file: keys/none.key: No such file or directory; make the file, or correct the path", 6,
      "pseudonyms: { key_file: keys/none.key }");
  has("pseudonyms.key_file: keys: is no regular file", 6, "pseudonyms: { key_file: keys }");
  workspace.write("keys/short.key", "short");
  has("pseudonyms.key_file: keys/short.key: 5 B, from 32 B to 64.0 KiB are possible", 6,
      "pseudonyms: { key_file: keys/short.key }");
  workspace.write("keys/open.key", std::string(32, 'k'), 0644);
  is("tributary.yaml:6:15: pseudonyms.key_file: warning: keys/open.key: mode 0644 lets others than its owner in; chmod "
     "0600",
     6, "pseudonyms: { key_file: keys/open.key }");
  has("key_file: credential:NAME holds no name of a credential", 6, "pseudonyms: { key_file: \"credential:../x\" }");
}

TEST(Problems, look_at_recipients) {
  const auto destination = [](const std::string& recipients) {
    return "  - { name: national, plugin: drs, settings: { url: 'https://a' }, recipients: [ " + recipients + " ] }";
  };
  has("recipients: is empty: nobody could read the data", 8, destination(""));
  has("recipients[1]: keys/none.pub: No such file", 8, destination("keys/national.pub, keys/none.pub"));
  has("recipients[0]: keys/pseudonym.key: is no Crypt4GH public key", 8, destination("keys/pseudonym.key"));
  workspace.write(
      "keys/secret.sec",
      "-----BEGIN CRYPT4GH PRIVATE KEY-----\nYzRnaC12MQAEbm9uZQAEbm9uZQ==\n-----END CRYPT4GH PRIVATE KEY-----\n");
  has("recipients[0]: keys/secret.sec: is a secret key", 8, destination("keys/secret.sec"));
}

TEST(Problems, refuse_plain_http_and_credentials_in_urls) {
  const auto destination = [](const std::string& url) {
    return "  - { name: national, plugin: drs, settings: { url: '" + url + "' }, recipients: [ keys/national.pub ] }";
  };
  has("settings.url: plain http to another machine; write https://", 8, destination("http://drs.example.org"));
  has("settings.url: holds credentials", 8, destination("https://me:secret@drs.example.org"));
  has("settings.url: is no url", 8, destination("drs.example.org"));
  is("", 8, destination("http://localhost:8700/drs"));
  has("settings.endpoint: plain http", 8,
      "  - { name: national, plugin: drs, settings: { url: 'https://a', endpoint: 'http://s3.example.org' }, "
      "recipients: [ "
      "keys/national.pub ] }");
}

TEST(Problems, check_what_each_kind_of_authorisation_needs) {
  const auto destination = [](const std::string& auth) {
    return "  - { name: national, plugin: drs, settings: { url: 'https://a' }, recipients: [ keys/national.pub ], "
           "auth: { " +
           auth + " } }";
  };
  has("auth.token_file: is missing; auth of type bearer needs it", 8, destination("type: bearer"));
  has("auth.username: does not belong to auth of type bearer", 8,
      destination("type: bearer, token_file: keys/national.token, username: a"));
  has("auth.password_file: is missing", 8, destination("type: basic, username: a"));
  has("auth: needs one of client_secret_file and private_key_file", 8,
      destination("type: oauth2, token_url: 'https://a', client_id: b"));
  has("auth.token_url: plain http", 8,
      destination("type: oauth2, token_url: 'http://a', client_id: b, client_secret_file: keys/national.token"));
  has("auth.type: 'bearar' is not known here; did you mean 'bearer'?", 8, destination("type: bearar"));
  is("", 8, destination("type: bearer, token_file: keys/national.token"));
}

TEST(Problems, check_credentials_of_a_subject_source_as_those_of_a_destination) {
  const auto source = [](const std::string& more) {
    return "subjects: [ { name: lims, plugin: csv, settings: { file: lims.csv }, " + more + " } ]";
  };
  has("subjects[0].auth.token_file: is missing; auth of type bearer needs it", 4, source("auth: { type: bearer }"));
  has("proxy: 'socks://a:1' is no proxy", 4, source("proxy: 'socks://a:1'"));
  has("tls.ca_file: keys/ca.pem: No such file", 4, source("tls: { ca_file: keys/ca.pem }"));
  is("", 4, source("auth: { type: bearer, token_file: keys/national.token }, proxy: 'http://a:1'"));
}

TEST(Problems, check_proxy_and_certificates) {
  const auto destination = [](const std::string& more) {
    return "  - { name: national, plugin: drs, settings: { url: 'https://a' }, recipients: [ keys/national.pub ], " +
           more + " }";
  };
  has("proxy: 'socks://a:1' is no proxy", 8, destination("proxy: 'socks://a:1'"));
  has("tls.cert_file: cert_file and key_file belong together", 8, destination("tls: { cert_file: keys/national.pub }"));
  has("tls.ca_file: keys/ca.pem: No such file", 8, destination("tls: { ca_file: keys/ca.pem }"));
}

TEST(Problems, check_parts_whatever_the_plugin_declares) {
  const auto destination = [](const std::string& settings) {
    return "  - { name: national, plugin: folder, settings: { path: out, " + settings +
           " }, recipients: [ keys/national.pub ] }";
  };
  has("settings.part_size: 1.0 KiB is out of bounds; from 64.0 KiB to 5.0 GiB", 8, destination("part_size: 1KiB"));
  has("settings.max_parts: 10001 is out of bounds", 8, destination("max_parts: 10001"));
  is("", 8, destination("part_size: 64KiB, max_parts: 10000, controlled_access: [ a ]"));
}

TEST(Problems, of_a_value_that_only_the_plugin_refuses_stand_where_it_is_written) {
  const PluginTrial trial = [](const std::string&, PluginKind kind, const std::string& name,
                               const PluginSettings& settings) -> Status {
    if (kind != PluginKind::destination) return {};
    STRCMP_EQUAL("drs", name.c_str());
    if (settings.at("part_size") == "65536") return operator_error("part_size: too small for the store", "write 5MiB");
    if (settings.at("part_size") == "131072") return operator_error("url: needs a companion");
    return operator_error("two settings do not go together", "give one");
  };
  const auto said = [&](const std::string& settings) {
    auto lines = good_lines;
    lines[7] = "  - { name: national, plugin: drs, settings: { url: 'https://drs.example.org', " + settings +
               " }, recipients: [ keys/national.pub ] }";
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    workspace.write("tributary.yaml", text);
    const auto loaded = load(workspace.path("tributary.yaml"), plugin_keys, trial);
    CHECK_FALSE(loaded.settings.has_value());
    return sentences(loaded, workspace);
  };
  STRCMP_EQUAL("tributary.yaml:8:80: destinations[0].settings.part_size: too small for the store; write 5MiB",
               said("part_size: 64KiB").c_str());
  STRCMP_EQUAL("tributary.yaml:8:48: destinations[0].settings.url: needs a companion",
               said("part_size: 128KiB").c_str());
  STRCMP_EQUAL("tributary.yaml:8:36: destinations[0].settings: two settings do not go together; give one",
               said("checked: true").c_str());
  // What the tables find is said once, and the plugin is not asked about it.
  STRCMP_CONTAINS("settings.part_size: 1.0 KiB is out of bounds", said("part_size: 1KiB, cheked: true").c_str());
  CHECK_TRUE(said("cheked: true").find("two settings") == std::string::npos);
}

TEST(Problems, wait_for_no_pipe_among_the_entries) {
  workspace.write("subjects.d/s.yaml", "");
  std::filesystem::remove(workspace.path("subjects.d/s.yaml"));
  LONGS_EQUAL(0, ::mkfifo(workspace.path("subjects.d/s.yaml").c_str(), 0600));
  STRCMP_CONTAINS("subjects.d/s.yaml:1:1: is no regular file", with(11, "limits: {}").c_str());
}

TEST(Problems, check_run_folders) {
  has("run_folders[1].path: is watched twice", 3, "run_folders: [ { path: runs }, { path: ./runs/ } ]");
  has("run_folders[0].path: run folder and state_dir lie within each other", 3,
      "run_folders: [ { path: state/runs } ]");
  has("run_folders[0].path: run folder and state_dir lie within each other", 3, "run_folders: [ { path: . } ]");
  is("tributary.yaml:3:18: run_folders[0].path: warning: away is not there; is a file system not mounted?", 3,
     "run_folders: [ { path: away } ]");
  has("run_folders: is empty", 3, "run_folders: []");
  has("run_folders[0].path: keys/site.key: is no directory", 3, "run_folders: [ { path: keys/site.key } ]");
}

TEST(Problems, only_warn_about_what_is_unwise) {
  is("tributary.yaml:12:1: listen: warning: 0.0.0.0 is no loopback address: anyone who reaches it sees the status "
     "page; "
     "listen on 127.0.0.1 and put a proxy with authorisation in front",
     12, "listen: 0.0.0.0:80");
  has("identity: warning: is missing: manifests are not signed", 5, "");
  has("subjects: warning: there are none: every sample stays held", 4, "subjects: []");
}

TEST(Problems, of_the_status_page_are_named) {
  workspace.write("keys/page.token", "short");
  is("tributary.yaml:12:11: status.token_file: keys/page.token: 5 B, from 16 B to 64.0 KiB are possible; make "
     "it "
     "with `tributary keys generate`, or correct the path",
     12, "status: { token_file: keys/page.token }");
  has("tributary.yaml:12:20: status.hosts[0]: 'a b' has the wrong form; write a host name without a port", 12,
      "status: { hosts: [ \"a b\" ] }");
  has("'lab.example.org:8480' has the wrong form", 12, "status: { hosts: [ 'lab.example.org:8480' ] }");
  has("status.token: no key of the status page; known: token_file, hosts", 12, "status: { token: x }");
  is("", 12, "status: { token_file: keys/state.key, hosts: [ lab.example.org ] }");
}

TEST(Problems, never_show_control_characters) {
  CHECK_TRUE(with(1, "site: \"a\\e[31m\"").find('\x1b') == std::string::npos);
  CHECK_TRUE(with(11, "\"\\e[31m\": 1").find('\x1b') == std::string::npos);
}

TEST_GROUP(Values){};

TEST(Values, know_loopback_addresses) {
  for (const auto* host : {"localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "::1", "[::1]"}) {
    CHECK_TRUE_TEXT(is_loopback(host), host);
  }
  for (const auto* host : {"127.evil.org", "127.0.0.1.evil.org", "localhost.evil.org", "127.0.0", "0.0.0.0", "::", "",
                           "127.0.0.256", "127.0.0.-1", "10.0.0.1"}) {
    CHECK_FALSE_TEXT(is_loopback(host), host);
  }
}

TEST(Values, see_through_urls_that_look_like_loopback) {
  for (const auto* url : {"http://127.0.0.1@evil.org/", "http://evil.org#127.0.0.1", "http://evil.org/127.0.0.1",
                          "http://localhost.evil.org", "http://127.0.0.1:80:80/", "HTTP://evil.org", "http://",
                          "http:///a", "http://evil.org\\@127.0.0.1", "ftp://127.0.0.1", "http://127.0.0.1 .evil.org",
                          "https://", "https://host:99999/"}) {
    CHECK_FALSE_TEXT(check_url(url).ok(), url);
  }
  for (const auto* url : {"http://127.0.0.1", "http://localhost:80/a?b", "http://[::1]:1/",
                          "https://a.example.org:8443/x", "HTTPS://a", "http://[::1]"}) {
    CHECK_TRUE_TEXT(check_url(url).ok(), url);
  }
}
