// agent/plugin/subjects.hpp: a consent plugin, as the stations see it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/consent/evaluate.hpp"

namespace tributary::plugin {

/// What a source knows of a sample. Everything but `records` is identity.
struct Subject {
  struct Attribute {
    std::string name, value;
    bool identifying = false;
  };
  std::string subject_id;
  std::vector<consent::Record> records;
  std::vector<Attribute> attributes;
};

class SubjectSource {
 public:
  virtual ~SubjectSource() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;  // of the instance
  [[nodiscard]] virtual Status probe() = 0;
  /// Nothing: this source does not know the sample. An error: it can not answer now.
  [[nodiscard]] virtual Result<std::optional<Subject>> ask(const std::string& sample_id) = 0;
  /// As ask, by the subject id that another source gave. A source that knows samples only knows nobody by it.
  [[nodiscard]] virtual Result<std::optional<Subject>> ask_subject(const std::string& /*subject_id*/) {
    return std::optional<Subject>();
  }
  /// Changes whenever any answer may have changed.
  [[nodiscard]] virtual std::string revision() = 0;
  /// Calls `visit(kind, value)` for each word, of everybody, that must not be found in what leaves; the kind may be
  /// shown. False: this source has no list of everybody. An error: it can not answer now.
  using WordVisitor = std::function<void(const std::string& kind, const std::string& value)>;
  [[nodiscard]] virtual Result<bool> words(const WordVisitor& /*visit*/) { return false; }
};

}  // namespace tributary::plugin
