// tests/agent/config/load_test.cpp: every key, and the files beside the main one.
#include <string>

#include "tests/agent/config/workspace.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;          // NOLINT: brevity of a test
using namespace tributary::config;  // NOLINT

const std::string smallest = R"(site: example-lab
state_dir: state
run_folders: [ { path: runs } ]
pseudonyms: { key_file: keys/pseudonym.key }
)";

const std::string everything = R"(site: example-lab
state_dir: state
state_key_file: keys/state.key
run_folders:
  - { path: runs, instrument: illumina, settle: 90s, retain: link }
subjects:
  - { name: lims, plugin: csv, settings: { file: lims.csv, max_age: 2h, identifying: [ name, dob ] }, documents: optional,
      attributes: { family: trio, family_size: members, country: origin } }
identity: { key_file: keys/site.key }
pseudonyms: { key_file: keys/pseudonym.key }
destinations:
  - name: national
    plugin: drs
    settings:
      url: https://drs.example.org/drs/v1
      part_size: 8MiB
      max_parts: 500
      controlled_access: [ "https://repository.example.org/EX1" ]
      retries: 5
      checked: false
      endpoint: null
      tags: { a: b, c: d }
    auth: { type: oauth2, token_url: "https://login.example.org/token", client_id: us, private_key_file: keys/site.key,
            key_id: k1, scope: upload, audience: drs }
    tls: { ca_file: keys/national.pub, cert_file: keys/national.pub, key_file: keys/site.key, server_name: drs.example }
    proxy: http://proxy.example.org:3128
    upload_rate: 8Mbit/s
    stall_timeout: 90s
    recipients: [ keys/national.pub, keys/archive.pub ]
    ingest: { plugin: tes, settings: { url: "http://127.0.0.1:1/tes", task_file: task.yaml } }
policies:
  - name: wgs
    destination: national
    purpose: { use: "DUO:0000007", disease: "MONDO:0007254", commercial: true, organisation: for-profit, country: NO,
               project: EX-1, institution: Example University, methods: true }
    samples: { project: [ "A*" ], name: [ "B*" ], except: [ "C*" ] }
    files: [ bam, report ]
    minimum: { size: 2GiB, kinds: [ bam ] }
    require: all-of-family
    further_policies: skip
    read_names: mask
    tags: none
    sites_without_variant: keep
    share: individual
    priority: 9
    on_withdrawal: stop
    on_restored: send
egress: { country: DE, keep_in: [ EU/EEA, CN ], unknown: hold }
limits: { upload_rate: 80Mbit/s, upload_hours: [ "20:00-06:00", "12:00-13:30" ], connections: 8, threads: 3,
          memory: 128MiB, nice: 0, io: normal, max_load: 12, while_sequencing: slow, away_alarm: 2h, hold_after: 3d,
          reserve: 2GiB }
retention: { finished: 30d }
listen: "[::1]:9000"
status: { token_file: keys/state.key, hosts: [ Lab.Example.org, box ] }
)";

}  // namespace

TEST_GROUP(Load) {
  Workspace workspace;

  Loaded load_text(const std::string& text) {
    workspace.write("tributary.yaml", text);
    return load(workspace.path("tributary.yaml"), plugin_keys);
  }
  Settings good(const std::string& text) {
    auto loaded = load_text(text);
    if (!loaded.settings) FAIL(sentences(loaded, workspace).c_str());
    return *loaded.settings;
  }
  void text_is(const std::string& expected, const std::string& actual) {
    STRCMP_EQUAL(expected.c_str(), actual.c_str());
  }
};

