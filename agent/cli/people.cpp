// agent/cli/people.cpp: `tributary withdraw` and `audit`: acts on persons, and the record of them.
#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/person.hpp"
#include "agent/cli/subject_file.hpp"
#include "agent/receipt/recall.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::cli {
namespace {

constexpr const char* use_level = "no-further-use";
constexpr const char* contact_level = "no-further-contact";

// The desk of a programme has said in writing that it deleted what a recall names, or what a withdrawal that is held is
// about.
int confirm(Context& context, const std::string& parcel) {
  int code = exit_yes;
  auto state = open_state(context, true, code);
  if (!state) return code;
  auto row = state->journal->parcel(parcel);
  if (!row) return complain(row.error());
  auto asked = receipt::was_recalled(*state->journal, parcel);
  if (!asked) return complain(asked.error());
  const bool is_held = *row && (*row)->condition == journal::Condition::held;
  if (!*row || (*row)->stage != journal::Stage::withdrawing || (!*asked && !is_held))
    return complain(
        refusal("no such parcel waits for the desk of a programme", "tributary status shows those that do"));
  const auto now = context.clock.now_utc_s();
  Json record;
  record.add("at", to_rfc3339(now)).add("action", "confirm withdrawal").add("uid", person_now()).add("parcel", parcel);
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  auto written = receipt::write_withdrawn(*state->journal, **row, state->settings.site, "desk", now);
  if (!written) return complain(written.error());
  say("withdraw: parcel " + parcel + " is withdrawn, as the programme's desk confirmed");
  return exit_yes;
}

int tell_elsewhere(const std::vector<journal::LinkRow>& elsewhere) {
  if (elsewhere.empty()) return exit_yes;
  say("Of " + counted(elsewhere.size(), "pseudonym") +
      " there is no parcel here (restored linkage): nobody here can take back what was sent. Ask the repository for:");
  for (const auto& link : elsewhere) say("  " + link.destination + "  " + link.pseudonym);
  return exit_not_well;
}

// Somebody of whom nothing was sent yet may withdraw; a list of anything but subject ids looks the same.
void tell_unknown(const std::vector<ListedSubject>& unknown) {
  if (unknown.empty()) return;
  say("Of " + lines_of(unknown) +
      " nothing is known here yet; the withdrawal is remembered. Are these subject ids, one a line, without a header?");
}

int withdraw_contact(State& state, const std::vector<ListedSubject>& subjects, std::int64_t now) {
  std::vector<ListedSubject> unknown;
  for (const auto& subject : subjects) {
    auto kept = state.journal->remember_withdrawal(subject.id, journal::Level::no_further_contact, now);
    if (!kept) return complain(kept.error());
    auto theirs = state.journal->parcels_of(subject.id);
    if (!theirs) return complain(theirs.error());
    if (theirs->parcels.empty() && theirs->elsewhere.empty()) unknown.push_back(subject);
  }
  const auto number = static_cast<std::uint64_t>(subjects.size());
  Json record;
  record.add("at", to_rfc3339(now)).add("action", "withdraw").add("level", contact_level).add("subjects", number);
  if (!unknown.empty()) record.add("not_known_here", static_cast<std::uint64_t>(unknown.size()));
  if (auto kept = state.journal->add_audit(record); !kept) return complain(kept.error());
  say("withdraw: " + counted(number, "subject") + " not to be contacted; what was agreed to goes on");
  tell_unknown(unknown);
  return exit_yes;
}

int withdraw_use(State& state, const std::vector<ListedSubject>& subjects, std::int64_t now) {
  const auto number = static_cast<std::uint64_t>(subjects.size());
  std::int64_t parcels = 0;
  std::vector<journal::LinkRow> elsewhere;
  std::vector<ListedSubject> unknown;
  for (const auto& subject : subjects) {
    auto stopped = receipt::withdraw_subject(*state.journal, subject.id, state.settings.site, now);
    if (!stopped) return complain(stopped.error());
    parcels += stopped->parcels;
    elsewhere.insert(elsewhere.end(), stopped->elsewhere.begin(), stopped->elsewhere.end());
    if (!stopped->is_known) unknown.push_back(subject);
  }
  Json record;
  record.add("at", to_rfc3339(now)).add("action", "withdraw").add("level", use_level).add("subjects", number);
  record.add("parcels", parcels);
  if (!elsewhere.empty()) record.add("known_by_linkage_only", static_cast<std::uint64_t>(elsewhere.size()));
  if (!unknown.empty()) record.add("not_known_here", static_cast<std::uint64_t>(unknown.size()));
  if (auto kept = state.journal->add_audit(record); !kept) return complain(kept.error());
  say("withdraw: " + counted(number, "subject") + ", " + counted(static_cast<std::uint64_t>(parcels), "parcel") +
      " stopped or being taken back; tributaryd carries it out");
  tell_unknown(unknown);
  return tell_elsewhere(elsewhere);
}

// The record is there before anything is lifted.
int lift(State& state, const std::vector<ListedSubject>& subjects, const std::string& level, const std::string& reason,
         std::int64_t now) {
  Json record;
  record.add("at", to_rfc3339(now)).add("action", "lift withdrawal").add("uid", person_now()).add("level", level);
  record.add("subjects", static_cast<std::uint64_t>(subjects.size())).add("reason", reason);
  if (auto kept = state.journal->add_audit(record); !kept) return complain(kept.error());
  std::uint64_t lifted = 0;
  for (const auto& subject : subjects) {
    auto done = state.journal->lift_withdrawal(
        subject.id, level == use_level ? journal::Level::no_further_use : journal::Level::no_further_contact);
    if (!done) return complain(done.error());
    if (*done) ++lifted;
  }
  say("withdraw: " + counted(lifted, "withdrawal") + " lifted of " + counted(subjects.size(), "subject") +
      "; the sources of consent decide again, and what was taken back goes by the policy's on_restored");
  return exit_yes;
}

int run_withdraw(Context& context, const Arguments& arguments) {
  const auto parcel = arguments.value("--confirm");
  const auto level = arguments.has("--level") ? arguments.value("--level") : use_level;
  if (arguments.has("--confirm")) {
    if (parcel.empty() || arguments.has("--subject-file") || arguments.has("--level") || arguments.has("--lift") ||
        !arguments.rest().empty())
      return usage("withdraw --confirm takes the id of a parcel and nothing else");
    return confirm(context, parcel);
  }
  if (arguments.value("--subject-file").empty() || !arguments.rest().empty())
    return usage("withdraw needs --subject-file F: one subject id a line (ids are never given on the command line)");
  if (level != use_level && level != contact_level)
    return usage(std::string("withdraw --level takes one of: ") + use_level + ", " + contact_level);
  const auto reason = std::string(trim(arguments.value("--reason")));
  if (arguments.has("--lift") != !reason.empty())
    return usage("withdraw --lift needs --reason TEXT, as the audit record will say it; nothing else takes one");
  auto subjects = read_subjects(arguments);
  if (!subjects)
    return complain(subjects.error(), subjects.error().remedy == Remedy::give_up ? exit_usage : exit_could_not);
  int code = exit_yes;
  auto state = open_state(context, true, code);
  if (!state) return code;
  const auto now = context.clock.now_utc_s();
  if (arguments.has("--lift")) return lift(*state, *subjects, level, reason, now);
  return level == use_level ? withdraw_use(*state, *subjects, now) : withdraw_contact(*state, *subjects, now);
}

int run_audit(Context& context, const Arguments& arguments) {
  const auto what = arguments.rest().size() == 1 ? arguments.rest().front() : "";
  if (what != "verify" && what != "export") return usage("audit needs one of: verify, export");
  int code = exit_yes;
  auto state = open_state(context, false, code);
  if (!state) return code;
  auto receipts = state->journal->receipts();
  if (!receipts) return complain(receipts.error());
  auto audit = state->journal->audit();
  if (!audit) return complain(audit.error());
  if (what == "export") {
    for (const auto* chain : {&*receipts, &*audit}) {
      for (const auto& row : *chain) {
        Json out;
        out.add("chain", row.kind == "audit" ? "audit" : "receipts")
            .add("number", row.number)
            .add("kind", row.kind)
            .add("parcel", row.parcel);
        out.add("body", row.body).add("previous_hash", to_hex(row.previous_hash)).add("hash", to_hex(row.hash));
        say(out.dump());
      }
    }
    return exit_yes;
  }
  for (const auto* chain : {&*receipts, &*audit}) {
    if (auto good = journal::verify_chain(*chain); !good) return complain(good.error(), exit_not_well);
  }
  const auto head = [](const std::vector<journal::ChainRow>& chain) {
    return chain.empty() ? std::string("-") : to_hex(chain.back().hash);
  };
  say(coloured("ok", "32") + "  " + counted(receipts->size(), "receipt") + ", head " + head(*receipts));
  say(coloured("ok", "32") + "  " + counted(audit->size(), "audit record") + ", head " + head(*audit));
  return exit_yes;
}

}  // namespace

