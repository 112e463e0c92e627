// plugins/consent/fhir/facts.hpp: what Patients, Specimens and Consents say about who is who, and whose sample is
// whose.
//
// A person    is a Patient here, with all Patients of the same subject id and those it is linked to. Documents name it
//             by reference or by identifier; several names of one document must mean one person.
// Unknown     a document that can not be tied to a person and might be anyone's holds everybody: it could be the
//             withdrawal of the next one asked for. So do two versions of one Consent of which none is newer.
//             A person asked for by id who is no Patient here may be whom a document without its Patient means.
// Memory      what is needed of each resource; the resource itself is not kept.
// Failure     take throws Malformed; find throws sdk::Refused (no such sample) and sdk::Later.
// Never       puts an identifier into an error.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugins/consent/fhir/consent.hpp"

namespace tributary::fhir {

struct Systems {
  std::vector<std::string> samples;  // identifier systems of the laboratory's sample id
  std::string subject;               // of the person's id
  std::string base_url;              // of the server, or empty: references below it are relative ones
  bool answers = false;              // a code map asks for answers of questionnaires
  std::vector<Code> codes;           // that mean something; statements of others are not kept; empty: all are
};

using Attributes = std::vector<std::pair<std::string, std::string>>;

struct Person {
  std::string subject_id;
  std::vector<const Consent*> consents;  // live as long as the facts
  Attributes attributes;
  std::vector<std::string> patients;  // "Patient/ID"
};

class Facts {
 public:
  static constexpr std::size_t most_resources = 500000;
  static constexpr std::size_t most_kept_bytes = 96U << 20;

  explicit Facts(Systems systems) : systems_(std::move(systems)) {}

  /// `full_url`: of the Bundle's entry, or empty. Other types of resources are counted and passed over.
  void take(const Value& resource, const std::string& full_url);
  /// Before close: names of the sample's persons and of all Patients here, and of those they are linked to.
  [[nodiscard]] std::vector<Who> names(const std::string& sample) const;
  /// Before close: the QuestionnaireResponses that the Consents here rest on, "QuestionnaireResponse/ID".
  [[nodiscard]] std::vector<std::string> sources() const;
  /// Once, after the last take and before the first find.
  void close();

  [[nodiscard]] Person find(const std::string& sample) const;
  [[nodiscard]] Person find_subject(const std::string& subject) const;
  /// The resources that were taken.
  [[nodiscard]] const std::vector<Consent>& consents() const { return consents_; }
  [[nodiscard]] std::size_t patients() const { return patients_.size(); }
  [[nodiscard]] std::size_t specimens() const { return specimens_.size(); }
  [[nodiscard]] std::size_t passed_over() const { return passed_over_; }
  /// Documents that must not be used.
  [[nodiscard]] std::size_t refused() const;
  /// Documents that name nobody here although they could.
  [[nodiscard]] std::size_t strangers() const { return strangers_; }

 private:
  struct Patient {
    std::string id, full_url;
    std::vector<Code> identifiers;
    std::vector<Who> links;
    Attributes attributes;
    bool active = true;
    std::string problem;
  };
  struct Response {
    sdk::consent::Answers answers;
    std::vector<Who> subject;
    std::uint64_t content = 0;
    std::string problem;
  };
  struct Specimen {
    std::vector<std::string> samples;  // values of the systems of samples
    Attributes attributes;
    std::vector<Who> subject;
  };
  // Whom names mean: a person, somebody who is not here, or it can not be told.
  struct Meaning {
    enum class Kind : std::uint8_t { person, stranger, unclear } kind = Kind::unclear;
    std::size_t person = 0;
  };

  void take_patient(const Value& resource, const std::string& full_url);
  void take_specimen(const Value& resource);
  void take_consent(const Value& resource, const std::string& full_url);
  void take_response(const Value& resource, const std::string& full_url);
  void keep(std::size_t bytes);
  /// True when the document is another version of one that is here; that one is then what it should be.
  bool is_version(Consent& consent, const std::string& full_url, std::uint64_t content);
  [[nodiscard]] std::string key_of(const std::string& reference) const;
  [[nodiscard]] std::size_t root(std::size_t patient) const;
  void join(const std::string& key, std::size_t patient);
  void tie_consents();
  /// The answers of the responses that a Consent rests on, or why they may not be used.
  void tie_answers(Consent& consent) const;
  [[nodiscard]] Meaning meaning_of(const Who& name) const;
  [[nodiscard]] bool is_of_samples(const std::string& system) const;
  [[nodiscard]] std::size_t person_of(const std::string& sample) const;
  [[nodiscard]] std::string subject_of(std::size_t person) const;
  [[nodiscard]] Person describe(std::size_t person, const std::vector<std::size_t>& specimens) const;

  Systems systems_;
  std::vector<Patient> patients_;
  std::vector<Specimen> specimens_;
  std::vector<Consent> consents_;
  std::map<std::string, Response> responses_;  // by reference and full url
  struct Version {
    std::size_t place = 0;
    std::uint64_t content = 0;
    std::string full_url;
  };
  std::map<std::string, std::vector<Version>> versions_;  // by id of a Consent
  std::vector<std::size_t> parents_;                      // union-find over patients
  std::map<std::string, std::size_t> by_key_;             // references, full urls, subject ids
  std::map<std::string, std::vector<std::size_t>> by_identifier_;
  std::map<std::string, std::vector<std::size_t>> by_sample_;            // specimens
  std::map<std::size_t, std::vector<std::size_t>> consents_of_, group_;  // by person
  std::set<std::string> absent_;  // subject ids that documents name and no Patient here has
  std::size_t nameless_ = 0;      // documents of somebody who is not here, without a subject id
  std::size_t unclear_ = 0, strangers_ = 0, passed_over_ = 0, kept_bytes_ = 0;
  bool nameless_patient_ = false;
};

}  // namespace tributary::fhir
