// plugins/consent/fhir/folder.cpp: reads the folder when it changed.
#include "plugins/consent/fhir/folder.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "plugins/consent/fhir/bundle.hpp"
#include "plugins/sdk/consent/records.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::fhir {
namespace {

std::string hours(std::int64_t seconds) {
  return seconds < 7200 ? std::to_string(seconds / 60) + " min" : std::to_string(seconds / 3600) + " h";
}

[[noreturn]] void moved(const std::string& path) {
  throw sdk::Later(path + ": is being written", "write to another name and rename, then nobody sees half a file");
}

bool is_lines(const std::string& path) {
  constexpr std::string_view ending = ".ndjson";
  return path.size() > ending.size() && path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

Folder::Folder(std::string path, std::int64_t max_age_s, Systems systems)
    : path_(std::move(path)), max_age_s_(max_age_s), systems_(std::move(systems)) {}

Listing Folder::look(std::int64_t now_utc_s) const {
  auto listing = sdk::consent::list_files(path_, {".json", ".ndjson"}, most_files);
  const auto age_s = now_utc_s - listing.changed_utc_s;
  if (age_s > max_age_s_) {
    throw sdk::Later(path_ + ": nothing changed for " + hours(age_s) + ", of at most " + hours(max_age_s_),
                     "see why the export did not come, let it touch a file at its end, or raise max_age");
  }
  if (-age_s > most_future_s) {
    throw sdk::Later(path_ + ": was changed " + hours(-age_s) + " in the future",
                     "set the clocks of this machine and of the exporting one");
  }
  return listing;
}

void Folder::load(const Listing& listing) {
  loaded_ = false;
  facts_ = std::make_unique<Facts>(systems_);
  problem_.clear();
  turns_utc_s_.clear();
  std::uint64_t bytes = 0;
  std::size_t number = 0;
  const Take take = [&](const Value& resource, const std::string& full_url) { facts_->take(resource, full_url); };
  try {
    for (const auto& file : listing.files) {
      ++number;
      sdk::consent::OpenFile open(file.path);
      if (!(open.id() == file.id)) moved(path_);
      bytes += file.id.size_bytes;
      if (bytes > most_bytes) throw Malformed("more than " + std::to_string(most_bytes) + " bytes in all");
      if (is_lines(file.path)) {
        read_lines(open, take);
      } else {
        read_resource(open, take);
      }
      if (!(open.id() == file.id)) moved(path_);
    }
    facts_->close();
  } catch (const Malformed& problem) {
    problem_ = "file " + std::to_string(number) + " of " + std::to_string(listing.files.size()) +
               " in the order of names: " + problem.what();
  }
  for (const auto& consent : facts_->consents()) sdk::consent::add_turns(consent, turns_utc_s_);
  std::sort(turns_utc_s_.begin(), turns_utc_s_.end());
  fingerprint_ = listing.fingerprint();
  loaded_ = true;
}

const Facts& Folder::refresh(std::int64_t now_utc_s) {
  const auto listing = look(now_utc_s);
  if (!loaded_ || listing.fingerprint() != fingerprint_) {
    load(listing);
    if (look(now_utc_s).fingerprint() != fingerprint_) {
      loaded_ = false;
      moved(path_);
    }
  }
  if (!problem_.empty()) {
    throw sdk::Later(path_ + ": " + problem_, "export it again or take it away; until then consent is unknown for all");
  }
  return *facts_;
}

std::string Folder::probe(std::int64_t now_utc_s) {
  const auto& facts = refresh(now_utc_s);
  return std::to_string(facts.consents().size()) + " consents, of them " + std::to_string(facts.refused()) +
         " that can not be used and " + std::to_string(facts.strangers()) + " of persons who are not here; " +
         std::to_string(facts.patients()) + " patients, " + std::to_string(facts.specimens()) + " specimens, " +
         std::to_string(facts.passed_over()) + " other resources";
}

std::string Folder::revision(std::int64_t now_utc_s) {
  const char* state = "ok";
  try {
    refresh(now_utc_s);
  } catch (const sdk::Outcome&) {
    state = "unknown";
  }
  const auto turn = std::upper_bound(turns_utc_s_.begin(), turns_utc_s_.end(), now_utc_s) - turns_utc_s_.begin();
  char out[64];
  std::snprintf(out, sizeof out, "%016" PRIx64 "-%lld-%s", fingerprint_, static_cast<long long>(turn), state);
  return out;
}

}  // namespace tributary::fhir
