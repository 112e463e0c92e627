// agent/cli/check.cpp: `tributary check` and `tributary schema`: the configuration, without any effect.
#include <cstdio>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/weak_words.hpp"
#include "agent/line/strays.hpp"

namespace tributary::cli {
namespace {

int run_check(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty()) return usage("check takes no words; see tributary check --help");
  auto settings = load_settings(context, true);
  if (!settings) return exit_usage;
  const std::string site = settings->site;
  const auto counts = counted(settings->run_folders.size(), "run folder") + ", " +
                      counted(settings->subjects.size(), "subject source") + ", " +
                      counted(settings->destinations.size(), "destination") + ", " +
                      counted(settings->policies.size(), "policy", "policies");
  const auto strays = line::strays(*settings);
  auto opened = line::Site::open(std::move(*settings), *context.log, context.clock, context.stop, nullptr);
  if (!opened) return complain(opened.error(), exit_usage);
  // Not wrong in itself: a destination may have been taken out on purpose.
  if (!strays) std::fprintf(stderr, "warning: %s\n", sentence(strays.error()).c_str());
  for (std::size_t i = 0; strays && i < strays->size(); ++i)
    std::fprintf(stderr, "warning: %s\n", sentence((*strays)[i]).c_str());
  for (const auto& warning : weak_words((*opened)->subjects()))
    std::fprintf(stderr, "warning: %s\n", sentence(warning).c_str());
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
          "Every problem is printed as FILE:LINE:COLUMN: KEY: what; hint.\nWarnings tell of parcels that wait for a "
          "destination that is not configured, and of identifiers of the subject sources that no search can find.\n"
          "Exit: 0 good, 2 not.",
          {},
          {},
          run_check};
}

Command schema_command() {
  return {"schema", "schema", "prints the JSON Schema of the configuration, for editors", "", {}, {}, run_schema};
}

}  // namespace tributary::cli
