// agent/cli/commands.hpp: the commands, one file each.
#pragma once

#include "agent/cli/command.hpp"

namespace tributary::cli {

Command check_command();
Command schema_command();
Command doctor_command();
Command plan_command();
Command explain_command();
Command status_command();
Command runs_command();
Command receipts_command();
std::vector<Command> parcel_commands();  // retry hold release cancel pause resume
Command withdraw_command();
Command ledger_command();
Command reidentify_command();
Command linkage_command();
Command audit_command();
Command policy_command();
Command keys_command();
Command deidentify_command();
Command scan_command();
Command crypt4gh_command();
Command receive_command();

/// Not one of `commands()`: the options of the daemon; its `run` is in its main file.
Command daemon_command();

}  // namespace tributary::cli
