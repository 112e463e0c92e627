// agent/receipt/disclosure.cpp: AuditEvents and Provenances of receipts.
#include "agent/receipt/disclosure.hpp"

#include "agent/base/clock.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::receipt {
namespace {

constexpr const char* dicom = "http://dicom.nema.org/resources/ontology/DCM";
constexpr const char* lifecycle = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
constexpr const char* entity_types = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
constexpr const char* entity_roles = "http://terminology.hl7.org/CodeSystem/object-role";
constexpr const char* act_reasons = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
constexpr const char* participants = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
constexpr const char* disclosure_profile =
    "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PrivacyDisclosure.Source";
constexpr const char* uri_system = "urn:ietf:rfc:3986";  // an identifier that is a URI

std::string text(const Json& value) { return std::string(value.as_string()); }

Json one(Json value) {
  Json list = Json::array();
  list.push(std::move(value));
  return list;
}

Json coding(const char* system, const std::string& code, const std::string& display) {
  return std::move(Json().add("system", system).add("code", code).add("display", display));
}

Json concept_of(Json code) { return std::move(Json().add("coding", one(std::move(code)))); }

Json named(const std::string& display) { return std::move(Json().add("display", display)); }

Json identified(const char* type, const char* system, const std::string& value) {
  Json identifier;
  if (system != nullptr) identifier.add("system", system);
  identifier.add("value", value);
  Json out;
  if (type != nullptr) out.add("type", type);
  return std::move(out.add("identifier", std::move(identifier)));
}

Json patient(const Json& ledger) { return identified("Patient", nullptr, text(ledger["subject"])); }

Json agent(const char* code, const char* display, Json who, const std::string& address, const char* network) {
  Json out;
  out.add("type", concept_of(coding(dicom, code, display))).add("who", std::move(who)).add("requestor", false);
  return std::move(out.add("network", Json().add("address", address).add("type", network)));
}

Json entity(Json what, const char* type, const char* type_name, const char* role, const char* role_name) {
  Json out;
  out.add("what", std::move(what)).add("type", coding(entity_types, type, type_name));
  return std::move(out.add("role", coding(entity_roles, role, role_name)));
}

// An object by the repository's own URI, or else by its name.
Json object_reference(const Json& object) {
  const auto uri = text(object["self_uri"]);
  auto out = uri.empty() ? Json() : identified(nullptr, uri_system, uri);
  return std::move(out.add("display", text(object["name"])));
}

// The digest stays the word that receipt and manifest have.
Json evidence_reference(const Json& receipt) {
  return std::move(identified("Consent", uri_system, "urn:sha256:" + text(receipt["consent_evidence_sha256"]))
                       .add("display", "SHA-256 of the consent evidence"));
}

// urn:uuid of version 8 (RFC 9562) from the hash of the receipt; `part` tells several of one receipt apart.
std::string full_url(const Json& receipt, char part) {
  auto hex = text(receipt["hash"]).substr(0, 32);
  if (hex.size() < 32) hex.resize(32, '0');
  hex[12] = '8';
  hex[16] = 'a';
  hex[31] = part;
  return "urn:uuid:" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) +
         "-" + hex.substr(20);
}

class Writer {
 public:
  Writer(const Discloser& us, Json& entries) : us_(us), entries_(entries) {}

  void event(const Json& ledger, const Json& receipt) {
    if (receipt["kind"].as_string() == "delivered") {
      add(receipt, 'a', disclosure(ledger, receipt));
      add(receipt, 'b', provenance(receipt));
      return;
    }
    const bool asked = receipt["kind"].as_string() == "recall";
    // What was stopped before it left is no event of a record anywhere.
    if (asked || receipt["kind"].as_string() == "withdrawn") add(receipt, 'c', removal(ledger, receipt, asked));
  }

 private:
  void add(const Json& receipt, char part, Json resource) {
    entries_.push(Json().add("fullUrl", full_url(receipt, part)).add("resource", std::move(resource)));
  }
  [[nodiscard]] Json observer() const { return named("tributary at " + us_.site); }

