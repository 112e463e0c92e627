// agent/push/proof.hpp: what lies at the far side is what was sealed.
//
// `sample` opens segments under the parcel's own data key: each has its number as its nonce and a tag, and a key serves
// one content, so a segment that opens at its place is the one that was sealed (hts-specs crypt4gh.tex, section 3). Of
// every object the header, the first and the last segment are read (a container does not notice that its end is
// missing), and others by chance, 16 segments or more of a parcel. `full` compares SHA-256 of everything. The source is
// not needed.
//
// Failure    wait: the far side is away, the parcel was called off. ask_operator: it holds something else, or does not
//            let us read.
#pragma once

#include "agent/base/json.hpp"
#include "agent/config/settings.hpp"
#include "agent/journal/journal.hpp"
#include "agent/plugin/destination.hpp"

namespace tributary::push {

/// `how`, and for what was read back its `bytes`, of a sample also its `segments`.
Result<Json> look_at_far_side(journal::Journal& journal, const journal::ParcelRow& row,
                              plugin::Destination& destination, config::VerifyAfter how);

}  // namespace tributary::push
