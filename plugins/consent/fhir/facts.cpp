// plugins/consent/fhir/facts.cpp: takes resources apart and ties them together.
#include "plugins/consent/fhir/facts.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "plugins/consent/fhir/answers.hpp"
#include "plugins/sdk/consent/code_map.hpp"
#include "plugins/sdk/sdk.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::fhir {
namespace {

using Kind = Value::Kind;

std::string key_of_identifier(const std::string& system, const std::string& value) { return system + "|" + value; }

// FNV-1a over everything, for telling two versions of a resource apart.
void mix(std::uint64_t& hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  hash = (hash ^ 0xffU) * 1099511628211ULL;
}
void mix(std::uint64_t& hash, const Value& value) {
  mix(hash, std::string(1, static_cast<char>('0' + static_cast<int>(value.kind()))) + value.text());
  for (const auto& item : value.items()) mix(hash, item);
  for (const auto& [name, member] : value.members()) {
    mix(hash, name);
    mix(hash, member);
  }
  mix(hash, ".");
}

// Below zero: a is older; above: newer; 0: it can not be told.
int compare_age(const Consent& a, const Consent& b) {
  if (!a.updated.empty() && !b.updated.empty()) {
    const auto mine = *sdk::consent::read_date(a.updated).from, other = *sdk::consent::read_date(b.updated).from;
    if (mine != other) return mine < other ? -1 : 1;
  }
  const auto mine = sdk::parse_number(a.version), other = sdk::parse_number(b.version);
  if (!mine || !other || *mine == *other) return 0;
  return *mine < *other ? -1 : 1;
}

std::vector<Code> identifiers_of(const Value& resource, std::string_view name) {
  std::vector<Code> out;
  for (const auto& identifier : list_of(resource, name)) {
    Code one{text_of(identifier, "system"), text_of(identifier, "value")};
    if (!one.code.empty()) out.push_back(std::move(one));
  }
  return out;
}

void add(Attributes& into, const char* name, const std::string& value) {
  if (!value.empty()) into.emplace_back(name, value);
}
void add_all(Attributes& into, const char* name, const Value& object, std::string_view list) {
  for (const auto& item : list_of(object, list)) {
    if (item.is(Kind::text)) add(into, name, item.text());
  }
}

// Every word of a Patient that names the person.
Attributes attributes_of(const Value& patient) {
  Attributes out;
  for (const auto& identifier : identifiers_of(patient, "identifier")) add(out, "patient_identifier", identifier.code);
  for (const auto& name : list_of(patient, "name")) {
    add(out, "family_name", text_of(name, "family"));
    add_all(out, "given_name", name, "given");
    add(out, "full_name", text_of(name, "text"));
  }
  add(out, "birth_date", text_of(patient, "birthDate"));
  for (const auto& contact : list_of(patient, "telecom")) add(out, "contact", text_of(contact, "value"));
  for (const auto& address : list_of(patient, "address")) {
    add(out, "address", text_of(address, "text"));
    add_all(out, "street", address, "line");
    add(out, "city", text_of(address, "city"));
    add(out, "postcode", text_of(address, "postalCode"));
  }
  return out;
}

std::size_t size_of(const Attributes& attributes) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : attributes) bytes += name.size() + value.size() + 64;
  return bytes;
}

std::size_t size_of(const Consent& consent) {
  std::size_t bytes = sizeof consent + consent.id.size() + 256;
  for (const auto& statement : consent.statements) {
    bytes += sizeof statement;
    for (const auto& code : statement.codes) bytes += sizeof code + code.code.size() + code.system.size();
    for (const auto& bond : statement.restrictions) bytes += sizeof bond + bond.size();
  }
  return bytes;
}

[[noreturn]] void two_persons() {
  throw sdk::Later("the resources name different persons for the sample", "correct the Specimen or the Patients");
}

}  // namespace

void Facts::keep(std::size_t bytes) {
  kept_bytes_ += bytes;
  if (kept_bytes_ > most_kept_bytes || patients_.size() + specimens_.size() + consents_.size() > most_resources) {
    throw Malformed("more than " + std::to_string(most_resources) + " resources or " +
                    std::to_string(most_kept_bytes >> 20U) + " MiB of what must be kept of them");
  }
}