TEST(Load, fills_in_the_defaults) {
  const auto settings = good(smallest);
  text_is("example-lab", settings.site);
  text_is(workspace.path("state"), settings.state_dir);
  text_is(workspace.path("tributary.yaml"), settings.file);
  text_is("", settings.state_key_file);
  text_is("", settings.plugin_dir);
  text_is(workspace.path("runs"), settings.run_folders[0].path);
  text_is("auto", settings.run_folders[0].instrument);
  LONGS_EQUAL(600, settings.run_folders[0].settle_s);
  CHECK_FALSE(settings.run_folders[0].hard_links);
  text_is(workspace.path("keys/pseudonym.key"), settings.pseudonym_key_file);
  text_is("127.0.0.1:8480", settings.listen);
  text_is("", settings.status_page.token_file);
  CHECK_TRUE(settings.status_page.hosts.empty());
  LONGS_EQUAL(0, settings.limits.upload_bytes_per_s);
  LONGS_EQUAL(1, settings.limits.upload_hours.size());
  LONGS_EQUAL(0, settings.limits.upload_hours[0].from_min);
  LONGS_EQUAL(1440, settings.limits.upload_hours[0].to_min);
  LONGS_EQUAL(4, settings.limits.connections);
  LONGS_EQUAL(2, settings.limits.threads);
  LONGS_EQUAL(96 << 20, settings.limits.memory_bytes);
  LONGS_EQUAL(64 << 20, settings.limits.reserve_bytes);
}

TEST(Load, has_the_same_defaults_as_the_types) {
  workspace.write("destinations.d/d.yaml",
                  "plugin: folder\nsettings: { path: out }\nrecipients: [ ../keys/national.pub ]\n");
  workspace.write("policies.d/p.yaml", "destination: d\npurpose: { use: HMB }\n");
  const auto settings = good(smallest);
  const auto& destination = settings.destinations[0];
  CHECK(destination.part_bytes == Destination{}.part_bytes && destination.max_parts == Destination{}.max_parts);
  CHECK(destination.auth.kind == AuthSettings::Kind::none);
  CHECK_FALSE(destination.ingest.has_value());
  const auto& policy = settings.policies[0];
  CHECK(policy.samples.project == Samples{}.project && policy.samples.name == Samples{}.name);
  CHECK_TRUE(policy.samples.except.empty());
  LONGS_EQUAL(4, policy.files.size());
  CHECK_FALSE(policy.mask_read_names);
  CHECK(policy.tags == ReadTags::known);
  CHECK_FALSE(policy.keep_bare_sites);
  CHECK(policy.on_withdrawal == OnWithdrawal::erase);
  CHECK(policy.on_restored == OnRestored::hold);
  const consent::Purpose fallback;
  CHECK(policy.purpose.commercial == fallback.commercial && policy.purpose.for_profit == fallback.for_profit);
  CHECK(policy.purpose.methods == fallback.methods && policy.purpose.aggregate == fallback.aggregate);
  CHECK(policy.minimum.bytes == Policy().minimum.bytes && policy.minimum.kinds == Policy().minimum.kinds);
  CHECK(policy.whole_family == Policy().whole_family && policy.skip_further == Policy().skip_further);
  CHECK(Settings{}.listen == settings.listen && Limits{}.memory_bytes == settings.limits.memory_bytes);
  CHECK(Limits{}.reserve_bytes == settings.limits.reserve_bytes);
  CHECK(Limits{}.connections == settings.limits.connections && Limits{}.threads == settings.limits.threads);
  CHECK(RunFolder{}.settle_s == settings.run_folders[0].settle_s);
  CHECK(Settings{}.retain_finished_s == settings.retain_finished_s);
  CHECK(Limits{}.nice == settings.limits.nice && Limits{}.io == settings.limits.io);
  CHECK(Limits{}.max_load == settings.limits.max_load);
  CHECK(Limits{}.while_sequencing == settings.limits.while_sequencing);
  CHECK(Limits{}.away_alarm_s == settings.limits.away_alarm_s && Limits{}.hold_after_s == settings.limits.hold_after_s);
  CHECK(destination.stall_timeout_s == Destination{}.stall_timeout_s && destination.upload_bytes_per_s == 0);
  CHECK(policy.priority == Policy{}.priority);
}

