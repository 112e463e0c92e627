// tests/plugins/csv/answer.hpp: asks a consent plugin and keeps what it tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/suites/instance.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::suites {

struct Answer {
  tributary_outcome outcome = TRIBUTARY_BROKEN;
  tributary_note note{};
  std::string subject;
  std::vector<std::string> records;     // "id status permissions from until"
  std::vector<std::string> attributes;  // "name=value", with a '!' in front when it identifies
};

/// By a sample id, or by a subject id with `ops().ask_subject`.
inline Answer ask(Instance<tributary_consent_ops>& at, const std::string& id,
                  decltype(tributary_consent_ops::ask) question) {
  Answer answer;
  tributary_subject_sink sink{};
  sink.size = sizeof sink;
  sink.self = &answer;
  sink.subject = [](void* self, const char* subject) { static_cast<Answer*>(self)->subject = subject; };
  sink.record = [](void* self, const tributary_consent_record* r) {
    static_cast<Answer*>(self)->records.push_back(std::string(r->consent_id) + " " + r->status + " " + r->permissions +
                                                  " " + r->valid_from + " " + r->valid_until);
  };
  sink.attribute = [](void* self, const char* name, const char* value, std::int32_t identifying) {
    static_cast<Answer*>(self)->attributes.push_back((identifying != 0 ? "!" : "") + std::string(name) + "=" + value);
  };
  answer.outcome = at.call([&](tributary_note* note) { return question(at.self(), id.c_str(), &sink, note); });
  answer.note = at.note;
  return answer;
}
inline Answer ask(Instance<tributary_consent_ops>& at, const std::string& sample) {
  return ask(at, sample, at.ops().ask);
}
inline Answer ask_subject(Instance<tributary_consent_ops>& at, const std::string& subject) {
  return ask(at, subject, at.ops().ask_subject);
}

inline std::string revision(const Instance<tributary_consent_ops>& at) {
  char word[64] = "not filled";
  at.ops().revision(at.self(), word, sizeof word);
  return word;
}

}  // namespace tributary::suites
