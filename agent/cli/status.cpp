// agent/cli/status.cpp: `tributary status`, `runs` and `receipts`: what is going on, and what was done.
#include <algorithm>
#include <set>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/unmoved.hpp"
#include "agent/line/presence.hpp"
#include "agent/line/strays.hpp"
#include "agent/receipt/receipt.hpp"
#include "agent/status/report.hpp"

namespace tributary::cli {
namespace {

const char* colour_of(std::string_view state) {
  if (state == "delivered") return "32";
  if (state == "held") return "33";
  if (state == "refused") return "31";
  return "36";
}

// What a folder or a far side named is shown, never sent to the terminal as it is.
std::string shown(const Json& text) { return printable(text.as_string()); }

// Another day is told with its date.
std::string next_try(const Json& parcel, std::string_view now) {
  const auto state = parcel["state"].as_string(), next = parcel["next_attempt"].as_string();
  if (state == "held" || state == "refused" || next <= now) return {};
  constexpr std::size_t date = 11;  // with its T
  return ", attempt " + std::to_string(parcel["attempts"].as_integer()) + ", next at " +
         std::string(next.substr(0, date) == now.substr(0, date) ? next.substr(date) : next);
}

void print_parcel(const Json& parcel, std::string_view now) {
  const auto state = parcel["state"].as_string();
  std::string line = "  " + coloured(std::string(state), colour_of(state)) +
                     std::string(12 - std::min<std::size_t>(11, state.size()), ' ');
  line += std::string(parcel["pseudonym"].as_string()) + "  " + std::string(parcel["destination"].as_string()) + "  " +
          std::string(parcel["parcel"].as_string());
  if (state == "uploading") {
    const auto total = parcel["bytes_total"].as_integer();
    if (on_terminal()) line += "  " + progress_bar(parcel["bytes_sent"].as_integer(), total);
    line += "  " + show_size(static_cast<std::uint64_t>(parcel["bytes_sent"].as_integer())) + " of " +
            show_size(static_cast<std::uint64_t>(total)) + ", " +
            show_size(static_cast<std::uint64_t>(parcel["bytes_per_s"].as_integer())) + "/s";
    if (!parcel["seconds_left"].is_null()) line += ", " + show_duration(parcel["seconds_left"].as_integer()) + " left";
  }
  say(line + next_try(parcel, now));
  if (!parcel["reason"].is_null()) {
    say("              " + shown(parcel["reason"]) + (parcel["hint"].is_null() ? "" : "; " + shown(parcel["hint"])));
  }
}

Status tell(State& state, const Json& report, const Status& daemon) {
  const auto number = [&](const char* name) { return std::to_string(report[name].as_integer()); };
  if (!daemon) say(coloured("warning", "33") + ": " + sentence(daemon.error()));
  say(coloured(state.settings.site, "1") + ": " + number("delivered") + " delivered, " + number("waiting") +
      " on their way, " + number("held") + " held, " + number("refused") + " refused, " + number("withdrawn") +
      " withdrawn; " + show_size(static_cast<std::uint64_t>(report["queue_bytes"].as_integer())) + " to send");
  for (const auto& warning : report["warnings"].items()) say(coloured("warning", "33") + ": " + shown(warning));
  for (const auto& destination : report["destinations"].items())
    say(coloured("destination", "33") + " " + printable(status::destination_line(destination)));
  auto runs = state.journal->runs();
  if (!runs) return runs.error();
  std::set<std::string> done;  // two units of one folder are two runs of one name
  for (const auto& row : *runs) {
    const auto run = status::run_json(row);
    say(shown(run["run"]) + "  " + std::string(run["state"].as_string()) + ", " +
        counted(static_cast<std::uint64_t>(row.samples), "sample") +
        (run["reason"].is_null() ? "" : ": " + shown(run["reason"])));
    if (!done.insert(row.name).second) continue;
    auto told = status::each_parcel(*state.journal, {{}, row.name, {}}, [&](const journal::ParcelRow& parcel) {
      print_parcel(status::parcel_json(parcel, {}), report["now"].as_string());
      return Status();
    });
    if (!told) return told;
  }
  return {};
}

void say_items(const std::string& name, bool& first, const Json& item) {
  say(first ? "  \"" + name + "\": [" : ",");
  first = false;
  std::printf("%s", item.dump(true).c_str());
}

// As one object, its two long lists first.
Status tell_json(journal::Journal& journal, const Json& report, bool daemon) {
  auto runs = journal.runs();
  if (!runs) return runs.error();
  Json rest;
  rest.add("daemon", daemon);
  for (const auto& [name, value] : report.members()) {
    if (name != "runs" && name != "parcels") rest.add(name, value);
  }
  Json all_runs = Json::array();
  for (const auto& row : *runs) all_runs.push(status::run_json(row));
  rest.add("runs", std::move(all_runs));
  auto text = rest.dump(true);
  text.erase(text.rfind("\n}"));
  say(text + ",");
  bool first = true;
  auto told = status::each_parcel(journal, {}, [&](const journal::ParcelRow& parcel) -> Status {
    auto objects = journal.objects(parcel.id, false);
    if (!objects) return objects.error();
    say_items("parcels", first, status::parcel_json(parcel, *objects));
    return {};
  });
  if (!told) return told;
  say(first ? "  \"parcels\": []\n}" : "\n  ]\n}");
  return {};
}

int run_status(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty()) return usage("status takes no words; see tributary status --help");
  int code = exit_yes;
  auto state = open_state(context, false, code);
  if (!state) return code;
  const auto strays = line::strays(state->settings, *state->journal);
  if (!strays) return complain(strays.error());
  // Years of parcels do not lie in memory at once: lists are told a page at a time.
  auto report = status::report(*state->journal, state->settings.site, context.clock.now_utc_s(), *strays, 0);
  if (!report) return complain(report.error());
  const auto daemon = line::check_daemon(state->settings.state_dir);
  auto told =
      arguments.has("--json") ? tell_json(*state->journal, *report, daemon.ok()) : tell(*state, *report, daemon);
  if (!told) return complain(told.error());
  const auto& warnings = (*report)["warnings"];
  const bool stands = !daemon && (*report)["waiting"].as_integer() > 0;
  const bool well = (*report)["held"].as_integer() == 0 && (*report)["refused"].as_integer() == 0 &&
                    warnings.items().empty() && !stands;
  return well ? exit_yes : exit_not_well;
}

int run_runs(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty()) return usage("runs takes no words; see tributary runs --help");
  int code = exit_yes;
  auto state = open_state(context, false, code);
  if (!state) return code;
  auto rows = state->journal->runs();
  if (!rows) return complain(rows.error());
  Json out = Json::array();
  std::vector<std::vector<std::string>> table{{"RUN", "STATE", "SINCE", "INSTRUMENT", "SAMPLES", "REASON"}};
  for (const auto& row : *rows) {
    Json entry = status::run_json(row);
    table.push_back({row.name, std::string(entry["state"].as_string()), std::string(entry["since"].as_string()),
                     row.model.empty() ? row.instrument : row.model, std::to_string(row.samples), row.reason});
    out.push(std::move(entry));
  }
  if (arguments.has("--json")) {
    say(out.dump(true));
  } else {
    say_table(table);
  }
  return exit_yes;
}

