// agent/cli/keys.cpp: `tributary keys`: makes keys, and changes the pseudonym key.
#include <unistd.h>

#include <cstdio>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/key_file.hpp"
#include "agent/line/name_key.hpp"

namespace tributary::cli {
namespace {

Result<Bytes> random_key() {
  Bytes key(32);
  if (auto random = crypto::random(key); !random) return random.error();
  return key;
}

// Says what a command run by root did about it, for it may not be what was meant.
std::string whose(const Owner& owner) {
  if (!owner.known) return {};
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", owner.mode);
  return " (owner " + std::to_string(owner.user) + ":" + std::to_string(owner.group) + ", mode " + mode + ")";
}

int generate(const std::string& kind, const std::string& path) {
  const auto owner = owner_for_new_file(path);
  if (!owner) return complain(owner.error());
  if (kind == "pseudonym" || kind == "state") {
    auto key = random_key();
    if (!key) return complain(key.error());
    const auto written = write_key(path, *key, *owner, Existing::stays);
    wipe(key->data(), key->size());
    if (!written) return complain(written.error());
    say(path + ": 32 random bytes" + whose(*owner) + "; keep a copy in a safe: without it nobody can be re-identified");
    return exit_yes;
  }
  auto key = crypto::SigningKey::generate();
  if (!key) return complain(key.error());
  auto secret = key->secret_pem();
  auto open = key->public_pem();
  if (!secret) return complain(secret.error());
  if (!open) return complain(open.error());
  auto public_owner = *owner;
  public_owner.mode = 0644;
  if (auto written = write_key(path, view(secret->reveal()), *owner, Existing::stays); !written)
    return complain(written.error());
  if (auto written = write_key(path + ".pub", view(*open), public_owner, Existing::stays); !written) {
    ::unlink(path.c_str());  // just made: half a pair is of no use, and would be in the way of the next try
    return complain(written.error());
  }
  say(path + ": ECDSA P-256" + whose(*owner) + "; give " + path +
      ".pub to the repositories: it verifies your manifests");
  return exit_yes;
}

int rotate(Context& context) {
  int code = exit_yes;
  auto state = open_state(context, true, code);
  if (!state) return code;
  const auto& settings = state->settings;
  if (settings.state_key_file.empty()) {
    return complain(operator_error(
        "the journal is sealed under a key that is derived from the pseudonym key, which would change with it",
        "set state_key_file before the first start of a new site; an existing journal keeps its key"));
  }
  auto old = pseudonymise::PseudonymKey::load(settings.pseudonym_key_file);
  if (!old) return complain(old.error());
  auto content = files::read_small(settings.pseudonym_key_file, 64);
  if (!content) return complain(content.error());
  const Wiped guard(*content);
  const auto owner = owner_of_file(settings.pseudonym_key_file);
  if (!owner) return complain(owner.error());
  const std::string kept = settings.pseudonym_key_file + "." + old->id();
  if (!files::exists(kept)) {
    if (auto written = write_key(kept, view(*content), *owner, Existing::stays); !written)
      return complain(written.error());
  }
  auto key = random_key();
  if (!key) return complain(key.error());
  const std::string new_id = pseudonymise::PseudonymKey(Secret<32>(*key)).id();
  Json record;
  record.add("at", to_rfc3339(context.clock.now_utc_s()))
      .add("action", "rotate pseudonym key")
      .add("from", old->id())
      .add("to", new_id);
  if (auto audited = state->journal->add_audit(record); !audited) return complain(audited.error());
  // Whichever of them a power cut leaves in the file is ours.
  if (auto both = line::keep_name_key(*state->journal, {old->id(), new_id}); !both) return complain(both.error());
  const auto written = write_key(settings.pseudonym_key_file, *key, *owner, Existing::is_replaced);
  wipe(key->data(), key->size());
  if (!written) return complain(written.error());
  say("new pseudonym key " + new_id + whose(*owner) + "; the former one is kept as " + kept);
  if (settings.pseudonyms.from_outside()) {
    say("Pseudonyms come from the plugin " + settings.pseudonyms.plugin +
        ": this key makes none. What changes: masked read names, and new parcels ask the source for every id again.");
    say("The source decides whether an id gets another pseudonym: change it there first when that is what you want. "
        "Former ones can still be withdrawn and re-identified. Now: systemctl reload tributary");
    return exit_yes;
  }
  say("New parcels get new pseudonyms; former ones can still be withdrawn and re-identified. Now: systemctl reload "
      "tributary");
  return exit_yes;
}

int run_keys(Context& context, const Arguments& arguments) {
  const auto& words = arguments.rest();
  if (words.size() == 2 && words[0] == "rotate" && words[1] == "pseudonym") return rotate(context);
  const bool kind = words.size() == 3 && (words[1] == "pseudonym" || words[1] == "state" || words[1] == "identity");
  if (kind && words[0] == "generate") return generate(words[1], words[2]);
  return usage("keys needs: generate pseudonym|state|identity FILE, or: rotate pseudonym");
}

}  // namespace

Command keys_command() {
  return {
      "keys",
      "keys generate pseudonym|state|identity FILE | keys rotate pseudonym",
      "makes keys, and changes the pseudonym key",
      "identity also writes FILE.pub, the half that repositories need.\n"
      "Run by root, a new key gets owner and group of the directory that it is made in (mode 0600, or 0640 where\n"
      "that directory is open to its group and to nobody else), and a rotated one owner, group and mode of the key\n"
      "that it replaces: the daemon's user can read it. Run by anybody else, it is theirs alone (0600).\n"
      "rotate pseudonym: new parcels get new pseudonyms and other masked read names. Where pseudonyms come from a\n"
      "plugin, the key makes none: rotating it makes every id be asked for again at the source, which decides\n"
      "whether it gives new ones.\n"
      "It needs state_key_file, set before the first start of the daemon: without it the journal is sealed under\n"
      "a key that is derived from the pseudonym key, which can then never be rotated.",
      {},
      {},
      run_keys};
}

}  // namespace tributary::cli
