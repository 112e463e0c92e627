// agent/cli/daemon_command.cpp: the words that `tributaryd` takes, for the program and for its manual.
#include "agent/cli/commands.hpp"

namespace tributary::cli {

Command daemon_command() {
  return {
      "tributaryd",
      "tributaryd [--config FILE] [--once] [--verbose]",
      "Watches run folders and carries what is consented to national repositories",
      "--config FILE: the configuration, /etc/tributary/tributary.yaml when it is not given.\n"
      "--once: does all that can be done, then stops. Exit: 0 all delivered or nothing to do, 3 something is held,\n"
      "refused or waiting, 2 configuration, 1 could not run.\n"
      "--verbose: says more of what it does.\n"
      "SIGTERM stops within seconds and loses nothing; SIGHUP reads the configuration again.",
      {"--config"},
      {"--once", "--help", "--version", "--verbose"},
      nullptr};
}

}  // namespace tributary::cli
