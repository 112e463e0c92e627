// plugins/destinations/drs/reply.cpp: reading of DRS answers.
#include "plugins/destinations/drs/reply.hpp"

#include <algorithm>

#include "plugins/sdk/json.hpp"
#include "plugins/sdk/text.hpp"
#include "plugins/sdk/time.hpp"

namespace tributary::drs {
namespace {

using sdk::Json;

std::optional<std::uint64_t> size_of(const Json& value) {
  const auto number = value.integer();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  for (const auto& item : list.items()) {
    if (item.is_text()) out.push_back(item.text());
  }
  return out;
}

/// `sha-256`, `SHA256`, `sha_256`: all the same.
bool is_sha256(const std::string& type) {
  auto plain = sdk::lower(type);
  plain.erase(std::remove_if(plain.begin(), plain.end(), [](char c) { return c == '-' || c == '_'; }), plain.end());
  return plain == "sha256";
}

std::vector<std::string> sha256_of(const Json& checksums) {
  std::vector<std::string> out;
  for (const auto& item : checksums.items()) {
    if (is_sha256(item["type"].text())) out.push_back(sdk::lower(item["checksum"].text()));
  }
  return out;
}

/// An AccessURL is an object; some servers give the bare URL.
std::string url_of(const Json& value) { return value.is_text() ? value.text() : value["url"].text(); }

AccessUrl access_url_of(const Json& value) { return {url_of(value), texts(value["headers"])}; }

Json either(const Json& block, const std::string& newer, const std::string& older) {
  return block.has(newer) ? block[newer] : block[older];
}

void read_method(const Json& method, Grant& grant) {
  const auto details = method["upload_details"];
  grant.method = sdk::lower(method["type"].text());
  grant.access_url = url_of(method["access_url"]);
  grant.region = method["region"].text(details["region"].text());
  grant.endpoint = sdk::without_slash(details["endpoint"].text());
  grant.bucket = details["bucket"].text();
  grant.key = details["key"].text();
  grant.access_key_id = details["access_key_id"].text();
  grant.secret_access_key = details["secret_access_key"].text();
  grant.session_token = details["session_token"].text();
  grant.expires_utc_s = sdk::parse_rfc3339(details["expires_at"].text());
  grant.post_url = url_of(details["post_url"]);
  grant.post_headers = texts(details["post_url"]["headers"]);
}

Grant grant_of(const Json& response, const std::string& wished) {
  Grant grant;
  grant.name = response["name"].text();
  const auto digests = sha256_of(response["checksums"]);
  if (!digests.empty()) grant.sha256_hex = digests.front();
  for (const auto& method : response["upload_methods"].items()) {
    const auto type = sdk::lower(method["type"].text());
    grant.offered.push_back(type);
    if (type == wished && grant.method.empty()) read_method(method, grant);
  }
  return grant;
}

Object object_of(const Json& json) {
  Object object;
  object.id = json["id"].text();
  object.self_uri = json["self_uri"].text();
  object.name = json["name"].text();
  object.bytes = size_of(json["size"]);
  object.sha256_hex = sha256_of(json["checksums"]);
  object.aliases = texts(json["aliases"]);
  if (json["controlled_access"].is_array()) object.controlled_access = texts(json["controlled_access"]);
  for (const auto& method : json["access_methods"].items()) {
    object.access_methods.push_back(
        {sdk::lower(method["type"].text()), method["access_id"].text(), access_url_of(method["access_url"])});
    if (object.access_url.empty()) object.access_url = object.access_methods.back().access_url.url;
  }
  return object;
}

std::vector<Object> objects_of(const Json& list) {
  std::vector<Object> out;
  for (const auto& item : list.items()) out.push_back(object_of(item));
  return out;
}

}  // namespace

std::optional<ServiceInfo> read_service_info(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  ServiceInfo info;
  info.name = (*json)["name"].text((*json)["id"].text());
  info.version = (*json)["type"]["version"].text();
  const auto drs = (*json)["drs"];
  info.has_block = drs.is_object();
  info.upload_request = drs["uploadRequestSupported"].flag();
  info.registration = drs["objectRegistrationSupported"].flag();
  info.controlled_access = drs["controlledAccessSupported"].flag();
  info.removal = drs["deleteSupported"].flag();
  info.storage_removal = drs["deleteStorageDataSupported"].flag();
  info.fetch_by_checksum = drs["fetchByChecksumSupported"].flag();
  for (const auto& method : texts(either(drs, "supportedUploadMethodTypes", "supportedUploadMethods"))) {
    info.upload_methods.push_back(sdk::lower(method));
  }
  info.max_upload_bytes = size_of(drs["maxUploadSize"]);
  auto bulk = size_of(drs["maxBulkRequestLength"]);
  if (!bulk) bulk = size_of((*json)["maxBulkRequestLength"]);
  info.max_upload_request = size_of(drs["maxUploadRequestLength"]);
  if (!info.max_upload_request) info.max_upload_request = bulk;
  info.max_register = size_of(drs["maxRegisterRequestLength"]);
  if (!info.max_register) info.max_register = bulk;
  return info;
}

std::optional<std::vector<Grant>> read_grants(std::string_view text, const std::string& wished) {
  const auto json = sdk::parse_json(text);
  if (!json || !(*json)["responses"].is_array()) return std::nullopt;
  std::vector<Grant> grants;
  for (const auto& response : (*json)["responses"].items()) grants.push_back(grant_of(response, wished));
  return grants;
}

std::optional<Object> read_object(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json || !json->is_object() || !(*json)["id"].is_text()) return std::nullopt;
  return object_of(*json);
}

std::optional<AccessUrl> read_access_url(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json || !(*json)["url"].is_text()) return std::nullopt;
  return access_url_of(*json);
}

std::optional<std::vector<Object>> read_registered(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json || !(*json)["objects"].is_array()) return std::nullopt;
  return objects_of((*json)["objects"]);
}

std::optional<std::vector<Object>> read_found(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  return objects_of((*json)["resolved_drs_object"]);
}

std::string read_complaint(std::string_view text) {
  const auto json = sdk::parse_json(text);
  return json ? sdk::excerpt((*json)["msg"].text()) : std::string();
}

}  // namespace tributary::drs