void Facts::take(const Value& resource, const std::string& full_url) {
  const auto type = text_of(resource, "resourceType");
  if (type == "Patient") return take_patient(resource, full_url);
  if (type == "Specimen") return take_specimen(resource);
  if (type == "Consent") return take_consent(resource, full_url);
  if (type == "QuestionnaireResponse" && systems_.answers) return take_response(resource, full_url);
  if (type.empty()) throw Malformed("a resource without resourceType");
  if (type == "Bundle") throw Malformed("a Bundle inside a Bundle");
  ++passed_over_;
}

void Facts::take_patient(const Value& resource, const std::string& full_url) {
  Patient patient;
  patient.id = text_of(resource, "id");
  patient.full_url = full_url;
  patient.identifiers = identifiers_of(resource, "identifier");
  patient.attributes = attributes_of(resource);
  patient.active = resource["active"].text() != "false";
  for (const auto& link : list_of(resource, "link")) {
    if (!link.is(Kind::object)) throw Malformed("a link that is no object");
    const auto names = read_reference(link["other"], resource);
    patient.links.insert(patient.links.end(), names.begin(), names.end());
  }
  try {
    refuse_modifiers(resource);
    if (resource.has("implicitRules")) throw Malformed("implicitRules, which are not understood");
  } catch (const Malformed& problem) {
    patient.problem = problem.what();
  }
  nameless_patient_ = nameless_patient_ || patient.id.empty();
  keep(sizeof patient + 512 + size_of(patient.attributes));
  patients_.push_back(std::move(patient));
}

bool Facts::is_of_samples(const std::string& system) const {
  return std::find(systems_.samples.begin(), systems_.samples.end(), system) != systems_.samples.end();
}

void Facts::take_specimen(const Value& resource) {
  Specimen specimen;
  if (text_of(resource, "status") == "entered-in-error") return;
  auto identifiers = identifiers_of(resource, "identifier");
  if (resource.has("accessionIdentifier")) {
    const auto& accession = resource["accessionIdentifier"];
    identifiers.push_back({text_of(accession, "system"), text_of(accession, "value")});
  }
  for (const auto& identifier : identifiers) {
    add(specimen.attributes, "specimen_identifier", identifier.code);
    if (is_of_samples(identifier.system) && !identifier.code.empty()) specimen.samples.push_back(identifier.code);
  }
  if (specimen.samples.empty()) return;
  refuse_modifiers(resource);
  if (resource.has("subject")) specimen.subject = read_reference(resource["subject"], resource);
  keep(sizeof specimen + 256 + size_of(specimen.attributes));
  specimens_.push_back(std::move(specimen));
}

void Facts::take_consent(const Value& resource, const std::string& full_url) {
  auto consent = read_consent(resource);
  // Nobody knows whom it is about: it may be anyone's withdrawal.
  if (consent.who.empty())
    throw Malformed(consent.problem.empty() ? "a Consent that names no patient" : consent.problem);
  if (!systems_.codes.empty()) {
    std::erase_if(consent.statements,
                  [&](const Statement& statement) { return !statement.all && !names_any(statement, systems_.codes); });
  }
  std::uint64_t content = 14695981039346656037ULL;
  mix(content, resource);
  if (is_version(consent, full_url, content)) return;
  keep(size_of(consent));
  if (!consent.id.empty()) versions_[consent.id].push_back({consents_.size(), content, full_url});
  consents_.push_back(std::move(consent));
}

// Documents of one id are versions of one document unless their urls tell them apart.
bool Facts::is_version(Consent& consent, const std::string& full_url, std::uint64_t content) {
  const auto known = versions_.find(consent.id);
  if (known == versions_.end()) return false;
  const auto version = std::find_if(known->second.begin(), known->second.end(), [&](const Version& one) {
    return one.full_url.empty() || full_url.empty() || one.full_url == full_url;
  });
  if (version == known->second.end()) return false;
  if (version->content == content) return true;
  auto& other = consents_[version->place];
  const int age = compare_age(consent, other);
  const bool same_person = consent.who == other.who;
  if (same_person && age > 0) {
    other = std::move(consent);
    version->content = content;
  } else if (!same_person || age == 0) {
    other.problem = same_person ? "two versions of it are here and neither is newer" : "its versions name two persons";
    other.who.insert(other.who.end(), consent.who.begin(), consent.who.end());
  }
  return true;
}

