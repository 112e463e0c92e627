// tests/plugins/sandbox/signer.cpp: canonical requests and signatures.
#include "tests/plugins/sandbox/signer.hpp"

#include <ctime>
#include <map>
#include <set>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::sandbox::test {
namespace {

std::string stamp(std::int64_t utc_s) {
  const auto time = static_cast<std::time_t>(utc_s);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char buffer[32];
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y%m%dT%H%M%SZ", &parts)};
}

std::pair<std::string, std::string> path_and_query(const std::string& target) {
  const auto mark = target.find('?');
  if (mark == std::string::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

std::string sorted_query(const std::string& query) {
  std::set<std::string> words;
  for (const auto& word : split(query, '&')) {
    if (!word.empty()) words.insert(word.find('=') == std::string::npos ? word + "=" : word);
  }
  return join({words.begin(), words.end()}, "&");
}

std::string signature_of(const std::string& canonical, const Credentials& credentials, const std::string& date) {
  const auto day = date.substr(0, 8);
  const auto to_sign = "AWS4-HMAC-SHA256\n" + date + "\n" + day + "/" + credentials.region + "/s3/aws4_request\n" +
                       sha256_hex(canonical);
  const auto a = crypto::hmac_sha256(view("AWS4" + credentials.secret), view(day));
  const auto b = crypto::hmac_sha256(a, view(credentials.region));
  const auto c = crypto::hmac_sha256(b, view("s3"));
  const auto d = crypto::hmac_sha256(c, view("aws4_request"));
  return to_hex(crypto::hmac_sha256(d, view(to_sign)));
}

std::string scope(const Credentials& credentials, const std::string& date) {
  return credentials.access_key_id + "/" + date.substr(0, 8) + "/" + credentials.region + "/s3/aws4_request";
}

}  // namespace

std::string sha256_hex(const std::string& text) { return to_hex(crypto::sha256(view(text))); }

std::string md5_hex(const std::string& text) {
  crypto::Md5 md5;
  md5.update(view(text));
  return to_hex(md5.finish());
}

std::string md5_base64(const std::string& text) {
  crypto::Md5 md5;
  md5.update(view(text));
  return to_base64(md5.finish());
}

void sign(Ask& ask, const Credentials& credentials, std::uint16_t port, std::int64_t now_utc_s,
          const std::string& payload) {
  const auto date = stamp(now_utc_s);
  const auto digest = payload.empty() ? sha256_hex(ask.body) : payload;
  ask.headers.emplace_back("x-amz-date", date);
  ask.headers.emplace_back("x-amz-content-sha256", digest);
  if (!credentials.session_token.empty()) ask.headers.emplace_back("x-amz-security-token", credentials.session_token);
  std::map<std::string, std::string> headers = {{"host", "127.0.0.1:" + std::to_string(port)}};
  for (const auto& [name, value] : ask.headers) headers[lower(name)] = std::string(trim(value));
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const auto [path, query] = path_and_query(ask.target);
  const auto canonical =
      ask.method + "\n" + path + "\n" + sorted_query(query) + "\n" + lines + "\n" + names + "\n" + digest;
  ask.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + scope(credentials, date) +
                                                ", SignedHeaders=" + names +
                                                ", Signature=" + signature_of(canonical, credentials, date));
}

void presign(Ask& ask, const Credentials& credentials, std::uint16_t port, std::int64_t now_utc_s, int lifetime_s) {
  const auto date = stamp(now_utc_s);
  auto [path, query] = path_and_query(ask.target);
  if (!query.empty()) query += "&";
  query += "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + http::percent_encode(scope(credentials, date)) +
           "&X-Amz-Date=" + date + "&X-Amz-Expires=" + std::to_string(lifetime_s) + "&X-Amz-SignedHeaders=host";
  if (!credentials.session_token.empty()) {
    query += "&X-Amz-Security-Token=" + http::percent_encode(credentials.session_token);
  }
  const auto canonical = ask.method + "\n" + path + "\n" + sorted_query(query) +
                         "\nhost:127.0.0.1:" + std::to_string(port) + "\n\nhost\nUNSIGNED-PAYLOAD";
  ask.target = path + "?" + query + "&X-Amz-Signature=" + signature_of(canonical, credentials, date);
}

}  // namespace tributary::sandbox::test