int run_receipts(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty()) return usage("receipts takes no words; see tributary receipts --help");
  int code = exit_yes;
  auto state = open_state(context, false, code);
  if (!state) return code;
  const journal::Filter filter{{}, arguments.value("--run"), {}};
  if (auto known = check_named(*state, filter); !known) return complain(known.error());
  auto rows = state->journal->receipts(filter);
  if (!rows) return complain(rows.error());
  Json out = Json::array();
  for (const auto& row : *rows) {
    auto entry = receipt::to_json(row);
    if (!entry) return complain(entry.error());
    out.push(std::move(*entry));
  }
  if (arguments.has("--json")) {
    say(out.dump(true));
    return exit_yes;
  }
  for (const auto& entry : out.items()) {
    say(receipt::time_of(entry) + "  " + std::string(entry["kind"].as_string()) + "  " +
        std::string(entry["pseudonym"].as_string()) + "  " + std::string(entry["destination"].as_string()) + "  " +
        std::string(entry["parcel"].as_string()));
    for (const auto& object : entry["objects"].items()) {
      say("    " + shown(object["name"]) + "  " + shown(object["drs_id"]));
    }
  }
  return exit_yes;
}

}  // namespace

Command status_command() {
  return {
      "status",
      "status [--json]",
      "what is going on: progress, rate, time left, reasons",
      "Exit: 0 all is well, 3 something is held or refused, or there is a warning: a clock that leapt, consent that\n"
      "nobody can say, parcels for a destination that is not configured, parcels on their way while no tributaryd\n"
      "works. --json has \"daemon\": whether one works on this state_dir now.",
      {},
      {"--json"},
      run_status};
}
Command runs_command() {
  return {"runs", "runs [--json]", "the run folders and their state", "", {}, {"--json"}, run_runs};
}
Command receipts_command() {
  return {"receipts",
          "receipts [--json] [--run RUN]",
          "what was delivered or withdrawn, with the repository's own ids",
          "",
          {"--run"},
          {"--json"},
          run_receipts};
}

}  // namespace tributary::cli