void Facts::take_response(const Value& resource, const std::string& full_url) {
  Response response;
  mix(response.content, resource);
  try {
    refuse_modifiers(resource);
    if (resource.has("implicitRules")) throw Malformed("implicitRules, which are not understood");
    const auto status = text_of(resource, "status");
    if (status != "completed" && status != "amended") throw Malformed("answers that are not completed");
    if (resource.has("subject")) response.subject = read_reference(resource["subject"], resource);
    response.answers = read_answers(resource);
  } catch (const Malformed& problem) {
    response.problem = problem.what();
  }
  std::size_t bytes = sizeof response + 512;
  for (const auto& [question, given] : response.answers) {
    bytes += question.size() + 128;
    for (const auto& answer : given) {
      for (const auto& spelling : answer) bytes += spelling.size() + 64;
    }
  }
  keep(bytes);
  const auto id = text_of(resource, "id");
  for (const auto& key : {id.empty() ? id : "QuestionnaireResponse/" + id, key_of(full_url)}) {
    if (key.empty()) continue;
    const auto [place, fresh] = responses_.emplace(key, response);
    if (!fresh && place->second.content != response.content)
      place->second.problem = "two versions of its answers are here";
  }
}

std::vector<std::string> Facts::sources() const {
  std::set<std::string> out;
  for (const auto& consent : consents_) {
    for (const auto& source : consent.sources) out.insert(key_of(source));
  }
  return {out.begin(), out.end()};
}

void Facts::tie_answers(Consent& consent) const {
  const auto refuse = [&](const std::string& why) {
    consent.answers.reset();
    consent.without_answers = why;
  };
  std::set<std::size_t> persons;
  for (const auto& name : consent.who) {
    const auto meaning = meaning_of(name);
    if (meaning.kind == Meaning::Kind::person) persons.insert(meaning.person);
  }
  for (const auto& source : consent.sources) {
    const auto found = responses_.find(key_of(source));
    if (found == responses_.end()) continue;
    const auto& response = found->second;
    if (!response.problem.empty()) return refuse(response.problem);
    const bool same_person = std::any_of(response.subject.begin(), response.subject.end(), [&](const Who& name) {
      const auto meaning = meaning_of(name);
      return meaning.kind == Meaning::Kind::person && persons.count(meaning.person) == 1;
    });
    if (!same_person) return refuse("its answers do not name its person");
    if (!consent.answers) consent.answers.emplace();
    for (const auto& [question, given] : response.answers) {
      auto& all = (*consent.answers)[question];
      all.insert(all.end(), given.begin(), given.end());
    }
  }
}

// --- who is who ---------------------------------------------------------------------------------------------------

// A relative reference without its version; a full url below our server likewise.
std::string Facts::key_of(const std::string& reference) const {
  auto key = reference;
  if (!systems_.base_url.empty() && key.compare(0, systems_.base_url.size() + 1, systems_.base_url + "/") == 0) {
    key.erase(0, systems_.base_url.size() + 1);
  }
  const auto history = key.find("/_history/");
  if (history != std::string::npos) key.erase(history);
  return key;
}

std::vector<Who> Facts::names(const std::string& sample) const {
  std::vector<Who> out;
  const auto add_all_of = [&](const std::vector<Who>& names) {
    for (const auto& name : names) {
      if (name.reference.empty()) {
        out.push_back(name);
      } else {
        out.push_back({key_of(name.reference), {}, {}});
      }
    }
  };
  for (const auto& specimen : specimens_) {
    const auto& samples = specimen.samples;
    if (std::find(samples.begin(), samples.end(), sample) != samples.end()) add_all_of(specimen.subject);
  }
  std::set<std::string> patients;  // a Patient may come twice
  for (const auto& patient : patients_) {
    if (!patients.insert(patient.id).second) continue;
    if (!patient.id.empty()) out.push_back({"Patient/" + patient.id, {}, {}});
    for (const auto& identifier : patient.identifiers) {
      if (identifier.system == systems_.subject) out.push_back({{}, identifier.system, identifier.code});
    }
    add_all_of(patient.links);
  }
  return out;
}

