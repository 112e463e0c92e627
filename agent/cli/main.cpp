// agent/cli/main.cpp: `tributary`: finds the command and runs it.
#include <sys/stat.h>

#include <cstdio>
#include <exception>

#include "agent/base/text.hpp"
#include "agent/cli/command.hpp"
#include "agent/port/supervisor/supervisor.hpp"

namespace {

using tributary::cli::Arguments;
using tributary::cli::commands;
using tributary::cli::Context;
using tributary::cli::exit_usage;
using tributary::cli::exit_yes;
using tributary::cli::say;
using tributary::cli::usage;

void print_help() {
  say("tributary " TRIBUTARY_VERSION ": shares consented genomes with national repositories\n");
  say("usage: tributary [--config FILE] COMMAND [...]\n");
  for (const auto& command : commands()) {
    std::printf("  %-12s %s\n", command.name.c_str(), command.summary.c_str());
  }
  say("\n'tributary COMMAND --help' tells more. Exit codes: 0 yes, 1 could not, 2 usage or configuration,");
  say("3 not all is well, 4 identifiers found.");
}

int run(std::vector<std::string> words) {
  ::umask(0077);  // journals and keys that a command makes are for nobody else
  Context context;
  context.log = std::make_unique<tributary::StandardErrorLog>(tributary::Level::warning);
  std::size_t at = 0;
  for (; at < words.size() && words[at].starts_with("--"); ++at) {
    if (words[at] == "--help") {
      print_help();
      return exit_yes;
    }
    if (words[at] == "--version") {
      say("tributary " TRIBUTARY_VERSION);
      return exit_yes;
    }
    if (words[at].starts_with("--config=")) {
      context.config_file = words[at].substr(9);
    } else if (words[at] == "--config" && at + 1 < words.size()) {
      context.config_file = words[++at];
    } else if (words[at] == "--config") {
      return usage("option --config needs a value");
    } else {
      return usage("'" + tributary::printable(words[at]) + "' is no option before the command; see tributary --help");
    }
  }
  if (at == words.size()) {
    print_help();
    return exit_usage;
  }
  std::vector<std::string> names;
  for (const auto& command : commands()) {
    names.push_back(command.name);
    if (command.name != words[at]) continue;
    const std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
    for (const auto& word : rest) {
      if (word == "--") break;
      if (word == "--help") {
        say("usage: tributary " + command.usage + "\n\n" + command.summary + "\n" + command.help);
        return exit_yes;
      }
    }
    auto valued = command.valued;
    valued.emplace_back("--config");
    auto arguments = Arguments::parse(rest, valued, command.flags);
    if (!arguments) return usage(tributary::sentence(arguments.error()) + "\nusage: tributary " + command.usage);
    if (arguments->has("--config")) context.config_file = arguments->value("--config");
    return command.run(context, *arguments);
  }
  const auto near = tributary::nearest(words[at], names);
  return usage("there is no command '" + tributary::printable(words[at]) + "'" +
               (near.empty() ? "" : "; did you mean " + near + "?"));
}

}  // namespace

int main(int argc, char** argv) {
  tributary::supervisor::keep_memory_private();
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "tributary: unexpected: %s; this is a defect, please report it\n", problem.what());
    return tributary::cli::exit_could_not;
  }
}
