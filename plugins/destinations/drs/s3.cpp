// plugins/destinations/drs/s3.cpp: signed requests to an object store.
#include "plugins/destinations/drs/s3.hpp"

#include <algorithm>

#include "plugins/destinations/drs/s3_xml.hpp"
#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

constexpr std::uint32_t patience_s = 900;  // completing a large upload takes a store minutes

/// host[:port] and path of an endpoint; the port is left out where it is the scheme's own, as in the Host header.
std::pair<std::string, std::string> parts_of(const std::string& endpoint) {
  const auto start = endpoint.find("://");
  const auto from = start == std::string::npos ? 0 : start + 3;
  const auto slash = std::min(endpoint.find('/', from), endpoint.size());
  auto authority = sdk::lower(endpoint.substr(from, slash - from));
  const std::string own_port = endpoint.rfind("http://", 0) == 0 ? ":80" : ":443";
  if (authority.size() > own_port.size() &&
      authority.compare(authority.size() - own_port.size(), own_port.size(), own_port) == 0) {
    authority.resize(authority.size() - own_port.size());
  }
  return {authority, endpoint.substr(slash)};
}

/// Stores that do not know a header, or miss one, say so in one of these ways.
bool may_want_other_headers(const S3Answer& answer) {
  return answer.reply.status == 501 || answer.code == "NotImplemented" || answer.code == "InvalidRequest" ||
         answer.code == "MissingContentMD5";
}

}  // namespace

std::string S3Answer::etag() const {
  std::string etag(reply.header("ETag"));
  etag.erase(std::remove(etag.begin(), etag.end(), '"'), etag.end());
  return sdk::lower(etag);
}

bool S3Answer::etag_is_digest() const {
  const auto encryption = reply.header("x-amz-server-side-encryption");
  return encryption.substr(0, 7) != "aws:kms" &&
         reply.header("x-amz-server-side-encryption-customer-algorithm").empty();
}

bool wants_new_credentials(const S3Answer& answer) {
  return answer.reply.status == 401 || answer.code == "ExpiredToken" || answer.code == "RequestExpired" ||
         answer.code == "TokenRefreshRequired" || answer.code == "InvalidToken" || answer.code == "InvalidAccessKeyId";
}

void store_is_busy(const sdk::Host& host, const S3Answer& answer, const std::string& what) {
  sdk::come_back(host, answer.reply, what + (answer.code.empty() ? "" : ": " + answer.code));
}

S3Answer S3::once(sdk::Ask ask, const Place& place, const Query& query, const std::string& sha256_hex,
                  const Payload* payload) {
  const auto [authority, prefix] = parts_of(place.endpoint);
  const auto now_s = host_.now_utc_s() + habits_.skew_s;
  sdk::sigv4::Request request;
  request.method = ask.method;
  request.path = prefix + "/" + sdk::percent_encode(place.bucket);
  if (!place.key.empty()) request.path += "/" + sdk::percent_encode(place.key, true);
  request.query = query;
  request.payload_sha256_hex = sha256_hex;
  ask.headers.emplace_back("x-amz-date", sdk::basic_utc(now_s));
  ask.headers.emplace_back("x-amz-content-sha256", sha256_hex);
  if (!credentials_.session_token.empty()) {
    ask.headers.emplace_back("x-amz-security-token", credentials_.session_token);
  }
  request.headers = ask.headers;
  request.headers.emplace_back("host", authority);
  ask.headers.emplace_back("Authorization",
                           sdk::sigv4::authorization(request, credentials_, {place.region, "s3"}, now_s));
  const auto query_text = sdk::sigv4::canonical_query(request);
  const auto scheme_end = place.endpoint.size() - prefix.size();
  ask.url = place.endpoint.substr(0, scheme_end) + request.path + (query_text.empty() ? "" : "?" + query_text);
  if (payload != nullptr && payload->bytes > 0) {
    ask.read_body = payload->open();
    ask.body_bytes = payload->bytes;
  }
  S3Answer answer;
  answer.reply = sdk::exchange(host_, ask);
  answer.code = error_code(answer.reply.body);
  return answer;
}

S3Answer S3::timed(const sdk::Ask& ask, const Place& place, const Query& query, const std::string& sha256_hex,
                   const Payload* payload) {
  auto answer = once(ask, place, query, sha256_hex, payload);
  if (answer.code != "RequestTimeTooSkewed") return answer;
  const auto theirs = sdk::parse_http_date(answer.reply.header("Date"));
  if (!theirs) return answer;
  const auto ahead_s = *theirs - host_.now_utc_s();
  if (habits_.skew_s.exchange(ahead_s) != ahead_s) {
    host_.log(TRIBUTARY_LOG_WARNING, "drs: the clock of the object store is " + std::to_string(ahead_s) +
                                         " s ahead of ours; its time is used to sign");
  }
  return once(ask, place, query, sha256_hex, payload);
}

S3Answer S3::exchange(const sdk::Ask& ask, const Place& place, const Query& query, const std::string& sha256_hex,
                      const std::string& md5_raw, const Payload* payload) {
  const auto ask_with = [&](bool md5) {
    auto asked = ask;
    if (md5) asked.headers.emplace_back("Content-MD5", sdk::base64(md5_raw));
    return timed(asked, place, query, sha256_hex, payload);
  };
  if (md5_raw.empty()) return ask_with(false);
  const bool md5 = habits_.md5;
  const auto answer = ask_with(md5);
  if (!may_want_other_headers(answer)) return answer;
  const auto other = ask_with(!md5);
  if (!other.ok()) return answer;  // it was something else
  if (habits_.md5.exchange(!md5) == md5) {
    host_.log(TRIBUTARY_LOG_WARNING,
              md5 ? "drs: the object store refuses the header Content-MD5; it is sent without it. "
                    "content_md5: false saves the question"
                  : "drs: the object store wants the header Content-MD5; it is sent from now on. "
                    "content_md5: true saves the question");
  }
  return other;
}

S3Answer S3::send(const std::string& method, const Place& place, const Query& query, const std::string& body) {
  sdk::Ask ask;
  ask.method = method;
  ask.body = body;
  ask.answer_timeout_s = patience_s;
  if (!body.empty()) ask.headers = {{"Content-Type", "application/xml"}};
  return exchange(ask, place, query, sdk::hex(sdk::sha256(body)), body.empty() ? "" : sdk::md5(body), nullptr);
}

S3Answer S3::put(const Place& place, const Query& query, const Payload& payload, const std::string& mime_type) {
  sdk::Ask ask;
  ask.method = "PUT";
  if (!mime_type.empty()) ask.headers.emplace_back("Content-Type", mime_type);
  return exchange(ask, place, query, sdk::hex(payload.sha256_raw), payload.md5_raw, &payload);
}

}  // namespace tributary::drs
