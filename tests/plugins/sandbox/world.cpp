// tests/plugins/sandbox/world.cpp: starting of sandboxes and the talk with them.
#include "tests/plugins/sandbox/world.hpp"

#include <cstdlib>
#include <filesystem>

#include "agent/base/bytes.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::sandbox::test {

World::World() {
  auto path = (std::filesystem::temp_directory_path() / "tributary-sandbox-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) std::abort();
  settings.directory = path;
  settings.listen = "127.0.0.1:0";
  settings.min_part_bytes = 1000;
  settings.threads = 4;
  settings.pause = [this](std::int64_t ms) { paused_ms += ms; };
}

World::~World() {
  stop();
  std::error_code code;
  std::filesystem::remove_all(settings.directory, code);
}

void World::start() {
  auto started = Sandbox::start(settings, clock);
  if (!started) {
    problem_ = sentence(started.error());
    return;
  }
  sandbox_ = *std::move(started);
  const auto url = sandbox_->url();
  port_ = static_cast<std::uint16_t>(std::atoi(url.substr(url.rfind(':') + 1).c_str()));
}

Answer World::drs(const std::string& method, const std::string& path, const std::string& body) {
  return plain({method, "/ga4gh/drs/v1" + path, {{"Authorization", "Bearer " + sandbox_->token()}}, body});
}

Answer World::tes(const std::string& method, const std::string& path, const std::string& body) {
  return plain({method, "/ga4gh/tes/v1" + path, {{"Authorization", "Bearer " + sandbox_->token()}}, body});
}

Answer World::s3(const Grant& grant, const std::string& method, const std::string& query, const std::string& body,
                 Headers headers) {
  Ask ask{method, grant.target() + (query.empty() ? "" : "?" + query), std::move(headers), body};
  sign(ask, grant.credentials, port_, clock.now_utc_s());
  return plain(ask);
}

Grant World::grant(const std::string& name, const std::string& body) {
  const auto answer = drs("POST", "/upload-request",
                          R"({"requests":[{"name":")" + name + R"(","size":)" + std::to_string(body.size()) +
                              R"(,"mime_type":"application/octet-stream","checksums":[{"type":"sha-256","checksum":")" +
                              sha256_hex(body) + R"("}]}]})");
  Grant out;
  out.name = name;
  out.body = body;
  const auto json = parsed(answer.body);
  if (json["responses"].items().empty()) return out;
  for (const auto& method : json["responses"].items().front()["upload_methods"].items()) {
    const auto& details = method["upload_details"];
    if (method["type"].as_string() == "https") {
      out.post_url = details["post_url"].as_string();
      continue;
    }
    out.bucket = details["bucket"].as_string();
    out.key = details["key"].as_string();
    out.credentials.access_key_id = details["access_key_id"].as_string();
    out.credentials.secret = details["secret_access_key"].as_string();
    out.credentials.session_token = details["session_token"].as_string();
    out.credentials.region = method["region"].as_string();
  }
  return out;
}

std::string World::create_upload(const Grant& grant) { return inside(s3(grant, "POST", "uploads=").body, "UploadId"); }

Answer World::put_part(const Grant& grant, const std::string& upload_id, int number, const std::string& body) {
  return s3(grant, "PUT", "partNumber=" + std::to_string(number) + "&uploadId=" + upload_id, body);
}

Answer World::complete(const Grant& grant, const std::string& upload_id,
                       const std::vector<std::pair<int, std::string>>& parts) {
  std::string xml = "<CompleteMultipartUpload>";
  for (const auto& [number, etag] : parts) {
    xml += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + etag + "</ETag></Part>";
  }
  return s3(grant, "POST", "uploadId=" + upload_id, xml + "</CompleteMultipartUpload>");
}

std::string World::candidate(const Grant& grant, const std::string& more) {
  return R"({"name":")" + grant.name + R"(","size":)" + std::to_string(grant.body.size()) +
         R"(,"mime_type":"application/octet-stream","checksums":[{"type":"sha-256","checksum":")" +
         sha256_hex(grant.body) + R"("}],"access_methods":[{"type":"s3","access_url":{"url":"s3://)" + grant.bucket +
         "/" + grant.key + R"("}}])" + more + "}";
}

Answer World::register_objects(const std::vector<std::string>& candidates) {
  std::string list;
  for (const auto& item : candidates) list += (list.empty() ? "" : ",") + item;
  return drs("POST", "/objects/register", R"({"candidates":[)" + list + "]}");
}

std::string World::deliver(const std::string& name, const std::string& body, const std::string& alias) {
  const auto place = grant(name, body);
  if (s3(place, "PUT", {}, body).status != 200) return {};
  const auto answer = register_objects({candidate(place, R"(,"aliases":[")" + alias + R"("])")});
  return answer.status == 201 ? field(answer.body, "id") : std::string();
}

std::string field(const std::string& json, const std::string& name) {
  const auto mark = "\"" + name + "\":\"";
  const auto at = json.find(mark);
  if (at == std::string::npos) return {};
  const auto from = at + mark.size();
  return json.substr(from, json.find('"', from) - from);
}

Json parsed(const std::string& json) { return json::parse(json).value_or(Json()); }

std::string inside(const std::string& xml, const std::string& name) {
  const auto at = xml.find("<" + name + ">");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return xml.substr(from, xml.find("</" + name + ">", from) - from);
}

}  // namespace tributary::sandbox::test
