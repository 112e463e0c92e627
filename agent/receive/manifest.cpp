// agent/receive/manifest.cpp: the signature first, then the words.
#include "agent/receive/manifest.hpp"

#include <optional>
#include <set>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::receive {
namespace {

constexpr std::string_view container_suffix = ".c4gh";
constexpr std::string_view manifest_type = "tributary-manifest+jws";

// The key that fits must be known, and not only that one does: one site must not speak for another.
Result<std::string> signer_of(std::string_view jws, const std::vector<SiteKey>& keys, std::string& payload) {
  for (const auto& key : keys) {
    auto checked = crypto::jws_verify(jws, {key.pem});
    if (!checked && checked.error().remedy == Remedy::ask_operator) return in(printable(key.file), checked.error());
    if (!checked) continue;
    payload = std::move(*checked);
    return key.file;
  }
  return refusal("its signature fits none of the given site keys",
                 "ask the site for its public key, by another way than the data came");
}

Status check_type(std::string_view jws) {
  const auto header = from_base64url(jws.substr(0, jws.find('.')));
  const auto parsed = header ? json::parse(text(*header)) : Result<Json>(refusal("no header"));
  if (parsed && (*parsed)["typ"].as_string() == manifest_type) return {};
  return refusal("what is signed is no manifest of a parcel");
}

std::optional<Digest256> digest_of(const Json& value) {
  const auto bytes = from_hex(value.as_string());
  Digest256 digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

Result<Claim> claim_of(const Json& file) {
  Claim claim;
  claim.name = file["name"].as_string();
  claim.role = file["role"].as_string();
  if (!is_plain_name(claim.name) || !claim.name.ends_with(container_suffix))
    return refusal("it lists a file without a usable name");
  const auto plain = digest_of(file["sha256"]), sealed = digest_of(file["ciphertext_sha256"]);
  const auto plain_bytes = file["size"].as_integer(-1), sealed_bytes = file["ciphertext_size"].as_integer(-1);
  if (!plain || !sealed || plain_bytes < 0 || sealed_bytes < 0)
    return refusal("it gives no size or SHA-256 of " + claim.name);
  claim.plain_sha256 = *plain;
  claim.sealed_sha256 = *sealed;
  claim.plain_bytes = static_cast<std::uint64_t>(plain_bytes);
  claim.sealed_bytes = static_cast<std::uint64_t>(sealed_bytes);
  return claim;
}

}  // namespace

bool is_plain_name(std::string_view name) {
  constexpr std::size_t longest = 200;
  return is_portable_name(name) && name.size() <= longest && name.front() != '.';
}

Result<Manifest> read_manifest(std::string_view jws, const std::vector<SiteKey>& keys) {
  jws = trim(jws);
  if (jws.starts_with('{')) {
    return refusal("it is not signed: anybody could have written it",
                   "let the site set identity.key_file and send its parcels again");
  }
  Manifest manifest;
  auto signer = signer_of(jws, keys, manifest.payload);
  if (!signer) return signer.error();
  manifest.site_key = *signer;
  if (auto type = check_type(jws); !type) return type.error();
  const auto body = json::parse(manifest.payload);
  if (!body) return body.error();
  if (const auto version = (*body)["manifest_version"].as_integer(); version != 1) {
    return refusal("it has version " + std::to_string(version) + ", this program reads version 1",
                   "receive it with a newer program");
  }
  const auto word = [&](std::string_view name) { return std::string((*body)[name].as_string()); };
  manifest.site = word("site");
  manifest.parcel = word("parcel");
  manifest.created = word("created");
  manifest.sample = word("sample");
  manifest.subject = word("subject");
  manifest.policy = word("policy");
  manifest.data_use = (*body)["data_use"];
  if (!is_plain_name(manifest.parcel) || !is_plain_name(manifest.sample))
    return refusal("it names no parcel or no sample");
  std::set<std::string> names;
  for (const auto& file : (*body)["files"].items()) {
    auto claim = claim_of(file);
    if (!claim) return claim.error();
    if (!names.insert(claim->name).second) return refusal("it lists " + claim->name + " twice");
    manifest.files.push_back(std::move(*claim));
  }
  if (manifest.files.empty()) return refusal("it lists no files");
  return manifest;
}

}  // namespace tributary::receive
