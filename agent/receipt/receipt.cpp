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
  body.add("release", parcel.release() ? seal::to_json(*parcel.release()) : Json());
  body.add("ingest", row.task_id.empty() ? Json() : Json().add("task_id", row.task_id).add("state", row.task_state));
  return journal.add_receipt(row.id, "delivered", body, journal::Stage::delivered, now_utc_s);
}

Status write_withdrawn(journal::Journal& journal, const journal::ParcelRow& row, const std::string& site,
                       std::int64_t now_utc_s) {
  auto objects = journal.objects(row.id, false);
  if (!objects) return objects.error();
  Json removed = Json::array();
  for (const auto& object : *objects) {
    removed.push(Json().add("name", object.name).add("drs_id", object.far_id.empty() ? Json() : Json(object.far_id)));
  }
  Json body = head(row, site);
  body.add("withdrawn_at", to_rfc3339(now_utc_s)).add("reason", row.reason).add("was_delivered", row.delivered != 0);
  body.add("objects", std::move(removed));
  return journal.add_receipt(row.id, "withdrawn", body, journal::Stage::withdrawn, now_utc_s);
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

}  // namespace tributary::receipt
