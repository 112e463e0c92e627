// agent/receipt/receipt.cpp: proof of what was delivered or taken back.
#include "agent/receipt/receipt.hpp"

#include "agent/base/clock.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::receipt {
namespace {

Json head(const journal::ParcelRow& row, const std::string& site) {
  Json out;
  out.add("site", site).add("destination", row.destination).add("pseudonym", row.pseudonym);
  out.add("policy", row.policy).add("consent_evidence_sha256", row.evidence ? Json(to_hex(*row.evidence)) : Json());
  return out;
}

}  // namespace

Status write_delivered(journal::Journal& journal, const push::PushedParcel& parcel, const std::string& site,
                       std::int64_t now_utc_s) {
  auto fresh = journal.parcel(parcel.row().id);
  if (!fresh) return fresh.error();
  if (!*fresh) return operator_error("receipt: the parcel is not in the journal");
  const auto& row = **fresh;
  Json objects = Json::array();
  Json manifest;
  for (const auto& object : parcel.objects()) {
    Json entry;
    entry.add("name", object.name).add("size", object.bytes).add("sha256", to_hex(object.sha256));
    entry.add("plaintext_sha256", to_hex(object.plaintext_sha256))
        .add("drs_id", object.far_id.empty() ? Json() : Json(object.far_id));
    entry.add("self_uri", object.self_uri.empty() ? Json() : Json(object.self_uri));
    if (object.name.ends_with(".manifest.json.c4gh")) manifest = entry;
    objects.push(std::move(entry));
  }
  Json body = head(row, site);
  body.add("delivered_at", to_rfc3339(now_utc_s))
      .add("objects", std::move(objects))
      .add("manifest", std::move(manifest));
  Json terms = Json::array();
  for (const auto& term : parcel.terms()) terms.push(term);
  body.add("terms", std::move(terms));
  body.add("release", parcel.release() ? seal::to_json(*parcel.release()) : Json());
  // null: a version that proved nothing delivered it
  auto proof = row.proof.empty() ? Result<Json>(Json()) : json::parse(row.proof);
  if (!proof) return proof.error();
  body.add("proof", std::move(*proof));
  body.add("ingest", row.task_id.empty() ? Json() : Json().add("task_id", row.task_id).add("state", row.task_state));
  return journal.add_receipt(row.id, "delivered", body, journal::Stage::delivered, now_utc_s);
}

Status write_withdrawn(journal::Journal& journal, const journal::ParcelRow& row, const std::string& site,
                       const std::string& confirmed_by, std::int64_t now_utc_s) {
  auto objects = journal.objects(row.id, false);
  if (!objects) return objects.error();
  Json removed = Json::array();
  for (const auto& object : *objects) {
    removed.push(Json().add("name", object.name).add("drs_id", object.far_id.empty() ? Json() : Json(object.far_id)));
  }
  Json body = head(row, site);
  // One of before its cause was kept apart has it in the reason.
  const auto& cause = row.withdraw_reason.empty() ? row.reason : row.withdraw_reason;
  body.add("withdrawn_at", to_rfc3339(now_utc_s)).add("reason", cause).add("was_delivered", row.delivered != 0);
  if (!confirmed_by.empty()) body.add("confirmed_by", confirmed_by);
  body.add("objects", std::move(removed));
  return journal.add_receipt(row.id, "withdrawn", body, journal::Stage::withdrawn, now_utc_s);
}

Result<bool> stop(journal::Journal& journal, const journal::ParcelRow& row, const std::string& reason,
                  const std::string& site, std::int64_t now_utc_s) {
  Json body = head(row, site);
  body.add("stopped_at", to_rfc3339(now_utc_s)).add("reason", reason);
  return journal.withdraw_parcel(row.id, reason, body, now_utc_s);
}

Result<Stopped> withdraw_subject(journal::Journal& journal, const std::string& subject_id, const std::string& site,
                                 std::int64_t now_utc_s) {
  // The register first: whatever ends this before its end, the daemon asks it and goes on.
  auto kept = journal.remember_withdrawal(subject_id, journal::Level::no_further_use, now_utc_s);
  if (!kept) return kept.error();
  auto theirs = journal.parcels_of(subject_id);
  if (!theirs) return theirs.error();
  const bool is_known = !theirs->parcels.empty() || !theirs->elsewhere.empty();
  Stopped out{0, std::move(theirs->elsewhere), is_known};
  for (const auto& row : theirs->parcels) {
    auto stopped = stop(journal, row, "consent: the subject withdrew", site, now_utc_s);
    if (!stopped) return stopped.error();
    out.parcels += *stopped ? 1 : 0;
  }
  return out;
}

Result<Json> to_json(const journal::ChainRow& row) {
  auto body = json::parse(row.body);
  if (!body)
    return operator_error("receipt " + std::to_string(row.number) + " can not be read", "run: tributary audit verify");
  Json out;
  out.add("number", row.number);
  for (const auto& [name, value] : body->members()) out.add(name, value);
  out.add("previous_hash", to_hex(row.previous_hash)).add("hash", to_hex(row.hash));
  return out;
}

std::string time_of(const Json& receipt) {
  for (const auto* name : {"delivered_at", "stopped_at", "recalled_at", "withdrawn_at"}) {
    if (receipt.has(name)) return std::string(receipt[name].as_string());
  }
  return {};
}

}  // namespace tributary::receipt
