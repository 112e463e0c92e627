// agent/cli/parcels.cpp: `tributary retry`, `hold`, `release` and `cancel`: moves parcels; the daemon sees it by
// itself.
#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/line/places.hpp"
#include "agent/line/time_of_day.hpp"

namespace tributary::cli {
namespace {

using Move = Result<std::int64_t> (journal::Journal::*)(const journal::Filter&, std::int64_t);

// A clock that made a leap is believed because a person says so.
int confirm_clock(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty() || arguments.has("--run") || arguments.has("--destination"))
    return usage("release --clock takes nothing else");
  const auto now = context.clock.now_utc_s();
  if (auto possible = line::check_time(now, 0); !possible) return complain(possible.error());
  int code = exit_yes;
  auto state = open_made_state(context, code);
  if (!state) return code;
  Json record;
  record.add("at", to_rfc3339(now)).add("action", "release clock");
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  if (auto kept = state->journal->note_time(now); !kept) return complain(kept.error());
  say("release: the time " + to_rfc3339(now) + " is believed");
  return exit_yes;
}

// Another file system in the place of the one of before is taken because a person says so.
int confirm_run_folders(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty() || arguments.has("--run") || arguments.has("--destination") || arguments.has("--clock"))
    return usage("release --run-folders takes nothing else");
  int code = exit_yes;
  auto state = open_made_state(context, code);
  if (!state) return code;
  Json record;
  record.add("at", to_rfc3339(context.clock.now_utc_s())).add("action", "release run folders");
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  for (const auto& folder : state->settings.run_folders) {
    if (auto kept = line::keep_file_system(*state->journal, folder.path, {}); !kept) return complain(kept.error());
  }
  say("release: the run folders are taken as they are at the next look");
  return exit_yes;
}

int move(Context& context, const Arguments& arguments, const std::string& name, Move what) {
  if (arguments.has("--run-folders")) return confirm_run_folders(context, arguments);
  if (arguments.has("--clock")) return confirm_clock(context, arguments);
  journal::Filter filter;
  if (arguments.rest().size() > 1) return usage(name + " takes one PARCEL, or --run RUN, or --destination D");
  if (!arguments.rest().empty()) filter.parcel = arguments.rest().front();
  filter.run = arguments.value("--run");
  filter.destination = arguments.value("--destination");
  if (filter.parcel.empty() && filter.run.empty() && filter.destination.empty()) {
    return usage(name + " needs a PARCEL, or --run RUN, or --destination D");
  }
  int code = exit_yes;
  auto state = open_made_state(context, code);
  if (!state) return code;
  const auto now = context.clock.now_utc_s();
  Json record;
  record.add("at", to_rfc3339(now))
      .add("action", name)
      .add("parcel", filter.parcel)
      .add("run", filter.run)
      .add("destination", filter.destination);
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  auto moved = (*state->journal.*what)(filter, now);
  if (!moved) return complain(moved.error());
  say(name + ": " + counted(static_cast<std::uint64_t>(*moved), "parcel"));
  if (*moved == 0)
    return complain(operator_error("no parcel that could be moved so", "tributary status shows them"), exit_could_not);
  return exit_yes;
}

Command command(const std::string& name, const std::string& summary, int (*run)(Context&, const Arguments&)) {
  return {name, name + " PARCEL | --run RUN | --destination D", summary, "", {"--run", "--destination"}, {}, run};
}

Command release_command() {
  auto out = command("release", "lets a parcel go on that an operator held, or that consent came back for",
                     [](Context& c, const Arguments& a) { return move(c, a, "release", &journal::Journal::release); });
  out.usage += " | release --clock | release --run-folders";
  out.help =
      "--clock: the clock made a leap (see status) and is right.\n"
      "--run-folders: a file system of run folders was replaced (see status), and the new one is right.";
  out.flags = {"--clock", "--run-folders"};
  return out;
}

}  // namespace

std::vector<Command> parcel_commands() {
  return {command("retry", "tries again at once what waits, is held or was refused",
                  [](Context& c, const Arguments& a) { return move(c, a, "retry", &journal::Journal::retry); }),
          command("hold", "keeps a parcel from being sent until it is released",
                  [](Context& c, const Arguments& a) { return move(c, a, "hold", &journal::Journal::hold); }),
          release_command(),
          command("cancel", "ends a parcel; what is at the destination already is taken back",
                  [](Context& c, const Arguments& a) { return move(c, a, "cancel", &journal::Journal::cancel); })};
}

}  // namespace tributary::cli
