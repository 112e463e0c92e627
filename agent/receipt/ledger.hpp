// agent/receipt/ledger.hpp: everything that left about one person, when, where to, under which consent, and what was
// taken back: for the data protection officer.
//
// Never      shown or kept but to whoever asked: it names the subject, as the caller gave it.
#pragma once

#include <string>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"

namespace tributary::receipt {

/// {"subject", "no_further_use_since", "no_further_contact_since", "parcels":[{"parcel", "run", "destination",
/// "policy", "pseudonym", "subject_pseudonym", "key_id", "state", "reason", "planned_at", "consent_evidence_sha256",
/// "events":[]}], "elsewhere":[{"destination", "pseudonym"}]}. `events` are the parcel's receipts in their order, as
/// `to_json` shows them; `elsewhere` are pseudonyms of a restored linkage. Times RFC 3339, null for never.
Result<Json> ledger_of(journal::Journal& journal, const std::string& subject_id);

}  // namespace tributary::receipt
