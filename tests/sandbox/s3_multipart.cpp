// tests/sandbox/s3_multipart.cpp: uploads in parts.
#include <algorithm>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "tests/sandbox/s3.hpp"
#include "tests/sandbox/xml.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::uint64_t most_parts = 10000;

Reply xml_reply(std::string_view name, const std::string& inside) {
  Reply reply;
  reply.headers.push_back({"Content-Type", "application/xml"});
  reply.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + std::string(name) +
               " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + inside + "</" + std::string(name) + ">";
  return reply;
}

S3Error no_such_upload() {
  return {404, "NoSuchUpload", "The specified multipart upload does not exist. It may have been aborted or completed."};
}

std::string in_quotes(const std::string& etag) { return "\"" + etag + "\""; }

std::uint64_t limit_of(const Query& query, std::string_view name) {
  return std::clamp<std::uint64_t>(parse_count(query.get(name)).value_or(1000), 1, 1000);
}

Reply completed(const std::string& bucket, const std::string& key, const std::string& etag,
                const std::string& url_path) {
  return xml_reply("CompleteMultipartUploadResult", element("Location", url_path) + element("Bucket", bucket) +
                                                        element("Key", key) + element("ETag", in_quotes(etag)));
}

/// The rules of CompleteMultipartUpload.
std::optional<S3Error> check_parts(const Upload& upload, const std::vector<NamedPart>& named,
                                   std::uint64_t min_part_bytes) {
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (i > 0 && named[i].number <= named[i - 1].number) {
      return S3Error{400, "InvalidPartOrder", "The list of parts was not in ascending order."};
    }
    const auto part = upload.parts.find(named[i].number);
    if (part == upload.parts.end() || part->second.piece.md5 != named[i].etag) {
      return S3Error{400, "InvalidPart", "One or more of the specified parts could not be found or its ETag differs."};
    }
    if (i + 1 < named.size() && part->second.piece.size_bytes < min_part_bytes) {
      return S3Error{400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Upload> S3::open_upload(const Call& call, const Target& target) const {
  auto upload = storage_.find_upload(call.query().get("uploadId"));
  if (!upload || upload->bucket != target.bucket || upload->key != target.key) return std::nullopt;
  return upload;
}

Reply S3::create(const Call& call, const Target& target) {
  const auto id = storage_.create_upload(target.bucket, target.key, std::string(call.header("Content-Type")));
  if (!id) return s3_error({500, "InternalError", sentence(id.error())}, target.url_path);
  return xml_reply("InitiateMultipartUploadResult",
                   element("Bucket", target.bucket) + element("Key", target.key) + element("UploadId", *id));
}

Reply S3::part(Call& call, const Target& target) {
  const auto number = parse_count(call.query().get("partNumber"));
  if (!number || *number == 0 || *number > most_parts) {
    return s3_error({400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"},
                    target.url_path);
  }
  const auto upload = open_upload(call, target);
  if (!upload || !upload->completed_etag.empty()) return s3_error(no_such_upload(), target.url_path);
  auto received = receive(call, target);
  if (const auto* error = std::get_if<S3Error>(&received)) return s3_error(*error, target.url_path);
  auto& piece = std::get<Piece>(received);
  Reply reply;
  reply.headers.push_back({"ETag", in_quotes(piece.md5)});
  const auto stored = storage_.put_part(upload->id, static_cast<std::uint32_t>(*number), std::move(piece));
  if (stored) return reply;
  if (stored.error().remedy == Remedy::give_up) return s3_error(no_such_upload(), target.url_path);
  return s3_error({500, "InternalError", sentence(stored.error())}, target.url_path);
}

Reply S3::complete(Call& call, const Target& target) {
  constexpr std::size_t body_limit = 4U << 20;
  const auto body = call.read_text(body_limit);
  if (!body) return s3_error({400, "MalformedXML", "The body is longer than any list of parts"}, target.url_path);
  const auto& payload = target.signer.payload;
  if (payload != "UNSIGNED-PAYLOAD" && payload != to_hex(crypto::sha256(view(*body)))) {
    return s3_error({400, "XAmzContentSHA256Mismatch", "x-amz-content-sha256 does not match what was computed."});
  }
  const auto upload = open_upload(call, target);
  if (!upload) return s3_error(no_such_upload(), target.url_path);
  if (!upload->completed_etag.empty()) {
    return completed(target.bucket, target.key, upload->completed_etag, target.url_path);
  }
  const auto named = read_complete_request(*body);
  if (!named) return s3_error({400, "MalformedXML", "The XML you provided was not well-formed"}, target.url_path);
  if (const auto error = check_parts(*upload, *named, settings_.min_part_bytes)) {
    return s3_error(*error, target.url_path);
  }
  if (call.header("If-None-Match") == "*" && storage_.find(target.bucket, target.key)) {
    return s3_error({412, "PreconditionFailed", "At least one of the preconditions you specified did not hold"});
  }
  std::vector<std::uint32_t> numbers;
  for (const auto& part : *named) numbers.push_back(part.number);
  const auto blob = storage_.complete(upload->id, numbers);
  if (blob) return completed(target.bucket, target.key, blob->etag, target.url_path);
  if (blob.error().remedy == Remedy::give_up) return s3_error(no_such_upload(), target.url_path);
  return s3_error({500, "InternalError", sentence(blob.error())}, target.url_path);
}

Reply S3::abort(const Call& call, const Target& target) {
  const auto upload = open_upload(call, target);
  if (!upload) return s3_error(no_such_upload(), target.url_path);
  const auto aborted = storage_.abort(upload->id);
  if (!aborted && aborted.error().remedy == Remedy::give_up) return s3_error(no_such_upload(), target.url_path);
  if (!aborted) return s3_error({500, "InternalError", sentence(aborted.error())}, target.url_path);
  Reply reply;
  reply.status = 204;
  return reply;
}

Reply S3::list_parts(const Call& call, const Target& target) const {
  const auto upload = open_upload(call, target);
  if (!upload || !upload->completed_etag.empty()) return s3_error(no_such_upload(), target.url_path);
  const auto limit = limit_of(call.query(), "max-parts");
  const auto marker = parse_count(call.query().get("part-number-marker")).value_or(0);
  std::string items;
  std::uint64_t count = 0, last = marker;
  bool truncated = false;
  for (const auto& [number, part] : upload->parts) {
    if (number <= marker) continue;
    if (count == limit) {
      truncated = true;
      break;
    }
    items += "<Part>" + element("PartNumber", std::to_string(number)) +
             element("LastModified", to_rfc3339(part.stored_utc_s)) + element("ETag", in_quotes(part.piece.md5)) +
             element("Size", std::to_string(part.piece.size_bytes)) + "</Part>";
    last = number;
    ++count;
  }
  return xml_reply(
      "ListPartsResult",
      element("Bucket", target.bucket) + element("Key", target.key) + element("UploadId", upload->id) +
          element("PartNumberMarker", std::to_string(marker)) + element("NextPartNumberMarker", std::to_string(last)) +
          element("MaxParts", std::to_string(limit)) + element("IsTruncated", truncated ? "true" : "false") + items);
}

Reply S3::list_uploads(const Call& call, const Target& target) const {
  const auto& query = call.query();
  const auto prefix = query.get("prefix");
  const auto limit = limit_of(query, "max-uploads");
  const auto marker = std::pair(query.get("key-marker"), query.get("upload-id-marker"));
  const bool encode = query.get("encoding-type") == "url";
  const auto key_text = [&](const std::string& key) { return encode ? http::percent_encode(key) : key; };
  auto uploads = storage_.open_uploads();
  std::sort(uploads.begin(), uploads.end(),
            [](const auto& a, const auto& b) { return std::tie(a.key, a.id) < std::tie(b.key, b.id); });
  std::string items, next;
  std::uint64_t count = 0;
  bool truncated = false;
  for (const auto& upload : uploads) {
    if (upload.bucket != target.bucket || upload.key.compare(0, prefix.size(), prefix) != 0) continue;
    if (!marker.first.empty() &&
        (marker.second.empty() ? upload.key <= marker.first : std::pair(upload.key, upload.id) <= marker)) {
      continue;
    }
    if (count++ == limit) {
      truncated = true;
      break;
    }
    items += "<Upload>" + element("Key", key_text(upload.key)) + element("UploadId", upload.id) +
             element("Initiated", to_rfc3339(upload.started_utc_s)) + "</Upload>";
    next = element("NextKeyMarker", key_text(upload.key)) + element("NextUploadIdMarker", upload.id);
  }
  return xml_reply("ListMultipartUploadsResult",
                   element("Bucket", target.bucket) + element("Prefix", key_text(prefix)) +
                       (encode ? element("EncodingType", "url") : "") + element("MaxUploads", std::to_string(limit)) +
                       element("IsTruncated", truncated ? "true" : "false") + next + items);
}

}  // namespace tributary::sandbox
