// agent/cli/commands.cpp: the table of commands, in the order of the help text.
#include "agent/cli/commands.hpp"

namespace tributary::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> list{check_command(),  doctor_command(), plan_command(),    explain_command(),
                              status_command(), runs_command(),   receipts_command()};
    for (auto& command : parcel_commands()) list.push_back(std::move(command));
    for (auto& command : {withdraw_command(), ledger_command(), reidentify_command(), linkage_command(),
                          audit_command(), policy_command(), keys_command(), schema_command(), deidentify_command(),
                          scan_command(), crypt4gh_command(), receive_command()}) {
      list.push_back(command);
    }
    return list;
  }();
  return all;
}

}  // namespace tributary::cli
