// tests/plugins/drs/repository.cpp: the repository in memory.
#include "tests/plugins/drs/repository.hpp"

#include <algorithm>
#include <cstdlib>

#include "plugins/destinations/drs/s3_xml.hpp"
#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/sigv4.hpp"
#include "plugins/sdk/text.hpp"
#include "plugins/sdk/time.hpp"

namespace tributary::tests {
namespace {

const std::string base = "https://drs.example.org/ga4gh/drs/v1";
const std::string uploads_host = "https://upload.example.org/";
const std::string downloads_host = "https://download.example.org/";

fakes::HttpAnswer plain(int status, std::string body = {}) {
  fakes::HttpAnswer out;
  out.status = status;
  out.body = std::move(body);
  return out;
}
fakes::HttpAnswer s3_error(int status, const std::string& code) {
  return plain(status, "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>no</Message></Error>");
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() + 0U) {
      out += static_cast<char>(std::strtoul(text.substr(i + 1, 2).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> query_of(const std::string& text) {
  std::map<std::string, std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('&', at), text.size());
    const auto pair = text.substr(at, end - at);
    const auto equals = std::min(pair.find('='), pair.size());
    out[decoded(pair.substr(0, equals))] = equals < pair.size() ? decoded(pair.substr(equals + 1)) : "";
    at = end + 1;
  }
  return out;
}

std::vector<std::string> texts(const sdk::Json& list) {
  std::vector<std::string> out;
  for (const auto& item : list.items()) out.push_back(item.text());
  return out;
}

std::string sha256_of(const sdk::Json& checksums) {
  for (const auto& item : checksums.items()) {
    if (item["type"].text() == "sha-256") return item["checksum"].text();
  }
  return {};
}

}  // namespace

Repository::Repository(fakes::PluginHost& host) : host_(host) {
  host.settings["url"] = base;
  host.http = [this](const fakes::HttpAsked& asked) {
    if (instead) {
      if (auto given = instead(asked)) return *given;
    }
    auto out = answer(asked);
    if (tamper) tamper(asked, out);
    if (lose_reply_after && (*lose_reply_after)-- == 0) {
      lose_reply_after.reset();
      out.outcome = TRIBUTARY_LATER;
      out.what = "the connection was cut before the answer";
    }
    return out;
  };
}

std::map<std::string, std::string> Repository::visible() const {
  std::map<std::string, std::string> out;
  for (const auto& [id, record] : records) {
    const auto path = record.access_url.substr(record.access_url.find("://") + 3);
    const auto found = store.find(path);
    out[record.name] += found == store.end() ? "(no bytes)" : found->second.bytes;
  }
  return out;
}

std::size_t Repository::left_over() const {
  std::size_t orphans = uploads.size();
  for (const auto& [path, stored] : store) {
    const bool registered = std::any_of(records.begin(), records.end(), [&, p = path](const auto& entry) {
      return entry.second.access_url.substr(entry.second.access_url.find("://") + 3) == p;
    });
    if (!registered) ++orphans;
  }
  return orphans;
}

fakes::HttpAnswer Repository::answer(const fakes::HttpAsked& asked) {
  if (asked.url.rfind(base, 0) == 0) {
    if (!asked.authorize) return plain(401);
    return drs(asked, asked.url.substr(base.size()));
  }
  if (asked.authorize) return plain(400, "credentials of the repository went elsewhere");
  if (asked.url.rfind(uploads_host, 0) == 0) return presigned(asked);
  if (asked.url.rfind(downloads_host, 0) == 0) return download(asked);
  if (asked.url.rfind(endpoint + "/", 0) != 0) return plain(502, "no such host");
  const auto question = std::min(asked.url.find('?'), asked.url.size());
  const auto path = asked.url.substr(endpoint.size() + 1, question - endpoint.size() - 1);
  return s3(asked, decoded(path), query_of(question < asked.url.size() ? asked.url.substr(question + 1) : ""));
}

// --- DRS ------------------------------------------------------------------------------------------------------------

fakes::HttpAnswer Repository::drs(const fakes::HttpAsked& asked, const std::string& path) {
  const auto json = sdk::parse_json(asked.body).value_or(sdk::Json());
  ++count[asked.method + " " + path.substr(0, path.find('/', 1))];
  if (path == "/service-info") return service_info();
  if (path == "/upload-request") return upload_request(json);
  if (path == "/objects/register") return register_objects(json);
  if (path.rfind("/objects/checksum/", 0) == 0) return fetch_by_checksum ? find(path.substr(18)) : plain(404);
  if (path.rfind("/objects/", 0) != 0) return plain(404);
  auto id = path.substr(9);
  const auto slash = id.find('/');
  const bool removing = slash != std::string::npos && id.substr(slash) == "/delete";
  id = decoded(id.substr(0, slash));
  if (removing && !removal) return plain(404);
  if (records.count(id) == 0) return plain(404, R"({"msg":"no such object","status_code":404})");
  if (removing && asked.method == "PUT") return remove(id, json);
  if (path.ends_with("/access/by%20url")) return access(id);
  return plain(200, record_json(id, records.at(id)));
}

fakes::HttpAnswer Repository::access(const std::string& id) {
  if (!lets_us_read) return plain(403);
  const auto url = downloads_host + std::to_string(++serial_);
  const auto& at = records.at(id).access_url;
  downloads_[url] = {at.substr(at.find("://") + 3), url_serves};
  return plain(200, R"({"url":")" + url + R"(","headers":["X-Reader: us"]})");
}

fakes::HttpAnswer Repository::download(const fakes::HttpAsked& asked) {
  const auto found = downloads_.find(asked.url);
  ++count["GET download"];
  if (found == downloads_.end() || found->second.second == 0 || asked.header("X-Reader") != "us") return plain(403);
  --found->second.second;
  const auto stored = store.find(found->second.first);
  if (stored == store.end()) return plain(404);
  const auto& bytes = stored->second.bytes;
  const auto range = asked.header("Range");  // bytes=A-B
  if (range.empty() || !gives_ranges) return plain(200, bytes);
  const auto from = std::strtoul(range.c_str() + 6, nullptr, 10);
  const auto to = std::strtoul(range.c_str() + range.find('-') + 1, nullptr, 10);
  if (from >= bytes.size()) return plain(416);
  const auto part = bytes.substr(from, to - from + 1);
  auto out = plain(206, part);
  out.headers.emplace_back("content-range", "bytes " + std::to_string(from) + "-" +
                                                std::to_string(from + part.size() - 1) + "/" +
                                                std::to_string(bytes.size()));
  return out;
}

fakes::HttpAnswer Repository::service_info() {
  const auto yes = [](bool value) { return std::string(value ? "true" : "false"); };
  std::string json =
      R"({"id":"org.example.drs","name":"Example repository","type":{"group":"org.ga4gh","artifact":"drs","version":"1.5.0"})";
  if (has_drs_block) {
    json +=
        R"(,"drs":{"maxBulkRequestLength":)" + std::to_string(most_in_a_request) +
        R"(,"uploadRequestSupported":true,"objectRegistrationSupported":true,"supportedUploadMethodTypes":["s3","https"])" +
        R"(,"fetchByChecksumSupported":)" + yes(fetch_by_checksum) + R"(,"controlledAccessSupported":)" +
        yes(controlled_access) + R"(,"deleteSupported":)" + yes(removal) + R"(,"deleteStorageDataSupported":)" +
        yes(removes_data) + "}";
  }
  return plain(200, json + "}");
}

fakes::HttpAnswer Repository::upload_request(const sdk::Json& body) {
  const auto requests = body["requests"].items();
  if (requests.size() > most_in_a_request) return plain(413);
  auto responses = sdk::json_array();
  Session session;
  const auto access_key = "KEY" + std::to_string(++serial_);
  session.secret = "secret/" + access_key;
  session.expires_utc_s = host_.now_utc_s + credentials_last_s;
  for (const auto& request : requests) {
    const bool newer = request.has("upload_methods");
    if (newer && !takes_newer_spelling) return plain(400, R"({"msg":"upload_method_types is required"})");
    const auto method = newer ? request["upload_methods"].items().at(0)["type"].text()
                              : request["upload_method_types"].items().at(0).text();
    const auto name = request["name"].text();
    auto& key = keys_[name];
    if (key.empty() || new_key_for_every_request) key = "in box/" + std::to_string(serial_) + "/" + name;
    const auto path = "bucket-1/" + key;
    session.paths.push_back(path);
    auto details = sdk::json_object();
    if (method == "s3") {
      details->set("endpoint", endpoint);
      details->set("bucket", "bucket-1");
      details->set("key", key);
      details->set("access_key_id", access_key);
      details->set("secret_access_key", session.secret);
      details->set("session_token", "token+/" + access_key);
      const auto end = sdk::basic_utc(session.expires_utc_s);  // 20251121T100000Z
      details->set("expires_at", end.substr(0, 4) + "-" + end.substr(4, 2) + "-" + end.substr(6, 5) + ":" +
                                     end.substr(11, 2) + ":" + end.substr(13));
    } else {
      const auto url = uploads_host + std::to_string(serial_) + "/" + name;
      urls[url] = path;
      auto post = sdk::json_object();
      post->set("url", url);
      post->set("headers", sdk::json_list({"X-Upload: yes", "nothing"}));
      details->set("post_url", post);
    }
    auto url = sdk::json_object();
    url->set("url", method + "://" + path);
    auto offered = sdk::json_object();
    offered->set("type", method);
    offered->set("access_url", url);
    offered->set("upload_details", details);
    auto methods = sdk::json_array();
    methods->add(offered);
    auto response = sdk::json_object();
    response->set("name", name);
    response->set("size", static_cast<Poco::Int64>(request["size"].integer().value_or(-1)));
    auto checksum = sdk::json_object();
    checksum->set("type", "sha-256");
    checksum->set("checksum", sha256_of(request["checksums"]));
    auto checksums = sdk::json_array();
    checksums->add(checksum);
    response->set("checksums", checksums);
    response->set("upload_methods", methods);
    responses->add(response);
  }
  sessions_[access_key] = session;
  auto out = sdk::json_object();
  out->set("responses", responses);
  return plain(200, sdk::json_text(out));
}

std::string Repository::record_json(const std::string& id, const Record& record) const {
  auto checksum = sdk::json_object();
  checksum->set("type", sends_checksum_type_without_hyphen ? "SHA256" : "sha-256");
  checksum->set("checksum", record.sha256_hex);
  auto checksums = sdk::json_array();
  checksums->add(checksum);
  auto url = sdk::json_object();
  url->set("url", record.access_url);
  auto method = sdk::json_object();
  method->set("type", "s3");
  method->set("access_url", url);
  auto methods = sdk::json_array();
  methods->add(method);
  auto by_url = sdk::json_object();
  by_url->set("type", "https");
  by_url->set("access_id", "by url");
  methods->add(by_url);
  auto json = sdk::json_object();
  json->set("id", id);
  json->set("self_uri", "drs://drs.example.org/" + id);
  json->set("name", record.name);
  json->set("size", static_cast<Poco::UInt64>(record.bytes));
  json->set("created_time", "2025-11-21T10:00:00Z");
  json->set("checksums", checksums);
  json->set("access_methods", methods);
  json->set("aliases", sdk::json_list(record.aliases));
  if (controlled_access) json->set("controlled_access", sdk::json_list(record.controlled_access));
  return sdk::json_text(json);
}

fakes::HttpAnswer Repository::register_objects(const sdk::Json& body) {
  const auto candidates = body["candidates"].items();
  if (candidates.size() > most_in_a_request) return plain(413);
  std::string list;
  std::vector<Record> added;
  for (const auto& candidate : candidates) {
    Record record;
    record.name = candidate["name"].text();
    record.bytes = static_cast<std::uint64_t>(candidate["size"].integer().value_or(0));
    record.sha256_hex = sha256_of(candidate["checksums"]);
    record.aliases = texts(candidate["aliases"]);
    record.controlled_access = texts(candidate["controlled_access"]);
    record.access_url = candidate["access_methods"].items().at(0)["access_url"]["url"].text();
    const auto found = store.find(record.access_url.substr(record.access_url.find("://") + 3));
    if (found == store.end() || found->second.bytes.size() != record.bytes ||
        sdk::hex(sdk::sha256(found->second.bytes)) != record.sha256_hex) {
      return plain(400, R"({"msg":"size or checksum differ from what was uploaded"})");
    }
    added.push_back(record);
  }
  for (const auto& record : added) {
    const auto id = "drs~obj " + std::to_string(++serial_);
    records[id] = record;
    list += (list.empty() ? "" : ",") + record_json(id, record);
  }
  return plain(201, "{\"objects\":[" + list + "]}");
}

fakes::HttpAnswer Repository::find(const std::string& checksum) {
  std::string list;
  for (const auto& [id, record] : records) {
    if (record.sha256_hex == checksum) list += (list.empty() ? "" : ",") + record_json(id, record);
  }
  if (list.empty()) return plain(404, R"({"msg":"none","status_code":404})");
  return plain(200, "{\"summary\":{\"requested\":1},\"resolved_drs_object\":[" + list + "]}");
}

fakes::HttpAnswer Repository::remove(const std::string& id, const sdk::Json& body) {
  const auto url = records.at(id).access_url;
  if (body["delete_storage_data"].flag().value_or(false)) store.erase(url.substr(url.find("://") + 3));
  records.erase(id);
  return plain(204);
}

// --- uploads --------------------------------------------------------------------------------------------------------

fakes::HttpAnswer Repository::presigned(const fakes::HttpAsked& asked) {
  const auto found = urls.find(asked.url);
  if (found == urls.end()) return plain(403);
  if (asked.header("X-Upload") != "yes") return plain(400);
  ++count[asked.method + " presigned"];
  auto bytes = asked.body;
  const auto type = asked.header("Content-Type");
  if (type.rfind("multipart/form-data; boundary=", 0) == 0) {
    const auto boundary = type.substr(30);
    const auto start = bytes.find("\r\n\r\n");
    const auto end = bytes.rfind("\r\n--" + boundary + "--\r\n");
    if (bytes.rfind("--" + boundary, 0) != 0 || start == std::string::npos || end == std::string::npos) {
      return plain(400);
    }
    bytes = bytes.substr(start + 4, end - start - 4);
  }
  store[found->second] = {bytes, etag_of(bytes)};
  return plain(204);
}

std::string Repository::etag_of(const std::string& bytes) const {
  return etag_is_digest ? sdk::hex(sdk::md5(bytes)) : "word-" + std::to_string(bytes.size());
}

std::optional<fakes::HttpAnswer> Repository::denied(const fakes::HttpAsked& asked, const std::string& path,
                                                    const std::map<std::string, std::string>& query) {
  const auto authorization = asked.header("Authorization");
  const auto field = [&](const std::string& name, char end) {
    const auto at = authorization.find(name + "=");
    if (at == std::string::npos) return std::string();
    const auto from = at + name.size() + 1;
    return authorization.substr(from, authorization.find(end, from) - from);
  };
  const auto access_key = field("Credential", '/');
  const auto session = sessions_.find(access_key);
  if (session == sessions_.end()) return s3_error(403, "InvalidAccessKeyId");
  const auto store_now_s = host_.now_utc_s + store_clock_ahead_s;
  const auto date = asked.header("x-amz-date");
  const auto minute = [](const std::string& basic) { return std::atol((basic.substr(9, 4)).c_str()); };
  if (std::labs(minute(date) - minute(sdk::basic_utc(store_now_s))) > 15) {
    auto out = s3_error(403, "RequestTimeTooSkewed");
    out.headers = {{"Date", "Fri, 21 Nov 2025 11:00:00 GMT"}};
    return out;
  }
  sdk::sigv4::Request request;
  request.method = asked.method;
  request.path = "/objects/" + sdk::percent_encode(path, true);
  request.query.assign(query.begin(), query.end());
  request.payload_sha256_hex = asked.header("x-amz-content-sha256");
  std::string names = field("SignedHeaders", ',') + ";";
  for (std::size_t at = 0; at < names.size(); at = names.find(';', at) + 1) {
    const auto name = names.substr(at, names.find(';', at) - at);
    request.headers.emplace_back(name,
                                 name == "host" ? endpoint.substr(8, endpoint.rfind('/') - 8) : asked.header(name));
  }
  const auto time =
      sdk::utc_of(sdk::parse_number(date.substr(0, 4)).value_or(0), sdk::parse_number(date.substr(4, 2)).value_or(0),
                  sdk::parse_number(date.substr(6, 2)).value_or(0), sdk::parse_number(date.substr(9, 2)).value_or(0),
                  sdk::parse_number(date.substr(11, 2)).value_or(0), sdk::parse_number(date.substr(13, 2)).value_or(0));
  const auto expected =
      sdk::sigv4::signature(request, {access_key, session->second.secret, ""}, {"us-east-1", "s3"}, time.value_or(0));
  if (field("Signature", ' ') != expected) return s3_error(403, "SignatureDoesNotMatch");
  if (asked.header("x-amz-security-token") != "token+/" + access_key) return s3_error(403, "InvalidToken");
  if (session->second.expires_utc_s <= host_.now_utc_s) return s3_error(400, "ExpiredToken");
  const auto& paths = session->second.paths;
  const auto reached = query.count("prefix") != 0 ? path + "/" + query.at("prefix") : path;
  if (!credentials_reach_all_keys && std::find(paths.begin(), paths.end(), reached) == paths.end()) {
    return asked.method == "HEAD" ? plain(403) : s3_error(403, "AccessDenied");
  }
  if (sdk::hex(sdk::sha256(asked.body)) != request.payload_sha256_hex) {
    return s3_error(400, "XAmzContentSHA256Mismatch");
  }
  const auto md5 = asked.header("Content-MD5");
  if (!md5.empty() && md5 != sdk::base64(sdk::md5(asked.body))) return s3_error(400, "BadDigest");
  return std::nullopt;
}

fakes::HttpAnswer Repository::s3(const fakes::HttpAsked& asked, const std::string& path,
                                 const std::map<std::string, std::string>& query) {
  if (auto no = denied(asked, path, query)) return *no;
  const auto upload_id = query.find("uploadId");
  if (upload_id != query.end()) return s3_upload(asked, path, upload_id->second, query);
  ++count[asked.method + (query.count("uploads") != 0 ? " uploads" : " object")];
  if (asked.method == "POST" && query.count("uploads") != 0) {
    const auto id = "up/" + std::to_string(++serial_) + "+=";
    uploads[id] = {path, {}};
    return plain(
        200, "<?xml version=\"1.0\"?><s:InitiateMultipartUploadResult xmlns:s=\"x\"><s:Key>k</s:Key><s:UploadId>" + id +
                 "</s:UploadId></s:InitiateMultipartUploadResult>");
  }
  if (asked.method == "GET" && query.count("uploads") != 0) {
    std::string list;
    for (const auto& [id, upload] : uploads) {
      if (upload.path.rfind(path + "/", 0) != 0) continue;
      list += "<Upload><Key>" + upload.path.substr(path.size() + 1) + "</Key><UploadId>" + id + "</UploadId></Upload>";
    }
    return plain(200, "<ListMultipartUploadsResult>" + list + "</ListMultipartUploadsResult>");
  }
  if (asked.method == "PUT") {
    store[path] = {asked.body, etag_of(asked.body)};
    auto out = plain(200);
    out.headers = {{"ETag", "\"" + store[path].etag + "\""}};
    return out;
  }
  if (asked.method == "DELETE") {
    store.erase(path);
    return plain(204);
  }
  const auto found = store.find(path);
  if (found == store.end()) return plain(404);
  auto out = plain(200);
  out.headers = {{"Content-Length", std::to_string(found->second.bytes.size())},
                 {"etag", "\"" + found->second.etag + "\""}};
  return out;
}

fakes::HttpAnswer Repository::s3_upload(const fakes::HttpAsked& asked, const std::string& path,
                                        const std::string& upload_id, const std::map<std::string, std::string>& query) {
  ++count[asked.method + (query.count("partNumber") != 0 ? " part" : " upload")];
  const auto found = uploads.find(upload_id);
  if (found == uploads.end() || found->second.path != path) return s3_error(404, "NoSuchUpload");
  if (asked.method == "PUT") {
    const auto number = static_cast<std::uint32_t>(std::atoi(query.at("partNumber").c_str()));
    found->second.parts[number] = {asked.body, etag_of(asked.body)};
    auto out = plain(200);
    out.headers = {{"ETag", "\"" + found->second.parts[number].etag + "\""}};
    return out;
  }
  if (asked.method == "DELETE") {
    uploads.erase(found);
    return plain(204);
  }
  if (asked.method == "POST") return complete(asked, upload_id);
  if (!lists_parts) return s3_error(403, "AccessDenied");
  // Two parts on a page: the pages must be followed.
  const auto marker = query.count("part-number-marker") != 0 ? std::atoi(query.at("part-number-marker").c_str()) : 0;
  std::string parts, next;
  std::size_t shown = 0;
  for (const auto& [number, part] : found->second.parts) {
    if (static_cast<int>(number) <= marker || shown == 2) continue;
    ++shown;
    next = std::to_string(number);
    parts += "<Part><PartNumber>" + next + "</PartNumber><ETag>&quot;" + part.etag + "&#34;</ETag><Size>" +
             std::to_string(part.bytes.size()) + "</Size></Part>";
  }
  const bool more = shown == 2 && next != std::to_string(found->second.parts.rbegin()->first);
  return plain(200, "<ListPartsResult xmlns=\"x\"><IsTruncated>" + std::string(more ? "true" : "false") +
                        "</IsTruncated><NextPartNumberMarker>" + next + "</NextPartNumberMarker>" + parts +
                        "</ListPartsResult>");
}

fakes::HttpAnswer Repository::complete(const fakes::HttpAsked& asked, const std::string& upload_id) {
  auto& upload = uploads.at(upload_id);
  const auto elements = drs::read_xml(asked.body);
  if (!elements) return s3_error(400, "MalformedXML");
  std::string bytes, digests;
  std::uint32_t number = 0;
  for (const auto& element : *elements) {
    if (element.name == "PartNumber") number = static_cast<std::uint32_t>(std::atoi(element.text.c_str()));
    if (element.name != "ETag") continue;
    const auto part = upload.parts.find(number);
    if (part == upload.parts.end() || element.text != "\"" + part->second.etag + "\"") {
      return s3_error(400, "InvalidPart");
    }
    bytes += part->second.bytes;
    digests += sdk::md5(part->second.bytes);
  }
  const auto etag = etag_is_digest ? sdk::hex(sdk::md5(digests)) + "-" + std::to_string(number) : "word";
  store[upload.path] = {bytes, etag};
  uploads.erase(upload_id);
  return plain(
      200, "\n\n<CompleteMultipartUploadResult><ETag>&quot;" + etag + "&quot;</ETag></CompleteMultipartUploadResult>");
}

}  // namespace tributary::tests
