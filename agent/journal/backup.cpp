// agent/journal/backup.cpp: the linkage of a site as one text.
#include "agent/journal/backup.hpp"

#include "agent/base/clock.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::journal {
namespace {

constexpr std::string_view format_name = "tributary-linkage";
constexpr std::int64_t format_version = 1;
constexpr std::size_t most_header_bytes = 4096;

Error broken(const std::string& why) {
  return refusal("this is no whole backup of a linkage: " + why, "take another copy of the backup");
}

Json json_of(const KeptLink& kept) {
  const auto& link = kept.link;
  Json line;
  line.add("destination", link.destination).add("pseudonym", link.pseudonym).add("kind", link.kind);
  line.add("key_id", link.key_id).add("id", link.id).add("subject", link.subject_id);
  line.add("withdrawn_utc_s", kept.withdrawn_utc_s);
  if (kept.no_contact_utc_s != 0) line.add("no_contact_utc_s", kept.no_contact_utc_s);
  return line;
}

// What may stand in the name of an object; whoever gives pseudonyms is stricter.
bool is_name(std::string_view word) { return is_portable_name(word) && word.size() <= 255; }

// Nothing when the line is no link.
std::optional<KeptLink> link_of(std::string_view line) {
  auto json = json::parse(line, 4);
  if (!json) return std::nullopt;
  const auto word = [&](const char* name) { return std::string((*json)[name].as_string()); };
  KeptLink kept{{word("pseudonym"), word("destination"), word("kind"), word("key_id"), word("id"), word("subject")},
                (*json)["withdrawn_utc_s"].as_integer(-1),
                (*json)["no_contact_utc_s"].as_integer()};
  const auto& link = kept.link;
  const bool whole = is_name(link.pseudonym) && is_name(link.destination) && !link.id.empty() &&
                     kept.withdrawn_utc_s >= 0 && kept.no_contact_utc_s >= 0 &&
                     (link.kind == "subject" || link.kind == "sample");
  return whole ? std::optional(std::move(kept)) : std::nullopt;
}

}  // namespace

Result<LinkageText> write_linkage(Journal& journal, const std::string& site, std::int64_t now_utc_s) {
  LinkageText out;
  std::string lines;
  const auto written = journal.each_link([&](const KeptLink& kept) -> Status {
    if (lines.size() >= most_linkage_bytes - (1U << 20))
      return operator_error("the linkage is larger than a backup may be: " + std::to_string(most_linkage_bytes) +
                            " bytes");
    lines += json_of(kept).dump() + "\n";
    ++out.links;
    return {};
  });
  if (!written) return written.error();
  out.sha256 = to_hex(ByteView(crypto::sha256(view(lines))));
  Json header;
  header.add("format", format_name).add("version", format_version).add("site", site);
  header.add("made_at", to_rfc3339(now_utc_s)).add("links", out.links).add("sha256", out.sha256);
  out.text = SecretText(header.dump() + "\n" + lines);
  wipe(lines.data(), lines.size());
  return out;
}

Result<ReadLinkage> read_linkage(std::string_view text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || end > most_header_bytes) return broken("it has no first line");
  auto header = json::parse(text.substr(0, end), 4);
  if (!header || (*header)["format"].as_string() != format_name) return broken("its first line is another one");
  if ((*header)["version"].as_integer() != format_version) {
    return refusal("the backup has version " + std::to_string((*header)["version"].as_integer()) +
                       ", this program reads version " + std::to_string(format_version),
                   "use the program that wrote it, or a newer one");
  }
  text.remove_prefix(end + 1);
  ReadLinkage out;
  out.site = (*header)["site"].as_string();
  out.made_at = (*header)["made_at"].as_string();
  out.sha256 = (*header)["sha256"].as_string();
  if (to_hex(ByteView(crypto::sha256(view(text)))) != out.sha256) return broken("its digest does not fit");
  const auto wanted = (*header)["links"].as_integer(-1);
  while (!text.empty()) {
    const auto at = text.find('\n');
    auto link = at == std::string_view::npos ? std::nullopt : link_of(text.substr(0, at));
    if (!link) return broken("line " + std::to_string(out.links.size() + 2) + " is no link");
    out.links.push_back(std::move(*link));
    text.remove_prefix(at + 1);
  }
  if (wanted != static_cast<std::int64_t>(out.links.size()))
    return broken("it has " + std::to_string(out.links.size()) + " links and says " + std::to_string(wanted));
  return out;
}

}  // namespace tributary::journal