std::size_t Facts::root(std::size_t patient) const {
  while (parents_[patient] != patient) patient = parents_[patient];
  return patient;
}

void Facts::join(const std::string& key, std::size_t patient) {
  const auto [place, fresh] = by_key_.emplace(key, patient);
  if (!fresh) parents_[root(patient)] = root(place->second);
}

void Facts::close() {
  for (std::size_t i = 0; i < patients_.size(); ++i) {
    parents_.push_back(i);
    const auto& patient = patients_[i];
    if (!patient.id.empty()) join("Patient/" + patient.id, i);
    if (!patient.full_url.empty()) join(key_of(patient.full_url), i);
    for (const auto& identifier : patient.identifiers) {
      const auto key = key_of_identifier(identifier.system, identifier.code);
      if (identifier.system == systems_.subject) join(key, i);
      by_identifier_[key].push_back(i);
    }
  }
  for (std::size_t i = 0; i < patients_.size(); ++i) {
    for (const auto& link : patients_[i].links) {
      const auto other = meaning_of(link);
      if (other.kind == Meaning::Kind::person) parents_[root(i)] = root(other.person);
    }
  }
  for (std::size_t i = 0; i < patients_.size(); ++i) group_[root(i)].push_back(i);
  for (std::size_t i = 0; i < specimens_.size(); ++i) {
    for (const auto& sample : specimens_[i].samples) by_sample_[sample].push_back(i);
  }
  tie_consents();
}

void Facts::tie_consents() {
  for (std::size_t i = 0; i < consents_.size(); ++i) {
    tie_answers(consents_[i]);
    std::set<std::size_t> persons;
    bool stranger = false, unclear = false;
    for (const auto& name : consents_[i].who) {
      const auto meaning = meaning_of(name);
      if (meaning.kind == Meaning::Kind::person) persons.insert(meaning.person);
      stranger = stranger || meaning.kind == Meaning::Kind::stranger;
      unclear = unclear || meaning.kind == Meaning::Kind::unclear;
    }
    if (persons.size() > 1 || (persons.size() == 1 && stranger)) {
      if (consents_[i].problem.empty()) consents_[i].problem = "it names two persons";
    } else if (persons.empty()) {
      // Somebody of another number or reference of the same kind is somebody else.
      ++(unclear && !stranger ? unclear_ : strangers_);
      bool named = false;
      for (const auto& name : consents_[i].who) {
        const bool by_id = name.reference.empty() && name.system == systems_.subject;
        if (by_id) absent_.insert(name.value);
        named = named || by_id;
      }
      nameless_ += named ? 0 : 1;
    }
    for (const auto person : persons) consents_of_[person].push_back(i);
  }
}

Facts::Meaning Facts::meaning_of(const Who& name) const {
  const auto person = [&](std::size_t patient) { return Meaning{Meaning::Kind::person, root(patient)}; };
  if (!name.reference.empty()) {
    const auto key = key_of(name.reference);
    const auto known = by_key_.find(key);
    if (known != by_key_.end()) return person(known->second);
    const bool comparable = key.compare(0, 8, "Patient/") == 0 && !nameless_patient_;
    return {comparable ? Meaning::Kind::stranger : Meaning::Kind::unclear, 0};
  }
  const auto key = key_of_identifier(name.system, name.value);
  const auto known = by_identifier_.find(key);
  if (known == by_identifier_.end()) {
    return {name.system == systems_.subject ? Meaning::Kind::stranger : Meaning::Kind::unclear, 0};
  }
  const auto first = root(known->second.front());
  const bool one = std::all_of(known->second.begin(), known->second.end(),
                               [&](std::size_t patient) { return root(patient) == first; });
  return one ? person(first) : Meaning{};
}

