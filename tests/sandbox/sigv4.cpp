// tests/sandbox/sigv4.cpp: parsing and checking of signatures.
#include "tests/sandbox/sigv4.hpp"

#include <algorithm>
#include <cstdlib>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
constexpr std::int64_t allowed_skew_s = 15 * 60;

/// What a request says of its signature, wherever it says it.
struct Claim {
  std::string access_key_id, day, region, service, terminator;
  std::vector<std::string> signed_headers;
  std::string signature, date, session_token, payload;
  bool presigned = false;
  std::int64_t lifetime_s = 0;
};

S3Error malformed(bool presigned, const std::string& message) {
  return {400, presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed", message};
}

/// `20261121T100000Z` to seconds.
std::optional<std::int64_t> parse_basic_utc(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) { return std::string(text.substr(at, size)); };
  return from_iso8601(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(9, 2) + ":" + part(11, 2) + ":" +
                      part(13, 2) + "Z");
}

bool read_credential(std::string_view text, Claim& claim) {
  const auto words = split(text, '/');
  if (words.size() != 5) return false;
  claim.access_key_id = words[0];
  claim.day = words[1];
  claim.region = words[2];
  claim.service = words[3];
  claim.terminator = words[4];
  return true;
}

std::optional<Claim> header_claim(const Call& call) {
  const auto header = call.header("Authorization");
  if (header.substr(0, algorithm.size()) != algorithm) return std::nullopt;
  Claim claim;
  bool credential = false;
  for (const auto& item : split(header.substr(algorithm.size()), ',')) {
    const auto word = trim(item);
    const auto equals = std::min(word.find('='), word.size());
    const auto name = word.substr(0, equals);
    const auto value = equals < word.size() ? word.substr(equals + 1) : std::string_view();
    if (name == "Credential") credential = read_credential(value, claim);
    if (name == "SignedHeaders") claim.signed_headers = split(value, ';');
    if (name == "Signature") claim.signature = value;
  }
  if (!credential || claim.signed_headers.empty() || claim.signature.empty()) return std::nullopt;
  claim.date = call.header("x-amz-date");
  claim.session_token = call.header("x-amz-security-token");
  claim.payload = call.header("x-amz-content-sha256");
  return claim;
}

std::optional<Claim> query_claim(const Call& call) {
  const auto& query = call.query();
  Claim claim;
  claim.presigned = true;
  const auto lifetime = parse_count(query.get("X-Amz-Expires"));
  if (query.get("X-Amz-Algorithm") != algorithm || !lifetime || *lifetime == 0 || *lifetime > 604800 ||
      !read_credential(query.get("X-Amz-Credential"), claim)) {
    return std::nullopt;
  }
  claim.lifetime_s = static_cast<std::int64_t>(*lifetime);
  claim.signed_headers = split(query.get("X-Amz-SignedHeaders"), ';');
  claim.signature = query.get("X-Amz-Signature");
  claim.date = query.get("X-Amz-Date");
  claim.session_token = query.get("X-Amz-Security-Token");
  claim.payload = call.header("x-amz-content-sha256");
  if (claim.payload.empty()) claim.payload = query.get("X-Amz-Content-Sha256");
  if (claim.payload.empty()) claim.payload = unsigned_payload;
  return claim;
}

std::string canonical_query(const Query& query, bool presigned) {
  std::vector<std::string> words;
  for (const auto& parameter : query.parameters()) {
    if (presigned && parameter.name == "X-Amz-Signature") continue;
    words.push_back(parameter.raw_name + "=" + parameter.raw_value);
  }
  std::sort(words.begin(), words.end(), [](const std::string& a, const std::string& b) {
    const auto name = [](const std::string& word) { return word.substr(0, word.find('=')); };
    return name(a) != name(b) ? name(a) < name(b) : a < b;
  });
  return join(words, "&");
}

/// Trimmed, runs of blanks as one; several headers of one name are joined with commas.
std::string canonical_value(const Call& call, const std::string& name) {
  std::string out;
  bool first = true;
  for (const auto& header : call.headers()) {
    if (lower(header.name) != name) continue;
    if (!first) out += ',';
    first = false;
    bool blank = false;
    for (const char c : trim(header.value)) {
      if (c == ' ' && blank) continue;
      blank = c == ' ';
      out += c;
    }
  }
  return out;
}

std::string string_to_sign(const Call& call, const Claim& claim) {
  std::string canonical = call.method() + "\n" + call.path() + "\n" + canonical_query(call.query(), claim.presigned);
  canonical += "\n";
  for (const auto& name : claim.signed_headers) canonical += name + ":" + canonical_value(call, name) + "\n";
  canonical += "\n" + join(claim.signed_headers, ";") + "\n" + claim.payload;
  const auto scope = claim.day + "/" + claim.region + "/s3/aws4_request";
  return std::string(algorithm) + "\n" + claim.date + "\n" + scope + "\n" + to_hex(crypto::sha256(view(canonical)));
}

std::string expected_signature(const Call& call, const Claim& claim, const Credential& credential) {
  auto key = crypto::hmac_sha256(view("AWS4" + credential.secret), view(claim.day));
  for (const std::string_view step :
       {std::string_view(claim.region), std::string_view("s3"), std::string_view("aws4_request")}) {
    key = crypto::hmac_sha256(key, view(step));
  }
  return to_hex(crypto::hmac_sha256(key, view(string_to_sign(call, claim))));
}

