// tests/agent/cli/usage_test.cpp: help, usage, `check` and `schema`: what is said before anything is done.
#include <algorithm>

#include "agent/cli/command.hpp"
#include "tests/agent/cli/desk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {

TEST_GROUP(Usage) {
  Desk desk;
  void is_usage(const std::vector<std::string>& words, const std::string& says) {
    const auto ended = desk.run(words);
    LONGS_EQUAL_TEXT(2, ended.code, says.c_str());
    STRCMP_CONTAINS(says.c_str(), ended.words.c_str());
  }
};

TEST(Usage, of_every_command_is_told_by_help) {
  const auto all = desk.run({"--help"});
  LONGS_EQUAL(0, all.code);
  CHECK_TRUE(cli::commands().size() >= 17);
  for (const auto& command : cli::commands()) {
    CHECK_TRUE_TEXT(has(all.words, "\n  " + command.name + " "), command.name.c_str());
    const auto one = desk.run({command.name, "--help"});
    LONGS_EQUAL_TEXT(0, one.code, command.name.c_str());
    STRCMP_CONTAINS(("usage: tributary " + command.name).c_str(), one.words.c_str());
    STRCMP_CONTAINS(command.summary.c_str(), one.words.c_str());
  }
}

TEST(Usage, of_cancel_promises_nothing_about_what_is_delivered) {
  const auto help = desk.run({"cancel", "--help"}).words;
  STRCMP_CONTAINS("ends a parcel that is not delivered", help.c_str());
  STRCMP_CONTAINS("It is final", help.c_str());
  STRCMP_CONTAINS("What is delivered stays: see withdraw.", help.c_str());
}

TEST(Usage, names_every_option_of_a_command) {
  for (const auto& command : cli::commands()) {
    auto options = command.valued;
    options.insert(options.end(), command.flags.begin(), command.flags.end());
    for (const auto& option : options) CHECK_TRUE_TEXT(has(command.usage, option), (command.name + option).c_str());
  }
}

TEST(Usage, is_told_when_nothing_is_asked) { is_usage({}, "usage: tributary"); }

TEST(Usage, tells_the_version_of_both_programs) {
  STRCMP_EQUAL("tributary " TRIBUTARY_VERSION "\n", desk.run({"--version"}).words.c_str());
  const auto daemon = line_test::run_program({TRIBUTARY_TEST_DAEMON, "--version"}, desk.at(""), false);
  LONGS_EQUAL(0, daemon.code);
  STRCMP_EQUAL("tributaryd " TRIBUTARY_VERSION "\n", daemon.words.c_str());
}

TEST(Usage, of_what_is_not_known_names_the_nearest) {
  is_usage({"chek"}, "there is no command 'chek'; did you mean check?");
  is_usage({"entirely-different"}, "there is no command 'entirely-different'");
  is_usage({"status", "--jsn"}, "did you mean --json?");
  is_usage({"scan", "--identifier", "x", "y"}, "did you mean --identifiers?");
  is_usage({"--confg", "x", "status"}, "--confg");
}

TEST(Usage, wants_values_of_options) {
  is_usage({"--config"}, "option --config needs a value");
  is_usage({"receipts", "--run"}, "option --run needs a value");
  is_usage({"status", "--json=yes"}, "option --json takes no value");
}

TEST(Usage, wants_the_words_that_a_command_takes_and_no_others) {
  for (const auto* command : {"check", "schema", "status", "runs", "receipts"}) {
    is_usage({command, "word"}, "takes no words");
  }
  for (const auto* command : {"plan", "explain"}) {
    is_usage({command}, "needs one RUN");
    is_usage({command, "a", "b"}, "needs one RUN");
  }
  for (const auto* command : {"retry", "hold", "release", "cancel"}) {
    is_usage({command}, "needs a PARCEL");
    is_usage({command, "p-1", "p-2"}, "takes one PARCEL");
  }
  is_usage({"withdraw"}, "--subject-file");
  is_usage({"withdraw", "SUBJECT-01"}, "never given on the command line");
  is_usage({"reidentify", "--pseudonym", "TL-1"}, "--reason");
  is_usage({"reidentify", "--pseudonym", "TL-1", "--reason", " "}, "--reason");
  is_usage({"reidentify", "--pseudonym", "TL-1", "--reason", "asked", "by", "them"}, "quotes");
  is_usage({"audit"}, "verify, export");
  is_usage({"audit", "forget"}, "verify, export");
  is_usage({"keys"}, "generate");
  is_usage({"keys", "generate", "dance", "file"}, "generate");
  is_usage({"crypt4gh"}, "keygen, encrypt, decrypt");
  is_usage({"crypt4gh", "encrypt"}, "--recipient");
  is_usage({"crypt4gh", "decrypt"}, "--secret");
  is_usage({"crypt4gh", "keygen", "--secret", "x"}, "--public");
  is_usage({"scan", "file"}, "--identifiers");
  is_usage({"deidentify", "--in", "x", "--out", "y"}, "--map");
  is_usage({"deidentify", "--in", "x", "--out", "y", "--map", "z", "--read-names", "drop"}, "keep or mask");
}

