// agent/receipt/recall.hpp: the request to a programme's desk to delete what its protocol can not delete.
//
// A file `recalls/PARCEL.jws` in the state directory, for a person to hand over: a JWS (RFC 7515, ES256, typ
// `tributary-recall+jws`) by the site's key over this JSON; without that key the bare JSON in `PARCEL.json`.
//
//     {"recall_version":1, "software", "site", "parcel", "destination", "policy", "pseudonym",
//     "level":"no-further-use",
//      "asked_at", "why": what the protocol answered, "was_delivered", "consent_evidence_sha256",
//      "objects":[{"name", "size", "sha256", "drs_id", "self_uri"}]}
//
// A receipt of kind `recall` tells the file's name and SHA-256. Members are added, never renamed.
// Crash      the file before its receipt; without a receipt it is written again.
// Never      holds an identity: the desk knows the pseudonym.
#pragma once

#include <string>

#include "agent/journal/journal.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::receipt {

struct Requester {
  std::string site, state_dir;
  const crypto::SigningKey* signing_key = nullptr;  // null: not signed
};

/// The path of the request of a parcel that is being withdrawn; written once. `why`: what the far side says.
Result<std::string> write_recall(journal::Journal& journal, const journal::ParcelRow& parcel, const std::string& why,
                                 const Requester& requester, std::int64_t now_utc_s);

/// True when the desk of the parcel's programme was asked.
Result<bool> was_recalled(journal::Journal& journal, const std::string& parcel);

}  // namespace tributary::receipt