std::size_t Facts::refused() const {
  return static_cast<std::size_t>(std::count_if(consents_.begin(), consents_.end(),
                                                [](const Consent& consent) { return !consent.problem.empty(); }));
}

// --- whose sample -------------------------------------------------------------------------------------------------

std::size_t Facts::person_of(const std::string& sample) const {
  std::set<std::size_t> persons;
  const auto specimens = by_sample_.find(sample);
  if (specimens != by_sample_.end()) {
    for (const auto i : specimens->second) {
      bool named = false;
      for (const auto& name : specimens_[i].subject) {
        const auto meaning = meaning_of(name);
        if (meaning.kind != Meaning::Kind::person) continue;
        persons.insert(meaning.person);
        named = true;
      }
      if (!named) {
        throw sdk::Later("the Patient of the sample's Specimen is not there", "export the Patient resource, too");
      }
    }
  }
  for (const auto& system : systems_.samples) {
    const auto known = by_identifier_.find(key_of_identifier(system, sample));
    if (known == by_identifier_.end()) continue;
    for (const auto patient : known->second) persons.insert(root(patient));
  }
  if (persons.empty()) throw sdk::Refused("no Specimen and no Patient names the sample");
  if (persons.size() > 1) two_persons();
  return *persons.begin();
}

std::string Facts::subject_of(std::size_t person) const {
  std::set<std::string> of_active, of_others;
  for (const auto patient : group_.at(person)) {
    const auto& one = patients_[patient];
    if (!one.problem.empty()) throw sdk::Later("the Patient can not be used: " + one.problem, "correct the export");
    for (const auto& identifier : one.identifiers) {
      if (identifier.system == systems_.subject) (one.active ? of_active : of_others).insert(identifier.code);
    }
  }
  const auto& ids = of_active.empty() ? of_others : of_active;
  if (ids.empty()) {
    throw sdk::Later("the Patient has no identifier of the system of subject ids", "see subject_system");
  }
  if (ids.size() > 1) {
    throw sdk::Later("the Patient has " + std::to_string(ids.size()) + " subject ids", "correct the identifiers");
  }
  return *ids.begin();
}

Person Facts::find(const std::string& sample) const {
  if (sample.empty()) throw sdk::Refused("a sample without a name");
  const auto person = person_of(sample);
  const auto specimens = by_sample_.find(sample);
  return describe(person, specimens != by_sample_.end() ? specimens->second : std::vector<std::size_t>());
}

Person Facts::find_subject(const std::string& subject) const {
  const auto known = by_identifier_.find(key_of_identifier(systems_.subject, subject));
  if (known != by_identifier_.end()) return describe(root(known->second.front()), {});
  const auto of_it = absent_.count(subject);
  if (of_it + nameless_ > 0) {
    throw sdk::Later(std::to_string(of_it + nameless_) + " consent documents are or may be of a person who is not here",
                     "export their Patient resources, too");
  }
  throw sdk::Refused("no Patient and no Consent names the person");
}

Person Facts::describe(std::size_t person, const std::vector<std::size_t>& specimens) const {
  if (unclear_ > 0) {
    throw sdk::Later(std::to_string(unclear_) + " consent documents name a person that can not be told",
                     "export their Patient resources, too: they may be anyone's");
  }
  Person out;
  out.subject_id = subject_of(person);
  const auto consents = consents_of_.find(person);
  if (consents != consents_of_.end()) {
    for (const auto i : consents->second) out.consents.push_back(&consents_[i]);
  }
  std::set<std::pair<std::string, std::string>> told;
  const auto tell = [&](const Attributes& attributes) {
    for (const auto& attribute : attributes) {
      if (told.insert(attribute).second) out.attributes.push_back(attribute);
    }
  };
  for (const auto patient : group_.at(person)) {
    if (!patients_[patient].id.empty()) out.patients.push_back("Patient/" + patients_[patient].id);
    tell(patients_[patient].attributes);
  }
  for (const auto i : specimens) tell(specimens_[i].attributes);
  return out;
}

}  // namespace tributary::fhir
