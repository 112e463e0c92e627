// agent/cli/people.cpp: `tributary withdraw` and `audit`: acts on persons, and the record of them.
#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"

namespace tributary::cli {
namespace {

// One id a line. A list in another encoding would withdraw nobody, and nobody would notice.
Result<std::vector<std::string>> subjects_of(std::string_view content) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (content.starts_with(byte_order_mark)) content.remove_prefix(byte_order_mark.size());
  if (!is_utf8(content) || content.find('\0') != std::string_view::npos)
    return operator_error("this is no text in UTF-8", "save it as UTF-8, one subject id a line");
  std::vector<std::string> ids;
  for (const auto& line : split(content, '\n')) {
    if (const auto id = trim(line); !id.empty()) ids.emplace_back(id);
  }
  if (ids.empty()) return operator_error("there is no subject id in it", "one subject id a line");
  return ids;
}

int run_withdraw(Context& context, const Arguments& arguments) {
  const auto file = arguments.value("--subject-file");
  if (file.empty() || !arguments.rest().empty())
    return usage("withdraw needs --subject-file F: one subject id a line (ids are never given on the command line)");
  auto content = files::read_named(file, 16U << 20);
  if (!content) return complain(in("--subject-file", content.error()));
  auto ids = subjects_of(*content);
  if (!ids) return complain(in("--subject-file", ids.error()), exit_usage);
  int code = exit_yes;
  auto state = open_state(context, true, code);
  if (!state) return code;
  const auto now = context.clock.now_utc_s();
  std::uint64_t subjects = 0;
  std::int64_t parcels = 0;
  std::vector<journal::LinkRow> elsewhere;
  for (const auto& id : *ids) {
    auto moved = state->journal->withdraw(id, now, &elsewhere);
    if (!moved) return complain(moved.error());
    ++subjects;
    parcels += *moved;
  }
  Json record;
  record.add("at", to_rfc3339(now)).add("action", "withdraw").add("subjects", subjects).add("parcels", parcels);
  if (!elsewhere.empty()) record.add("known_by_linkage_only", static_cast<std::uint64_t>(elsewhere.size()));
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  say("withdraw: " + counted(subjects, "subject") + ", " + counted(static_cast<std::uint64_t>(parcels), "parcel") +
      " stopped or being taken back; tributaryd carries it out");
  if (elsewhere.empty()) return exit_yes;
  say("Of " + counted(elsewhere.size(), "pseudonym") +
      " there is no parcel here (restored linkage): nobody here can take back what was sent. Ask the repository for:");
  for (const auto& link : elsewhere) say("  " + link.destination + "  " + link.pseudonym);
  return exit_not_well;
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
          "withdraw --subject-file F",
          "withdraws the subjects listed in F, one id a line",
          "What was not sent is refused, what is being sent is stopped, what was delivered is taken back.\nExit: 0 "
          "done, 3 a "
          "pseudonym is known by a restored linkage only: the repository must be asked.",
          {"--subject-file"},
          {},
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
