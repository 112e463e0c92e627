// agent/cli/linkage.cpp: `tributary linkage`: who is behind which pseudonym, carried off this machine and back.
#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/recipients.hpp"
#include "agent/journal/backup.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::cli {
namespace {

Status seal_to(const std::string& path, std::string_view plain, const std::vector<crypt4gh::PublicKey>& recipients) {
  crypt4gh::DataKey key;
  if (auto random = crypto::random(key.fill()); !random) return random;
  auto header = crypt4gh::make_header(key, recipients);
  if (!header) return header.error();
  crypt4gh::EncryptingSource sealed(std::make_unique<stream::ViewSource>(view(plain)), key, std::move(*header));
  Bytes bytes;
  stream::BufferSink sink(bytes, 2 * journal::most_linkage_bytes);
  if (auto copied = stream::copy(sealed, sink); !copied) return copied.error();
  return files::write_atomic(path, bytes, 0600);
}

Result<SecretText> unseal(const std::string& path, const crypt4gh::SecretKey& key) {
  auto file = files::open_for_reading(path);
  if (!file) return file.error();
  auto plain = crypt4gh::DecryptingSource::open(std::make_unique<files::FdSource>(std::move(*file)), key);
  if (!plain) return in(printable(path), plain.error());
  Bytes bytes;
  stream::BufferSink sink(bytes, journal::most_linkage_bytes);
  const auto copied = stream::copy(**plain, sink);
  SecretText out{std::string(text(bytes))};
  wipe(bytes.data(), bytes.size());
  if (!copied) return in(printable(path), copied.error());
  return out;
}

int export_linkage(Context& context, const Arguments& arguments) {
  if (!arguments.has("--recipient") || arguments.value("--out").empty())
    return usage("linkage export needs --recipient PUB and --out F");
  auto recipients = recipients_of(arguments);
  if (!recipients) return complain(recipients.error());
  int code = exit_yes;
  auto state = open_state(context, false, code);
  if (!state) return code;
  // There is something to export. The record of it wants a journal that can be written.
  state = open_state(context, true, code);
  if (!state) return code;
  auto linkage = journal::write_linkage(*state->journal, state->settings.site, context.clock.now_utc_s());
  if (!linkage) return complain(linkage.error());
  Json keys = Json::array();
  for (const auto& recipient : *recipients) keys.push(to_hex(ByteView(recipient)));
  Json record;
  record.add("at", to_rfc3339(context.clock.now_utc_s())).add("action", "export linkage");
  record.add("links", linkage->links).add("sha256", linkage->sha256).add("recipients", std::move(keys));
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  if (auto sealed = seal_to(arguments.value("--out"), linkage->text.reveal(), *recipients); !sealed)
    return complain(in("--out", sealed.error()));
  say(printable(arguments.value("--out")) + ": " + counted(linkage->links, "link") + ", SHA-256 " + linkage->sha256 +
      "; it opens with the secret key of the recipient only");
  return exit_yes;
}

int restore_linkage(Context& context, const Arguments& arguments) {
  if (arguments.value("--secret").empty() || arguments.value("--in").empty())
    return usage("linkage restore needs --secret F and --in F");
  auto key = secret_key_of(arguments);
  if (!key) return complain(key.error());
  auto plain = unseal(arguments.value("--in"), *key);
  if (!plain) return complain(in("--in", plain.error()));
  auto linkage = journal::read_linkage(plain->reveal());
  if (!linkage) return complain(in("--in", linkage.error()));
  int code = exit_yes;
  auto state = open_state(context, true, code);
  if (!state) return code;
  if (linkage->site != state->settings.site) {
    return complain(
        refusal("--in: the backup is of the site " + printable(linkage->site) + ", this one is " + state->settings.site,
                "restore it under the configuration of its own site"));
  }
  auto restored = state->journal->restore_links(linkage->links);
  if (!restored) return complain(restored.error());
  Json record;
  record.add("at", to_rfc3339(context.clock.now_utc_s())).add("action", "restore linkage");
  record.add("links", static_cast<std::uint64_t>(linkage->links.size())).add("sha256", linkage->sha256);
  record.add("added", restored->conflicts == 0 ? restored->added : 0);
  record.add("there_already", restored->there_already).add("conflicts", restored->conflicts);
  if (auto kept = state->journal->add_audit(record); !kept) return complain(kept.error());
  if (restored->conflicts > 0) {
    return complain(refusal(counted(restored->conflicts, "link") + " of " + std::to_string(linkage->links.size()) +
                                " contradict what is known here: a pseudonym of another id, or an id of another "
                                "pseudonym; nothing was restored",
                            "is it the backup of this site, and the newest one?"));
  }
  say("restored: " + counted(restored->added, "link") + " added, " + std::to_string(restored->there_already) +
      " known before; the backup was made at " + printable(linkage->made_at));
  return exit_yes;
}

int run_linkage(Context& context, const Arguments& arguments) {
  const auto what = arguments.rest().size() == 1 ? arguments.rest().front() : "";
  if (what == "export") return export_linkage(context, arguments);
  if (what == "restore") return restore_linkage(context, arguments);
  return usage("linkage needs one of: export, restore");
}

}  // namespace

Command linkage_command() {
  return {
      "linkage",
      "linkage export --recipient PUB... --out F | linkage restore --secret F [--passphrase-file P] --in F",
      "carries the table of pseudonyms off this machine, encrypted, and back",
      "export: Crypt4GH to keys whose secret half lies in a safe; without that half the file is of no use. With the\n"
      "links go the withdrawals of the persons in them. restore: all or nothing, also into an empty state_dir of\n"
      "another machine; a second time it changes nothing. A link that contradicts one that is here refuses the\n"
      "whole backup. Both are in the audit chain. Parcels and receipts are not in it: what was sent before the\n"
      "loss can be re-identified here and must be taken back at the repository.\n"
      "Exit: 0 done, 1 could not, 2 usage or configuration.",
      {"--recipient", "--out", "--secret", "--passphrase-file", "--in"},
      {},
      run_linkage};
}

}  // namespace tributary::cli
