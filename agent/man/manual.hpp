// agent/man/manual.hpp: man pages and completions, made of the tables that the commands have.
//
// Order      commands as `tributary --help` has them, options as their table has them.
// Never      a word about a command that is not in its table.
#pragma once

#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace tributary::man {

/// man(7) source of tributary(1).
std::string command_page(const std::vector<cli::Command>& commands);
/// man(7) source of tributaryd(8).
std::string daemon_page(const cli::Command& daemon);
/// Completion of both programs for bash-completion(7): commands, their options, and files elsewhere.
std::string bash_completion(const std::vector<cli::Command>& commands, const cli::Command& daemon);
/// The same for zshcompsys(1).
std::string zsh_completion(const std::vector<cli::Command>& commands, const cli::Command& daemon);

/// Text as man(7) shows it: no character of it is a request or an escape.
std::string roff(const std::string& text);

}  // namespace tributary::man