  [[nodiscard]] Json agents(const Json& receipt) const {
    const auto destination = text(receipt["destination"]);
    const auto address = us_.addresses.find(destination);
    const bool known = address != us_.addresses.end();
    Json list = one(agent("110153", "Source Role ID", observer(), us_.site, "1"));
    list.push(agent("110152", "Destination Role ID", named(destination), known ? address->second : destination,
                    known ? "5" : "1"));
    return list;
  }
  [[nodiscard]] static Json entities(const Json& ledger, const Json& receipt) {
    Json list = one(entity(patient(ledger), "1", "Person", "1", "Patient"));
    for (const auto& object : receipt["objects"].items())
      list.push(entity(object_reference(object), "2", "System Object", "3", "Report"));
    if (receipt["consent_evidence_sha256"].is_string())
      list.push(entity(evidence_reference(receipt), "2", "System Object", "4", "Domain Resource"));
    return list;
  }
  // From `recorded` on: what both kinds of AuditEvent share.
  void tail(const Json& ledger, const Json& receipt, const std::string& said, bool done, Json& out) const {
    out.add("recorded", time_of(receipt)).add("outcome", done ? "0" : "4").add("outcomeDesc", said);
    out.add("purposeOfEvent", one(concept_of(coding(act_reasons, "HRESCH", "healthcare research"))));
    out.add("agent", agents(receipt));
    out.add("source", Json()
                          .add("site", us_.site)
                          .add("observer", observer())
                          .add("type", one(coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4",
                                                  "Application Server"))));
    out.add("entity", entities(ledger, receipt));
  }

  [[nodiscard]] Json disclosure(const Json& ledger, const Json& receipt) const {
    Json out;
    out.add("resourceType", "AuditEvent").add("meta", Json().add("profile", one(Json(disclosure_profile))));
    out.add("type", coding(dicom, "110106", "Export"));
    out.add("subtype", one(coding(lifecycle, "disclose", "Disclose Record Lifecycle Event"))).add("action", "R");
    std::string terms;
    for (const auto& term : receipt["terms"].items()) terms += (terms.empty() ? "" : ", ") + text(term);
    tail(ledger, receipt,
         "delivered under the policy " + text(receipt["policy"]) + (terms.empty() ? "" : "; data use: " + terms), true,
         out);
    return out;
  }

  // `asked`: the programme's desk was asked to, and it is not yet known whether it did.
  [[nodiscard]] Json removal(const Json& ledger, const Json& receipt, bool asked) const {
    Json out;
    out.add("resourceType", "AuditEvent");
    out.add("type", coding(lifecycle, "destroy", "Destroy/Delete Record Lifecycle Event")).add("action", "D");
    tail(ledger, receipt, (asked ? "the desk was asked to delete: " : "withdrawn: ") + text(receipt["reason"]), !asked,
         out);
    return out;
  }

  [[nodiscard]] Json provenance(const Json& receipt) const {
    Json targets = Json::array();
    for (const auto& object : receipt["objects"].items()) targets.push(object_reference(object));
    Json out;
    out.add("resourceType", "Provenance").add("target", std::move(targets)).add("recorded", time_of(receipt));
    out.add("reason", one(concept_of(coding(act_reasons, "HRESCH", "healthcare research"))));
    out.add("activity", concept_of(coding(lifecycle, "pseudonymize", "Pseudonymize Record Lifecycle Event")));
    Json assembler;
    assembler.add("type", concept_of(coding(participants, "assembler", "Assembler"))).add("who", observer());
    out.add("agent", one(std::move(assembler)));
    if (receipt["consent_evidence_sha256"].is_string())
      out.add("entity", one(Json().add("role", "source").add("what", evidence_reference(receipt))));
    return out;
  }

  const Discloser& us_;
  Json& entries_;
};

}  // namespace

Json to_fhir(const std::vector<Json>& ledgers, const Discloser& us, std::int64_t now_utc_s) {
  Json entries = Json::array();
  Writer writer(us, entries);
  for (const auto& ledger : ledgers) {
    for (const auto& parcel : ledger["parcels"].items()) {
      for (const auto& receipt : parcel["events"].items()) writer.event(ledger, receipt);
    }
  }
  Json out;
  out.add("resourceType", "Bundle").add("type", "collection").add("timestamp", to_rfc3339(now_utc_s));
  if (!entries.items().empty()) out.add("entry", std::move(entries));  // FHIR knows no empty list
  return out;
}

}  // namespace tributary::receipt
