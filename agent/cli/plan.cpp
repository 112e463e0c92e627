// agent/cli/plan.cpp: `tributary plan` and `tributary explain`: which file would go where, and why not.
#include <algorithm>
#include <map>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/unmoved.hpp"
#include "agent/identify/identify.hpp"
#include "agent/line/names.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::cli {
namespace {

std::string verdict_word(consent::Verdict verdict) {
  switch (verdict) {
    case consent::Verdict::permit:
      return "send";
    case consent::Verdict::deny:
      return "refuse";
    case consent::Verdict::unknown:
      break;
  }
  return "hold";
}

std::string action_of(const consent::ConsentedSample& sample, const consent::PolicyChoice& choice) {
  const bool permit = choice.decision.verdict == consent::Verdict::permit;
  return permit && !sample.sample.problems.empty() ? "hold" : verdict_word(choice.decision.verdict);
}

// What is told beside the decisions themselves.
struct Beside {
  journal::Journal* journal = nullptr;  // of `explain`: the parcels
  std::optional<journal::RunRow> row;
  std::string only;                              // one sample
  const consent::ConsentedRun* today = nullptr;  // of a plan for another day
  std::string at;                                // that day
};

struct PlannedName {
  std::string word;
  bool given = true;  // false: by a source outside, and not yet; the word is how the parcel is called here until then
};

// No source is asked: a plan has no effect, and a trusted third party would make pseudonyms.
PlannedName name_of(const consent::ConsentedSample& sample, const std::string& destination, line::Site& site,
                    journal::Journal* journal) {
  const pseudonymise::Wanted wanted{destination, pseudonymise::Kind::sample,
                                    pseudonymise::canonical(sample.sample.identity.sample_id())};
  if (site.pseudonym_source() == nullptr) return {site.pseudonym_key().make(wanted.kind, destination, wanted.id), true};
  if (journal == nullptr) return {{}, false};
  line::OutsideNames names(*journal, *site.pseudonym_source(), site.name_key_id());
  auto known = names.known(wanted);
  if (known && *known) return {**known, true};
  return {names.pending(wanted), false};
}

Json choice_json(const consent::ConsentedSample& sample, const consent::PolicyChoice& choice, line::Site& site,
                 const Beside& beside) {
  Json out;
  out.add("policy", choice.policy).add("matches", choice.matches);
  if (!choice.matches) return std::move(out.add("why_not", choice.why_not));
  const auto& policy = *site.settings().policy(choice.policy);
  const auto name = name_of(sample, policy.destination, site, beside.journal);
  out.add("destination", policy.destination).add("pseudonym", name.given ? Json(name.word) : Json());
  out.add("action", action_of(sample, choice));
  // With a journal it is `explain` that asks: the operator's own question, and the only one that names documents.
  const auto naming = beside.journal != nullptr ? consent::Naming::documents : consent::Naming::no_document;
  out.add("decision", consent::to_json(choice.decision, naming));
  Json files = Json::array();
  for (const auto at : choice.files) files.push(sample.sample.files[at].path);
  out.add("files", std::move(files));
  if (beside.journal != nullptr && beside.row) {
    auto row = beside.journal->parcel_of(beside.row->id, choice.policy, name.word);
    if (row && *row) {
      out.add("parcel", (*row)->id)
          .add("state", journal::state_of((*row)->stage, (*row)->condition, (*row)->operator_hold));
      out.add("reason", (*row)->reason);
    }
  }
  return out;
}

// How many of a sample's own words no search can find, by kind.
Json not_searchable(const consent::ConsentedSample& sample) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& word : pseudonymise::words_of(sample)) {
    if (!verify::is_searchable(verify::reach_of(word))) ++counts[word.kind];
  }
  Json out = Json::object();
  for (const auto& [kind, count] : counts) out.add(kind, count);
  return out;
}

// The decision on every sample and file; identities are for the operator at this machine only, and never stored.
Json run_json(const consent::ConsentedRun& run, line::Site& site, const Beside& beside) {
  Json samples = Json::array();
  for (std::size_t i = 0; i < run.samples().size(); ++i) {
    const auto& sample = run.samples()[i];
    if (!beside.only.empty() && sample.sample.identity.sample_id() != beside.only) continue;
    Json problems = Json::array();
    for (const auto& problem : sample.sample.problems) problems.push(problem);
    Json choices = Json::array();
    for (std::size_t j = 0; j < sample.choices.size(); ++j) {
      auto choice = choice_json(sample, sample.choices[j], site, beside);
      if (beside.today != nullptr && sample.choices[j].matches) {
        const auto& today = beside.today->samples()[i];
        choice.add("today", action_of(today, today.choices[j]));
      }
      choices.push(std::move(choice));
    }
    Json entry;
    entry.add("sample", sample.sample.identity.sample_id()).add("known", sample.known);
    entry.add("unknown_reason", sample.unknown_reason.empty() ? Json() : Json(sample.unknown_reason));
    entry.add("problems", std::move(problems)).add("policies", std::move(choices));
    entry.add("not_searchable", not_searchable(sample));
    samples.push(std::move(entry));
  }
  Json withheld = Json::array();
  for (const auto& file : run.withheld()) withheld.push(Json().add("file", file.path).add("reason", file.reason));
  Json out;
  if (!beside.at.empty()) out.add("at", beside.at);
  out.add("run", run.run().name()).add("instrument", run.run().instrument()).add("unit", run.run().unit().unit);
  out.add("samples", std::move(samples)).add("withheld", beside.only.empty() ? std::move(withheld) : Json::array());
  return out;
}

