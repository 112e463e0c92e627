// agent/cli/doctor.cpp: `tributary doctor`: what is wrong on the way, and how to mend it.
#include "agent/doctor/doctor.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/doctor/canary.hpp"

namespace tributary::cli {
namespace {

using doctor::Finding;
using doctor::Health;

const char* colour_of(Health health) {
  if (health == Health::good) return "32";
  return health == Health::warning ? "33" : "31";
}

void say_finding(const Finding& finding) {
  const std::string word(doctor::name_of(finding.health));
  say(coloured(word, colour_of(finding.health)) + std::string(9 - word.size(), ' ') + finding.hop + ": " +
      finding.said);
  if (!finding.cure.empty()) say(std::string(9, ' ') + finding.cure);
}

Json finding_json(const Finding& finding) {
  Json out;
  out.add("hop", finding.hop).add("health", doctor::name_of(finding.health)).add("found", finding.said);
  return std::move(out.add("cure", finding.cure.empty() ? Json() : Json(finding.cure)));
}

// What `check` says, too.
std::vector<Finding> findings_of(const std::vector<config::Problem>& problems) {
  std::vector<Finding> out;
  for (auto problem : problems) {
    const auto cure = std::exchange(problem.hint, std::string());
    const auto health = std::exchange(problem.warning, false) ? Health::warning : Health::broken;
    out.push_back({"configuration", health, problem.sentence(), cure});
  }
  if (out.empty()) out.push_back({"configuration", Health::good, "can be used", {}});
  return out;
}

int run_doctor(Context& context, const Arguments& arguments) {
  if (!arguments.rest().empty()) return usage("doctor takes no arguments");
  const auto loaded = config::load(context.config_file, line::plugin_keys());
  auto findings = findings_of(loaded.problems);
  if (::geteuid() == 0) {
    findings.push_back({"user", Health::warning, "this is root, who may read what the daemon may not",
                        "run it as the daemon's user: sudo -u tributary tributary doctor"});
  }
  const doctor::Services services{*context.log, context.clock, context.stop};
  if (loaded.settings && arguments.has("--canary")) {
    for (auto& finding : doctor::send_canary(*loaded.settings, arguments.value("--canary"), services))
      findings.push_back(std::move(finding));
  } else if (loaded.settings) {
    for (auto& finding : doctor::examine(*loaded.settings, services, {arguments.has("--notify")}))
      findings.push_back(std::move(finding));
    for (auto& finding : doctor::canaries_left(*loaded.settings)) findings.push_back(std::move(finding));
  }
  if (arguments.has("--json")) {
    Json out = Json::array();
    for (const auto& finding : findings) out.push(finding_json(finding));
    say(out.dump(true));
  } else {
    for (const auto& finding : findings) say_finding(finding);
  }
  if (!loaded.settings) return exit_usage;
  const bool well = std::none_of(findings.begin(), findings.end(),
                                 [](const Finding& finding) { return finding.health == Health::broken; });
  return well ? exit_yes : exit_not_well;
}

}  // namespace

Command doctor_command() {
  return {
      "doctor",
      "doctor [--json] [--notify | --canary DESTINATION]",
      "asks every hop and says what is wrong and how to mend it",
      "Clock, disk, journal, keys and who may open them, run folders, subject sources, pseudonyms, notifications; of "
      "each\ndestination: DNS or proxy, TLS and until when certificates and tokens are good, its clock against ours, "
      "its service\nwith our credentials, its ingest. Changes nothing and sends no data; with --notify each "
      "notification tells a\ntest message. "
      "--canary delivers a made-up\nsample of one read to that destination, in the way of every parcel, marked by "
      "the policy `canary`, and withdraws\nit again; first what one before it had to leave there.\nExit: 0 well "
      "(warnings may be said), 3 something is broken, 2 the configuration can not be used.",
      {"--canary"},
      {"--json", "--notify"},
      run_doctor};
}

}  // namespace tributary::cli
