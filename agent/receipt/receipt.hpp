// agent/receipt/receipt.hpp: the last station: proof of what was delivered or taken back, in a chain of hashes.
//
// A receipt and the parcel's last stage are one transaction: there is never one without the other.
#pragma once

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"
#include "agent/push/push.hpp"

namespace tributary::receipt {

Status write_delivered(journal::Journal& journal, const push::PushedParcel& parcel, const std::string& site,
                       std::int64_t now_utc_s);
/// `confirmed_by`: who said so when it was not the far side by its protocol, or "".
Status write_withdrawn(journal::Journal& journal, const journal::ParcelRow& parcel, const std::string& site,
                       const std::string& confirmed_by, std::int64_t now_utc_s);

/// Consent is gone: what may have left is taken back, what never left is refused, with a receipt of kind `stopped`.
/// False: there was nothing to stop. `reason` begins with `consent: `.
Result<bool> stop(journal::Journal& journal, const journal::ParcelRow& parcel, const std::string& reason,
                  const std::string& site, std::int64_t now_utc_s);

struct Stopped {
  std::int64_t parcels = 0;
  std::vector<journal::LinkRow> elsewhere;  // as Journal::SubjectParcels
  bool is_known = false;                    // there is or was a parcel of it, here or elsewhere
};
/// Remembers that a subject withdrew from further use, and stops every parcel of it. May be repeated.
Result<Stopped> withdraw_subject(journal::Journal& journal, const std::string& subject_id, const std::string& site,
                                 std::int64_t now_utc_s);

/// As `tributary receipts --json` shows one: the body and its place in the chain.
Result<Json> to_json(const journal::ChainRow& row);
/// When what it tells was done: `delivered_at`, `stopped_at`, `recalled_at` or `withdrawn_at`.
std::string time_of(const Json& receipt);

}  // namespace tributary::receipt