Command withdraw_command() {
  return {"withdraw",
          "withdraw --subject-file F [--level no-further-use|no-further-contact] [--lift --reason TEXT] | withdraw "
          "--confirm PARCEL",
          "withdraws the subjects listed in F, one id a line",
          std::string(subject_file_form) +
              "\nOf whom nothing is known here yet, the line is named and the withdrawal remembered.\n"
              "no-further-use, the default: what was not sent is refused, what is being sent is stopped, what was "
              "delivered is\n"
              "taken back; where the repository can not delete by its protocol, a signed request for the programme's "
              "desk is\n"
              "written, and --confirm tells that the desk has deleted.\n"
              "no-further-contact: research goes on; `ledger` and `reidentify` tell that the person is not to be "
              "contacted.\n"
              "--lift: they agreed anew; the sources of consent decide again. What was taken back is sent again only "
              "as the\n"
              "policy's on_restored says; the reason is in the audit record.\n"
              "Exit: 0 done, 3 a pseudonym is known by a restored linkage only: the repository must be asked.",
          {"--subject-file", "--level", "--confirm", "--reason"},
          {"--lift"},
          run_withdraw};
}
Command audit_command() {
  return {"audit",
          "audit verify|export",
          "checks the hash chains of receipts and audit records, or writes them out",
          "export: one JSON object a line; hash = SHA-256(previous_hash || body), so that anybody can check it.\nExit "
          "of verify: 0 whole, 3 broken.",
          {},
          {},
          run_audit};
}

}  // namespace tributary::cli
