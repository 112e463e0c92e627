// tests/sandbox/drs.cpp: routes of DRS and the reading half.
#include "tests/sandbox/drs.hpp"

#include <algorithm>

#include "agent/base/text.hpp"
#include "tests/sandbox/drs_words.hpp"

namespace tributary::sandbox {
namespace {

/// Segments of the path below the base path, still percent-encoded.
std::vector<std::string> segments_of(std::string_view path) {
  if (path.size() <= drs_base.size() + 1) return {};
  return split(path.substr(drs_base.size() + 1), '/');
}

std::string id_of(std::string_view path) {
  const auto segments = segments_of(path);
  return segments.size() < 2 ? std::string() : http::percent_decode(segments[1]);
}

Json bulk_envelope(std::size_t requested, Json resolved, const std::string& resolved_name, std::size_t resolved_count,
                   const std::vector<std::pair<int, std::string>>& unresolved) {
  auto summary = Json::object();
  summary.add("requested", static_cast<std::uint64_t>(requested));
  summary.add("resolved", static_cast<std::uint64_t>(resolved_count));
  summary.add("unresolved", static_cast<std::uint64_t>(unresolved.size()));
  auto list = Json::array();
  for (const auto& [code, id] : unresolved) {
    auto item = Json::object();
    item.add("error_code", code).add("object_ids", Json::array().push(id));
    list.push(std::move(item));
  }
  auto out = Json::object();
  out.add("summary", std::move(summary)).add("unresolved_drs_objects", std::move(list));
  out.add(resolved_name, std::move(resolved));
  return out;
}

}  // namespace

Kind drs_kind(std::string_view method, std::string_view path) {
  const auto s = segments_of(path);
  const bool reads = method == "GET" || method == "POST" || method == "OPTIONS";
  if (s.size() == 1 && s[0] == "service-info") return Kind::service_info;
  if (s.size() == 1 && s[0] == "upload-request") return Kind::upload_request;
  if (s.empty() || s[0] != "objects") return Kind::other;
  if (s.size() == 1) return reads && method != "GET" ? Kind::object : Kind::other;
  if (s.size() == 2 && s[1] == "register") return Kind::register_objects;
  if (s.size() == 2 && s[1] == "access" && method == "POST") return Kind::access;
  if (s.size() == 2 && s[1] == "delete" && method == "PUT") return Kind::remove;
  if (s.size() == 2 && reads) return Kind::object;
  if (s.size() == 3 && s[1] == "checksum" && method == "GET") return Kind::lookup;
  if (s.size() == 3 && s[2] == "delete" && method == "PUT") return Kind::remove;
  if (s.size() == 4 && s[2] == "access" && reads) return Kind::access;
  return Kind::other;
}

Reply Drs::handle(Call& call, Kind kind) {
  const bool post = call.method() == "POST";
  switch (kind) {
    case Kind::service_info:
      return service_info();
    case Kind::upload_request:
      return post ? upload_request(call) : problem(405, "POST");
    case Kind::register_objects:
      return post ? register_objects(call) : problem(405, "POST");
    case Kind::object:
      return object(call);
    case Kind::access:
      return access(call);
    case Kind::lookup:
      return lookup(call);
    case Kind::remove:
      return parts_.settings.no_removal ? problem(404, "this DRS server deletes nothing") : remove(call);
    default:
      return problem(404, "this DRS server has no such route");
  }
}

Reply Drs::service_info() const {
  std::uint64_t count = 0, bytes = 0;
  for (const auto& object : parts_.objects.all()) {
    if (object.deleted) continue;
    ++count;
    bytes += object.size_bytes;
  }
  auto drs = Json::object();
  drs.add("maxBulkRequestLength", std::uint64_t{bulk_limit}).add("objectCount", count).add("totalObjectSize", bytes);
  drs.add("uploadRequestSupported", true).add("objectRegistrationSupported", true);
  drs.add("supportedUploadMethodTypes", Json::array().push("s3").push("https"));
  if (parts_.settings.max_upload_bytes > 0) drs.add("maxUploadSize", parts_.settings.max_upload_bytes);
  drs.add("maxUploadRequestLength", std::uint64_t{bulk_limit});
  drs.add("maxRegisterRequestLength", std::uint64_t{bulk_limit});
  drs.add("validateChecksums", true).add("validateFileSizes", true).add("validateAccessMethods", true);
  drs.add("relatedFileStorageSupported", true).add("controlledAccessSupported", true);
  drs.add("controlledAccessClaimFormat", "ga4gh-passport-url-claim");
  drs.add("controlledAccessDefault", "open-access-read");
  drs.add("deleteSupported", !parts_.settings.no_removal).add("maxBulkDeleteLength", std::uint64_t{bulk_limit});
  drs.add("deleteStorageDataSupported", true).add("metadataRetentionSupported", true);
  drs.add("accessMethodUpdateSupported", false).add("checksumAdditionSupported", false);
  drs.add("fetchByChecksumSupported", true);
  auto info = service_of("drs", "1.5.0");
  info.add("maxBulkRequestLength", std::uint64_t{bulk_limit}).add("drs", std::move(drs));
  return json_reply(200, info);
}

Json Drs::access_url(const Call& call, const Object& object) const {
  const Ticket ticket{'d', object.key, parts_.clock.now_utc_s() + parts_.settings.credential_ttl_s};
  auto url = Json::object();
  url.add("url", parts_.address.base(call) + "/download/" + sign_ticket(ticket, parts_.url_key));
  return url;
}

Json Drs::show(const Object& object) const {
  auto checksums = Json::array();
  for (const auto& checksum : object.checksums) {
    auto item = Json::object();
    item.add("checksum", checksum.value).add("type", checksum.type);
    checksums.push(std::move(item));
  }
  auto url = Json::object();
  url.add("url", "s3://" + object.bucket + "/" + object.key);
  auto s3 = Json::object();
  s3.add("type", "s3").add("access_url", std::move(url)).add("region", parts_.settings.region);
  auto https = Json::object();
  https.add("type", "https").add("access_id", std::string(https_access_id)).add("available", true);
  auto out = Json::object();
  out.add("id", object.id);
  if (!object.name.empty()) out.add("name", object.name);
  out.add("self_uri", "drs://" + parts_.address.host() + "/" + object.id).add("size", object.size_bytes);
  out.add("created_time", to_rfc3339(object.created_utc_s)).add("updated_time", to_rfc3339(object.created_utc_s));
  if (!object.version.empty()) out.add("version", object.version);
  if (!object.mime_type.empty()) out.add("mime_type", object.mime_type);
  out.add("checksums", std::move(checksums)).add("access_methods", Json::array().push(s3).push(https));
  if (!object.description.empty()) out.add("description", object.description);
  out.add("aliases", list_of(object.aliases));
  out.add("controlled_access", list_of(object.controlled_access.value_or(std::vector<std::string>())));
  return out;
}

Reply Drs::authorizations(Call& call) const {
  const auto one = [](const std::string& id) {
    auto out = Json::object();
    out.add("drs_object_id", id).add("supported_types", Json::array().push("BearerAuth"));
    return out;
  };
  const auto id = id_of(call.path());
  if (!id.empty()) return parts_.objects.find(id) ? json_reply(200, one(id)) : problem(404, "there is no such object");
  const auto body = call.read_json();
  if (!body) return problem(400, body.error().what);
  auto resolved = Json::array();
  std::vector<std::pair<int, std::string>> unresolved;
  const auto& ids = (*body)["bulk_object_ids"].items();
  for (const auto& item : ids) {
    const std::string wanted(item.as_string());
    if (parts_.objects.find(wanted)) {
      resolved.push(one(wanted));
    } else {
      unresolved.emplace_back(404, wanted);
    }
  }
  const auto count = ids.size() - unresolved.size();
  return json_reply(200, bulk_envelope(ids.size(), std::move(resolved), "resolved_drs_object", count, unresolved));
}

Reply Drs::object(Call& call) {
  if (call.method() == "OPTIONS") return authorizations(call);
  const auto id = id_of(call.path());
  if (id.empty()) return bulk_objects(call);
  const auto object = parts_.objects.find(id);
  if (!object) return problem(404, "there is no such object");
  if (object->deleted) return problem(410, "this object has been deleted");
  return json_reply(200, show(*object));
}

Reply Drs::bulk_objects(Call& call) {
  const auto body = call.read_json();
  if (!body) return problem(400, body.error().what);
  const auto& ids = (*body)["bulk_object_ids"].items();
  if (ids.size() > bulk_limit) return problem(413, "more than " + std::to_string(bulk_limit) + " ids");
  auto resolved = Json::array();
  std::vector<std::pair<int, std::string>> unresolved;
  for (const auto& item : ids) {
    const std::string id(item.as_string());
    const auto object = parts_.objects.find(id);
    if (object && !object->deleted) {
      resolved.push(show(*object));
    } else {
      unresolved.emplace_back(object ? 410 : 404, id);
    }
  }
  const auto count = ids.size() - unresolved.size();
  return json_reply(200, bulk_envelope(ids.size(), std::move(resolved), "resolved_drs_object", count, unresolved));
}

Reply Drs::access(Call& call) {
  const auto segments = segments_of(call.path());
  if (segments.size() < 4) return bulk_access(call);
  if (call.method() == "OPTIONS") return problem(405, "GET or POST");
  const auto object = parts_.objects.find(id_of(call.path()));
  if (!object) return problem(404, "there is no such object");
  if (object->deleted) return problem(410, "this object has been deleted");
  if (http::percent_decode(segments[3]) != https_access_id) return problem(404, "there is no such access method");
  return json_reply(200, access_url(call, *object));
}

Reply Drs::bulk_access(Call& call) {
  const auto body = call.read_json();
  if (!body) return problem(400, body.error().what);
  auto resolved = Json::array();
  std::vector<std::pair<int, std::string>> unresolved;
  std::size_t requested = 0, count = 0;
  for (const auto& item : (*body)["bulk_object_access_ids"].items()) {
    const std::string id(item["bulk_object_id"].as_string());
    const auto object = parts_.objects.find(id);
    for (const auto& access_id : item["bulk_access_ids"].items()) {
      if (++requested > bulk_limit) return problem(413, "more than " + std::to_string(bulk_limit) + " ids");
      if (!object || object->deleted || access_id.as_string() != https_access_id) {
        unresolved.emplace_back(object && object->deleted ? 410 : 404, id);
        continue;
      }
      auto url = access_url(call, *object);
      url.add("drs_object_id", id).add("drs_access_id", access_id);
      resolved.push(std::move(url));
      ++count;
    }
  }
  return json_reply(
      200, bulk_envelope(requested, std::move(resolved), "resolved_drs_object_access_urls", count, unresolved));
}

Reply Drs::lookup(const Call& call) {
  const auto checksum = http::percent_decode(segments_of(call.path()).at(2));
  const auto found = parts_.objects.by_checksum(checksum);
  auto resolved = Json::array();
  for (const auto& object : found) resolved.push(show(object));
  std::vector<std::pair<int, std::string>> unresolved;
  if (found.empty()) unresolved.emplace_back(404, checksum);
  return json_reply(200,
                    bulk_envelope(1, std::move(resolved), "resolved_drs_object", found.empty() ? 0 : 1, unresolved));
}

Reply Drs::remove(Call& call) {
  const auto text = call.read_text(1U << 20);
  if (!text) return problem(400, text.error().what);
  auto body = trim(*text).empty() ? Result<Json>(Json::object()) : parse_body(*text);
  if (!body) return problem(400, body.error().what);
  const auto segments = segments_of(call.path());
  std::vector<std::string> ids;
  if (segments.size() == 3) {
    ids.push_back(id_of(call.path()));
  } else {
    for (const auto& item : (*body)["bulk_object_ids"].items()) ids.emplace_back(item.as_string());
    if (ids.empty()) return problem(400, "bulk_object_ids names nothing");
    if (ids.size() > bulk_limit) return problem(413, "more than " + std::to_string(bulk_limit) + " ids");
  }
  const bool forget = (*body)["delete_object_metadata"].as_bool();
  std::vector<Object> doomed;
  for (const auto& id : ids) {
    auto object = parts_.objects.find(id);
    if (!object) return problem(404, "there is no such object: " + printable(id));
    if (object->deleted && !forget) return problem(410, "deleted already: " + printable(id));
    doomed.push_back(*std::move(object));
  }
  if (const auto removed = parts_.objects.remove(ids, forget); !removed) return problem_of(removed.error());
  if ((*body)["delete_storage_data"].as_bool()) {
    for (const auto& object : doomed) {
      if (const auto erased = erase_unshared(object); !erased) return problem_of(erased.error());
    }
  }
  Reply reply;
  reply.status = 204;
  return reply;
}

/// Stored data goes when no other live object shows it.
Status Drs::erase_unshared(const Object& object) {
  for (const auto& other : parts_.objects.all()) {
    if (!other.deleted && other.key == object.key && other.id != object.id) return {};
  }
  return parts_.storage.erase(object.bucket, object.key);
}

}  // namespace tributary::sandbox
