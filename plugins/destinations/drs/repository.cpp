// plugins/destinations/drs/repository.cpp: the DRS routes over the host's HTTP.
#include "plugins/destinations/drs/repository.hpp"

#include <algorithm>
#include <initializer_list>

#include "plugins/sdk/json.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

bool is_one_of(int status, std::initializer_list<int> statuses) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

bool is_http(const std::string& url) { return url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0; }

Poco::JSON::Array::Ptr checksums(const Candidate& candidate) {
  auto list = sdk::json_array();
  for (const auto& [type, digest] : {std::pair{"sha-256", candidate.sha256_hex}, {"md5", candidate.md5_hex}}) {
    if (digest.empty()) continue;
    auto checksum = sdk::json_object();
    checksum->set("checksum", digest);
    checksum->set("type", type);
    list->add(checksum);
  }
  return list;
}

Poco::JSON::Object::Ptr described(const Candidate& candidate) {
  auto json = sdk::json_object();
  json->set("name", candidate.name);
  json->set("size", static_cast<Poco::UInt64>(candidate.bytes));
  json->set("mime_type", candidate.mime_type);
  json->set("checksums", checksums(candidate));
  if (!candidate.alias.empty()) json->set("aliases", sdk::json_list({candidate.alias}));
  return json;
}

Poco::JSON::Object::Ptr registrable(const Candidate& candidate, const std::vector<std::string>& controlled_access) {
  auto json = described(candidate);
  auto url = sdk::json_object();
  url->set("url", candidate.access_url);
  auto method = sdk::json_object();
  method->set("type", candidate.method);
  method->set("access_url", url);
  auto methods = sdk::json_array();
  methods->add(method);
  json->set("access_methods", methods);
  if (!controlled_access.empty()) json->set("controlled_access", sdk::json_list(controlled_access));
  return json;
}

bool is_same(const Object& object, const Candidate& candidate) {
  return object.bytes == candidate.bytes &&
         std::find(object.sha256_hex.begin(), object.sha256_hex.end(), candidate.sha256_hex) != object.sha256_hex.end();
}

[[noreturn]] void not_drs(const std::string& act) {
  throw sdk::Later(act + ": the answer is not what a DRS server says",
                   "look whether a proxy, a login page or a maintenance page answers in its place");
}

void compare(const std::vector<Grant>& grants, const std::vector<Candidate>& candidates, const std::string& wished) {
  if (grants.size() != candidates.size()) {
    throw sdk::Broken("POST /upload-request: asked for " + std::to_string(candidates.size()) + " objects, answered " +
                          std::to_string(grants.size()),
                      "report it to the repository");
  }
  for (std::size_t i = 0; i < grants.size(); ++i) {
    const auto& grant = grants[i];
    const bool same_digest = grant.sha256_hex.empty() || grant.sha256_hex == candidates[i].sha256_hex;
    if (grant.name != candidates[i].name || !same_digest) {
      throw sdk::Broken("POST /upload-request: answer " + std::to_string(i + 1) +
                            " is for another object than request " + std::to_string(i + 1),
                        "report it to the repository");
    }
    if (grant.method.empty()) {
      std::string offered;
      for (const auto& method : grant.offered) offered += (offered.empty() ? "" : ", ") + sdk::excerpt(method, 20);
      throw sdk::Broken("POST /upload-request: " + candidates[i].name + ": offered " +
                            (offered.empty() ? "no upload method" : offered) + ", wished " + wished,
                        "set upload_method to one that the repository offers");
    }
  }
}

}  // namespace

sdk::Reply Repository::send(const std::string& method, const std::string& path, const std::string& body) {
  sdk::Ask ask;
  ask.method = method;
  ask.url = settings_.url + path;
  ask.authorize = true;
  ask.headers = {{"Accept", "application/json"}};
  if (!body.empty()) ask.headers.emplace_back("Content-Type", "application/json");
  ask.body = body;
  return sdk::exchange(host_, ask);
}

void Repository::complain(const sdk::Reply& reply, const std::string& act) {
  if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, act + ": the repository is not ready");
  const auto status = " (HTTP " + std::to_string(reply.status) + ")";
  if (reply.status == 401) {
    throw sdk::Later(act + ": the repository does not accept our credentials" + status,
                     "it is tried again; if it stays so, look whether the token of `auth` has expired");
  }
  if (reply.status == 403) {
    throw sdk::Broken(act + ": the repository denies it to us" + status,
                      "ask the repository for the right to upload, or correct `auth`");
  }
  if (is_one_of(reply.status, {404, 405, 501})) {
    throw sdk::Broken(act + ": the repository does not know this route" + status,
                      "look at `url`; uploads need the write extension of DRS");
  }
  if (reply.status >= 300 && reply.status < 400) {
    throw sdk::Broken(act + ": the repository sends us elsewhere" + status, "set `url` to its final address");
  }
  const auto words = read_complaint(reply.body);
  throw sdk::Broken(act + ": the repository refuses" + status + (words.empty() ? "" : ": " + words),
                    "correct the configuration or ask the repository, then retry");
}

ServiceInfo Repository::service_info() {
  const auto reply = send("GET", "/service-info");
  if (reply.status != 200) complain(reply, "GET /service-info");
  auto info = read_service_info(reply.body);
  if (!info) not_drs("GET /service-info");
  return std::move(*info);
}

