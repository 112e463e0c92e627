// agent/config/build_destination.cpp: a destination: settings, parts, credentials, certificates, recipients, ingest.
#include "agent/base/text.hpp"
#include "agent/config/build.hpp"
#include "agent/config/key_files.hpp"

namespace tributary::config {
namespace {

// The keys that each kind of authorisation needs, and those it may have.
struct AuthKeys {
  std::string_view type, needs, may;
};
constexpr AuthKeys auth_kinds[] = {
    {"none", "", ""},
    {"basic", "username password_file", ""},
    {"bearer", "token_file", ""},
    {"oauth2", "token_url client_id", "client_secret_file private_key_file key_id scope audience"},
};

bool has_word(std::string_view words, std::string_view word) {
  for (const auto& one : split(words, ' ')) {
    if (one == word) return true;
  }
  return false;
}

void check_auth_keys(const Section& auth, const AuthKeys& kind, Problems& problems) {
  for (const auto* name : {"username", "password_file", "token_file", "token_url", "client_id", "client_secret_file",
                           "private_key_file", "key_id", "scope", "audience"}) {
    const bool needed = has_word(kind.needs, name);
    if (needed && !auth.given(name)) {
      problems.error(auth.place(name), "is missing", "auth of type " + std::string(kind.type) + " needs it");
    }
    if (!needed && !has_word(kind.may, name) && auth.given(name)) {
      problems.error(auth.place(name), "does not belong to auth of type " + std::string(kind.type),
                     "remove it, or correct `type`");
    }
  }
}

std::optional<Ingest> build_ingest(const Section* section, const PluginDesk& desk, Problems& problems) {
  if (section == nullptr) return std::nullopt;
  return Ingest{section->text("plugin"), read_settings(*section, PluginKind::ingest, desk, nullptr, problems)};
}

AuthSettings build_auth(const Section& auth, Problems& problems) {
  AuthSettings out;
  const auto& type = auth.text("type");
  for (const auto& kind : auth_kinds) {
    if (kind.type == type) check_auth_keys(auth, kind, problems);
  }
  out.username = auth.text("username");
  out.token_url = auth.text("token_url");
  out.client_id = auth.text("client_id");
  out.scope = auth.text("scope");
  out.audience = auth.text("audience");
  out.key_id = auth.text("key_id");
  std::string_view secret;
  if (type == "basic") {
    out.kind = AuthSettings::Kind::basic;
    secret = "password_file";
  } else if (type == "bearer") {
    out.kind = AuthSettings::Kind::bearer;
    secret = "token_file";
  } else if (type == "oauth2") {
    out.kind = AuthSettings::Kind::oauth2;
    out.private_key_jwt = auth.given("private_key_file");
    secret = out.private_key_jwt ? "private_key_file" : "client_secret_file";
    if (auth.given("private_key_file") == auth.given("client_secret_file")) {
      problems.error(auth.place(), "needs one of client_secret_file and private_key_file", "give exactly one");
    }
  }
  if (secret.empty()) return out;
  out.secret_file = auth.text(secret);
  check_secret_file(out.secret_file, 1, auth.place(secret), problems);
  return out;
}

TlsSettings build_tls(const Section& tls, Problems& problems) {
  TlsSettings out{tls.text("ca_file"), tls.text("cert_file"), tls.text("key_file"), tls.text("server_name")};
  check_file(out.ca_file, tls.place("ca_file"), problems);
  check_file(out.cert_file, tls.place("cert_file"), problems);
  check_secret_file(out.key_file, 1, tls.place("key_file"), problems);
  if (tls.given("cert_file") != tls.given("key_file")) {
    problems.error(tls.place(tls.given("cert_file") ? "cert_file" : "key_file"),
                   "cert_file and key_file belong together", "give both or none");
  }
  return out;
}

void check_proxy(const Section& section, Problems& problems) {
  const std::string_view proxy = section.text("proxy");
  if (proxy.empty()) return;
  std::string host;
  int port = 0;
  auto rest = proxy;
  const bool scheme = lower(proxy.substr(0, 7)) == "http://";
  if (scheme) rest.remove_prefix(7);
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  if (!scheme || !split_host_port(rest, host, port) || port == 0) {
    problems.error(section.place("proxy"), "'" + printable(proxy) + "' is no proxy", "write http://host:port");
  }
}

}  // namespace

void build_reach(const Section& section, Reach& reach, Problems& problems) {
  if (const auto* auth = section.section("auth")) reach.auth = build_auth(*auth, problems);
  if (const auto* tls = section.section("tls")) reach.tls = build_tls(*tls, problems);
  check_proxy(section, problems);
  reach.proxy = section.text("proxy");
}

Destination build_destination(const Section& section, const PluginDesk& desk, Problems& problems) {
  Destination out;
  out.name = section.text("name");
  out.plugin = section.text("plugin");
  const auto parts = read_parts(section, problems);
  out.settings = read_settings(section, PluginKind::destination, desk, &parts, problems);
  out.part_bytes = static_cast<std::uint64_t>(parts.number("part_size"));
  out.max_parts = static_cast<std::uint32_t>(parts.number("max_parts"));
  out.controlled_access = parts.texts("controlled_access");
  build_reach(section, out, problems);
  out.upload_bytes_per_s = static_cast<std::uint64_t>(section.number("upload_rate"));
  out.stall_timeout_s = static_cast<std::uint32_t>(section.number("stall_timeout"));
  out.recipient_files = section.texts("recipients");
  const auto& places = section.value("recipients").list_places;
  for (std::size_t i = 0; i < out.recipient_files.size(); ++i) {
    check_recipient(out.recipient_files[i], places[i], problems);
  }
  if (section.given("recipients") && out.recipient_files.empty()) {
    problems.error(section.place("recipients"), "is empty: nobody could read the data", "name at least one public key");
  }
  const auto& proof = section.text("verify_after");
  out.verify_after = proof == "none"     ? VerifyAfter::none
                     : proof == "sample" ? VerifyAfter::sample
                     : proof == "full"   ? VerifyAfter::full
                                         : VerifyAfter::head;
  out.ingest = build_ingest(section.section("ingest"), desk, problems);
  return out;
}

}  // namespace tributary::config