TEST(Load, reads_every_key) {
  const auto settings = good(everything);
  text_is(workspace.path("keys/state.key"), settings.state_key_file);
  text_is("illumina", settings.run_folders[0].instrument);
  LONGS_EQUAL(90, settings.run_folders[0].settle_s);
  CHECK_TRUE(settings.run_folders[0].hard_links);
  text_is("lims", settings.subjects[0].name);
  text_is(workspace.path("lims.csv"), settings.subjects[0].settings.at("file"));
  text_is("7200", settings.subjects[0].settings.at("max_age"));
  text_is("name\ndob", settings.subjects[0].settings.at("identifying"));
  text_is(workspace.path("keys/site.key"), settings.identity_key_file);
  LONGS_EQUAL(10000000, settings.limits.upload_bytes_per_s);
  LONGS_EQUAL(1200, settings.limits.upload_hours[0].from_min);
  LONGS_EQUAL(360, settings.limits.upload_hours[0].to_min);
  LONGS_EQUAL(810, settings.limits.upload_hours[1].to_min);
  LONGS_EQUAL(8, settings.limits.connections);
  LONGS_EQUAL(3, settings.limits.threads);
  LONGS_EQUAL(128 << 20, settings.limits.memory_bytes);
  LONGS_EQUAL(30 * 86400, settings.retain_finished_s);
  LONGS_EQUAL(0, settings.limits.nice);
  CHECK(settings.limits.io == Io::normal && settings.limits.while_sequencing == WhileSequencing::slow);
  LONGS_EQUAL(12, settings.limits.max_load);
  LONGS_EQUAL(7200, settings.limits.away_alarm_s);
  LONGS_EQUAL(3 * 86400, settings.limits.hold_after_s);
  LONGS_EQUAL(9, settings.policies[0].priority);
  LONGS_EQUAL(2LL << 30, settings.limits.reserve_bytes);
  text_is("[::1]:9000", settings.listen);
  text_is(workspace.path("keys/state.key"), settings.status_page.token_file);
  text_is("lab.example.org", settings.status_page.hosts.at(0));
  text_is("box", settings.status_page.hosts.at(1));
}

TEST(Load, reads_every_key_of_a_destination) {
  const auto settings = good(everything);
  const auto& d = *settings.destination("national");
  text_is("https://drs.example.org/drs/v1", d.settings.at("url"));
  text_is("8388608", d.settings.at("part_size"));
  LONGS_EQUAL(8 << 20, d.part_bytes);
  LONGS_EQUAL(1000000, d.upload_bytes_per_s);
  LONGS_EQUAL(90, d.stall_timeout_s);
  LONGS_EQUAL(500, d.max_parts);
  LONGS_EQUAL(0, d.settings.count("max_parts"));
  text_is("https://repository.example.org/EX1", d.controlled_access.at(0));
  text_is("5", d.settings.at("retries"));
  text_is("false", d.settings.at("checked"));
  LONGS_EQUAL(0, d.settings.count("endpoint"));
  text_is("a=b\nc=d", d.settings.at("tags"));
  CHECK(d.auth.kind == AuthSettings::Kind::oauth2);
  CHECK_TRUE(d.auth.private_key_jwt);
  text_is(workspace.path("keys/site.key"), d.auth.secret_file);
  text_is("https://login.example.org/token", d.auth.token_url);
  text_is("us k1 upload drs", d.auth.client_id + " " + d.auth.key_id + " " + d.auth.scope + " " + d.auth.audience);
  text_is(workspace.path("keys/national.pub"), d.tls.ca_file);
  text_is("drs.example", d.tls.server_name);
  text_is("http://proxy.example.org:3128", d.proxy);
  LONGS_EQUAL(2, d.recipient_files.size());
  text_is("http://127.0.0.1:1/tes", d.ingest->settings.at("url"));
  text_is(workspace.path("task.yaml"), d.ingest->settings.at("task_file"));
}

TEST(Load, reads_every_key_of_a_policy) {
  const auto settings = good(everything);
  const auto& p = *settings.policy("wgs");
  CHECK(p.purpose.use == consent::Use::ds);
  text_is("MONDO:0007254", p.purpose.disease);
  CHECK_TRUE(p.purpose.commercial && p.purpose.for_profit && p.purpose.methods && !p.purpose.aggregate);
  text_is("NO", p.purpose.country);
  text_is("EX-1", p.purpose.project);
  text_is("Example University", p.purpose.institution);
  text_is("A*B*C*", p.samples.project.at(0) + p.samples.name.at(0) + p.samples.except.at(0));
  LONGS_EQUAL(2, p.files.size());
  CHECK_TRUE(p.mask_read_names);
  CHECK(p.tags == ReadTags::none);
  CHECK_TRUE(p.keep_bare_sites);
  CHECK(p.on_withdrawal == OnWithdrawal::stop);
  CHECK(p.on_restored == OnRestored::send);
  LONGS_EQUAL(2LL << 30, p.minimum.bytes);
  text_is("bam", p.minimum.kinds.at(0));
  CHECK_TRUE(p.whole_family && p.skip_further);
}

