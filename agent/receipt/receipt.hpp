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
Status write_withdrawn(journal::Journal& journal, const journal::ParcelRow& parcel, const std::string& site,
                       std::int64_t now_utc_s);

/// As `tributary receipts --json` shows one: the body and its place in the chain.
Result<Json> to_json(const journal::ChainRow& row);

}  // namespace tributary::receipt
