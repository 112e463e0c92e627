// agent/line/rules.cpp: rules as one text, and its digest.
#include "agent/line/rules.hpp"

#include "agent/base/json.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::line {
namespace {

Json list(const std::vector<std::string>& words) {
  Json out = Json::array();
  for (const auto& word : words) out.push(word);
  return out;
}

}  // namespace

Digest256 rules_of(const config::Policy& policy, const OpenDestination& destination) {
  Json keys = Json::array();
  for (const auto& key : destination.recipients) keys.push(to_hex(key));
  Json out;
  out.add("recipients", std::move(keys)).add("files", list(policy.files));
  out.add("project", list(policy.samples.project)).add("name", list(policy.samples.name));
  out.add("except", list(policy.samples.except)).add("mask_read_names", policy.mask_read_names);
  out.add("tags", static_cast<std::int64_t>(policy.tags)).add("keep_bare_sites", policy.keep_bare_sites);
  return crypto::sha256(view(out.dump()));
}

}  // namespace tributary::line
