// agent/cli/parcels.cpp: `tributary retry`, `hold`, `release`, `cancel`, `pause` and `resume`: moves parcels, stops
// uploads; the daemon sees it by itself.
#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/unmoved.hpp"
#include "agent/line/orders.hpp"
#include "agent/line/places.hpp"
#include "agent/line/time_of_day.hpp"

namespace tributary::cli {
namespace {

// What a person says is right although the daemon doubts it.
struct Confirmation {
  const char* flag;
  const char* action;  // for the audit
  const char* said;
  Status (*confirm)(State& state, std::int64_t now);
};

constexpr Confirmation confirmations[] = {
    {"--clock", "release clock", "the time of day is believed",
     [](State& state, std::int64_t now) {
       if (auto possible = line::check_time(now, 0); !possible) return possible;
       return state.journal->note_time(now);
     }},
    {"--journal", "release journal", "the alarm of the rebuilt journal is settled",
     [](State& state, std::int64_t) { return state.journal->settle_alarm(journal::Journal::rebuilt_alarm); }},
    {"--run-folders", "release run folders", "the run folders are taken as they are at the next look",
     [](State& state, std::int64_t) {
       for (const auto& folder : state.settings.run_folders) {
         if (auto kept = line::keep_file_system(*state.journal, folder.path, {}); !kept) return kept;
       }
       return Status();
     }},
};

int confirm(Context& context, const Arguments& arguments, const Confirmation& what) {
  bool alone = arguments.rest().empty() && !arguments.has("--run") && !arguments.has("--destination");
  for (const auto& other : confirmations) alone = alone && (&other == &what || !arguments.has(other.flag));
  if (!alone) return usage("release " + std::string(what.flag) + " takes nothing else");
  int code = exit_yes;
  auto state = open_made_state(context, code);
  if (!state) return code;
  const auto now = context.clock.now_utc_s();
  Json record;
  record.add("at", to_rfc3339(now)).add("action", what.action);
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  if (auto done = what.confirm(*state, now); !done) return complain(done.error());
  say("release: " + std::string(what.said));
  return exit_yes;
}

int move(Context& context, const Arguments& arguments, line::Order order) {
  const std::string name(line::name_of(order));
  for (const auto& one : confirmations) {
    if (arguments.has(one.flag)) return confirm(context, arguments, one);
  }
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
  if (auto known = check_named(*state, filter); !known) return complain(known.error());
  auto moved = line::give(*state->journal, order, filter, context.clock.now_utc_s());
  if (!moved) return complain(moved.error());
  say(name + ": " + counted(static_cast<std::uint64_t>(*moved), "parcel"));
  return *moved > 0 ? exit_yes : complain(why_unmoved(*state->journal, order, filter));
}

std::string whose(const std::string& destination) {
  return destination.empty() ? "all destinations" : "destination " + destination;
}

/// Nothing: said why not, `code` is set. Also refuses a destination that nobody configured.
std::optional<State> open_for_pause(Context& context, const Arguments& arguments, const std::string& name, int& code) {
  if (!arguments.rest().empty()) {
    code = usage(name + " takes no words; see tributary " + name + " --help");
    return std::nullopt;
  }
  auto state = open_made_state(context, code);
  if (!state) return std::nullopt;
  const auto destination = arguments.value("--destination");
  if (destination.empty() || state->settings.destination(destination) != nullptr) return state;
  code = complain(no_such_destination(state->settings, destination), exit_usage);
  return std::nullopt;
}

int run_pause(Context& context, const Arguments& arguments) {
  const auto now = context.clock.now_utc_s();
  std::int64_t until = 0;
  if (arguments.has("--until")) {
    const auto parsed = from_iso8601(arguments.value("--until"));
    if (!parsed || *parsed <= now)
      return usage("pause --until takes a time that is still to come, such as " + to_rfc3339(now + 86400));
    until = *parsed;
  }
  int code = exit_yes;
  auto state = open_for_pause(context, arguments, "pause", code);
  if (!state) return code;
  const auto destination = arguments.value("--destination");
  if (auto done = line::pause(*state->journal, destination, until, now); !done) return complain(done.error());
  say("pause: no uploads to " + whose(destination) +
      (until > 0 ? " until " + to_rfc3339(until) : std::string(" until: tributary resume")));
  return exit_yes;
}

int run_resume(Context& context, const Arguments& arguments) {
  int code = exit_yes;
  auto state = open_for_pause(context, arguments, "resume", code);
  if (!state) return code;
  const auto destination = arguments.value("--destination");
  auto resumed = line::resume(*state->journal, destination, context.clock.now_utc_s());
  if (!resumed) return complain(resumed.error());
  if (!*resumed) return complain(operator_error(whose(destination) + ": not paused", "tributary status"));
  say("resume: uploads to " + whose(destination) + " go on");
  return exit_yes;
}

Command pause_command() {
  return {
      "pause",
      "pause [--destination D] [--until TIME]",
      "stops uploads within seconds, those under way too; what was sent stays and is gone on from",
      "Also of parcels that are still to come. Withdrawals, ingest and sealing go on. It stays through a restart,\n"
      "until TIME (ISO 8601, such as 2027-01-31T18:00:00Z) or: tributary resume. One parcel: tributary hold PARCEL.",
      {"--destination", "--until"},
      {},
      run_pause};
}

Command resume_command() {
  return {"resume",          "resume [--destination D]",
          "ends a pause",    "Without a destination the pause of all; those that were paused by name stay paused.",
          {"--destination"}, {},
          run_resume};
}

Command command(const std::string& name, const std::string& summary, int (*run)(Context&, const Arguments&)) {
  return {name, name + " PARCEL | --run RUN | --destination D", summary, "", {"--run", "--destination"}, {}, run};
}

Command release_command() {
  auto out = command("release", "lets a parcel go on that an operator held, or that consent came back for",
                     [](Context& c, const Arguments& a) { return move(c, a, line::Order::release); });
  out.usage += " | release --clock | release --journal | release --run-folders";
  out.help =
      "--clock: the clock made a leap (see status) and is right.\n"
      "--journal: the journal was made anew (see status), and what it could not know was looked after.\n"
      "--run-folders: a file system of run folders was replaced (see status), and the new one is right.";
  out.flags = {"--clock", "--journal", "--run-folders"};
  return out;
}

Command cancel_command() {
  auto out = command("cancel", "ends a parcel that is not delivered; what it left at the destination is taken back",
                     [](Context& c, const Arguments& a) { return move(c, a, line::Order::cancel); });
  out.help =
      "It is final: this sample goes no more under this policy from this run. What is delivered stays: see withdraw.";
  return out;
}

}  // namespace

std::vector<Command> parcel_commands() {
  return {
      command("retry", "tries again at once what waits, is held or was refused",
              [](Context& c, const Arguments& a) { return move(c, a, line::Order::retry); }),
      command("hold",
              "keeps a parcel from being sent until it is released; what is under way stops, and goes on from there",
              [](Context& c, const Arguments& a) { return move(c, a, line::Order::hold); }),
      release_command(),
      cancel_command(),
      pause_command(),
      resume_command()};
}

}  // namespace tributary::cli
