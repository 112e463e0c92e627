// agent/cli/reidentify.cpp: `tributary reidentify`: who is behind a pseudonym, by one person or by two.
//
// Order      the record of a question is in the audit chain before its answer is said.
#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/person.hpp"

namespace tributary::cli {
namespace {

struct Question {
  std::string pseudonym, destination, reason;
  std::int64_t uid = 0;
};

Json record_of(const Context& context, const std::string& action, std::int64_t uid) {
  Json record;
  record.add("at", to_rfc3339(context.clock.now_utc_s())).add("action", action).add("uid", uid);
  return record;
}

// A slip of the pen in a pseudonym that our key made.
bool is_misspelled(const std::string& pseudonym) {
  const bool ours = pseudonym.starts_with("TS-") || pseudonym.starts_with("TL-");
  return ours ? !pseudonymise::is_pseudonym(pseudonym) : !pseudonymise::fits_as_pseudonym(pseudonym);
}

// The one link that is meant. give_up: there is none, or there are several persons.
Result<journal::LinkRow> find(journal::Journal& journal, const Question& question) {
  auto links = journal.linked_anywhere(question.pseudonym);
  if (!links) return links.error();
  std::vector<std::string> destinations;
  std::optional<journal::LinkRow> found;
  for (const auto& link : *links) {
    if (!question.destination.empty() && link.destination != question.destination) continue;
    destinations.push_back(link.destination);
    if (!found) found = link;
    if (link.kind != found->kind || link.id != found->id)
      return refusal("several persons bear this pseudonym, at different destinations",
                     "say which is meant: --destination " + join(destinations, " or --destination "));
  }
  if (found) return *found;
  if (is_misspelled(question.pseudonym))
    return refusal("this is no pseudonym of ours: its form or its check character does not fit",
                   "look for a slip of the pen");
  return refusal("no such pseudonym was given out here", "ask the site that the receipt names");
}

int tell(journal::Journal& journal, const journal::LinkRow& link) {
  say(link.subject_id.empty() ? "sample " + link.id + " (its subject is not known)" : "subject " + link.subject_id);
  const auto withdrawals = journal.withdrawals_of(link.subject_id);
  if (!withdrawals) return complain(withdrawals.error());
  if (withdrawals->use_utc_s != 0) say("withdrawn from further use since " + to_rfc3339(withdrawals->use_utc_s));
  if (withdrawals->contact_utc_s != 0) say("not to be contacted since " + to_rfc3339(withdrawals->contact_utc_s));
  return exit_yes;
}

Json about(Json record, const Question& question) {
  record.add("pseudonym", question.pseudonym);
  if (!question.destination.empty()) record.add("destination", question.destination);
  record.add("reason", question.reason);
  return record;
}

// The first person, of two: a request, or the answer when somebody else agreed.
int ask_with_two(Context& context, journal::Journal& journal, const Question& question, const journal::LinkRow& link) {
  const auto now = context.clock.now_utc_s();
  const journal::RequestRow like{
      {}, question.pseudonym, question.destination, question.reason, question.uid, now, {}, 0, 0};
  auto open = journal.open_request(like, now);
  if (!open) return complain(open.error());
  if (*open && (*open)->approved_by_uid) {
    auto spent = journal.spend_approval((*open)->id, now);
    if (!spent) return complain(spent.error());
    if (!*spent) return complain(refusal("the approval was used up just now", "ask again"), exit_not_well);
    auto record = about(record_of(context, "reidentify", question.uid), question);
    record.add("found", true).add("request", (*open)->id).add("approved_by_uid", *(*open)->approved_by_uid);
    if (auto kept = journal.add_audit(record); !kept) return complain(kept.error());
    return tell(journal, link);
  }
  std::string id = *open ? (*open)->id : std::string();
  const auto ends = (*open ? (*open)->asked_utc_s : now) + journal::Journal::request_lives_s;
  if (!*open) {
    auto asked = journal.ask_reidentification(like);
    if (!asked) return complain(asked.error());
    id = *asked;
    auto record = about(record_of(context, "request re-identification", question.uid), question);
    if (auto kept = journal.add_audit(record.add("request", id)); !kept) return complain(kept.error());
  }
  say("request " + id + " waits for another user: tributary reidentify --approve " + id + " (until " +
      to_rfc3339(ends) + "); then give the same command again");
  return exit_not_well;
}

int approve(Context& context, const std::string& id) {
  int code = exit_yes;
  auto state = open_state(context, true, code);
  if (!state) return code;
  const auto uid = person_now();
  const auto now = context.clock.now_utc_s();
  auto request = state->journal->request(id);
  if (!request) return complain(request.error());
  if (!*request) return complain(refusal("there is no request of that id", "its id is said when it is made"));
  auto approved = state->journal->approve_request(id, uid, now);
  if (!approved) return complain(approved.error());
  auto record = record_of(context, "approve re-identification", uid);
  record.add("request", id).add("pseudonym", (*request)->pseudonym).add("approved", *approved);
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  if (!*approved && (*request)->asked_by_uid == uid)
    return complain(refusal("a request can not be approved by the person who made it", "ask somebody else to"));
  if (!*approved)
    return complain(
        refusal("the request is not open any more: it was approved before, answered, or is older than a day",
                "the first person has to ask again"));
  say("request " + id + " is approved: user " + std::to_string((*request)->asked_by_uid) +
      " gets the answer once, within a day; the reason given is: " + printable((*request)->reason));
  return exit_yes;
}

int run_reidentify(Context& context, const Arguments& arguments) {
  const auto approves = arguments.value("--approve");
  const Question question{arguments.value("--pseudonym"), arguments.value("--destination"), arguments.value("--reason"),
                          person_now()};
  if (!arguments.rest().empty()) return usage("reidentify takes no words: put the reason in quotes");
  if (arguments.has("--approve")) {
    const bool more = arguments.has("--pseudonym") || arguments.has("--reason") || arguments.has("--destination");
    if (approves.empty() || more) return usage("reidentify --approve takes the id of a request and nothing else");
    return approve(context, approves);
  }
  if (question.pseudonym.empty() || std::string(trim(question.reason)).empty())
    return usage("reidentify needs --pseudonym P and --reason TEXT, or --approve REQUEST");
  int code = exit_yes;
  auto state = open_state(context, true, code);
  if (!state) return code;
  auto link = find(*state->journal, question);
  if (!link && link.error().remedy != Remedy::give_up) return complain(link.error());
  const bool two = state->settings.reidentify_approval == config::Approval::second_person;
  if (link && two) return ask_with_two(context, *state->journal, question, *link);
  // The record is made before the answer is given, also of a question without an answer.
  auto record = about(record_of(context, "reidentify", question.uid), question).add("found", link.ok());
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  return link ? tell(*state->journal, *link) : complain(link.error());
}

}  // namespace

Command reidentify_command() {
  return {
      "reidentify",
      "reidentify --pseudonym P [--destination D] --reason TEXT | reidentify --approve REQUEST",
      "the subject behind a pseudonym; audited",
      "With `reidentify: { approval: second-person }` in the configuration the first command only writes a request\n"
      "down and says its id (exit 3). Another person approves it within 24 h with --approve; within 24 h of that\n"
      "the first person gives the same command again and gets the answer, once. Persons are told apart by their\n"
      "login uid, which stays through sudo and su, or by their uid where there is none; nobody approves a request\n"
      "of his own. This does not stop root, who can read the keys and the journal without this command. Every\n"
      "step is in the audit chain, never with an identity: put none into the reason.\n"
      "Exit: 0 answered or approved, 1 not known or not approved, 3 waits for the second person.",
      {"--pseudonym", "--destination", "--reason", "--approve"},
      {},
      run_reidentify};
}

}  // namespace tributary::cli
