// tests/sandbox/examine_manifest.cpp: what a manifest says, and whether it holds.
#include <algorithm>
#include <map>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "tests/sandbox/drs_words.hpp"
#include "tests/sandbox/examine.hpp"

namespace tributary::sandbox {
namespace {

std::uint64_t count(const Json& value) {
  return value.as_integer() < 0 ? 0 : static_cast<std::uint64_t>(value.as_integer());
}

std::string without_container(std::string name) {
  constexpr std::string_view suffix = ".c4gh";
  if (name.size() > suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
    name.resize(name.size() - suffix.size());
  }
  return name;
}

std::map<std::string, std::uint64_t> counts_of(const Json& object) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& [name, number] : object.members()) out[name] += count(number);
  return out;
}

/// What the sender says of its proof: there, and not at odds with itself or with the list of files.
Status check_release(const Json& release, const Json& files) {
  if (!release.is_object()) return refusal("release: is not there");
  if (release["software"].as_string().empty() || release["policy"]["name"].as_string().empty()) {
    return refusal("release: names no software or no policy");
  }
  if (release["hits"].as_integer(-1) != 0) return refusal("release: identifiers were left, or it does not say");
  std::uint64_t data_files = 0;
  std::map<std::string, std::uint64_t> changed;
  for (const auto& file : files.items()) {
    if (file["index_of"].is_null()) ++data_files;
    for (const auto& [field, number] : counts_of(file["changed"])) changed[field] += number;
  }
  if (count(release["files"]) != data_files) return refusal("release: counts other files than the manifest lists");
  if (changed != counts_of(release["changed"])) return refusal("release: its changes are not those of the files");
  const auto& dictionary = release["dictionary"];
  const auto words = count(dictionary["words"]);
  if (words == 0) return refusal("release: nothing was searched for");
  std::uint64_t unsearchable = 0;
  for (const auto& [kind, number] : counts_of(dictionary["words_not_searchable"])) unsearchable += number;
  if (unsearchable > words || (unsearchable < words && count(dictionary["spellings"]) == 0)) {
    return refusal("release: more words than there are can not be searched for, or none has a spelling");
  }
  if (count(release["scanned"]["bytes"]) == 0 || count(release["scanned"]["places"]) == 0) {
    return refusal("release: nothing was searched: no bytes or no places");
  }
  return {};
}

/// The payload of a compact JWS whose signature nobody asked to check.
Result<std::string> unchecked_payload(const std::string& content) {
  const auto parts = split(content, '.');
  const auto payload = parts.size() == 3 ? from_base64url(parts[1]) : std::nullopt;
  if (!payload) return refusal("manifest: neither JSON nor a compact JWS");
  return std::string(text(*payload));
}

}  // namespace

Result<Examiner::Claims> Examiner::read_manifest(const std::string& content, std::string& how) const {
  const std::string trimmed(trim(content));
  const bool is_plain = !trimmed.empty() && trimmed.front() == '{';
  Result<std::string> payload = trimmed;
  if (is_plain) {
    how = "not signed";
    if (!parts_.site_keys.empty()) return refusal("manifest: is not signed, and this repository knows site keys");
  } else if (parts_.site_keys.empty()) {
    how = "signed, not checked: no --site-key";
    payload = unchecked_payload(trimmed);
  } else {
    how = "signed by a known site";
    payload = crypto::jws_verify(trimmed, parts_.site_keys);
  }
  if (!payload) return in("manifest", payload.error());
  const auto body = parse_body(*payload);
  if (!body) return in("manifest", body.error());
  const auto& files = (*body)["files"].items();
  if (files.empty()) return refusal("manifest: lists no files");
  if (auto told = check_release((*body)["release"], (*body)["files"]); !told) return in("manifest", told.error());
  Claims claims;
  for (const auto& file : files) {
    Claim claim{std::string(file["name"].as_string()), lower(file["sha256"].as_string()),
                lower(file["ciphertext_sha256"].as_string()), count(file["size"]), count(file["ciphertext_size"])};
    if (claim.name.empty() || claim.sha256.empty()) return refusal("manifest: a file lacks its name or its sha256");
    claims.push_back(std::move(claim));
  }
  return claims;
}

Status Examiner::check_complete(const Claims& claims) const {
  const auto objects = parts_.objects.all();
  for (const auto& claim : claims) {
    const bool there = std::any_of(objects.begin(), objects.end(), [&](const Object& object) {
      return !object.deleted && without_container(object.name) == without_container(claim.name) &&
             (claim.ciphertext_sha256.empty() || claim.ciphertext_sha256 == object.sha256);
    });
    if (!there) return refusal("manifest: lists " + printable(claim.name) + ", which is not registered");
  }
  return {};
}

Status Examiner::check_claim(const Claims& claims, const Opened& opened) {
  const auto claim = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) {
    return without_container(c.name) == without_container(opened.object.name);
  });
  if (claim == claims.end()) return refusal("manifest: does not list this file");
  if (claim->size_bytes != opened.plain_bytes) {
    return refusal("manifest: " + std::to_string(claim->size_bytes) + " bytes of plaintext, found " +
                   std::to_string(opened.plain_bytes));
  }
  if (claim->sha256 != opened.plain_sha256) return refusal("manifest: the SHA-256 of the plaintext differs");
  if (claim->ciphertext_bytes != 0 && claim->ciphertext_bytes != opened.object.size_bytes) {
    return refusal("manifest: the size of the ciphertext differs");
  }
  if (!claim->ciphertext_sha256.empty() && claim->ciphertext_sha256 != opened.object.sha256) {
    return refusal("manifest: the SHA-256 of the ciphertext differs");
  }
  return {};
}

void Examiner::check_manifest(const Opened& manifest, Claims& claims, Verdict& verdict) const {
  std::string how;
  const auto read = read_manifest(manifest.content, how);
  const auto complete = read ? check_complete(*read) : Status(read.error());
  if (!complete) {
    verdict.good = false;
    verdict.bad_lines += manifest.object.name + ": " + sentence(complete.error()) + "\n";
  } else {
    verdict.good_lines += manifest.object.name + ": " + how + ", lists " + std::to_string(read->size()) + " files\n";
  }
  if (read) claims.insert(claims.end(), read->begin(), read->end());
}

}  // namespace tributary::sandbox
