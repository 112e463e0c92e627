// agent/identify/identity.hpp: who a sample is: the one type that holds identities.
//
// Never      printed, logged, stored or compared for display: no <<, no to_string, no JSON. May be included by
// identify,
//            consent and pseudonymise only; a test looks.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/secret.hpp"

namespace tributary::identify {

/// A word of a run that must not be found in what leaves, and what kind of word it is.
struct Identifier {
  std::string kind;   // "sample id", "sample name", "project", "subject id", "birth date", ...: safe to show
  std::string value;  // not
};

class Identity {
 public:
  Identity() = default;
  Identity(std::string sample_id, std::string project)
      : sample_id_(std::move(sample_id)), project_(std::move(project)) {}

  [[nodiscard]] const std::string& sample_id() const { return sample_id_; }
  [[nodiscard]] const std::string& project() const { return project_; }
  [[nodiscard]] const std::string& subject_id() const { return subject_id_; }
  [[nodiscard]] const std::vector<Identifier>& identifiers() const { return identifiers_; }
  void set_subject(std::string subject_id) { subject_id_ = std::move(subject_id); }
  void add(std::string kind, std::string value) { identifiers_.push_back({std::move(kind), std::move(value)}); }
  /// Names by which files of the sample may call it, the sample id among them.
  [[nodiscard]] const std::vector<std::string>& file_names() const { return file_names_; }
  void add_file_name(std::string name) { file_names_.push_back(std::move(name)); }

 private:
  std::string sample_id_, project_, subject_id_;
  std::vector<Identifier> identifiers_;
  std::vector<std::string> file_names_;
};

}  // namespace tributary::identify
