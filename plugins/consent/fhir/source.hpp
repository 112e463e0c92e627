// plugins/consent/fhir/source.hpp: where the documents are: a folder or a server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "plugins/consent/fhir/facts.hpp"

namespace tributary::fhir {

/// Failure: throws sdk::Refused (no such sample), sdk::Later, sdk::Broken.
class Documents {
 public:
  virtual ~Documents() = default;
  /// Throws when no sample could be asked about; else a line for the log without identifiers.
  virtual std::string probe(std::int64_t now_utc_s) = 0;
  /// The consents live until the next call.
  virtual Person find(const std::string& sample, std::int64_t now_utc_s) = 0;
  /// As find, by the person's id; Refused: no such person.
  virtual Person find_subject(const std::string& subject, std::int64_t now_utc_s) = 0;
  /// Changes whenever an answer may have changed. Never throws an Outcome.
  virtual std::string revision(std::int64_t now_utc_s) = 0;
};

}  // namespace tributary::fhir
