// plugins/destinations/drs/https_upload.cpp: PUT, POST or a form with the object as its file.
#include "plugins/destinations/drs/https_upload.hpp"

#include <algorithm>
#include <cstring>

#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

/// `Name: value` of an AccessURL's headers; a line without a value adds nothing.
bool has(const sdk::Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return sdk::lower(header.first) == name; });
}

/// `head`, then `body`, then `tail`, as one body of a known size.
sdk::ReadBody framed(std::string head, sdk::ReadBody body, std::uint64_t body_bytes, std::string tail) {
  return [head = std::move(head), body = std::move(body), left = body_bytes, tail = std::move(tail), head_at = 0UL,
          tail_at = 0UL](void* into, std::uint64_t room) mutable -> std::int64_t {
    const auto copy = [&](const std::string& text, std::size_t& at) {
      const auto n = std::min<std::uint64_t>(room, text.size() - at);
      std::memcpy(into, text.data() + at, n);
      at += n;
      return static_cast<std::int64_t>(n);
    };
    if (head_at < head.size()) return copy(head, head_at);
    if (left == 0) return copy(tail, tail_at);
    const auto got = body(into, std::min(room, left));
    if (got > 0) left -= static_cast<std::uint64_t>(got);
    return got;
  };
}

}  // namespace

sdk::Reply HttpsUpload::send(const Grant& grant) {
  const auto& object = reading_.object();
  sdk::Ask ask;
  ask.method = settings_.https_verb == "put" ? "PUT" : "POST";
  ask.url = grant.post_url;
  ask.headers = sdk::headers_of(grant.post_headers);
  if (settings_.https_verb == "form") {
    // The digest in the boundary keeps it from standing in the object but by its own doing.
    const auto boundary = "tributary-" + sdk::hex(sdk::bytes(object.sha256, 24));
    const auto head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
                      std::string(object.name) + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    const auto tail = "\r\n--" + boundary + "--\r\n";
    ask.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
    ask.body_bytes = head.size() + object.bytes + tail.size();
    ask.read_body = framed(head, reading_.from(0, 0, object.bytes), object.bytes, tail);
  } else {
    if (!has(ask.headers, "content-type")) ask.headers.emplace_back("Content-Type", object.mime_type);
    ask.body_bytes = object.bytes;
    if (object.bytes > 0) ask.read_body = reading_.from(0, 0, object.bytes);
  }
  return sdk::exchange(host_, ask);
}

void HttpsUpload::run() {
  reading_.stop_if_asked();
  auto token = journal_.object(reading_.index());
  if (token.stored) return reading_.set_there(reading_.object().bytes);
  const auto granted = [&] {
    auto grant = grants_.of(candidate_);
    if (grant.post_url.empty()) {
      throw sdk::Broken("POST /upload-request: " + grant.name + ": the upload details lack a post_url",
                        "report it to the repository");
    }
    return grant;
  };
  auto grant = granted();
  auto reply = send(grant);
  if (reply.status == 401 || reply.status == 403) {
    grants_.renew(grants_.generation());
    grant = granted();
    reply = send(grant);
  }
  if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, "upload: the object store is not ready");
  if (!reply.ok()) {
    throw sdk::Broken("upload: the URL given by the repository says " + std::to_string(reply.status),
                      "look at https_verb (put, post, form), or ask the repository");
  }
  token.access_url = grant.access_url;
  token.method = "https";
  token.stored = true;
  journal_.remember(reading_.index(), token);
  reading_.set_there(reading_.object().bytes);
}

}  // namespace tributary::drs