TEST(Load, reads_every_key_of_egress_and_of_a_subject_source) {
  const auto settings = good(everything);
  text_is("DE", settings.egress->country);
  text_is("EU/EEA", settings.egress->keep_in.at(0));
  CHECK(settings.egress->unknown == consent::Verdict::unknown);
  const auto& source = settings.subjects.at(0);
  CHECK_TRUE(source.may_be_silent);
  text_is("trio members origin", source.family + " " + source.family_size + " " + source.country);
}

TEST(Load, has_no_egress_unless_the_section_is_there_and_refuses_the_unknown_then) {
  CHECK_FALSE(good(smallest).egress.has_value());
  CHECK(good(smallest + "egress: {}\n").egress->unknown == consent::Verdict::deny);
}

TEST(Load, looks_the_disease_of_a_purpose_up_in_the_hierarchy) {
  workspace.write("mondo.obo",
                  "[Term]\nid: MONDO:0007254\nis_a: MONDO:0000002\n\n[Term]\nid: MONDO:0000002\nis_a: MONDO:0000001\n");
  workspace.write(
      "policies.d/ds.yaml",
      "destination: d\npurpose: { use: DS, disease: \"MONDO:0007254\", research: paediatric, accepts: [ PUB, COL "
      "] }\n");
  workspace.write("destinations.d/d.yaml",
                  "plugin: folder\nsettings: { path: out }\nrecipients: [ ../keys/national.pub ]\n");
  const auto purpose = good(smallest + "mondo_file: mondo.obo\n").policies[0].purpose;
  text_is("MONDO:0000001", purpose.broader_diseases.at(0));
  text_is("MONDO:0000002", purpose.broader_diseases.at(1));
  text_is("paediatric", purpose.research);
  text_is("COL", purpose.accepts.at(0));
  CHECK_TRUE(good(smallest).policies[0].purpose.broader_diseases.empty());
}

TEST(Load, gives_nothing_for_an_unknown_name) {
  const auto settings = good(smallest);
  POINTERS_EQUAL(nullptr, settings.destination("x"));
  POINTERS_EQUAL(nullptr, settings.policy("x"));
}

TEST(Load, turns_the_status_page_off_by_null) { text_is("", good(smallest + "listen: null\n").listen); }

TEST(Load, takes_null_for_the_default_elsewhere) {
  LONGS_EQUAL(4,
              good(smallest + "limits: { connections: null, upload_rate: null }\nidentity: null\n").limits.connections);
  LONGS_EQUAL(4, good(smallest + "limits:\n").limits.connections);
}

TEST(Load, reads_entries_beside_the_main_file_in_order_of_their_names) {
  workspace.write("subjects.d/20-second.yaml", "plugin: csv\nsettings: { file: b.csv }\n");
  workspace.write("subjects.d/10-first.yaml", "plugin: csv\nsettings: { file: a.csv }\nname: broker\n");
  workspace.write("subjects.d/.hidden.yaml", "nonsense: true\n");
  workspace.write("subjects.d/notes.txt", "not read\n");
  const auto settings = good(smallest + "subjects: [ { name: lims, plugin: csv, settings: { file: c.csv } } ]\n");
  LONGS_EQUAL(3, settings.subjects.size());
  text_is("lims", settings.subjects[0].name);
  text_is("broker", settings.subjects[1].name);
  text_is(workspace.path("subjects.d/a.csv"), settings.subjects[1].settings.at("file"));
  text_is("20-second", settings.subjects[2].name);
}

