// agent/pseudonymise/pseudonymise.hpp: the fourth station: identities end here.
//
// Turns every (sample, policy) that the policy takes into an assignment: who it is called at the destination, what was
// decided, and, when consent permits and nothing is in the way, a parcel whose files have names and transforms without
// identity. The link between pseudonym and identity is handed to the journal before the parcel is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"
#include "agent/consent/consent.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/pseudonymise/naming.hpp"
#include "agent/pseudonymise/pseudonym.hpp"
#include "agent/verify/dictionary.hpp"

namespace tributary::pseudonymise {

/// One file on its way: where it lies (private), what it will be called, how it is made clean.
struct CleanFile {
  std::string path;  // relative to the run folder; sealed wherever it is stored
  files::FileId id;
  std::string object_name;        // without ".c4gh"
  std::string index_object_name;  // when an index is made with it
  std::string kind, read;
  genomics::Transform transform;
};

/// Only pseudonymise makes one.
class PseudonymousParcel {
 public:
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] const std::string& policy() const { return policy_; }
  [[nodiscard]] const std::string& destination() const { return destination_; }
  [[nodiscard]] const std::string& pseudonym() const { return pseudonym_; }
  [[nodiscard]] const std::string& subject_pseudonym() const { return subject_pseudonym_; }
  [[nodiscard]] const consent::Decision& decision() const { return decision_; }
  [[nodiscard]] const std::vector<CleanFile>& files() const { return files_; }
  [[nodiscard]] const std::shared_ptr<const verify::Dictionary>& dictionary() const { return dictionary_; }

 private:
  friend class Registrar;
  PseudonymousParcel() = default;
  std::string folder_, model_, policy_, destination_, pseudonym_, subject_pseudonym_;
  consent::Decision decision_;
  std::vector<CleanFile> files_;
  std::shared_ptr<const verify::Dictionary> dictionary_;
};

struct Assignment {
  std::string policy, destination;
  std::string pseudonym;          // or, until there is one, the pending name
  std::string subject_pseudonym;  // "" while there is none
  std::string pending;            // the name before a source outside gave one; "" when the key makes pseudonyms
  /// Anything but `given` when the sample or its subject has no name that may be used; then there is no parcel.
  Name naming{Name::State::given, {}, {}, {}};
  consent::Decision decision;
  std::vector<std::string> problems;  // why it must wait for a person although consent permits
  std::optional<PseudonymousParcel> parcel;
};

class Registrar {
 public:
  /// `outside` null: the key makes pseudonyms.
  Registrar(const config::Settings& settings, const PseudonymKey& key, Linker link, Outside* outside = nullptr)
      : settings_(settings), key_(key), link_(std::move(link)), outside_(outside) {}

  [[nodiscard]] Result<std::vector<Assignment>> assign(const consent::ConsentedRun& run) const;

 private:
  Result<Naming> name(const consent::ConsentedRun& run) const;
  Assignment assign_one(const consent::ConsentedRun& run, const consent::ConsentedSample& sample,
                        const consent::PolicyChoice& choice, const Naming& naming,
                        const std::shared_ptr<const verify::Dictionary>& dictionary) const;
  void add_files(PseudonymousParcel& parcel, const consent::ConsentedSample& sample,
                 const consent::PolicyChoice& choice, const config::Policy& policy) const;

  const config::Settings& settings_;
  const PseudonymKey& key_;
  Linker link_;
  Outside* outside_;
};

/// The words of one sample and its subject.
std::vector<verify::Word> words_of(const consent::ConsentedSample& sample);
/// Every word of a run that must not leave, for policies that keep or mask read names.
std::vector<verify::Word> words_of(const consent::ConsentedRun& run, bool mask_read_names);

}  // namespace tributary::pseudonymise
