// agent/cli/check.cpp: `tributary check` and `tributary schema`: the configuration, without any effect.
#include "agent/cli/commands.hpp"

namespace tributary::cli {
namespace {

int run_check(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty()) return usage("check takes no words; see tributary check --help");
  auto settings = load_settings(context, true);
  if (!settings) return exit_usage;
  const std::string site = settings->site;
  const auto counts = std::to_string(settings->run_folders.size()) + " run folders, " +
                      std::to_string(settings->subjects.size()) + " subject sources, " +
                      std::to_string(settings->destinations.size()) + " destinations, " +
                      std::to_string(settings->policies.size()) + " policies";
  auto opened = line::Site::open(std::move(*settings), *context.log, context.clock, context.stop, nullptr);
  if (!opened) return complain(opened.error(), exit_usage);
  say(coloured("ok", "32") + "  " + context.config_file + ": site " + site + ", " + counts);
  return exit_yes;
}

int run_schema(Context&, const Arguments& arguments) {
  if (!arguments.rest().empty()) return usage("schema takes no words; see tributary schema --help");
  say(config::schema().dump(true));
  return exit_yes;
}

}  // namespace

Command check_command() {
  return {"check",
          "check",
          "reads the whole configuration and loads the plugins; changes nothing",
          "Every problem is printed as FILE:LINE:COLUMN: KEY: what; hint.\nExit: 0 good, 2 not.",
          {},
          {},
          run_check};
}

Command schema_command() {
  return {"schema", "schema", "prints the JSON Schema of the configuration, for editors", "", {}, {}, run_schema};
}

}  // namespace tributary::cli
