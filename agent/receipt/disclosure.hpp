// agent/receipt/disclosure.hpp: ledgers as FHIR R4, for the hospital's audit record repository.
//
// A Bundle (type `collection`) with, for each delivery, an AuditEvent in the pattern of IHE BALP 1.1 "Privacy
// Disclosure at Source" (https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PrivacyDisclosure.Source)
// and a Provenance of the objects that left; for each withdrawal, and each request to a desk, an AuditEvent of the
// record lifecycle (ISO 21089: destroy). The patient is a logical reference: the identifier that the caller gave.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/base/json.hpp"

namespace tributary::receipt {

struct Discloser {
  std::string site;
  std::map<std::string, std::string> addresses;  // by destination: a URI; one that is not there is named only
};

/// `ledgers`: as `ledger_of` gives them.
Json to_fhir(const std::vector<Json>& ledgers, const Discloser& us, std::int64_t now_utc_s);

}  // namespace tributary::receipt