void print_finding(const Json& finding, std::string_view said) {
  std::string line = std::string(finding["says"].as_string()) + " by rule " + std::string(finding["rule"].as_string());
  if (finding["evidence"].as_string() != said) line += ": " + std::string(finding["evidence"].as_string());
  if (!finding["consent"].as_string().empty()) line += " (consent " + std::string(finding["consent"].as_string()) + ")";
  say("            " + line);
}

// A short tree: who spoke, and below it what by which rule.
void print_findings(const Json& findings, std::string_view said) {
  std::optional<std::string> speaker;
  for (const auto& finding : findings.items()) {
    const std::string source(finding["source"].as_string("this site"));
    if (speaker != source) say("          " + source);
    speaker = source;
    print_finding(finding, said);
  }
}

// `said`: what stands above it already, once for all policies: why nobody knows the sample.
void print_choice(const Json& choice, std::string_view said, bool detail) {
  const std::string policy(choice["policy"].as_string());
  if (!choice["matches"].as_bool()) {
    if (detail) say("    " + policy + ": does not take it: " + std::string(choice["why_not"].as_string()));
    return;
  }
  const auto action = choice["action"].as_string();
  const char* colour = action == "send" ? "32" : action == "hold" ? "33" : "31";
  const auto unless_said = [&](const Json& reason, const std::string& before) {
    const auto text = reason.as_string();
    return text.empty() || text == before + std::string(said) ? std::string() : ": " + std::string(text);
  };
  say("    " + coloured(std::string(action), colour) + "  " + policy + " -> " +
      std::string(choice["destination"].as_string()) + " as " +
      std::string(choice["pseudonym"].as_string("the source of pseudonyms will say")) +
      (choice.has("today") && choice["today"].as_string() != action
           ? " (today: " + std::string(choice["today"].as_string()) + ")"
           : "") +
      unless_said(choice["decision"]["reason"], {}));
  if (choice.has("parcel")) {
    say("          parcel " + std::string(choice["parcel"].as_string()) + ": " +
        std::string(choice["state"].as_string()) + unless_said(choice["reason"], "consent: "));
  }
  const auto& findings = choice["decision"]["findings"];
  if (detail || findings.items().size() > 1) print_findings(findings, said);
  for (const auto& file : choice["files"].items()) say("          " + printable(file.as_string()));
}

void print_run(const Json& run, bool detail) {
  say(coloured(std::string(run["run"].as_string()), "1") + " (" + std::string(run["instrument"].as_string()) + ")");
  for (const auto& sample : run["samples"].items()) {
    say("  " + printable(sample["sample"].as_string()));
    const auto unknown = sample["unknown_reason"].as_string();
    if (!unknown.empty()) say("    hold  " + std::string(unknown));
    for (const auto& problem : sample["problems"].items()) say("    hold  " + std::string(problem.as_string()));
    for (const auto& [kind, count] : sample["not_searchable"].members()) {
      say("    " + coloured("note", "33") + "  " + printable(kind) + ": " +
          counted(static_cast<std::uint64_t>(count.as_integer()), "word") +
          " too short or too common to be searched for in what leaves");
    }
    for (const auto& choice : sample["policies"].items()) print_choice(choice, unknown, detail);
  }
  if (run["withheld"].items().empty()) return;
  say("  never sent");
  for (const auto& file : run["withheld"].items()) {
    say("          " + printable(file["file"].as_string()) + ": " + std::string(file["reason"].as_string()));
  }
}

struct Looked {
  std::unique_ptr<line::Site> site;
  std::optional<consent::ConsentedRun> run;
  std::optional<consent::ConsentedRun> then;  // of another day
};

