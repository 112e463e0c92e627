// agent/cli/ledger.cpp: `tributary ledger`: what left about a person, and what was taken back.
//
// Order      the record of the question is in the audit chain before its answer is said.
#include "agent/receipt/ledger.hpp"

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/person.hpp"
#include "agent/cli/subject_file.hpp"
#include "agent/receipt/disclosure.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::cli {
namespace {

std::string shown(const Json& text) { return printable(text.as_string()); }

void print_event(const Json& event) {
  say("    " + receipt::time_of(event) + "  " + shown(event["kind"]) + ", receipt " +
      std::to_string(event["number"].as_integer()) + (event["reason"].is_null() ? "" : ": " + shown(event["reason"])));
  std::string terms;
  for (const auto& term : event["terms"].items()) terms += " " + shown(term);
  if (event["kind"].as_string() == "delivered")
    say("      consent evidence " + shown(event["consent_evidence_sha256"]) + (terms.empty() ? "" : ", terms" + terms));
  for (const auto& object : event["objects"].items())
    say("      " + shown(object["name"]) + "  " + shown(object["drs_id"]));
}

void print_ledger(const Json& ledger) {
  say("subject " + shown(ledger["subject"]));
  for (const auto* level : {"use", "contact"}) {
    const auto& since = ledger[std::string("no_further_") + level + "_since"];
    if (!since.is_null()) say("  no further " + std::string(level) + " since " + shown(since));
  }
  for (const auto& parcel : ledger["parcels"].items()) {
    say("  " + shown(parcel["state"]) + "  " + shown(parcel["destination"]) + "  " + shown(parcel["pseudonym"]) +
        "  policy " + shown(parcel["policy"]) + "  " + shown(parcel["parcel"]) +
        (parcel["reason"].is_null() ? "" : ": " + shown(parcel["reason"])));
    for (const auto& event : parcel["events"].items()) print_event(event);
  }
  for (const auto& link : ledger["elsewhere"].items())
    say("  known by a restored linkage only: " + shown(link["destination"]) + "  " + shown(link["pseudonym"]));
  if (ledger["parcels"].items().empty() && ledger["elsewhere"].items().empty()) say("  nothing is known of it here");
}

receipt::Discloser us(const config::Settings& settings) {
  receipt::Discloser out{settings.site, {}};
  for (const auto& destination : settings.destinations) {
    const auto url = destination.settings.find("url");
    if (url != destination.settings.end()) out.addresses[destination.name] = url->second;
  }
  return out;
}

int run_ledger(Context& context, const Arguments& arguments) {
  if (arguments.value("--subject-file").empty() || !arguments.rest().empty())
    return usage("ledger needs --subject-file F: one subject id a line (ids are never given on the command line)");
  if (arguments.has("--json") && arguments.has("--fhir")) return usage("ledger takes one of --json, --fhir");
  auto subjects = read_subjects(arguments);
  if (!subjects)
    return complain(subjects.error(), subjects.error().remedy == Remedy::give_up ? exit_usage : exit_could_not);
  int code = exit_yes;
  auto state = open_made_state(context, code);
  if (!state) return code;
  const auto now = context.clock.now_utc_s();
  Json record;
  record.add("at", to_rfc3339(now)).add("action", "ledger").add("uid", person_now());
  record.add("subjects", static_cast<std::uint64_t>(subjects->size()));
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  std::vector<Json> ledgers;
  for (const auto& subject : *subjects) {
    auto ledger = receipt::ledger_of(*state->journal, subject.id);
    if (!ledger) return complain(ledger.error());
    ledgers.push_back(std::move(*ledger));
  }
  if (arguments.has("--fhir")) {
    say(receipt::to_fhir(ledgers, us(state->settings), now).dump(true));
  } else if (arguments.has("--json")) {
    say(Json(Json::Array(ledgers)).dump(true));
  } else {
    for (const auto& ledger : ledgers) print_ledger(ledger);
  }
  return exit_yes;
}

}  // namespace

Command ledger_command() {
  return {"ledger",
          "ledger --subject-file F [--json | --fhir]",
          "what left about the subjects listed in F, under which consent, and what was withdrawn; audited",
          std::string(subject_file_form) +
              "\nFor the data protection officer. The answer names subjects as F does: keep it as\n"
              "you keep F. --fhir: a Bundle of FHIR R4 AuditEvent (IHE BALP, privacy disclosure at the source) and\n"
              "Provenance. The audit chain tells who asked and about how many, never about whom.",
          {"--subject-file"},
          {"--json", "--fhir"},
          run_ledger};
}

}  // namespace tributary::cli