TEST(Load, takes_a_key_from_the_credentials_of_the_service) {
  workspace.write("credentials/pseudonym", std::string(32, 'k'), 0640);
  ::setenv("CREDENTIALS_DIRECTORY", workspace.path("credentials").c_str(), 1);
  const auto loaded = load_text(
      "site: example-lab\nrun_folders: [ { path: runs } ]\nstate_dir: state\n"
      "pseudonyms: { key_file: \"credential:pseudonym\" }\nidentity: { key_file: keys/site.key }\n");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK_TRUE(loaded.settings.has_value());
  text_is(workspace.path("credentials/pseudonym"), loaded.settings->pseudonym_key_file);
  LONGS_EQUAL(3, loaded.problems.size());  // no subjects, destinations, policies: nothing about modes
}

TEST(Load, only_warns_about_a_credential_that_the_service_alone_sees) {
  const auto loaded = load_text(
      "site: example-lab\nrun_folders: [ { path: runs } ]\nstate_dir: state\n"
      "pseudonyms: { key_file: \"credential:pseudonym\" }\n");
  CHECK_TRUE(loaded.settings.has_value());
  text_is("/run/credentials/tributary.service/pseudonym", loaded.settings->pseudonym_key_file);
  STRCMP_CONTAINS("tributary.yaml:4:15: pseudonyms.key_file: warning: $CREDENTIALS_DIRECTORY is not set",
                  sentences(loaded, workspace).c_str());
}

TEST_GROUP(PseudonymSection) {
  Workspace workspace;

  Loaded with(const std::string& section, const std::string& more = {}) {
    auto text = smallest;
    const std::string plain = "pseudonyms: { key_file: keys/pseudonym.key }\n";
    text.replace(text.find(plain), plain.size(),
                 "pseudonyms: { key_file: keys/pseudonym.key" + section + " }\n" + more);
    workspace.write("tributary.yaml", text);
    return load(workspace.path("tributary.yaml"), plugin_keys);
  }
  void says(const std::string& section, const std::string& what, const std::string& more = {}) {
    const auto loaded = with(section, more);
    CHECK_FALSE_TEXT(loaded.settings.has_value(), section.c_str());
    STRCMP_CONTAINS(what.c_str(), sentences(loaded, workspace).c_str());
  }
};

TEST(PseudonymSection, makes_pseudonyms_by_the_key_unless_it_says_otherwise) {
  const auto loaded = with("");
  CHECK_TRUE(loaded.settings.has_value());
  CHECK_FALSE(loaded.settings->pseudonyms.from_outside());
  CHECK_TRUE(with(", plugin: hmac").settings.has_value());
  CHECK_TRUE(loaded.settings->reidentify_approval == Approval::none);
}

TEST(PseudonymSection, takes_a_source_with_credentials_certificates_and_proxy_as_a_destination_does) {
  const auto loaded = with(
      ", plugin: http, settings: { url: https://ttp.example.org/gpas, domains: { national/sample: d } }, auth: { type: "
      "bearer, token_file: keys/national.token }, tls: { ca_file: keys/national.pub }, proxy: http://proxy:3128",
      "reidentify: { approval: second-person }\n");
  CHECK_TEXT(loaded.settings.has_value(), sentences(loaded, workspace).c_str());
  const auto& out = loaded.settings->pseudonyms;
  STRCMP_EQUAL("national/sample=d", out.settings.at("domains").c_str());
  CHECK_TRUE(out.auth.kind == AuthSettings::Kind::bearer);
  STRCMP_EQUAL(workspace.path("keys/national.pub").c_str(), out.tls.ca_file.c_str());
  STRCMP_EQUAL("http://proxy:3128", out.proxy.c_str());
  CHECK_TRUE(loaded.settings->reidentify_approval == Approval::second_person);
}

TEST(PseudonymSection, refuses_what_has_no_meaning) {
  says(", settings: { url: x }", "pseudonyms.settings: has no meaning for the plugin hmac");
  says(", auth: { type: none }", "pseudonyms.auth: has no meaning for the plugin hmac");
  says(", plugin: gpas", "there is no plugin 'gpas'");
  says(", plugin: http, settings: { domains: { a/sample: b } }", "pseudonyms.settings.url: is missing");
  says(", plugin: http, settings: { url: http://ttp.example.org, domains: { a/sample: b } }",
       "pseudonyms.settings.url");
  says("", "reidentify.approval", "reidentify: { approval: third-person }\n");
}
