// agent/consent/consent.hpp: the third station: who a sample belongs to, and what they agreed to.
//
// Every source is asked, by the sample; those that do not know it once more by the subject that another one named.
// Every one that knows the person must agree (decide.hpp). Sources that name different subjects make the sample
// unknown. A subject withdrawn by `tributary withdraw` is denied, whatever a source says. Subject id and identifying
// attributes join the identity, as words that must not be found in what leaves.
//
// Threads    one at a time: sources answer one call at a time.
// Failure    a source that can not answer is no error: the sample is unknown, with the reason.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"
#include "agent/consent/decide.hpp"
#include "agent/consent/family.hpp"
#include "agent/identify/identify.hpp"
#include "agent/plugin/subjects.hpp"

namespace tributary::consent {

/// Why a policy did or did not take a sample.
struct PolicyChoice {
  std::string policy;              // name
  bool matches = false;            // project, name, except, kinds
  std::string why_not;             // when it does not match; no identifiers
  Decision decision;               // when it matches
  std::vector<std::size_t> files;  // of the sample, that the policy takes
};

struct ConsentedSample {
  identify::IdentifiedSample sample;  // identity now with its subject
  bool known = false;                 // a source knows it, and no other contradicts
  std::string unknown_reason;         // when not
  std::vector<PolicyChoice> choices;  // one per policy, in configuration order
};

/// Only consent makes one.
class ConsentedRun {
 public:
  [[nodiscard]] const watch::SettledRun& run() const { return run_; }
  [[nodiscard]] const std::vector<ConsentedSample>& samples() const { return samples_; }
  [[nodiscard]] const std::vector<identify::Identifier>& identifiers() const { return identifiers_; }
  [[nodiscard]] const std::vector<identify::Identifier>& read_name_words() const { return read_name_words_; }
  [[nodiscard]] const std::vector<identify::WithheldFile>& withheld() const { return withheld_; }

 private:
  friend class Desk;
  explicit ConsentedRun(const watch::SettledRun& run) : run_(run) {}
  watch::SettledRun run_;
  std::vector<ConsentedSample> samples_;
  std::vector<identify::Identifier> identifiers_, read_name_words_;
  std::vector<identify::WithheldFile> withheld_;
};

/// Another sample of the same run under the same policy.
struct OtherSample {
  std::string sample_id;  // an identity
  bool sealed = false;    // proven clean, and ready to go or gone already
};

/// Today's decision on a sample, and whose it is today: an identity, "" when that is not beyond doubt.
struct Again : Decision {
  std::string subject_id;
};

class Desk {
 public:
  /// `withdrawn(subject_id)` answers from our own register. All references outlive the desk.
  Desk(const config::Settings& settings, std::vector<plugin::SubjectSource*> sources,
       std::function<bool(const std::string& subject_id)> withdrawn, const Clock& clock);

  /// `at_utc_s`: what would be decided then, by what the sources know today; nothing: now.
  [[nodiscard]] Result<ConsentedRun> ask(const identify::IdentifiedRun& run,
                                         std::optional<std::int64_t> at_utc_s = {}) const;
  /// One sample of a run: its subject, and one choice per policy.
  [[nodiscard]] ConsentedSample ask(const identify::IdentifiedSample& sample,
                                    std::optional<std::int64_t> at_utc_s = {}) const;
  /// Once more, for one sample, right before a commit. `others_in_run`: the samples of the other parcels of the
  /// run under this policy; a policy for whole families asks for those of the family, too, and waits until all are
  /// sealed.
  [[nodiscard]] Again ask_again(const std::string& sample_id, const config::Policy& policy,
                                const std::vector<OtherSample>& others_in_run = {}) const;
  /// What is said of a person without any sample; unknown when no source knows persons.
  [[nodiscard]] Decision ask_person(const std::string& subject_id, const config::Policy& policy) const;

 private:
  // What all sources together know of one sample.
  struct Answer {
    Known known;
    std::string subject_id, named_by;
    bool contradictory = false;
    Kin kin;
    std::vector<identify::Identifier> words;
    void miss(std::string why) { known.unknown_for.push_back(std::move(why)); }
  };
  [[nodiscard]] Answer ask_sources(const std::string& sample_id) const;
  void take(Result<std::optional<plugin::Subject>> told, const plugin::SubjectSource& source, Answer& answer) const;
  static void read(const config::SubjectSource& entry, const plugin::Subject::Attribute& attribute, Answer& answer);
  [[nodiscard]] ConsentedSample ask_one(const identify::IdentifiedSample& sample, std::int64_t at_utc_s,
                                        Kin& kin) const;
  [[nodiscard]] static Member member_of(const ConsentedSample& sample, const Kin& kin, std::size_t policy);
  void bind_families(std::vector<ConsentedSample>& samples, const std::vector<Kin>& kin) const;

  const config::Settings& settings_;
  std::vector<plugin::SubjectSource*> sources_;
  std::function<bool(const std::string&)> withdrawn_;
  const Clock& clock_;
};

}  // namespace tributary::consent
