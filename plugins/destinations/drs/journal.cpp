// plugins/destinations/drs/journal.cpp: tokens as JSON, no longer than the host keeps.
#include "plugins/destinations/drs/journal.hpp"

#include "plugins/sdk/json.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {
constexpr std::size_t etag_room = 48000;      // of the 65,536 bytes of a token; further parts are asked of the far side
constexpr std::size_t most_left_behind = 16;  // of one object: the newest

Poco::JSON::Array::Ptr left_json(const std::vector<LeftBehind>& uploads) {
  auto list = sdk::json_array();
  const auto first = uploads.size() > most_left_behind ? uploads.size() - most_left_behind : 0;
  for (auto i = first; i < uploads.size(); ++i) {
    auto json = sdk::json_object();
    json->set("endpoint", uploads[i].endpoint);
    json->set("region", uploads[i].region);
    json->set("bucket", uploads[i].bucket);
    json->set("key", uploads[i].key);
    json->set("upload_id", uploads[i].upload_id);
    json->set("object", uploads[i].object);
    list->add(json);
  }
  return list;
}

}  // namespace

ParcelToken Journal::parcel() const {
  ParcelToken token;
  const auto json = sdk::parse_json(host_.recall(parcel_));
  if (!json) return token;
  const auto objects = (*json)["objects"].integer().value_or(0);
  token.objects = objects > 0 && objects < 1000000 ? static_cast<std::uint32_t>(objects) : 0;
  token.registering = (*json)["registering"].flag().value_or(false);
  return token;
}

void Journal::remember(const ParcelToken& token) const {
  auto json = sdk::json_object();
  json->set("objects", token.objects);
  json->set("registering", token.registering);
  host_.remember(parcel_, sdk::json_text(json));
}

ObjectToken Journal::object(std::uint32_t index) const {
  ObjectToken token;
  const auto json = sdk::parse_json(host_.recall(object_key(index)));
  if (!json) return token;
  token.name = (*json)["name"].text();
  token.sha256_hex = (*json)["sha256"].text();
  token.mime_type = (*json)["mime_type"].text();
  const auto size = (*json)["bytes"].integer().value_or(0);
  token.bytes = size < 0 ? 0 : static_cast<std::uint64_t>(size);
  token.endpoint = (*json)["endpoint"].text();
  token.region = (*json)["region"].text();
  token.bucket = (*json)["bucket"].text();
  token.key = (*json)["key"].text();
  token.access_url = (*json)["access_url"].text();
  token.method = (*json)["method"].text();
  token.upload_id = (*json)["upload_id"].text();
  for (const auto& etag : (*json)["etags"].items()) {
    token.etags.push_back(etag.is_null() ? std::nullopt : std::optional(etag.text()));
  }
  // A version before this one did not say it.
  token.sending_utc_s = (*json)["sending"].integer().value_or(token.bucket.empty() ? 0 : 1);
  token.stored = (*json)["stored"].flag().value_or(false);
  token.id = (*json)["id"].text();
  for (const auto& left : (*json)["left_behind"].items()) {
    token.left_behind.push_back({left["endpoint"].text(), left["region"].text(), left["bucket"].text(),
                                 left["key"].text(), left["upload_id"].text(), left["object"].flag().value_or(false)});
  }
  return token;
}

void Journal::remember(std::uint32_t index, const ObjectToken& token) const {
  auto json = sdk::json_object();
  json->set("name", token.name);
  json->set("sha256", token.sha256_hex);
  json->set("mime_type", token.mime_type);
  json->set("bytes", static_cast<Poco::UInt64>(token.bytes));
  json->set("endpoint", token.endpoint);
  json->set("region", token.region);
  json->set("bucket", token.bucket);
  json->set("key", token.key);
  json->set("access_url", token.access_url);
  json->set("method", token.method);
  json->set("upload_id", token.upload_id);
  auto etags = sdk::json_array();
  std::size_t used = 0;
  for (const auto& etag : token.etags) {
    used += etag ? etag->size() + 3 : 5;
    if (used > etag_room) break;
    etags->add(etag ? Poco::Dynamic::Var(*etag) : Poco::Dynamic::Var());
  }
  json->set("etags", etags);
  json->set("sending", static_cast<Poco::Int64>(token.sending_utc_s));
  json->set("stored", token.stored);
  json->set("id", token.id);
  if (!token.left_behind.empty()) json->set("left_behind", left_json(token.left_behind));
  host_.remember(object_key(index), sdk::json_text(json));
}

void Journal::forget() const {
  const auto objects = parcel().objects;
  for (std::uint32_t i = 0; i < objects; ++i) host_.remember(object_key(i), "");
  host_.remember(parcel_, "");
}

}  // namespace tributary::drs
