// tests/sandbox/drs_write.cpp: the writing half of DRS: leave to upload, and registration.
#include <algorithm>
#include <set>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "tests/sandbox/drs.hpp"
#include "tests/sandbox/drs_words.hpp"

namespace tributary::sandbox {
namespace {

using Complaint = std::string;

std::optional<std::uint64_t> size_of(const Json& value) {
  if (!value.is_integer() || value.as_integer() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value.as_integer());
}

/// Nothing when there is none, or one of them is not complete.
std::optional<std::vector<Checksum>> checksums_of(const Json& list) {
  std::vector<Checksum> out;
  for (const auto& item : list.items()) {
    Checksum checksum{std::string(item["type"].as_string()), std::string(item["checksum"].as_string())};
    if (checksum.type.empty() || checksum.value.empty()) return std::nullopt;
    out.push_back(std::move(checksum));
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

/// Methods that were asked for and are known here, in the order of asking; both spellings of the draft.
std::vector<std::string> wanted_methods(const Json& request) {
  static const std::vector<std::string> known = {"s3", "https"};
  const bool newer = request["upload_methods"].is_array();
  const auto& list = newer ? request["upload_methods"].items() : request["upload_method_types"].items();
  if (list.empty()) return known;
  std::vector<std::string> out;
  for (const auto& item : list) {
    const auto type = lower(item.is_string() ? item.as_string() : item["type"].as_string());
    const bool is_known = std::find(known.begin(), known.end(), type) != known.end();
    if (is_known && std::find(out.begin(), out.end(), type) == out.end()) out.push_back(type);
  }
  return out;
}

std::variant<Place, Complaint> read_wish(const Json& request, const Settings& settings) {
  Place wish;
  wish.name = request["name"].as_string();
  if (!is_portable(wish.name)) return "name: must be of [A-Za-z0-9._-]";
  const auto size = size_of(request["size"]);
  if (!size) return "size: must be a whole number of bytes";
  if (settings.max_upload_bytes > 0 && *size > settings.max_upload_bytes) {
    return "size: " + std::to_string(*size) + " bytes; at most " + std::to_string(settings.max_upload_bytes) +
           " are taken";
  }
  wish.size_bytes = *size;
  if (!request["mime_type"].is_string()) return "mime_type: is missing";
  const auto checksums = checksums_of(request["checksums"]);
  if (!checksums) return "checksums: at least one, each with type and checksum";
  for (const auto& checksum : *checksums) {
    if (plain_type(checksum.type) == "sha256") wish.sha256 = lower(checksum.value);
  }
  if (wish.sha256.size() != 64 || !from_hex(wish.sha256)) return "checksums: a sha-256 in hex is needed";
  if (wanted_methods(request).empty()) return "upload methods: none of those asked for is known; s3 and https are";
  return wish;
}

std::optional<Complaint> check_digests(const std::vector<Checksum>& checksums, const Blob& blob) {
  bool compared = false;
  for (const auto& checksum : checksums) {
    const auto type = plain_type(checksum.type);
    const auto& stored = type == "sha256" ? blob.sha256 : type == "md5" ? blob.md5 : type == "etag" ? blob.etag : type;
    if (stored.empty() || stored == type) continue;  // not a digest that is known here
    if (lower(checksum.value) != stored) return "checksums: the " + checksum.type + " is not that of the stored data";
    compared = true;
  }
  if (compared) return std::nullopt;
  return "checksums: none of them can be compared with the stored data; give a sha-256";
}

}  // namespace

Json Drs::upload_method(const Call& call, const std::string& type, const Place& place,
                        const Credential& credential) const {
  const auto& settings = parts_.settings;
  const std::string bucket(bucket_name);
  auto access_url = Json::object();
  auto details = Json::object();
  if (type == "s3") {
    access_url.add("url", "s3://" + bucket + "/" + place.key());
    details.add("endpoint", parts_.address.base(call) + "/s3").add("bucket", bucket).add("key", place.key());
    details.add("access_key_id", credential.access_key_id).add("secret_access_key", credential.secret);
    details.add("session_token", credential.session_token).add("expires_at", to_rfc3339(credential.expires_utc_s));
  } else {
    const auto expires = parts_.clock.now_utc_s() + settings.credential_ttl_s;
    const auto token = sign_ticket({settings.post_url_object ? 'h' : 'u', place.key(), expires}, parts_.url_key);
    const auto url = parts_.address.base(call) + "/upload/" + token;
    access_url.add("url", parts_.address.base(call) + "/files/" + bucket + "/" + place.key());
    if (settings.post_url_object) {
      auto post_url = Json::object();
      post_url.add("url", url).add("headers", Json::array().push("X-Sandbox-Proof: " + proof_of(token)));
      details.add("post_url", std::move(post_url));
    } else {
      details.add("post_url", url);
    }
    details.add("expires_at", to_rfc3339(expires));
  }
  auto method = Json::object();
  method.add("type", type).add("access_url", std::move(access_url));
  if (type == "s3") method.add("region", settings.region);
  method.add("upload_details", std::move(details));
  return method;
}

Reply Drs::upload_request(Call& call) {
  const auto body = call.read_json();
  if (!body) return problem(400, body.error().what);
  const auto& requests = (*body)["requests"].items();
  if (requests.empty()) return problem(400, "requests: at least one is needed");
  if (requests.size() > bulk_limit) return problem(413, "requests: more than " + std::to_string(bulk_limit));
  const auto prefix = random_name(8);
  if (!prefix) return problem_of(prefix.error());
  std::vector<Place> places;
  std::set<std::string> names, prefixes;
  for (const auto& request : requests) {
    auto wish = read_wish(request, parts_.settings);
    const auto where = "requests[" + std::to_string(places.size()) + "]: ";
    if (const auto* complaint = std::get_if<Complaint>(&wish)) return problem(400, where + *complaint);
    auto& place = std::get<Place>(wish);
    if (!names.insert(place.name).second) return problem(400, where + "name: twice in one request");
    place.prefix = *prefix;
    auto taken = parts_.places.take(place, call.plan().new_place);
    if (!taken) return problem_of(taken.error());
    prefixes.insert(taken->prefix + "/");
    for (const auto& former : taken->former) prefixes.insert(former + "/");
    places.push_back(*std::move(taken));
  }
  const auto credential =
      parts_.credentials.issue({prefixes.begin(), prefixes.end()}, parts_.settings.credential_ttl_s);
  if (!credential) return problem_of(credential.error());
  auto responses = Json::array();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto response = Json::object();
    for (const std::string name : {"name", "size", "mime_type", "checksums", "description", "aliases"}) {
      if (requests[i].has(name)) response.add(name, requests[i][name]);
    }
    auto methods = Json::array();
    for (const auto& type : wanted_methods(requests[i])) {
      methods.push(upload_method(call, type, places[i], *credential));
    }
    response.add("upload_methods", std::move(methods));
    responses.push(std::move(response));
  }
  auto out = Json::object();
  out.add("responses", std::move(responses));
  return json_reply(200, out);
}

/// The stored data that a candidate speaks of.
std::optional<Blob> Drs::blob_of(const Json& candidate) const {
  bool named = false;
  for (const auto& method : candidate["access_methods"].items()) {
    const std::string url(
        (method["access_url"].is_string() ? method["access_url"] : method["access_url"]["url"]).as_string());
    if (url.empty()) continue;
    named = true;
    const auto place = parts_.address.stored_at(url);
    if (!place) continue;
    if (auto blob = parts_.storage.find(place->first, place->second)) return blob;
  }
  if (named) return std::nullopt;
  const auto checksums = checksums_of(candidate["checksums"]);
  const auto size = size_of(candidate["size"]);
  if (!checksums || !size) return std::nullopt;
  for (const auto& checksum : *checksums) {
    if (plain_type(checksum.type) != "sha256") continue;
    if (auto blob = parts_.storage.find_digest(lower(checksum.value), *size)) return blob;
  }
  return std::nullopt;
}

std::variant<Object, std::string> Drs::check_candidate(const Json& candidate) const {
  for (const std::string name : {"id", "self_uri", "created_time", "updated_time", "contents"}) {
    if (candidate.has(name)) return name + ": is not for the client to say";
  }
  Object object;
  object.name = candidate["name"].as_string();
  if (!object.name.empty() && !is_portable(object.name)) return "name: must be of [A-Za-z0-9._-]";
  const auto size = size_of(candidate["size"]);
  if (!size) return "size: must be a whole number of bytes";
  auto checksums = checksums_of(candidate["checksums"]);
  if (!checksums) return "checksums: at least one, each with type and checksum";
  const auto blob = blob_of(candidate);
  if (!blob) return "access_methods: nothing is stored there";
  if (blob->size_bytes != *size) {
    return "size: " + std::to_string(*size) + " bytes were announced, " + std::to_string(blob->size_bytes) +
           " are stored";
  }
  if (auto complaint = check_digests(*checksums, *blob)) return *std::move(complaint);
  if (candidate["controlled_access"].is_array()) {
    object.controlled_access.emplace();
    for (const auto& claim : candidate["controlled_access"].items()) {
      if (!claim.is_string() || claim.as_string().size() > 255) return "controlled_access: URLs of at most 255 bytes";
      object.controlled_access->emplace_back(claim.as_string());
    }
  }
  if (parts_.settings.require_controlled_access && (!object.controlled_access || object.controlled_access->empty())) {
    return "controlled_access: without it the object would be open for everybody to read";
  }
  object.mime_type = candidate["mime_type"].as_string();
  object.version = candidate["version"].as_string();
  object.description = candidate["description"].as_string();
  for (const auto& alias : candidate["aliases"].items()) object.aliases.emplace_back(alias.as_string());
  object.size_bytes = *size;
  object.checksums = *std::move(checksums);
  object.bucket = blob->bucket;
  object.key = blob->key;
  object.sha256 = blob->sha256;
  return object;
}

Reply Drs::register_objects(Call& call) {
  const auto body = call.read_json();
  if (!body) return problem(400, body.error().what);
  const auto& candidates = (*body)["candidates"].items();
  if (candidates.empty()) return problem(400, "candidates: at least one is needed");
  if (candidates.size() > bulk_limit) return problem(413, "candidates: more than " + std::to_string(bulk_limit));
  std::vector<Object> objects;
  for (const auto& candidate : candidates) {
    auto checked = check_candidate(candidate);
    const auto where = "candidates[" + std::to_string(objects.size()) + "]: ";
    if (const auto* complaint = std::get_if<std::string>(&checked)) return problem(400, where + *complaint);
    objects.push_back(std::get<Object>(std::move(checked)));
  }
  const auto added = parts_.objects.add(std::move(objects));
  if (!added) return problem_of(added.error());
  auto list = Json::array();
  for (const auto& object : *added) {
    if (const auto released = parts_.places.release(object.key); !released) return problem_of(released.error());
    list.push(show(object));
  }
  auto out = Json::object();
  out.add("objects", std::move(list));
  return json_reply(201, out);
}

}  // namespace tributary::sandbox
