// plugins/destinations/drs/reply.hpp: what a DRS server says, read from its JSON.
//
// Source     DRS 1.5.0 and the write extension of GA4GH pull request 418, in both spellings of the moved names.
// Failure    text that is not what it should be is an empty optional or an empty list; the caller says what to do.
//            Nothing is trusted: sizes may be absent, lists long, strings strange.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::drs {

/// The flags of GET /service-info. An empty optional: the server does not say.
struct ServiceInfo {
  std::string name;
  std::string version;     // of DRS, as the server gives it
  bool has_block = false;  // false: the server has no `drs` block, nothing below is known
  std::optional<bool> upload_request, registration, controlled_access, removal, storage_removal, fetch_by_checksum;
  std::vector<std::string> upload_methods;          // empty: not said
  std::optional<std::uint64_t> max_upload_bytes;    // empty: no limit
  std::optional<std::uint64_t> max_upload_request;  // objects in one request
  std::optional<std::uint64_t> max_register;
};
std::optional<ServiceInfo> read_service_info(std::string_view json);

/// Where and how one object may be uploaded.
struct Grant {
  std::string name;
  std::string sha256_hex;  // as the server repeats it; empty when it does not
  std::string method;      // s3 | https; empty: none of the offered methods is the wished one
  std::vector<std::string> offered;
  std::string access_url;
  std::string region;
  // s3
  std::string endpoint, bucket, key, access_key_id, secret_access_key, session_token;
  std::optional<std::int64_t> expires_utc_s;
  // https
  std::string post_url;
  std::vector<std::string> post_headers;  // "Name: value"
};
/// In the order of the answer, the method `wished` picked out of those offered.
std::optional<std::vector<Grant>> read_grants(std::string_view json, const std::string& wished);

/// Where the bytes of an object can be read: a URL, and headers ("Name: value") to send along.
struct AccessUrl {
  std::string url;
  std::vector<std::string> headers;
};
/// One way to the bytes of an object: a URL, or an id by which one is given.
struct AccessMethod {
  std::string type, access_id;
  AccessUrl access_url;
};
/// The answer of GET /objects/{id}/access/{access_id}.
std::optional<AccessUrl> read_access_url(std::string_view json);

/// A DrsObject.
struct Object {
  std::string id, self_uri, name, access_url;
  std::vector<AccessMethod> access_methods;
  std::optional<std::uint64_t> bytes;
  std::vector<std::string> sha256_hex;  // every SHA-256 among the checksums, however its type is spelled
  std::vector<std::string> aliases;
  std::optional<std::vector<std::string>> controlled_access;  // empty optional: the server does not return the field
};
std::optional<Object> read_object(std::string_view json);
/// The answer of POST /objects/register.
std::optional<std::vector<Object>> read_registered(std::string_view json);
/// The answer of GET /objects/checksum/{checksum}.
std::optional<std::vector<Object>> read_found(std::string_view json);

/// The message of an error answer for an operator's line, or "".
std::string read_complaint(std::string_view json);

}  // namespace tributary::drs
