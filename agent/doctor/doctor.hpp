// agent/doctor/doctor.hpp: asks every hop on the way from a run folder to a repository, and says how to mend what is
// wrong.
//
// Order      as data flows: this machine, its daemon, state, keys and who may open them, run folders, subject sources,
//            pseudonyms, each destination, each way of telling. Of what lies beyond this machine: our certificate and
//            token, DNS or proxy, TLS and the chain of certificates, its clock against ours, its service, its ingest.
// Failure    is what it tells; one hop never keeps another from being asked.
// Never      changes anything here or there; sends data; shows a credential, a person or the name of a run. A test
//            message goes only where it is wished for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/log.hpp"
#include "agent/base/stop.hpp"
#include "agent/config/settings.hpp"

namespace tributary::doctor {

enum class Health : std::uint8_t { good, warning, broken };
std::string_view name_of(Health health);  // "good", "warning", "broken"

struct Finding {
  std::string hop;  // "clock", "destination national", ...
  Health health = Health::good;
  std::string said;  // what was found
  std::string cure;  // what to do; empty when good
};

struct Services {
  Log& log;
  const Clock& clock;
  const Stop& stop;
};

/// What is done only because somebody asks for it.
struct Wishes {
  bool notify = false;  // each way of telling tells a test message
};

std::vector<Finding> examine(const config::Settings& settings, const Services& services, const Wishes& wishes = {});

}  // namespace tributary::doctor
