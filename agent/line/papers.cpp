// agent/line/papers.cpp: until when certificates and tokens are good.
#include "agent/line/papers.hpp"

#include <algorithm>

#include "agent/base/clock.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/line/site.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::line {
namespace {

constexpr std::size_t most_token_bytes = 64U << 10;

Paper certificate(const std::string& of, const char* key, const std::string& file) {
  const auto end = http::certificate_end(file);
  if (!end) return {of, key, 0, end.error()};
  return {of, key, *end, {}};
}

Paper token(const std::string& of, const char* key, const std::string& file) {
  auto text = files::read_small(file, most_token_bytes);
  if (!text) return {of, key, 0, text.error()};
  const Wiped guard(*text);
  return {of, key, token_end(*text), {}};
}

}  // namespace

std::vector<Paper> papers_of(const std::string& of, const config::Reach& reach) {
  using Kind = config::AuthSettings::Kind;
  std::vector<Paper> out;
  if (!reach.tls.cert_file.empty()) out.push_back(certificate(of, "tls.cert_file", reach.tls.cert_file));
  if (!reach.tls.ca_file.empty()) out.push_back(certificate(of, "tls.ca_file", reach.tls.ca_file));
  const auto& auth = reach.auth;
  if (auth.kind == Kind::bearer) out.push_back(token(of, "auth.token_file", auth.secret_file));
  if (auth.kind == Kind::basic) out.push_back(token(of, "auth.password_file", auth.secret_file));
  if (auth.kind == Kind::oauth2)
    out.push_back(
        token(of, auth.private_key_jwt ? "auth.private_key_file" : "auth.client_secret_file", auth.secret_file));
  return out;
}

std::int64_t token_end(std::string_view token) {
  const auto parts = split(trim(token), '.');
  if (parts.size() != 3) return 0;
  auto claims = from_base64url(parts[1]);
  if (!claims) return 0;
  const auto parsed = json::parse(text(*claims));
  wipe(claims->data(), claims->size());
  if (!parsed || !(*parsed)["exp"].is_integer()) return 0;
  return std::max<std::int64_t>(0, (*parsed)["exp"].as_integer());
}

std::vector<Paper> papers_of(const config::Settings& settings) {
  std::vector<Paper> out;
  const auto add = [&](const std::string& of, const config::Reach& reach) {
    for (auto& paper : papers_of(of, reach)) out.push_back(std::move(paper));
  };
  for (const auto& source : settings.subjects) add("subjects " + source.name, source);
  if (settings.pseudonyms.from_outside()) add("pseudonyms", settings.pseudonyms);
  for (const auto& destination : settings.destinations) add("destination " + destination.name, destination);
  for (const auto& entry : settings.notifications) add(notification_name(entry.name), entry);
  return out;
}

std::vector<Error> warnings_of(const std::vector<Paper>& papers, std::int64_t now_utc_s) {
  std::vector<Error> out;
  for (const auto& paper : papers) {
    const auto which = paper.of + ": " + paper.key;
    if (paper.error) {
      out.push_back(in(which, *paper.error));
    } else if (paper.has_ended(now_utc_s)) {
      out.push_back(operator_error(which + ": ended at " + to_rfc3339(paper.until),
                                   "get a new one and put it there: the file is read again by itself"));
    } else if (paper.ends_soon(now_utc_s)) {
      out.push_back(operator_error(which + ": ends in " + show_duration(paper.until - now_utc_s),
                                   "renew it in time: the file is read again by itself"));
    }
  }
  return out;
}

}  // namespace tributary::line
