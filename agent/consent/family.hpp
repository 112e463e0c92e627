// agent/consent/family.hpp: policies that send a family whole or not at all.
//
// A family is whole when as many of its members as the sources say are in the run, and the decision on each of them is
// permit. A denial of one denies all; what is not known of one, or of the family, holds all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/consent/decide.hpp"

namespace tributary::consent {

/// What the sources tell of a person's family.
struct Kin {
  std::string family;                 // its id: an identity; "" when no source tells one
  std::optional<std::uint32_t> size;  // how many members it has
  std::string problem;                // when sources contradict each other, or a size is no number; no identifiers
};

/// One sample of one member under one policy.
struct Member {
  std::string subject;  // an identity; a member may have several samples
  Kin kin;
  Decision decision;
};

/// The decision on `self` together with `others`: the other samples of the same family in the run.
Decision whole_family(const Member& self, const std::vector<Member>& others);

}  // namespace tributary::consent
