// tests/sandbox/s3.cpp: who may do what, and the operations on whole objects.
#include "tests/sandbox/s3.hpp"

#include <algorithm>
#include <array>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "tests/sandbox/transfer.hpp"
#include "tests/sandbox/xml.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::string_view root = "/s3/";
constexpr std::uint64_t largest_body_bytes = std::uint64_t{5} << 30;

/// Raw bucket and raw key of a path below the root.
std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
  const auto rest = path.substr(std::min(root.size(), path.size()));
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return {rest, {}};
  return {rest.substr(0, slash), rest.substr(slash + 1)};
}

bool within(const Credential& credential, std::string_view key) {
  return std::any_of(credential.prefixes.begin(), credential.prefixes.end(),
                     [&](const auto& prefix) { return key.substr(0, prefix.size()) == prefix; });
}

/// Operations on something beside the object's bytes: not known here, and not to be taken for a PutObject.
bool names_subresource(const Query& query) {
  static constexpr std::array<std::string_view, 8> names = {"acl",        "tagging", "retention", "legal-hold",
                                                            "attributes", "torrent", "select",    "restore"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return query.has(name); });
}

std::optional<S3Error> check_digests(const Call& call, const Signer& signer, const Piece& piece) {
  if (signer.payload != "UNSIGNED-PAYLOAD" && signer.payload != piece.sha256) {
    return S3Error{400, "XAmzContentSHA256Mismatch",
                   "The provided 'x-amz-content-sha256' header does not match what was computed."};
  }
  if (const auto header = call.header("Content-MD5"); !header.empty()) {
    const auto md5 = from_base64(header);
    if (!md5 || md5->size() != 16) return S3Error{400, "InvalidDigest", "The Content-MD5 you specified is not valid."};
    if (to_hex(*md5) != piece.md5) {
      return S3Error{400, "BadDigest", "The Content-MD5 you specified did not match what we received."};
    }
  }
  if (const auto header = call.header("x-amz-checksum-sha256"); !header.empty()) {
    const auto sha256 = from_base64(header);
    if (!sha256 || to_hex(*sha256) != piece.sha256) {
      return S3Error{400, "BadDigest", "The SHA256 you specified did not match the calculated checksum."};
    }
  }
  return std::nullopt;
}

}  // namespace

Kind s3_kind(std::string_view method, std::string_view path, const Query& query) {
  const bool on_object = !split_path(path).second.empty();
  const bool upload_id = query.has("uploadId");
  if (!on_object) return method == "GET" && query.has("uploads") ? Kind::list_uploads : Kind::other;
  if (names_subresource(query)) return Kind::other;
  if (method == "PUT") return upload_id || query.has("partNumber") ? Kind::part : Kind::put;
  if (method == "POST" && query.has("uploads")) return Kind::create;
  if (method == "POST" && upload_id) return Kind::complete;
  if (method == "GET") return upload_id ? Kind::list_parts : Kind::get;
  if (method == "HEAD") return Kind::head;
  if (method == "DELETE") return upload_id ? Kind::abort : Kind::erase;
  return Kind::other;
}

Reply s3_error(const S3Error& error, std::string_view resource) {
  Reply reply;
  reply.status = error.status;
  reply.headers.push_back({"Content-Type", "application/xml"});
  reply.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>" + element("Code", error.code) +
               element("Message", error.message) + element("Resource", resource) + "</Error>";
  return reply;
}

Reply S3::handle(Call& call, Kind kind) {
  if (call.plan().instead == Act::expire) {
    const auto ended = credentials_.end(shown_access_key(call));
    if (!ended) return s3_error({500, "InternalError", ended.error().what});
  }
  auto checked =
      check_signature(call, credentials_, {settings_.region, clock_.now_utc_s(), settings_.allow_unsigned_payload});
  if (const auto* error = std::get_if<S3Error>(&checked)) return s3_error(*error, call.path());
  const auto [bucket, key] = split_path(call.path());
  Target target{http::percent_decode(bucket), http::percent_decode(key), call.path(), std::get<Signer>(checked)};
  if (target.bucket != bucket_name) {
    return s3_error({404, "NoSuchBucket", "The specified bucket does not exist"}, call.path());
  }
  const auto touched = kind == Kind::list_uploads ? call.query().get("prefix") : target.key;
  if (!within(target.signer.credential, touched)) {
    return s3_error({403, "AccessDenied", "these credentials are for other keys"}, call.path());
  }
  if (!call.header("x-amz-copy-source").empty()) kind = Kind::other;
  return dispatch(call, kind, target);
}

Reply S3::dispatch(Call& call, Kind kind, const Target& target) {
  switch (kind) {
    case Kind::put:
      return put(call, target);
    case Kind::head:
    case Kind::get:
      return get(call, target);
    case Kind::erase:
      return erase(target);
    case Kind::create:
      return create(call, target);
    case Kind::part:
      return part(call, target);
    case Kind::complete:
      return complete(call, target);
    case Kind::abort:
      return abort(call, target);
    case Kind::list_parts:
      return list_parts(call, target);
    case Kind::list_uploads:
      return list_uploads(call, target);
    default:
      return s3_error({501, "NotImplemented", "this sandbox has no such operation"}, target.url_path);
  }
}

/// The body on the disk, with every digest that the request names compared.
S3::Received S3::receive(Call& call, const Target& target) {
  const auto length = call.content_length();
  if (!length) return S3Error{411, "MissingContentLength", "You must provide the Content-Length HTTP header."};
  if (*length > largest_body_bytes) {
    return S3Error{400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size"};
  }
  auto piece = storage_.receive(call.body(), call.plan().corrupt);
  if (!piece) return S3Error{500, "InternalError", sentence(piece.error())};
  auto error = check_digests(call, target.signer, *piece);
  if (piece->size_bytes != *length) {
    error = S3Error{400, "IncompleteBody", "You did not provide the number of bytes specified by Content-Length"};
  }
  if (!error) return *std::move(piece);
  storage_.discard(*piece);
  return *std::move(error);
}

Reply S3::put(Call& call, const Target& target) {
  auto received = receive(call, target);
  if (const auto* error = std::get_if<S3Error>(&received)) return s3_error(*error, target.url_path);
  auto& piece = std::get<Piece>(received);
  if (call.header("If-None-Match") == "*" && storage_.find(target.bucket, target.key)) {
    storage_.discard(piece);
    return s3_error({412, "PreconditionFailed", "At least one of the preconditions you specified did not hold"},
                    target.url_path);
  }
  const auto blob = storage_.put(target.bucket, target.key, std::string(call.header("Content-Type")), std::move(piece));
  if (!blob) return s3_error({500, "InternalError", sentence(blob.error())}, target.url_path);
  Reply reply;
  reply.headers.push_back({"ETag", "\"" + blob->etag + "\""});
  return reply;
}

Reply S3::get(const Call& call, const Target& target) const {
  const auto blob = storage_.find(target.bucket, target.key);
  if (!blob) return s3_error({404, "NoSuchKey", "The specified key does not exist."}, target.url_path);
  auto reply = serve_blob(call, storage_, *blob);
  if (reply.status == 416) return s3_error({416, "InvalidRange", "The requested range is not satisfiable"});
  return reply;
}

Reply S3::erase(const Target& target) {
  const auto erased = storage_.erase(target.bucket, target.key);
  if (!erased) return s3_error({500, "InternalError", sentence(erased.error())}, target.url_path);
  Reply reply;
  reply.status = 204;
  return reply;
}

}  // namespace tributary::sandbox
