// agent/cli/policy.cpp: `tributary policy test`: policies against the cases that their authors wrote down.
#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/config/cases.hpp"
#include "agent/consent/rehearse.hpp"

namespace tributary::cli {
namespace {

using config::PolicyCase;
using consent::Rehearsal;

std::string by_rule(const std::string& rule) { return rule.empty() ? "" : " by rule " + rule; }

Json case_json(const PolicyCase& one, const Rehearsal& rehearsal) {
  const auto side = [](config::Expectation what, const std::string& rule) {
    return Json().add("action", config::name_of(what)).add("rule", rule.empty() ? Json() : Json(rule));
  };
  Json out;
  out.add("case", one.name).add("policy", one.policy).add("place", one.place).add("good", rehearsal.as_expected);
  out.add("expected", side(one.expected, one.rule)).add("found", side(rehearsal.found, rehearsal.rule));
  return std::move(out.add("reason", rehearsal.reason));
}

void say_case(const PolicyCase& one, const Rehearsal& rehearsal) {
  if (rehearsal.as_expected) {
    say(coloured("good", "32") + "    " + printable(one.name) + ": " + std::string(config::name_of(rehearsal.found)) +
        by_rule(rehearsal.rule));
    return;
  }
  say(coloured("broken", "31") + "  " + printable(one.name) + " (" + one.place + ", policy " + one.policy + ")");
  say("        expected  " + std::string(config::name_of(one.expected)) + by_rule(printable(one.rule)));
  say("        found     " + std::string(config::name_of(rehearsal.found)) + by_rule(rehearsal.rule) + ": " +
      rehearsal.reason);
}

int run_policy(Context& context, const Arguments& arguments) {
  if (arguments.rest().size() != 2 || arguments.rest().front() != "test") return usage("policy needs: test FILE");
  auto settings = load_settings(context);
  if (!settings) return exit_usage;
  const auto loaded = config::load_cases(arguments.rest().back(), *settings);
  for (const auto& problem : loaded.problems) std::fprintf(stderr, "%s\n", problem.sentence().c_str());
  if (!loaded.cases) return exit_usage;
  const auto now = context.clock.now_utc_s();
  std::uint64_t broken = 0;
  Json cases = Json::array();
  for (const auto& one : *loaded.cases) {
    const auto rehearsal = consent::rehearse(*settings, one, now);
    if (!rehearsal.as_expected) ++broken;
    if (arguments.has("--json")) {
      cases.push(case_json(one, rehearsal));
    } else {
      say_case(one, rehearsal);
    }
  }
  if (arguments.has("--json")) {
    say(Json().add("good", broken == 0).add("cases", std::move(cases)).dump(true));
  } else {
    say(counted(loaded.cases->size(), "case") + ", " + std::to_string(broken) + " not as expected");
  }
  return broken == 0 ? exit_yes : exit_not_well;
}

}  // namespace

Command policy_command() {
  return {
      "policy",
      "policy test FILE [--json]",
      "tries policies on cases: consent in, expected decision and rule out",
      "FILE is YAML: `at` (a date for all cases; default: now) and `cases`, each with name, policy, expect (send,\n"
      "refuse, hold, not-taken) and, as needed, at, consent (a list of documents: source, id, status, permissions,\n"
      "valid_from, valid_until; left out: nobody knows the sample), sample (name, project, files, size), withdrawn,\n"
      "away (sources that can not answer), country (where the person's data come from), family_size and family (the\n"
      "other members in the run, each with consent and withdrawn), rule.\n"
      "/usr/share/tributary/conf/policy-cases.yaml is one.\n"
      "Nothing is asked, read or changed beyond it and the configuration.\n"
      "Exit: 0 all as expected, 3 not, 2 the file or the configuration is wrong.",
      {},
      {"--json"},
      run_policy};
}

}  // namespace tributary::cli