TEST(Usage, of_the_daemon_is_as_strict) {
  const auto run = [&](const std::vector<std::string>& words) {
    std::vector<std::string> command{TRIBUTARY_TEST_DAEMON};
    command.insert(command.end(), words.begin(), words.end());
    return line_test::run_program(command, desk.at(""), false);
  };
  STRCMP_CONTAINS("did you mean --once?", run({"--onc"}).words.c_str());
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--onc"}, {"word"}, {"--config"}, {"--config", desk.at("nothing.yaml"), "--once"}}) {
    LONGS_EQUAL(2, run(words).code);
  }
}

TEST(Usage, wants_a_configuration_where_one_is_needed) {
  for (const auto* command : {"check", "status", "runs", "receipts"}) {
    const auto ended = desk.run({command, "--config", desk.at("nothing.yaml")});
    LONGS_EQUAL_TEXT(2, ended.code, command);
    STRCMP_CONTAINS("nothing.yaml", ended.words.c_str());
    STRCMP_CONTAINS("/usr/share/tributary/conf", ended.words.c_str());
  }
}

TEST(Usage, prints_the_schema_as_json) {
  const auto ended = desk.run({"schema"});
  LONGS_EQUAL(0, ended.code);
  const auto schema = json::parse(ended.words);
  CHECK_TRUE(schema.ok());
  for (const auto* key : {"site", "state_dir", "destinations", "policies", "limits"}) {
    CHECK_TRUE_TEXT((*schema)["properties"].has(key), key);
  }
}

TEST_GROUP(Check) {
  Site site;
  std::string refused() {
    const auto ended = site.run({"check"});
    LONGS_EQUAL(2, ended.code);
    CHECK_FALSE(has(ended.words, "ok  "));
    return ended.words;
  }
};

TEST(Check, says_that_a_good_configuration_is_good_and_changes_nothing) {
  const auto ended = site.run({"check"});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS("ok", ended.words.c_str());
  STRCMP_CONTAINS("site test-lab, 1 run folder, 1 subject source, 1 destination, 1 policy", ended.words.c_str());
  CHECK_FALSE(has(ended.words, "\033"));  // no colour in a file
  struct stat info{};
  CHECK_TRUE(::stat(site.folder.state_dir().c_str(), &info) != 0);
}

TEST(Check, warns_of_identifiers_that_no_search_can_find_by_kind_and_number) {
  const auto list = site.laboratory.path() + "/subjects.csv";
  const std::string head =
      "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until,ward,sex\n";
  const auto written = files::write_atomic(
      list, view(head + "S1,QUXHOLM-1,,,,,,7,f\nS2,99,,,,,,7,f\nX7Q,1987,,,,,,East wing,f\nSAMPLE-01,blood,,,,,,,f\n"),
      0600);
  CHECK_TRUE(written.ok());
  const auto ended = site.run({"check"});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS(
      "warning: subjects lims: subject id: 3 of 4 words can not be searched for: 1 of one or two characters, 1 "
      "numbers of fewer than 4 digits, or years, 1 everyday words; give ids of 6 characters",
      ended.words.c_str());
  STRCMP_CONTAINS("sample id: 2 of 4 words can not be searched for: 2 of one or two characters", ended.words.c_str());
  STRCMP_CONTAINS("sample id: 1 of 4 words are found only where they stand alone", ended.words.c_str());
  STRCMP_CONTAINS("in sequence and qualities none of these: give longer ids", ended.words.c_str());
  STRCMP_CONTAINS("read_names: mask", ended.words.c_str());
  STRCMP_CONTAINS("column ward: 1 of 2 words can not be searched for: 1 of one or two", ended.words.c_str());
  for (const auto* word : {"QUXHOLM", "X7Q", "1987", "blood", "column sex", "wing"}) {
    CHECK_FALSE_TEXT(has(ended.words, word), word);
  }
  CHECK_FALSE(has(ended.words, ".hpp"));  // no package has the sources
}

