// plugins/destinations/drs/settings.hpp: what the operator has set for one DRS repository.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/sdk/sdk.hpp"

namespace tributary::drs {

/// How the wish for an upload method is spelled in POST /upload-request: the field moved between revisions.
enum class Spelling : std::uint8_t { automatic, upload_methods, upload_method_types };

/// Of S3, for all parts but the last.
constexpr std::uint64_t smallest_part_bytes = 5ULL << 20;
constexpr std::uint64_t largest_part_bytes = 5ULL << 30;

struct Settings {
  std::string url;            // without '/' at the end
  std::string upload_method;  // s3 | https
  std::string https_verb;     // put | post | form
  std::string s3_endpoint;    // without '/' at the end, or empty
  std::string s3_region;
  bool content_md5 = false;  // bodies to the object store go with Content-MD5 from the first on
  std::uint32_t max_parts = 0;
  std::vector<std::string> controlled_access;
  Spelling spelling = Spelling::automatic;
};

/// The keys of this plugin; ends with a NULL name.
const tributary_key* keys();

/// Broken when a value is none of those that the key takes.
Settings read_settings(const sdk::Host& host);

}  // namespace tributary::drs
