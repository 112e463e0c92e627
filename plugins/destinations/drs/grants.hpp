// plugins/destinations/drs/grants.hpp: leave to upload, asked of the repository for a whole parcel at once.
//
// Order      all objects go into one request where the server's limit allows, so that they are stored side by side.
// Threads    any.
// Failure    as Repository::request_upload.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "plugins/destinations/drs/repository.hpp"
#include "plugins/destinations/drs/s3.hpp"

namespace tributary::drs {

/// Credentials, and the count of requests at which they were given.
struct Access {
  sdk::sigv4::Credentials credentials;
  std::uint32_t generation = 0;
};

class Grants {
 public:
  /// `candidates`: those that may have to be sent, by their own numbering from 0.
  Grants(const sdk::Host& host, const Settings& settings, Repository& repository, const ServiceInfo& info,
         std::vector<Candidate> candidates);

  /// The grant for a candidate; asked for at the first call and again when it ends within a minute.
  Grant of(std::size_t candidate);
  /// Asks anew, e.g. because the store does not take the credentials of `generation` any more; not again when another
  /// thread has done so meanwhile.
  void renew(std::uint32_t generation);

  /// Where the grant wants the object, with the settings filled in, and its URL there. Broken: nobody names an
  /// endpoint.
  std::pair<Place, std::string> where(std::size_t candidate);
  Place place(std::size_t candidate) { return where(candidate).first; }
  Access access(std::size_t candidate);
  [[nodiscard]] std::uint32_t generation();
  [[nodiscard]] Habits& habits() { return habits_; }

 private:
  void ask();
  const Grant& current(std::size_t candidate);

  const sdk::Host& host_;
  const Settings& settings_;
  Repository& repository_;
  std::uint64_t most_at_once_;
  std::vector<Candidate> candidates_;
  std::mutex mutex_;
  std::vector<Grant> grants_;
  std::uint32_t generation_ = 0;
  Habits habits_;
};

}  // namespace tributary::drs
