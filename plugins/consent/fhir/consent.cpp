// plugins/consent/fhir/consent.cpp: version, status and the tree of provisions.
#include "plugins/consent/fhir/consent.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace tributary::fhir {
namespace {

using sdk::consent::Period;
using sdk::consent::read_period;

using Kind = Value::Kind;

enum class Version : std::uint8_t { r4, r5 };

constexpr std::size_t most_statements = 2000;

template <std::size_t N>
bool has_any(const Value& resource, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return resource.has(name); });
}

Version version_of(const Value& resource) {
  constexpr std::array<std::string_view, 7> of_r4{"scope",      "patient",   "dateTime",    "policy",
                                                  "policyRule", "performer", "organization"};
  constexpr std::array<std::string_view, 9> of_r5{"subject", "decision", "date",        "period",         "grantor",
                                                  "grantee", "manager",  "policyBasis", "regulatoryBasis"};
  const auto& provision = resource["provision"];
  const bool r4 = has_any(resource, of_r4) || provision.is(Kind::object);
  const bool r5 = has_any(resource, of_r5) || provision.is(Kind::array);
  if (r4 && r5) throw Malformed("elements of FHIR R4 and of R5 stand in one Consent");
  if (!r4 && !r5) throw Malformed("neither a Consent of FHIR R4 nor of R5 or R6");
  return r4 ? Version::r4 : Version::r5;
}

// The codings of a list of CodeableConcept, or of one.
std::vector<Code> codes_of(const Value& concepts) {
  std::vector<Code> codes;
  const auto add = [&](const Value& item) {
    if (!item.is(Kind::object)) throw Malformed("a code that is no object");
    for (const auto& coding : list_of(item, "coding")) {
      if (!coding.is(Kind::object)) throw Malformed("a coding that is no object");
      codes.push_back({text_of(coding, "system"), text_of(coding, "code")});
      if (codes.back().code.empty()) throw Malformed("a coding without a code");
    }
  };
  if (concepts.is(Kind::array)) {
    for (const auto& item : concepts.items()) add(item);
  } else {
    add(concepts);
  }
  return codes;
}

bool same(const Code& a, const Code& b) { return a.code == b.code && a.system == b.system; }

// --- the tree -----------------------------------------------------------------------------------------------------

// What the levels above leave.
struct Above {
  Interval permit, deny;
  std::optional<std::vector<Code>> codes;  // of the permits
  std::vector<std::string> restrictions;
  bool dated = true;
  bool denied = false;  // a denial that is not the base rule
};

class Tree {
 public:
  explicit Tree(Version version) : version_(version) {}

  void base(bool permits, const Value& rule, const Above& above) { walk(rule, permits, above, 0); }
  std::vector<Statement> take() { return std::move(statements_); }

  /// R4: the level's own word. R5: what the level above is not.
  [[nodiscard]] bool type_of(const Value& provision, bool above) const {
    const auto type = text_of(provision, "type");
    if (version_ == Version::r5) {
      if (provision.has("type")) throw Malformed("a provision of FHIR R4 in a Consent of R5");
      return !above;
    }
    if (type != "permit" && type != "deny") throw Malformed("a provision that neither permits nor denies");
    return type == "permit";
  }

 private:
  void add(Statement statement) {
    if (statement.when.is_empty()) return;
    if (statements_.size() >= most_statements) {
      throw Malformed("more than " + std::to_string(most_statements) + " provisions");
    }
    statements_.push_back(std::move(statement));
  }

  // What binds a provision to less than everything; a permit so bound is one for whoever understands the bond only.
  static std::vector<std::string> restrictions_of(const Value& provision) {
    constexpr std::array<std::string_view, 7> others{"id",   "extension", "type",    "period",
                                                     "code", "provision", "decision"};
    std::vector<std::string> out;
    for (const auto& [name, value] : provision.members()) {
      if (name[0] == '_' || std::find(others.begin(), others.end(), name) != others.end()) continue;
      const auto first = out.size();
      if (name == "purpose") {  // a list of Coding
        for (const auto& coding : list_of(provision, name)) out.push_back(name + ":" + text_of(coding, "code"));
      } else if (name == "action") {
        for (const auto& code : codes_of(value)) out.push_back(name + ":" + code.code);
      }
      if (out.size() == first) out.push_back(name);
    }
    return out;
  }

