// plugins/destinations/drs/grants.cpp: asking for leave to upload.
#include "plugins/destinations/drs/grants.hpp"

#include <algorithm>

namespace tributary::drs {
namespace {

constexpr std::int64_t margin_s = 60;

}  // namespace

Grants::Grants(const sdk::Host& host, const Settings& settings, Repository& repository, const ServiceInfo& info,
               std::vector<Candidate> candidates)
    : host_(host),
      settings_(settings),
      repository_(repository),
      most_at_once_(std::max<std::uint64_t>(info.max_upload_request.value_or(UINT32_MAX), 1)),
      candidates_(std::move(candidates)) {
  habits_.md5 = settings.content_md5;
}

void Grants::ask() {
  std::vector<Grant> grants;
  for (std::size_t from = 0; from < candidates_.size();) {
    const auto count = std::min<std::uint64_t>(candidates_.size() - from, most_at_once_);
    const auto first = candidates_.begin() + static_cast<std::ptrdiff_t>(from);
    for (auto& grant : repository_.request_upload({first, first + static_cast<std::ptrdiff_t>(count)})) {
      grants.push_back(std::move(grant));
    }
    from += count;
  }
  // Those that end at once by our clock are used as they are: either they are that short, or the clock is wrong.
  for (auto& grant : grants) {
    if (grant.expires_utc_s.value_or(INT64_MAX) < host_.now_utc_s() + margin_s) grant.expires_utc_s.reset();
  }
  grants_ = std::move(grants);
  ++generation_;
}

void Grants::renew(std::uint32_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation == generation_) ask();
}

std::uint32_t Grants::generation() {
  const std::lock_guard lock(mutex_);
  return generation_;
}

const Grant& Grants::current(std::size_t candidate) {
  if (grants_.empty() || grants_.at(candidate).expires_utc_s.value_or(INT64_MAX) < host_.now_utc_s() + margin_s) ask();
  return grants_.at(candidate);
}

Grant Grants::of(std::size_t candidate) {
  const std::lock_guard lock(mutex_);
  return current(candidate);
}

std::pair<Place, std::string> Grants::where(std::size_t candidate) {
  const auto grant = of(candidate);
  Place place;
  place.endpoint = grant.endpoint.empty() ? settings_.s3_endpoint : grant.endpoint;
  place.region = grant.region.empty() ? settings_.s3_region : grant.region;
  place.bucket = grant.bucket;
  place.key = grant.key;
  if (place.endpoint.empty()) {
    throw sdk::Broken("POST /upload-request: the upload details name no endpoint", "set s3_endpoint");
  }
  if (place.bucket.empty() || place.key.empty() || grant.access_key_id.empty() || grant.secret_access_key.empty()) {
    throw sdk::Broken("POST /upload-request: " + candidates_.at(candidate).name +
                          ": the upload details lack a bucket, a key or credentials",
                      "report it to the repository");
  }
  return {std::move(place), grant.access_url};
}

Access Grants::access(std::size_t candidate) {
  const std::lock_guard lock(mutex_);
  const auto& grant = current(candidate);
  return {{grant.access_key_id, grant.secret_access_key, grant.session_token}, generation_};
}

}  // namespace tributary::drs
