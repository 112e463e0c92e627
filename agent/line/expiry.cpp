// agent/line/expiry.cpp: ends of certificates and tokens, from their files.
#include "agent/line/expiry.hpp"

#include "agent/base/secret.hpp"
#include "agent/base/text.hpp"
#include "agent/line/site.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::line {
namespace {

constexpr std::size_t most_token_bytes = 65536;

void add(const std::string& of, const config::Reach& reach, std::vector<Expiry>& out) {
  if (!reach.tls.cert_file.empty()) {
    const auto end = http::certificate_end(reach.tls.cert_file);
    if (end) out.push_back({of, "certificate", *end});
  }
  if (reach.auth.kind != config::AuthSettings::Kind::bearer) return;
  auto token = files::read_small(reach.auth.secret_file, most_token_bytes);
  if (!token) return;
  const Wiped guard(*token);
  if (const auto end = token_end(trim(*token))) out.push_back({of, "token", *end});
}

}  // namespace

std::optional<std::int64_t> token_end(std::string_view token) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const auto claims = from_base64url(token.substr(first + 1, second - first - 1));
  if (!claims) return std::nullopt;
  const auto json = json::parse(text(*claims));
  if (!json || !json->is_object() || !(*json)["exp"].is_integer()) return std::nullopt;
  const auto end = (*json)["exp"].as_integer();
  return end > 0 ? std::optional<std::int64_t>(end) : std::nullopt;
}

std::vector<Expiry> expiries(const config::Settings& settings) {
  std::vector<Expiry> out;
  for (const auto& entry : settings.subjects) add("subjects " + entry.name, entry, out);
  if (settings.pseudonyms.from_outside()) add("pseudonyms", settings.pseudonyms, out);
  for (const auto& entry : settings.destinations) add("destination " + entry.name, entry, out);
  for (const auto& entry : settings.notifications) add(notification_name(entry.name), entry, out);
  return out;
}

}  // namespace tributary::line
