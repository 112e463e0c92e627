// agent/receive/manifest.hpp: what the manifest of a parcel promises, once its signature was checked.
//
// Source     RFC 7515 (compact JWS, ES256) by the key of the site; the members are those that agent/seal writes.
// Failure    give_up: no signature of a known site, another kind of document, a member that can not be meant so.
// Never      believes a name: one that is no plain file name of letters, digits, '.', '_' and '-' is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/json.hpp"
#include "agent/base/result.hpp"

namespace tributary::receive {

/// The public half of a site's key (PEM) and the file that it came from: the name by which the programme knows the
/// site, whatever the manifest calls itself.
struct SiteKey {
  std::string file;
  std::string pem;
};

/// One object of the parcel. Sizes in bytes.
struct Claim {
  std::string name;  // of the object, with ".c4gh"
  std::string role;  // fastq, bam, ..., or the kind of an index
  std::uint64_t plain_bytes = 0, sealed_bytes = 0;
  Digest256 plain_sha256{}, sealed_sha256{};
};

struct Manifest {
  std::string site_key;  // file of the key that the signature fits
  std::string site, parcel, created, sample, subject, policy;
  Json data_use;
  std::vector<Claim> files;
  std::string payload;  // the JSON text that was signed
};

Result<Manifest> read_manifest(std::string_view jws, const std::vector<SiteKey>& keys);

/// Letters, digits, '.', '_' and '-', no '.' in front, at most 200 bytes: fit for a file's name anywhere.
bool is_plain_name(std::string_view name);

}  // namespace tributary::receive
