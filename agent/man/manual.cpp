// agent/man/manual.cpp: the man pages.
#include "agent/man/manual.hpp"

#include <utility>

namespace tributary::man {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string section(const std::string& name, const std::string& text) { return ".SH " + name + "\n" + text; }

std::string paragraphs(const Rows& rows) {
  std::string out;
  for (const auto& [term, meaning] : rows) out += ".TP\n.B " + roff(term) + "\n" + roff(meaning) + "\n";
  return out;
}

std::string head(const std::string& name, int number, const std::string& summary) {
  auto title = name;
  for (auto& letter : title) letter = static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
  return ".TH " + title + " " + std::to_string(number) + " \"\" \"tributary " TRIBUTARY_VERSION "\" \"Tributary\"\n" +
         section("NAME", name + " \\- " + roff(summary) + "\n");
}

// Each line of a help text begins a line here: they name options and exit codes.
std::string help_of(const cli::Command& command) {
  std::string out;
  std::string line;
  for (const char c : command.help + "\n") {
    if (c != '\n') {
      line += c;
    } else if (!line.empty()) {
      out += roff(line) + "\n";
      line.clear();
    }
  }
  return out;
}

std::string options_of(const cli::Command& command) {
  std::string out;
  for (const auto* names : {&command.valued, &command.flags}) {
    for (const auto& name : *names) out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

std::string chapter(const cli::Command& command) {
  auto out = ".SS " + roff(command.name) + "\n.B tributary " + roff(command.usage) + "\n.PP\n" + roff(command.summary) +
             ".\n" + help_of(command);
  if (const auto options = options_of(command); !options.empty()) out += ".PP\nOptions: " + roff(options) + "\n";
  return out;
}

const Rows& files() {
  static const Rows rows{
      {"/etc/tributary/tributary.yaml",
       "the configuration, with every *.yaml in subjects.d, destinations.d, "
       "policies.d and notifications.d beside it"},
      {"/usr/share/tributary/conf", "annotated examples of all of it; each key is explained there, with its default"},
      {"/etc/tributary/keys", "keys and tokens, for the daemon's user alone"},
      {"/var/lib/tributary", "state_dir: the journal and what else must outlive a restart"}};
  return rows;
}

const Rows& exit_codes() {
  static const Rows rows{{"0", "yes"},
                         {"1", "could not"},
                         {"2", "usage or configuration"},
                         {"3", "not all is well: something is held, refused or waiting"},
                         {"4", "identifiers were found"}};
  return rows;
}

}  // namespace

std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '.' && (out.empty() || out.back() == '\n')) {
      out += "\\&.";
    } else {
      out += c;
    }
  }
  return out;
}

std::string command_page(const std::vector<cli::Command>& commands) {
  auto out = head("tributary", 1, "asks and steers tributaryd, and handles keys, genomes and parcels");
  out += section("SYNOPSIS",
                 ".B tributary\n[\\-\\-config FILE] COMMAND [...]\n.PP\n.B tributary\n\\-\\-help | "
                 "\\-\\-version | COMMAND \\-\\-help\n");
  out += section("DESCRIPTION",
                 "Run the commands that read the configuration as the daemon's user:\n.B sudo \\-u tributary tributary "
                 "COMMAND\n.PP\n\\-\\-config FILE names another configuration; it may stand before or behind the "
                 "command.\n");
  out += ".SH COMMANDS\n";
  for (const auto& command : commands) out += chapter(command);
  out += section("EXIT STATUS", paragraphs(exit_codes()));
  out += section("FILES", paragraphs(files()));
  return out + section("SEE ALSO", ".BR tributaryd (8)\n");
}

std::string daemon_page(const cli::Command& daemon) {
  auto out = head("tributaryd", 8, "sends consented genomes to national repositories");
  out += section("SYNOPSIS", ".B " + roff(daemon.usage) + "\n");
  out += section("DESCRIPTION", roff(daemon.summary) + ".\n.PP\n" + help_of(daemon));
  out += section("OPTIONS", roff(options_of(daemon)) + "\n");
  out += section("EXIT STATUS",
                 "2 means that the configuration can not be used: systemd leaves the service stopped until somebody "
                 "mends it. After any other end it is started again.\n");
  out += section("FILES", paragraphs(files()));
  return out + section("SEE ALSO", ".BR tributary (1),\n.BR systemd.exec (5)\n");
}

}  // namespace tributary::man
