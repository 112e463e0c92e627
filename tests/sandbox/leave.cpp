// tests/sandbox/leave.cpp: places, credentials and tickets.
#include "tests/sandbox/leave.hpp"

#include <memory>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "tests/sandbox/query.hpp"

namespace tributary::sandbox {
namespace {

std::string word(const Json& record, std::string_view name) { return std::string(record[name].as_string()); }

std::vector<std::string> words(const Json& list) {
  std::vector<std::string> out;
  for (const auto& word : list.items()) out.emplace_back(word.as_string());
  return out;
}

Json to_list(const std::vector<std::string>& words) {
  auto out = Json::array();
  for (const auto& word : words) out.push(word);
  return out;
}

Json to_record(const Credential& credential) {
  auto record = Json::object();
  record.add("secret", credential.secret).add("session_token", credential.session_token);
  record.add("prefixes", to_list(credential.prefixes)).add("expires", credential.expires_utc_s);
  return record;
}

}  // namespace

std::string Places::identity(const Place& place) {
  return place.name + "/" + std::to_string(place.size_bytes) + "/" + place.sha256;
}

Result<std::unique_ptr<Places>> Places::open(const std::string& directory) {
  auto shelf = Shelf::open(directory + "/places");
  if (!shelf) return shelf.error();
  const auto records = shelf->load();
  if (!records) return records.error();
  std::unique_ptr<Places> places(new Places(*std::move(shelf)));
  for (const auto& [name, record] : *records) {
    Place place{word(record, "prefix"), word(record, "name"), word(record, "sha256"),
                static_cast<std::uint64_t>(record["size"].as_integer()), words(record["former"])};
    auto id = identity(place);
    places->by_identity_.emplace(std::move(id), std::move(place));
  }
  return places;
}

Status Places::keep(const Place& place) {
  auto record = Json::object();
  record.add("prefix", place.prefix).add("name", place.name).add("sha256", place.sha256).add("size", place.size_bytes);
  record.add("former", to_list(place.former));
  const auto saved = shelf_.save(to_hex(crypto::sha256(view(identity(place)))).substr(0, 40), record);
  if (!saved) return saved.error();
  by_identity_[identity(place)] = place;
  return {};
}

Result<Place> Places::take(const Place& wish, bool always_new) {
  const std::lock_guard lock(mutex_);
  auto place = wish;
  if (const auto found = by_identity_.find(identity(wish)); found != by_identity_.end()) {
    const auto& known = found->second;
    if (!known.prefix.empty() && !always_new) return known;
    place.former = known.former;
    if (!known.prefix.empty()) place.former.push_back(known.prefix);
  }
  if (const auto kept = keep(place); !kept) return kept.error();
  return place;
}

Status Places::release(const std::string& key) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, place] : by_identity_) {
    const auto is_it = [&](const std::string& prefix) { return prefix + "/" + place.name == key; };
    auto left = place;
    std::erase_if(left.former, is_it);
    if (is_it(place.prefix)) left.prefix.clear();
    if (left.prefix == place.prefix && left.former.size() == place.former.size()) continue;
    return keep(left);
  }
  return {};
}

Result<std::unique_ptr<Credentials>> Credentials::open(const std::string& directory, const Clock& clock) {
  constexpr std::int64_t kept_s = 24 * 3600;
  auto shelf = Shelf::open(directory + "/credentials");
  if (!shelf) return shelf.error();
  const auto records = shelf->load();
  if (!records) return records.error();
  std::unique_ptr<Credentials> credentials(new Credentials(*std::move(shelf), clock));
  for (const auto& [id, record] : *records) {
    Credential credential{
        id, word(record, "secret"), word(record, "session_token"), {}, record["expires"].as_integer()};
    if (credential.expires_utc_s + kept_s < clock.now_utc_s()) {
      const auto erased = credentials->shelf_.erase(id);
      if (!erased) return erased.error();
      continue;
    }
    credential.prefixes = words(record["prefixes"]);
    credentials->by_id_.emplace(id, std::move(credential));
  }
  return credentials;
}

Result<Credential> Credentials::issue(std::vector<std::string> prefixes, std::int64_t ttl_s) {
  const auto id = random_name(8);
  if (!id) return id.error();
  Bytes chance(72);
  const auto drawn = crypto::random(chance);
  if (!drawn) return drawn.error();
  Credential credential;
  credential.access_key_id = "TSANDBOX" + *id;
  credential.secret = to_base64url(ByteView(chance).first(30));
  credential.session_token = to_base64(ByteView(chance).subspan(30));  // with + / and =, as real ones have
  credential.prefixes = std::move(prefixes);
  credential.expires_utc_s = clock_.now_utc_s() + ttl_s;
  const auto saved = shelf_.save(credential.access_key_id, to_record(credential));
  if (!saved) return saved.error();
  const std::lock_guard lock(mutex_);
  by_id_[credential.access_key_id] = credential;
  return credential;
}

std::optional<Credential> Credentials::find(const std::string& access_key_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(access_key_id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

Status Credentials::end(const std::string& access_key_id) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(access_key_id);
  if (found == by_id_.end()) return {};
  found->second.expires_utc_s = clock_.now_utc_s();
  return shelf_.save(access_key_id, to_record(found->second));
}

std::string sign_ticket(const Ticket& ticket, const Secret<32>& url_key) {
  const auto text =
      std::string(1, ticket.verb) + "." + std::to_string(ticket.expires_utc_s) + "." + to_base64url(view(ticket.key));
  return text + "." + to_base64url(crypto::hmac_sha256(url_key.bytes(), view(text)));
}

std::optional<Ticket> read_ticket(std::string_view token, const Secret<32>& url_key) {
  const auto dot = token.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto tag = from_base64url(token.substr(dot + 1));
  if (!tag || !crypto::equal(*tag, crypto::hmac_sha256(url_key.bytes(), view(token.substr(0, dot))))) {
    return std::nullopt;
  }
  const auto words = split(token.substr(0, dot), '.');
  if (words.size() != 3 || words[0].size() != 1) return std::nullopt;
  const auto expires = parse_count(words[1]);
  const auto key = from_base64url(words[2]);
  if (!expires || !key) return std::nullopt;
  return Ticket{words[0][0], std::string(text(*key)), static_cast<std::int64_t>(*expires)};
}

std::string proof_of(std::string_view token) { return to_hex(crypto::sha256(view(token))).substr(0, 16); }

}  // namespace tributary::sandbox