  Above below(const Value& provision, bool permits, const Above& above, const std::vector<Code>& codes,
              int depth) const {
    Above out = above;
    // In R5 the root is the Consent itself: its period is the period of everything and was read there.
    const bool own = depth > 0 || version_ == Version::r4;
    const auto period = own && provision.has("period") ? read_period(provision["period"]) : Period{};
    out.permit = both(above.permit, period.permit);
    // R5: a period of its own stands instead of that of the Consent; a permit still ends with both.
    const bool instead = version_ == Version::r5 && own && provision.has("period");
    out.deny = instead ? period.deny : both(above.deny, period.deny);
    if (version_ == Version::r4 || instead) out.dated = above.dated && period.has_start;
    if (!own) return out;
    if (!permits) {
      out.denied = above.denied || depth > 0 || !codes.empty();
      return out;
    }
    for (auto& bond : restrictions_of(provision)) out.restrictions.push_back(std::move(bond));
    if (codes.empty()) return out;
    if (!above.codes) {
      out.codes = codes;
      return out;
    }
    out.codes->clear();
    for (const auto& code : codes) {
      const bool named =
          std::any_of(above.codes->begin(), above.codes->end(), [&](const Code& other) { return same(code, other); });
      if (named) out.codes->push_back(code);
    }
    return out;
  }

  void walk(const Value& provision, bool permits, const Above& above, int depth) {
    if (!provision.is(Kind::object)) throw Malformed("a provision that is no object");
    const bool is_root_of_r5 = depth == 0 && version_ == Version::r5;
    const auto codes = provision.has("code") && !is_root_of_r5 ? codes_of(provision["code"]) : std::vector<Code>();
    if (provision.has("code") && !is_root_of_r5 && codes.empty()) throw Malformed("a code that is only a text");
    const auto here = below(provision, permits, above, codes, depth);
    const auto& nested = list_of(provision, "provision");
    if (!permits && !codes.empty()) {
      add({false, false, codes, here.deny, here.dated, {}});
    } else if (!permits && (depth > 0 || nested.empty())) {
      add({false, true, {}, here.deny, here.dated, {}});
    } else if (permits && !codes.empty() && !here.denied && !here.codes->empty()) {
      add({true, false, *here.codes, here.permit, here.dated, here.restrictions});
    }
    for (const auto& exception : nested) walk(exception, type_of(exception, permits), here, depth + 1);
  }

  Version version_;
  std::vector<Statement> statements_;
};

std::vector<Statement> statements_of(const Value& resource, Version version) {
  Tree tree(version);
  if (version == Version::r4) {
    if (!resource.has("provision")) return {};
    const auto& root = resource["provision"];
    tree.base(tree.type_of(root, false), root, {});
    return tree.take();
  }
  const auto decision = text_of(resource, "decision");
  if (decision.empty() && list_of(resource, "provision").empty() && !resource.has("_decision")) return {};
  if (decision != "permit" && decision != "deny")
    throw Malformed("a Consent whose decision is neither permit nor deny");
  Above above;
  if (resource.has("period")) {
    const auto period = read_period(resource["period"]);
    above = {period.permit, period.deny, {}, {}, period.has_start, false};
  }
  tree.base(decision == "permit", resource, above);
  return tree.take();
}

// --- around the tree ----------------------------------------------------------------------------------------------

Consent::Standing standing_of(const Value& resource, Version version) {
  using Standing = Consent::Standing;
  const auto status = text_of(resource, "status");
  if (status == "active") return Standing::active;
  if (status == "entered-in-error") return Standing::erroneous;
  if (status == "draft" || status == "inactive") return Standing::silent;
  if (version == Version::r4 && status == "proposed") return Standing::silent;
  if (version == Version::r4 && status == "rejected") return Standing::rejected;
  if (version == Version::r5 && status == "not-done") return Standing::silent;
  throw Malformed("a status that is none of a Consent of this version");
}

// R4: what is not about research permits nothing in research. Who denies all use of data denies research, too; who
// denies a treatment does not.
bool has_scope(const Value& resource, std::string_view scope) {
  const auto codes = codes_of(resource["scope"]);
  return codes.size() == 1 && codes[0].code == scope;
}
bool is_research(const Value& resource) { return has_scope(resource, "research"); }
bool is_privacy(const Value& resource) { return has_scope(resource, "patient-privacy"); }