int look(Context& context, config::Settings settings, const std::string& folder, journal::Journal* journal,
         std::optional<std::int64_t> at_utc_s, Looked& out) {
  auto site = line::Site::open(std::move(settings), *context.log, context.clock, context.stop, journal);
  if (!site) return complain(site.error(), exit_usage);
  out.site = std::move(*site);
  std::string instrument = "auto";
  for (const auto& entry : out.site->settings().run_folders) {
    if (folder.starts_with(entry.path + "/")) instrument = entry.instrument;
  }
  const watch::Watcher watcher(out.site->instruments(), context.clock);
  auto sighting = watcher.look_at(folder, instrument);
  if (!sighting) return complain(sighting.error());
  if (!sighting->settled) {
    say(sighting->name + ": " + std::string(watch::name_of(sighting->state)) +
        (sighting->reason.empty() ? "" : ": " + sighting->reason) +
        (sighting->hint.empty() ? "" : "; " + sighting->hint));
    return exit_not_well;
  }
  auto identified =
      identify::identify(*sighting->settled, *out.site->instrument(sighting->instrument), {false, &context.stop});
  if (!identified) return complain(identified.error());
  auto consented = out.site->ask(*identified);
  if (!consented) return complain(consented.error());
  out.run.emplace(std::move(*consented));
  if (!at_utc_s) return exit_yes;
  auto then = out.site->ask(*identified, at_utc_s);
  if (!then) return complain(then.error());
  out.then.emplace(std::move(*then));
  return exit_yes;
}

bool all_go(const Json& run) {
  for (const auto& sample : run["samples"].items()) {
    if (!sample["problems"].items().empty() || !sample["known"].as_bool()) return false;
    for (const auto& choice : sample["policies"].items()) {
      if (choice["matches"].as_bool() && choice["action"].as_string() != "send") return false;
    }
  }
  return true;
}

std::string absolute(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (char* real = ::realpath(path.c_str(), nullptr)) {
    path = real;
    std::free(real);  // NOLINT: realpath allocates with malloc
  }
  return path;
}

int run_plan(Context& context, const Arguments& arguments) {
  if (arguments.rest().size() != 1) return usage("plan needs one RUN_FOLDER");
  const auto at = from_iso8601(arguments.value("--at"));
  if (arguments.has("--at") && !at) return usage("--at takes a date, or a date-time with Z or an offset");
  auto settings = load_settings(context);
  if (!settings) return exit_usage;
  Looked looked;
  if (const int code = look(context, std::move(*settings), absolute(arguments.rest().front()), nullptr, at, looked);
      code != exit_yes)
    return code;
  Beside beside;
  if (at) beside.today = &*looked.run;
  if (at) beside.at = to_rfc3339(*at);
  const auto out = run_json(at ? *looked.then : *looked.run, *looked.site, beside);
  if (arguments.has("--json")) {
    say(out.dump(true));
  } else {
    print_run(out, false);
  }
  return all_go(out) ? exit_yes : exit_not_well;
}

int run_explain(Context& context, const Arguments& arguments) {
  if (arguments.rest().size() != 1) return usage("explain needs one RUN: its name or its folder");
  int code = exit_yes;
  auto state = open_state(context, false, code);
  if (!state) return code;
  const auto name = arguments.rest().front();
  bool is_run = name.find('/') != std::string::npos;  // or a path, which says itself what is wrong with it
  std::string folder = name;
  if (!is_run) {
    for (const auto& entry : state->settings.run_folders) {
      if (files::Root::open(entry.path + "/" + name)) folder = entry.path + "/" + name;
    }
  }
  folder = absolute(folder);
  auto rows = state->journal->runs();
  if (!rows) return complain(rows.error());
  std::optional<journal::RunRow> row;
  for (const auto& candidate : *rows) {
    if (folder.ends_with("/" + candidate.name)) row = candidate;
    is_run = is_run || candidate.name == name;
  }
  if (!is_run && !files::exists(folder)) return complain(no_such_run(name));
  Looked looked;
  if (code = look(context, state->settings, folder, state->journal.get(), {}, looked); code != exit_yes) return code;
  const auto sample = arguments.value("--sample");
  const auto out = run_json(*looked.run, *looked.site, {state->journal.get(), row, sample, nullptr, {}});
  if (!sample.empty() && out["samples"].items().empty())
    return complain(operator_error("this run has no sample of that id"));
  if (arguments.has("--json")) {
    say(out.dump(true));
  } else {
    print_run(out, true);
  }
  return exit_yes;
}

}  // namespace

Command plan_command() {
  return {"plan",
          "plan RUN_FOLDER [--at DATE] [--json]",
          "dry run: which file would go where, under which policy, and why not",
          "Touches no state and no repository; subject sources that are services are asked about the persons of the "
          "run.\n--at decides as on another day, by what is known today, and says what is different from today.\n"
          "Exit: 0 everything would go, 3 something would be held or refused, or the run is not settled.",
          {"--at"},
          {"--json"},
          run_plan};
}

Command explain_command() {
  return {"explain",
          "explain RUN [--sample S] [--json]",
          "the decision on each sample and file, with rule and evidence",
          "RUN is the name of a run or the path of its folder. The answer is for the operator at this machine: it "
          "names samples and consent documents.\nSubject sources are asked as by plan.\n"
          "Exit: 0 it is told, 3 the run is not settled.",
          {"--sample"},
          {"--json"},
          run_explain};
}

}  // namespace tributary::cli
