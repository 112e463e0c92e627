// agent/consent/evaluate.hpp: consent records and a purpose in, permit, deny or unknown out, with the reasons. No I/O.
//
// Rules      Deny wins, at every level and across documents. Silence is not consent. A document that can not be read
//            makes the answer unknown, never permit. Periods of several documents do not add up: one active document
//            must permit by itself, now. Unknown is held and asked again, never recorded as refusal.
// Deny       withdrawn or rejected, whatever the period; a modifier that prohibits the use: NPU NCU NPUNCU NPOA NMDS
// GS.
//            These deny whatever another document permits. A document that is about something else (another use,
//            disease, project, institution, user) or whose period ended denies when it stands alone, and takes nothing
//            away from another document that permits.
// Unknown    no document, drafts only, a period that has not begun, a term, date or status that is not understood; an
//            obligation (COL IRB PUB RTN MOR) that the purpose does not accept, a moratorium that is over aside; RS
//            without a type, or with one where the purpose names none.
// Permission NRES covers everything; GRU everything but the purpose NRES; HMB the purposes HMB and DS; DS[MONDO...] the
//            purpose DS of that disease and of its kinds; POA the purpose POA. Several permissions of one document must
//            all cover the purpose; several diseases of one document add up. NPOA forbids the purposes that include
//            ancestry research: POA, GRU, NRES.
// Dates      inclusive at both ends; a date without time means its whole day, in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/consent/purpose.hpp"

namespace tributary::consent {

/// One term with its parameters: `DUO:0000007[MONDO:0007254]` or `DS[MONDO:0007254]`, `GS[DE|FR]`.
struct Term {
  std::string code;  // shorthand, upper case: "DS"
  std::vector<std::string> parameters;
  friend bool operator==(const Term&, const Term&) = default;
};
/// Terms with `;` between them, CURIE or shorthand in any case. An unknown term is an error: what we do not understand
/// we can not honour. Errors name the place and never quote the text. TS takes months after `valid_from`
/// (`TS[18]`), or dates (`TS[until]`, `TS[from|until]`).
Result<std::vector<Term>> parse_terms(std::string_view text);
/// "HMB" or "DUO:0000006" as one of the five permissions.
Result<Use> parse_use(std::string_view text);
std::string_view name_of(Use use);
std::string curie_of(std::string_view code);  // "HMB" -> "DUO:0000006"; "" for no term of DUO

/// As a consent source tells it. No name of a person is in here; the id of a document may be one's number.
struct Record {
  std::string consent_id;
  std::string status;
  std::string permissions;
  std::string valid_from, valid_until;
};

enum class Verdict : std::uint8_t { permit, deny, unknown };

struct Finding {
  std::string rule;      // e.g. "status", "period", "NPU"
  std::string evidence;  // e.g. "the consent was withdrawn"; never with the id of the document
  Verdict says = Verdict::unknown;
  std::string document;  // its id, or ""; for the operator who asks `explain`, and for nothing that is kept or sent
  std::string source;    // its name in the configuration, or "" for what no subject source said
};

/// The rule of a decision for which nobody told a document that counts.
inline constexpr std::string_view silence = "silence";

struct Decision {
  Verdict verdict = Verdict::unknown;
  std::string reason;                             // one sentence, the finding that decided; without its document
  std::vector<Finding> findings;                  // one per document, in canonical order
  std::vector<Term> obligations;                  // COL, IRB, PUB, RTN, MOR ... that travel with the data
  std::vector<std::string> terms;                 // DUO CURIEs of the permitting document, for the manifest, with
                                                  // their parameters: "DUO:0000007[MONDO:0007254]"
  std::optional<std::int64_t> valid_until_utc_s;  // of a permit
  Digest256 evidence_sha256{};                    // over records and purpose, canonical: neither order nor time matter
  std::string rule{};                             // of the finding that decided
};

/// `records` of one person from one source; empty = nothing known = unknown.
Decision evaluate(const std::vector<Record>& records, const Purpose& purpose, std::int64_t now_utc_s);

/// True when a document, or our own register, took consent back: what was delivered under it is to be taken back, too.
bool taken_back(const Decision& decision);

/// Whether the ids of the documents are told: `explain` alone may, for they may be the numbers of persons.
enum class Naming : bool { no_document, documents };
Json to_json(const Decision& decision, Naming naming = Naming::no_document);

}  // namespace tributary::consent