bool is_verified(const Value& resource) {
  const auto& all = list_of(resource, "verification");
  return std::all_of(all.begin(), all.end(), [](const Value& one) {
    return one["verified"].is(Kind::boolean) && one["verified"].text() == "true";
  });
}

void add_policy(std::vector<std::string>& policies, std::string uri) {
  constexpr std::string_view scheme = "urn:oid:";
  if (uri.compare(0, scheme.size(), scheme) == 0) uri.erase(0, scheme.size());
  if (!uri.empty()) policies.push_back(std::move(uri));
}

std::vector<std::string> policies_of(const Value& resource) {
  std::vector<std::string> out;
  for (const auto& policy : list_of(resource, "policy")) add_policy(out, text_of(policy, "uri"));
  if (resource.has("policyBasis")) add_policy(out, text_of(resource["policyBasis"], "uri"));
  for (const auto& category : list_of(resource, "category")) {
    for (const auto& code : codes_of(category)) add_policy(out, code.code);
  }
  return out;
}

// A Questionnaire Response that the Consent rests on; other sources (papers, contracts) say nothing to us.
std::vector<std::string> sources_of(const Value& resource, Version version) {
  std::vector<std::string> out;
  const auto add = [&](const Value& reference) {
    auto target = text_of(reference, "reference");
    if (target.find("QuestionnaireResponse/") != std::string::npos || target.compare(0, 9, "urn:uuid:") == 0) {
      out.push_back(std::move(target));
    }
  };
  if (version == Version::r5) {
    for (const auto& reference : list_of(resource, "sourceReference")) add(reference);
  } else if (resource.has("sourceReference")) {
    add(resource["sourceReference"]);
  }
  return out;
}

void read_into(Consent& out, const Value& resource) {
  // Both, so that a document that mixes versions is held for whoever it names.
  for (const auto* person : {"patient", "subject"}) {
    if (!resource.has(person)) continue;
    const auto names = read_reference(resource[person], resource);
    out.who.insert(out.who.end(), names.begin(), names.end());
  }
  const auto version = version_of(resource);
  refuse_modifiers(resource);
  if (out.who.empty()) throw Malformed("a Consent that names no patient");
  if (resource.has("implicitRules")) throw Malformed("implicitRules, which are not understood");
  out.sources = sources_of(resource, version);
  out.standing = standing_of(resource, version);
  out.verified = is_verified(resource);
  out.policies = policies_of(resource);
  out.statements = statements_of(resource, version);
  if (version == Version::r5 || is_research(resource)) return;
  if (out.standing == Consent::Standing::rejected) out.standing = Consent::Standing::silent;
  const bool about_data = is_privacy(resource);
  std::erase_if(out.statements,
                [&](const Statement& statement) { return statement.permits || (statement.all && !about_data); });
}

}  // namespace

std::vector<Who> read_reference(const Value& reference, const Value& resource) {
  std::vector<Who> out;
  const auto add_identifier = [&](const Value& identifier) {
    Who who{{}, text_of(identifier, "system"), text_of(identifier, "value")};
    if (!who.value.empty()) out.push_back(std::move(who));
  };
  const auto target = text_of(reference, "reference");
  if (!target.empty() && target[0] == '#') {
    for (const auto& inner : list_of(resource, "contained")) {
      if (text_of(inner, "id") != target.substr(1) || text_of(inner, "resourceType") != "Patient") continue;
      for (const auto& identifier : list_of(inner, "identifier")) add_identifier(identifier);
    }
  } else if (!target.empty()) {
    out.push_back({target, {}, {}});
  }
  if (reference.has("identifier")) add_identifier(reference["identifier"]);
  return out;
}

void refuse_modifiers(const Value& value) {
  for (const auto& [name, member] : value.members()) {
    if (name == "modifierExtension") throw Malformed("a modifierExtension, which is not understood");
    refuse_modifiers(member);
  }
  for (const auto& item : value.items()) refuse_modifiers(item);
}

Consent read_consent(const Value& resource) {
  Consent out;
  try {
    out.id = text_of(resource, "id");
    if (resource.has("meta")) {
      out.updated = text_of(resource["meta"], "lastUpdated");
      out.version = text_of(resource["meta"], "versionId");
    }
    read_into(out, resource);
  } catch (const Malformed& problem) {
    out.problem = problem.what();
    out.statements.clear();
  }
  return out;
}

}  // namespace tributary::fhir
