// tests/agent/man/manual_test.cpp: manuals and completions say what the programs say of themselves, and shells take
// them.
#include "agent/man/manual.hpp"

#include <cstdio>
#include <cstdlib>
#include <set>

#include "agent/cli/commands.hpp"
#include "agent/port/files/files.hpp"
#include "tests/fakes/run_folder.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// What a shell command prints on both streams.
std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {};
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  ::pclose(pipe);
  return out;
}

// `--word` of a text, as an option is written.
std::set<std::string> options_in(const std::string& text) {
  std::set<std::string> out;
  for (auto at = text.find("--"); at != std::string::npos; at = text.find("--", at + 2)) {
    auto end = at + 2;
    while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || (text[end] == '-'))) ++end;
    if (end > at + 2) out.insert(text.substr(at, end - at));
  }
  return out;
}

}  // namespace

TEST_GROUP(Manual) {
  const std::string page = man::command_page(cli::commands());
  const std::string bash = man::bash_completion(cli::commands(), cli::daemon_command());
  const std::string zsh = man::zsh_completion(cli::commands(), cli::daemon_command());
  fakes::TemporaryDirectory folder;

  std::string written(const std::string& text) {
    const auto path = folder.path() + "/text";
    CHECK_TRUE(files::write_atomic(path, view(text), 0600).ok());
    return path;
  }
  // What bash offers for a line that ends in an unfinished word.
  std::string offered(const std::string& words, int last) {
    return output_of("bash -c '. " + written(bash) + "; COMP_WORDS=(" + words +
                     "); COMP_CWORD=" + std::to_string(last) + "; _tributary; echo \" ${COMPREPLY[*]} \"'");
  }
};

TEST(Manual, tells_every_command_and_option_that_help_tells) {
  const auto all = output_of(TRIBUTARY_TEST_COMMAND " --help");
  for (const auto& command : cli::commands()) {
    CHECK_TRUE_TEXT(has(all, "\n  " + command.name + " "), command.name.c_str());
    CHECK_TRUE_TEXT(has(page, ".SS " + man::roff(command.name) + "\n"), command.name.c_str());
    CHECK_TRUE_TEXT(has(page, man::roff(command.summary)), command.name.c_str());
    const auto help = output_of(TRIBUTARY_TEST_COMMAND " " + command.name + " --help");
    const auto options = offered("tributary " + command.name + " --", 2);
    for (const auto& option : options_in(help)) {
      CHECK_TRUE_TEXT(has(page, man::roff(option)), (command.name + " " + option).c_str());
    }
    for (const auto* names : {&command.valued, &command.flags}) {
      for (const auto& option : *names) {
        CHECK_TRUE_TEXT(has(help, option), (command.name + " " + option).c_str());
        CHECK_TRUE_TEXT(has(options, " " + option + " "), (command.name + " " + option).c_str());
        CHECK_TRUE_TEXT(has(zsh, option), (command.name + " " + option).c_str());
      }
    }
  }
}

TEST(Manual, of_the_daemon_tells_every_option_that_it_takes) {
  const auto daemon = man::daemon_page(cli::daemon_command());
  const auto help = output_of(TRIBUTARY_TEST_DAEMON " --help");
  for (const auto& option : options_in(help)) CHECK_TRUE_TEXT(has(daemon, man::roff(option)), option.c_str());
  for (const auto& option : cli::daemon_command().flags) {
    CHECK_TRUE_TEXT(has(daemon, man::roff(option)), option.c_str());
    CHECK_TRUE_TEXT(has(bash, option), option.c_str());
  }
}

TEST(Manual, names_every_folder_of_the_configuration) {
  const auto daemon = man::daemon_page(cli::daemon_command());
  for (const auto* name : {"subjects.d", "destinations.d", "policies.d", "notifications.d"}) {
    CHECK_TRUE_TEXT(has(page, name) && has(daemon, name), name);
  }
}

TEST(Manual, is_taken_by_groff_without_a_warning) {
  if (output_of("command -v groff").empty()) return;
  for (const auto& text : {page, man::daemon_page(cli::daemon_command())}) {
    const auto said = output_of("groff -man -Tutf8 -ww -z " + written(text));
    STRCMP_EQUAL("", said.c_str());
  }
}

TEST(Manual, keeps_text_from_being_read_as_requests) {
  STRCMP_EQUAL("\\&.x\\-\\e\\(aqs\n\\&.y", man::roff(".x-\\'s\n.y").c_str());
}

TEST(Manual, completes_commands_words_and_options) {
  STRCMP_EQUAL(" status \n", offered("tributary stat", 1).c_str());
  STRCMP_EQUAL(" status \n", offered("tributary --config x stat", 3).c_str());
  STRCMP_EQUAL(" verify \n", offered("tributary audit ver", 2).c_str());
  STRCMP_EQUAL(" generate \n", offered("tributary keys gen", 2).c_str());
  STRCMP_EQUAL(" keygen \n", offered("tributary crypt4gh key", 2).c_str());
  STRCMP_EQUAL(" --read-names \n", offered("tributary deidentify --in x --read", 4).c_str());
  STRCMP_EQUAL("  \n", offered("tributary stat --no-such", 2).c_str());
}

TEST(Manual, is_a_script_that_bash_reads) { STRCMP_EQUAL("", output_of("bash -n " + written(bash)).c_str()); }

TEST(Manual, is_a_script_that_zsh_reads) {
  if (output_of("command -v zsh").empty()) return;
  STRCMP_EQUAL("", output_of("zsh -n " + written(zsh)).c_str());
}

}  // namespace tributary