std::string Repository::upload_request_body(const std::vector<Candidate>& candidates, bool newer) const {
  auto requests = sdk::json_array();
  for (const auto& candidate : candidates) {
    auto request = described(candidate);
    if (newer) {
      auto method = sdk::json_object();
      method->set("type", settings_.upload_method);
      auto methods = sdk::json_array();
      methods->add(method);
      request->set("upload_methods", methods);
    } else {
      request->set("upload_method_types", sdk::json_list({settings_.upload_method}));
    }
    requests->add(request);
  }
  auto body = sdk::json_object();
  body->set("requests", requests);
  return sdk::json_text(body);
}

sdk::Reply Repository::send_upload_request(const std::vector<Candidate>& candidates) {
  const bool newer =
      settings_.spelling == Spelling::upload_methods || (settings_.spelling == Spelling::automatic && !older_spelling_);
  auto reply = send("POST", "/upload-request", upload_request_body(candidates, newer));
  if (reply.status == 400 && newer && settings_.spelling == Spelling::automatic) {
    reply = send("POST", "/upload-request", upload_request_body(candidates, false));
    older_spelling_ = reply.ok();
  }
  return reply;
}

std::vector<Grant> Repository::request_upload(const std::vector<Candidate>& candidates) {
  const auto reply = send_upload_request(candidates);
  if (!is_one_of(reply.status, {200, 201})) complain(reply, "POST /upload-request");
  auto grants = read_grants(reply.body, settings_.upload_method);
  if (!grants) not_drs("POST /upload-request");
  compare(*grants, candidates, settings_.upload_method);
  return std::move(*grants);
}

std::vector<Object> Repository::register_objects(const std::vector<Candidate>& candidates,
                                                 const std::vector<std::string>& controlled_access) {
  auto list = sdk::json_array();
  for (const auto& candidate : candidates) list->add(registrable(candidate, controlled_access));
  auto body = sdk::json_object();
  body->set("candidates", list);
  const auto reply = send("POST", "/objects/register", sdk::json_text(body));
  if (!is_one_of(reply.status, {200, 201})) complain(reply, "POST /objects/register");
  auto objects = read_registered(reply.body);
  if (!objects) not_drs("POST /objects/register");
  bool same = objects->size() == candidates.size();
  for (std::size_t i = 0; same && i < candidates.size(); ++i) {
    same = !(*objects)[i].id.empty() && is_same((*objects)[i], candidates[i]);
  }
  if (!same) {
    throw sdk::Broken("POST /objects/register: the answer does not name the " + std::to_string(candidates.size()) +
                          " objects that were registered, in their order, with size and SHA-256",
                      "report it to the repository");
  }
  return std::move(*objects);
}

std::optional<Object> Repository::get(const std::string& id) {
  const auto reply = send("GET", "/objects/" + sdk::percent_encode(id));
  if (is_one_of(reply.status, {404, 410})) return std::nullopt;
  if (reply.status == 202) sdk::come_back(host_, reply, "GET /objects/{id}: the repository is still at it");
  if (reply.status != 200) complain(reply, "GET /objects/{id}");
  auto object = read_object(reply.body);
  if (!object) not_drs("GET /objects/{id}");
  return object;
}

std::optional<AccessUrl> Repository::access(const std::string& id) {
  const auto object = get(id);
  if (!object) {
    throw sdk::Later("the repository does not show an object that it registered", "nothing to do: it is asked again");
  }
  for (const auto& method : object->access_methods) {
    if (method.access_id.empty()) continue;
    const auto reply =
        send("GET", "/objects/" + sdk::percent_encode(id) + "/access/" + sdk::percent_encode(method.access_id));
    if (reply.status == 202 || sdk::is_temporary(reply.status)) {
      sdk::come_back(host_, reply, "GET /objects/{id}/access: the repository is not ready");
    }
    auto url = reply.status == 200 ? read_access_url(reply.body) : std::nullopt;
    if (url && is_http(url->url)) return url;
  }
  for (const auto& method : object->access_methods) {
    if (is_http(method.access_url.url)) return method.access_url;
  }
  return std::nullopt;
}

std::vector<Object> Repository::find(const std::string& sha256_hex, bool surely) {
  const auto reply = send("GET", "/objects/checksum/" + sha256_hex);
  if (reply.status == 404) return {};
  if (!surely && is_one_of(reply.status, {400, 403, 405, 501})) return {};
  if (reply.status == 202) sdk::come_back(host_, reply, "GET /objects/checksum: the repository is still at it");
  if (reply.status != 200) complain(reply, "GET /objects/checksum");
  auto objects = read_found(reply.body);
  if (!objects) not_drs("GET /objects/checksum");
  return std::move(*objects);
}

Removal Repository::remove(const std::string& id, const ServiceInfo& info) {
  auto body = sdk::json_object();
  body->set("delete_storage_data", info.storage_removal.value_or(true));
  body->set("delete_object_metadata", true);
  const auto reply = send("PUT", "/objects/" + sdk::percent_encode(id) + "/delete", sdk::json_text(body));
  if (reply.status == 410) return Removal::gone;
  const bool unclear = is_one_of(reply.status, {404, 405, 501});  // no such object, or no such route
  if (!reply.ok() && !unclear) complain(reply, "PUT /objects/{id}/delete");
  if (!get(id)) return Removal::gone;
  if (unclear) complain(reply, "PUT /objects/{id}/delete");
  return Removal::still_there;
}

}  // namespace tributary::drs
