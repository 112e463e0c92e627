// agent/port/crypto/mbedtls/jws.cpp: signed texts: JWS (RFC 7515) and the assertion of RFC 7523.
#include "agent/base/json.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/pk.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::crypto {
namespace {

constexpr std::size_t compact_limit_bytes = std::size_t{64} << 20U;
constexpr std::size_t header_limit_bytes = 4096;
constexpr std::size_t smallest_rsa_bits = 2048;

std::string encoded(std::string_view text) { return to_base64url(view(text)); }

Status check_header(std::string_view part) {
  if (part.size() > header_limit_bytes) return refusal("JWS: the header is too long");
  const auto bytes = from_base64url(part);
  if (!bytes) return refusal("JWS: the header is not base64url");
  auto header = json::parse(text(*bytes), 8);
  if (!header) return in("JWS: header", header.error());
  const std::string_view algorithm = (*header)["alg"].as_string();
  if (algorithm != "ES256") {
    return refusal("JWS: signed with an algorithm that is not accepted", "sign with ES256");
  }
  // RFC 7515 section 4.1.11: what must be understood, and is not, is a reason to refuse.
  if (header->has("crit")) return refusal("JWS: the header has critical extensions");
  return {};
}

}  // namespace

Result<std::string> jws_sign(const SigningKey& key, std::string_view payload, std::string_view typ) {
  auto kid = key.key_id();
  if (!kid) return kid.error();
  Json header = Json::object();
  header.add("alg", "ES256").add("kid", *kid);
  if (!typ.empty()) header.add("typ", typ);
  const std::string signed_text = encoded(header.dump()) + "." + encoded(payload);
  auto signature = key.sign(view(signed_text));
  if (!signature) return signature.error();
  return signed_text + "." + to_base64url(*signature);
}

Result<std::string> jws_verify(std::string_view compact, const std::vector<std::string>& public_pems) {
  if (compact.size() > compact_limit_bytes) return refusal("JWS: the text is too long");
  const auto first = compact.find('.');
  const auto second = first == std::string_view::npos ? first : compact.find('.', first + 1);
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos) {
    return refusal("JWS: not three parts with dots between them");
  }
  if (auto fine = check_header(compact.substr(0, first)); !fine) return fine.error();
  const auto payload = from_base64url(compact.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(compact.substr(second + 1));
  if (!payload || !signature) return refusal("JWS: a part is not base64url");
  for (const auto& pem : public_pems) {
    const auto fits = verify_signature(pem, view(compact.substr(0, second)), *signature);
    if (fits) return std::string(text(*payload));
    if (fits.error().remedy == Remedy::ask_operator) return fits.error();
  }
  return refusal("JWS: the signature fits none of " + std::to_string(public_pems.size()) + " public keys",
                 "the text was changed, or its writer's public key is not among those given");
}

Result<std::string> jwt_assertion(std::string_view private_pem, std::string_view claims_json, std::string_view kid) {
  PkKey key;
  if (auto parsed = key.parse_secret(private_pem); !parsed) return parsed.error();
  const bool p256 = key.p256_point().has_value();
  if (!p256 &&
      (mbedtls_pk_get_type(key.get()) != MBEDTLS_PK_RSA || mbedtls_pk_get_bitlen(key.get()) < smallest_rsa_bits)) {
    return operator_error("the key for client authentication is neither RSA of 2,048 bits and more nor P-256");
  }
  Json header = Json::object();
  header.add("alg", p256 ? "ES256" : "RS256").add("typ", "JWT");
  if (!kid.empty()) header.add("kid", kid);
  const std::string signed_text = encoded(header.dump()) + "." + encoded(claims_json);
  auto signature = key.sign_digest(sha256(view(signed_text)));
  if (!signature) return signature.error();
  if (p256) {
    auto raw = raw_signature(*signature);
    if (!raw) return operator_error("the library gave a signature of an unknown form");
    signature = *std::move(raw);
  }
  return signed_text + "." + to_base64url(*signature);
}

}  // namespace tributary::crypto
