// plugins/destinations/drs/push.hpp: one parcel to the repository, and back out of it.
//
// Order      service-info; what is there already; upload of every object, the manifest last; the host's leave;
//            register, the manifest last; read back.
// Crash      after any step a new push looks at what the repository and the object store have before it sends.
// Never      registers without access control where the repository would open the objects to everyone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/destinations/drs/grants.hpp"
#include "plugins/destinations/drs/journal.hpp"
#include "plugins/destinations/drs/repository.hpp"

namespace tributary::drs {

/// The alias by which the repository's record names our parcel.
std::string alias_of(const std::string& parcel_id, std::uint32_t index);

/// The repository's objects with this digest, size, name and parcel.
std::vector<std::string> find_ids(Repository& repository, const ServiceInfo& info, const Candidate& candidate,
                                  bool insist);

/// Broken when the repository lacks a route that a push needs, or our configuration and it disagree on access control.
void check_service(const ServiceInfo& info, const Settings& settings,
                   const std::vector<std::string>& controlled_access);

class Push {
 public:
  Push(const sdk::Host& host, const Settings& settings, const tributary_parcel& parcel);
  void run();

 private:
  void open_tokens();
  void find_registered();
  void send_missing();
  void ask_leave();
  void register_missing();
  void read_back(std::uint32_t index);
  void clear_left_behind();
  void report(std::uint32_t index, const Object& object);
  [[nodiscard]] Candidate candidate(std::uint32_t index) const;
  /// Data first, manifests last.
  [[nodiscard]] std::vector<std::uint32_t> missing() const;

  const sdk::Host& host_;
  const Settings& settings_;
  const tributary_parcel& parcel_;
  Journal journal_;
  Repository repository_;
  ServiceInfo info_;
  std::vector<std::string> controlled_access_;
  std::vector<std::string> ids_;  // by object; "" = not registered
  std::vector<bool> reported_;    // by object: the host knows its id
};

}  // namespace tributary::drs
