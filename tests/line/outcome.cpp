// tests/line/outcome.cpp: looks at the journal and at the far side.
#include "tests/line/outcome.hpp"

#include <filesystem>
#include <set>

#include "agent/base/text.hpp"
#include "agent/journal/journal.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/json/json.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::line_test {
namespace {

namespace fs = std::filesystem;

class Collector final : public stream::Sink {
 public:
  Status write(ByteView bytes) override {
    all.insert(all.end(), bytes.begin(), bytes.end());
    return {};
  }
  std::string all;
};

std::string describe(const Laboratory& laboratory, const std::string& path) {
  auto file = files::open_for_reading(path);
  if (!file) return "can not be opened";
  auto plain =
      crypt4gh::DecryptingSource::open(std::make_unique<files::FdSource>(std::move(*file)), laboratory.recipient());
  if (!plain) return "can not be decrypted: " + sentence(plain.error());
  Collector content;
  if (auto copied = stream::copy(**plain, content); !copied) return "is damaged: " + sentence(copied.error());
  for (const auto& word : Laboratory::identifiers()) {
    if (content.all.find(word) != std::string::npos) return "holds an identifier in the clear";
  }
  if (!path.ends_with(".manifest.json.c4gh")) return "data " + to_hex(crypto::sha256(view(content.all)));
  auto payload = crypto::jws_verify(content.all, {laboratory.site_public_pem()});
  if (!payload) return "manifest that does not verify";
  return "manifest of " + std::to_string(json::parse(*payload).value_or(Json())["files"].items().size());
}

std::string chain_words(const char* name, const Result<std::vector<journal::ChainRow>>& chain) {
  if (!chain) return std::string(name) + ": " + sentence(chain.error()) + "\n";
  const auto whole = journal::verify_chain(*chain);
  return std::string(name) + ": " + std::to_string(chain->size()) + (whole ? " whole" : " " + sentence(whole.error())) +
         "\n";
}

// Ids that are drawn anew each time are left out.
std::string without(std::string text, std::string_view prefix, std::size_t letters) {
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
    if (text.size() - at >= prefix.size() + letters) text.replace(at + prefix.size(), letters, "*");
  }
  return text;
}

std::string parcel_words(journal::Journal& journal, const journal::ParcelRow& row) {
  std::string out = row.pseudonym + " " + std::string(state_of(row.stage, row.condition, row.operator_hold)) +
                    (row.crashes == 0 ? "" : " crashes left over") +
                    (row.reason.empty() ? "" : " " + without(row.reason, "object obj-", 20)) + "\n";
  auto objects = journal.objects(row.id, false);
  if (!objects) return out + "  " + sentence(objects.error()) + "\n";
  for (const auto& object : *objects) {
    const bool manifest = object.name.ends_with(".manifest.json.c4gh");
    out += "  " + object.name + " " + (manifest ? "manifest" : to_hex(object.plaintext_sha256)) +
           (object.far_id.empty() ? " without the far side's id" : "") + "\n";
  }
  if (!row.task_state.empty()) out += "  task " + row.task_state + "\n";
  return out;
}

// Files of the state directory; ids of parcels and the logs of the database are left out of it.
std::string kept_words(const SiteFolder& site) {
  std::multiset<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(site.state_dir(), none)) {
    const auto name = fs::relative(entry.path(), site.state_dir()).string();
    if (name.ends_with("-wal") || name.ends_with("-shm")) continue;
    names.insert(without(name, "p-", 26));
  }
  std::string out;
  for (const auto& name : names) out += "kept: " + name + "\n";
  return out;
}

}  // namespace

Things things_in(const Laboratory& laboratory, const std::string& folder) {
  Things out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto relative = fs::relative(entry.path(), folder).string();
    if (relative.find('/') == std::string::npos) {
      if (!entry.is_directory() || relative.front() == '.') out.emplace("stray", "in the destination's folder");
      continue;
    }
    out.emplace(entry.path().filename().string(), describe(laboratory, entry.path().string()));
  }
  return out;
}

std::string outcome_of(const Laboratory& laboratory, const SiteFolder& site, const Things& there) {
  const auto kept = kept_words(site);
  auto opened = journal::Journal::open_to_read(site.state_dir(), laboratory.state_key());
  if (!opened) return "journal: " + sentence(opened.error()) + "\n";
  auto& journal = **opened;
  std::multiset<std::string> parcels;
  auto rows = journal.parcels();
  if (!rows) return "journal: " + sentence(rows.error()) + "\n";
  for (const auto& row : *rows) parcels.insert(parcel_words(journal, row));
  std::string out;
  for (const auto& parcel : parcels) out += parcel;
  std::multiset<std::string> receipts;
  const auto chain = journal.receipts();
  if (chain) {
    for (const auto& receipt : *chain) receipts.insert(receipt.kind);
  }
  out += chain_words("receipts", chain);
  for (const auto& kind : receipts) out += "  " + kind + "\n";
  out += chain_words("audit", journal.audit());
  for (const auto& [name, what] : there) out += "there: " + name + " " + what + "\n";
  return out + kept;
}

std::string difference(const std::string& wanted, const std::string& got) {
  std::map<std::string, int> lines;
  for (const auto& line : split(wanted, '\n')) --lines[line];
  for (const auto& line : split(got, '\n')) ++lines[line];
  std::string out;
  for (const auto& [line, count] : lines) {
    if (count != 0) out += (count < 0 ? "missing: " : "extra:   ") + line + "\n";
  }
  return out;
}

std::map<std::string, std::string> delivered_digests(const Laboratory& laboratory, const SiteFolder& site) {
  std::map<std::string, std::string> out;
  auto opened = journal::Journal::open_to_read(site.state_dir(), laboratory.state_key());
  if (!opened) return out;
  auto chain = (*opened)->receipts();
  if (!chain) return out;
  for (const auto& row : *chain) {
    const auto body = receipt::to_json(row);
    if (!body || row.kind != "delivered") continue;
    for (const auto& object : (*body)["objects"].items()) {
      out[std::string(object["sha256"].as_string())] = object["plaintext_sha256"].as_string();
    }
  }
  return out;
}

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) ++count;
  return count;
}

}  // namespace tributary::line_test
