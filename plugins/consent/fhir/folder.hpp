// plugins/consent/fhir/folder.hpp: a folder into which another system drops FHIR resources.
//
// Reads      *.json (a resource or a Bundle) and *.ndjson (one a line), not below sub-folders. Everything is read again
//            whenever a file comes, goes or changes.
// Failure    throws sdk::Later. One file that can not be read holds everybody: it might be anyone's withdrawal.
// Memory     Facts of all resources; of a file one resource at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plugins/consent/fhir/source.hpp"
#include "plugins/sdk/consent/files.hpp"

namespace tributary::fhir {

using sdk::consent::Listing;

class Folder final : public Documents {
 public:
  static constexpr std::size_t most_files = 100000;
  static constexpr std::uint64_t most_bytes = 1ULL << 30;
  static constexpr std::int64_t most_future_s = 300;

  Folder(std::string path, std::int64_t max_age_s, Systems systems);

  std::string probe(std::int64_t now_utc_s) override;
  Person find(const std::string& sample, std::int64_t now_utc_s) override { return refresh(now_utc_s).find(sample); }
  Person find_subject(const std::string& subject, std::int64_t now_utc_s) override {
    return refresh(now_utc_s).find_subject(subject);
  }
  std::string revision(std::int64_t now_utc_s) override;

 private:
  /// Makes sure that what is there now has been read and may be trusted.
  const Facts& refresh(std::int64_t now_utc_s);
  [[nodiscard]] Listing look(std::int64_t now_utc_s) const;
  void load(const Listing& listing);

  std::string path_;
  std::int64_t max_age_s_;
  Systems systems_;
  bool loaded_ = false;
  std::uint64_t fingerprint_ = 0;
  std::unique_ptr<Facts> facts_;
  std::string problem_;
  std::vector<std::int64_t> turns_utc_s_;  // sorted: when an answer changes by itself
};

}  // namespace tributary::fhir