TEST(Check, warns_when_a_subject_source_can_not_answer) {
  CHECK_TRUE(::unlink((site.laboratory.path() + "/subjects.csv").c_str()) == 0);
  const auto ended = site.run({"check"});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS("warning: subjects lims: its words can not be judged now", ended.words.c_str());
}

TEST(Check, takes_its_option_behind_the_command_too) {
  LONGS_EQUAL(0, site.desk.run({"check", "--config=" + site.folder.config_file()}).code);
}

TEST(Check, points_at_a_setting_that_the_plugin_would_refuse_at_the_start) {
  site.change("plugin: folder\n    settings: { path: \"" + site.far.path() + "\" }",
              "plugin: drs\n    settings:\n      url: https://drs.example.org/ga4gh/drs/v1\n      part_size: 1MiB");
  const auto text = files::read_small(site.folder.config_file(), 1U << 20).value_or("");
  const auto before = text.substr(0, text.find("part_size"));
  const auto line = std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
  const auto place = site.folder.config_file() + ":" + line + ":7: destinations[0].settings.part_size: must be from";
  STRCMP_CONTAINS(place.c_str(), refused().c_str());
  const auto daemon = site.deliver();
  LONGS_EQUAL(2, daemon.code);
  STRCMP_CONTAINS(place.c_str(), daemon.words.c_str());
}

TEST(Check, points_at_yaml_that_is_none) {
  site.change("run_folders: [ {", "run_folders: [ [ {");
  STRCMP_CONTAINS((site.folder.config_file() + ":").c_str(), refused().c_str());
}

TEST(Check, names_the_key_nearest_to_one_that_it_does_not_know) {
  site.change("listen: null", "lisen: null");
  const auto words = refused();
  STRCMP_CONTAINS((site.folder.config_file() + ":20:1: lisen").c_str(), words.c_str());
  STRCMP_CONTAINS("listen", words.substr(words.find("lisen") + 5).c_str());
}

TEST(Check, names_a_plugin_that_is_not_there) {
  site.change("plugin: folder", "plugin: foldr");
  STRCMP_CONTAINS("foldr", refused().c_str());
}

TEST(Check, names_a_setting_that_the_plugin_does_not_know) {
  site.change("settings: { path:", "settings: { pth:");
  STRCMP_CONTAINS("pth", refused().c_str());
}

TEST(Check, names_a_policy_whose_destination_is_not_there) {
  site.change("destination: far", "destination: near");
  STRCMP_CONTAINS("near", refused().c_str());
}

TEST(Check, refuses_keys_that_are_no_keys) {
  const auto& keys = site.laboratory.path();
  const auto try_with = [&](const std::string& file, const std::string& content) {
    const auto path = keys + "/" + file;
    const auto good = *files::read_small(path, 1U << 16);
    CHECK_TRUE(files::write_atomic(path, view(content), 0600).ok());
    const auto words = refused();
    CHECK_TRUE(files::write_atomic(path, view(good), 0600).ok());
    CHECK_TRUE_TEXT(has(words, file) || has(words, "key"), words.c_str());
    CHECK_FALSE(has(words, content));
  };
  try_with("pseudonym.key", "too short a key");
  try_with("site.key", "no key in PEM form");
  try_with("recipient.pub", "no key of a recipient");
  LONGS_EQUAL(0, site.run({"check"}).code);
}

TEST(Check, misses_a_key_file) {
  for (const auto* file : {"/pseudonym.key", "/site.key", "/recipient.pub"}) {
    const auto path = site.laboratory.path() + file;
    CHECK_TRUE(std::rename(path.c_str(), (path + ".away").c_str()) == 0);
    STRCMP_CONTAINS(file, refused().c_str());
    CHECK_TRUE(std::rename((path + ".away").c_str(), path.c_str()) == 0);
  }
}

}  // namespace tributary::cli_test
