// plugins/sdk/consent/code_maps.cpp: code maps from files.
#include "plugins/sdk/consent/code_maps.hpp"

#include "plugins/sdk/consent/files.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::sdk::consent {
namespace {

std::string content_of(const FileEntry& file) {
  constexpr std::size_t most_bytes = 1U << 20;
  OpenFile open(file.path);
  std::string out(most_bytes + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    const auto n = open.read(out.data() + size, out.size() - size);
    if (n == 0) break;
    size += n;
  }
  if (!(open.id() == file.id)) file_is_moving(file.path);
  out.resize(size);
  return out;
}

}  // namespace

bool CodeMaps::refresh() {
  auto known = std::move(programmes_);
  programmes_.clear();
  const auto listing = list_files(path_, {".yaml"}, most_maps);
  if (!known.empty() && listing.fingerprint() == fingerprint_) {
    programmes_ = std::move(known);
    return false;
  }
  std::vector<Programme> fresh;
  for (const auto& file : listing.files) {
    try {
      fresh.push_back(read_programme(content_of(file)));
    } catch (const Malformed& problem) {
      throw Later(file.path + ": " + problem.what(), "correct the code map; until then consent is unknown for all");
    }
  }
  if (fresh.empty()) throw Later(path_ + ": no *.yaml is there", "name a code map such as conf/consent-codes/*.yaml");
  programmes_ = std::move(fresh);
  fingerprint_ = listing.fingerprint();
  return true;
}

std::string CodeMaps::revision(std::int64_t now_utc_s) const {
  if (programmes_.empty()) return "unknown";
  std::size_t packs = 0;
  for (const auto& programme : programmes_) {
    for (const auto& pack : programme.packs) packs += pack.valid_from_utc_s <= now_utc_s ? 1 : 0;
  }
  return std::to_string(fingerprint_ % 1000000007U) + "." + std::to_string(packs);
}

}  // namespace tributary::sdk::consent