/// Host and every x-amz header must be under the signature.
std::optional<S3Error> check_signed_headers(const Call& call, const Claim& claim) {
  const auto is_signed = [&](const std::string& name) {
    return std::find(claim.signed_headers.begin(), claim.signed_headers.end(), name) != claim.signed_headers.end();
  };
  if (!std::is_sorted(claim.signed_headers.begin(), claim.signed_headers.end())) {
    return malformed(claim.presigned, "SignedHeaders are not sorted");
  }
  if (!is_signed("host")) return S3Error{403, "AccessDenied", "the Host header is not signed"};
  for (const auto& header : call.headers()) {
    const auto name = lower(header.name);
    if (name.substr(0, 6) == "x-amz-" && !is_signed(name)) {
      return S3Error{403, "AccessDenied", "There were headers present in the request which were not signed: " + name};
    }
  }
  return std::nullopt;
}

std::optional<S3Error> check_time(const Claim& claim, std::int64_t now_utc_s) {
  const auto date = parse_basic_utc(claim.date);
  if (!date) return S3Error{403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"};
  if (claim.date.substr(0, 8) != claim.day) {
    return malformed(claim.presigned, "the day of the credential is not the day of the request");
  }
  if (!claim.presigned && std::abs(*date - now_utc_s) > allowed_skew_s) {
    return S3Error{403, "RequestTimeTooSkewed",
                   "The difference between the request time and the current time is too large."};
  }
  if (claim.presigned && *date - now_utc_s > allowed_skew_s) {
    return S3Error{403, "AccessDenied", "Request is not valid yet"};
  }
  if (claim.presigned && *date + claim.lifetime_s < now_utc_s) {
    return S3Error{403, "AccessDenied", "Request has expired"};
  }
  return std::nullopt;
}

std::optional<S3Error> check_payload(const Claim& claim, const SignatureRules& rules) {
  if (claim.payload.empty()) {
    return S3Error{400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"};
  }
  if (claim.payload.substr(0, 10) == "STREAMING-") {
    return S3Error{501, "NotImplemented", "aws-chunked bodies and trailers are not taken here"};
  }
  if (claim.payload == unsigned_payload) {
    if (claim.presigned || rules.allow_unsigned_payload) return std::nullopt;
    return S3Error{400, "InvalidRequest", "UNSIGNED-PAYLOAD is not taken here; start with --allow-unsigned-payload"};
  }
  const auto digest = from_hex(claim.payload);
  if (!digest || digest->size() != 32 || lower(claim.payload) != claim.payload) {
    return S3Error{400, "InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256 in hex"};
  }
  return std::nullopt;
}

std::optional<S3Error> check_scope(const Claim& claim, const SignatureRules& rules) {
  if (claim.service != "s3" || claim.terminator != "aws4_request") {
    return malformed(claim.presigned, "the credential scope must end in s3/aws4_request");
  }
  if (claim.region == rules.region) return std::nullopt;
  return malformed(claim.presigned,
                   "the region '" + printable(claim.region) + "' is wrong; expecting '" + rules.region + "'");
}

}  // namespace

std::string shown_access_key(const Call& call) {
  const auto claim = call.header("Authorization").empty() ? query_claim(call) : header_claim(call);
  return claim ? claim->access_key_id : std::string();
}

std::variant<Signer, S3Error> check_signature(const Call& call, const Credentials& credentials,
                                              const SignatureRules& rules) {
  const bool in_header = !call.header("Authorization").empty();
  const bool in_query = call.query().has("X-Amz-Signature") || call.query().has("X-Amz-Algorithm");
  if (!in_header && !in_query) return S3Error{403, "AccessDenied", "Access Denied: the request is not signed"};
  if (in_header && in_query) return S3Error{400, "InvalidArgument", "Only one auth mechanism allowed"};
  const auto claim = in_header ? header_claim(call) : query_claim(call);
  if (!claim) return malformed(in_query, "the signature's parameters are incomplete");
  if (const auto error = check_scope(*claim, rules)) return *error;
  const auto credential = credentials.find(claim->access_key_id);
  if (!credential) {
    return S3Error{403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."};
  }
  if (const auto error = check_time(*claim, rules.now_utc_s)) return *error;
  if (const auto error = check_payload(*claim, rules)) return *error;
  if (const auto error = check_signed_headers(call, *claim)) return *error;
  if (!crypto::equal(view(expected_signature(call, *claim, *credential)), view(claim->signature))) {
    return S3Error{403, "SignatureDoesNotMatch",
                   "The request signature we calculated does not match the signature you provided."};
  }
  if (!crypto::equal(view(credential->session_token), view(claim->session_token))) {
    return S3Error{400, "InvalidToken", "The provided token is malformed or otherwise invalid."};
  }
  if (credential->expires_utc_s <= rules.now_utc_s) {
    return S3Error{400, "ExpiredToken", "The provided token has expired."};
  }
  return Signer{*credential, claim->payload};
}

}  // namespace tributary::sandbox
