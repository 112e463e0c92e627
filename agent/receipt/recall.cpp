// agent/receipt/recall.cpp: the request to a programme's desk, and its receipt.
#include "agent/receipt/recall.hpp"

#include <algorithm>

#include "agent/base/clock.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::receipt {
namespace {

Json content(const journal::ParcelRow& row, const std::vector<journal::ObjectRow>& objects, const std::string& why,
             const std::string& site, std::int64_t now_utc_s) {
  Json out;
  out.add("recall_version", 1).add("software", "tributary " TRIBUTARY_VERSION).add("site", site).add("parcel", row.id);
  out.add("destination", row.destination).add("policy", row.policy).add("pseudonym", row.pseudonym);
  out.add("level", "no-further-use").add("asked_at", to_rfc3339(now_utc_s)).add("why", why);
  out.add("was_delivered", row.delivered != 0);
  out.add("consent_evidence_sha256", row.evidence ? Json(to_hex(*row.evidence)) : Json());
  Json list = Json::array();
  for (const auto& object : objects) {
    list.push(Json()
                  .add("name", object.name)
                  .add("size", object.bytes)
                  .add("sha256", to_hex(object.sha256))
                  .add("drs_id", or_null(object.far_id))
                  .add("self_uri", or_null(object.self_uri)));
  }
  return std::move(out.add("objects", std::move(list)));
}

}  // namespace

Result<bool> was_recalled(journal::Journal& journal, const std::string& parcel) {
  auto receipts = journal.receipts({.parcel = parcel, .run = {}, .destination = {}});
  if (!receipts) return receipts.error();
  // What was withdrawn before and sent anew has receipts of before.
  const auto last = std::find_if(receipts->rbegin(), receipts->rend(), [](const auto& row) {
    return row.kind == "recall" || row.kind == "withdrawn" || row.kind == "delivered";
  });
  return last != receipts->rend() && last->kind == "recall";
}

Result<std::string> write_recall(journal::Journal& journal, const journal::ParcelRow& row, const std::string& why,
                                 const Requester& requester, std::int64_t now_utc_s) {
  const auto name = row.id + (requester.signing_key != nullptr ? ".jws" : ".json");
  const auto folder = requester.state_dir + "/recalls";
  auto path = folder + "/" + name;
  auto asked = was_recalled(journal, row.id);
  if (!asked) return asked.error();
  if (*asked) return path;
  auto objects = journal.objects(row.id, false);
  if (!objects) return objects.error();
  std::string text = content(row, *objects, why, requester.site, now_utc_s).dump();
  if (requester.signing_key != nullptr) {
    auto signature = crypto::jws_sign(*requester.signing_key, text, "tributary-recall+jws");
    if (!signature) return signature.error();
    text = std::move(*signature);
  }
  if (auto made = files::make_directories(folder, 0700); !made) return in("recall", made.error());
  if (auto clean = files::remove_drafts(path); !clean) return in("recall", clean.error());
  if (auto kept = files::write_atomic(path, view(text), 0600); !kept) return in("recall", kept.error());
  Json body;
  body.add("site", requester.site).add("destination", row.destination).add("pseudonym", row.pseudonym);
  body.add("policy", row.policy).add("recalled_at", to_rfc3339(now_utc_s)).add("reason", row.withdraw_reason);
  body.add("why", why).add("file", name).add("file_sha256", to_hex(crypto::sha256(view(text))));
  auto told = journal.add_receipt(row.id, "recall", body, journal::Stage::withdrawing, now_utc_s);
  if (!told) return told.error();
  return path;
}

}  // namespace tributary::receipt
