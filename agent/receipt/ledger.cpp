// agent/receipt/ledger.cpp: the ledger of one person.
#include "agent/receipt/ledger.hpp"

#include "agent/base/clock.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::receipt {
namespace {

Json time_or_null(std::int64_t utc_s) { return utc_s == 0 ? Json() : Json(to_rfc3339(utc_s)); }

Result<Json> events_of(journal::Journal& journal, const std::string& parcel) {
  auto receipts = journal.receipts({.parcel = parcel, .run = {}, .destination = {}});
  if (!receipts) return receipts.error();
  Json out = Json::array();
  for (const auto& row : *receipts) {
    auto entry = to_json(row);
    if (!entry) return entry.error();
    out.push(std::move(*entry));
  }
  return out;
}

Json head_of(const journal::ParcelRow& row) {
  Json out;
  out.add("parcel", row.id).add("run", row.run_name).add("destination", row.destination).add("policy", row.policy);
  out.add("pseudonym", row.pseudonym).add("subject_pseudonym", or_null(row.subject_pseudonym));
  out.add("key_id", row.key_id).add("state", journal::state_of(row.stage, row.condition, row.operator_hold));
  out.add("reason", or_null(row.reason.empty() ? row.withdraw_reason : row.reason));
  out.add("planned_at", to_rfc3339(row.created));
  out.add("consent_evidence_sha256", row.evidence ? Json(to_hex(*row.evidence)) : Json());
  return out;
}

}  // namespace

Result<Json> ledger_of(journal::Journal& journal, const std::string& subject_id) {
  auto withdrawals = journal.withdrawals_of(subject_id);
  if (!withdrawals) return withdrawals.error();
  auto theirs = journal.parcels_of(subject_id);
  if (!theirs) return theirs.error();
  Json parcels = Json::array();
  for (const auto& row : theirs->parcels) {
    auto events = events_of(journal, row.id);
    if (!events) return events.error();
    parcels.push(std::move(head_of(row).add("events", std::move(*events))));
  }
  Json elsewhere = Json::array();
  for (const auto& link : theirs->elsewhere)
    elsewhere.push(Json().add("destination", link.destination).add("pseudonym", link.pseudonym));
  Json out;
  out.add("subject", subject_id).add("no_further_use_since", time_or_null(withdrawals->use_utc_s));
  out.add("no_further_contact_since", time_or_null(withdrawals->contact_utc_s));
  return std::move(out.add("parcels", std::move(parcels)).add("elsewhere", std::move(elsewhere)));
}

}  // namespace tributary::receipt
