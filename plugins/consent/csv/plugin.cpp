// plugins/consent/csv/plugin.cpp: a table of samples, subjects and consents, exported by a laboratory system.
//
// A sample is known when a row names it. It is given the records of its own rows and of rows that name its subject and
// no sample. Rows of other samples of the same subject take away and never give: of them only what is no plain permit
// (withdrawn, rejected, or a status that is not understood) is told.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "plugins/consent/csv/subject_file.hpp"
#include "plugins/consent/csv/words.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::csv {
namespace {

constexpr tributary_key keys[] = {
    {"file", "path", nullptr, "the table, UTF-8, comma-separated (RFC 4180)"},
    {"max_age", "duration", "93600", "how old the file may be before it is trusted no more"},
    {"identifying", "list", "*", "further columns whose values must not be found in what leaves; * means all"},
    {"not_identifying", "list",
     "sex\ngender\nspecies\norganism\ntissue\nmaterial\nsample_type\nspecimen_type\ntumor_type\nassay\npanel\nfamily_"
     "size\ncountry",
     "further columns whose values tell of nobody, whatever `identifying` says"},
    {nullptr, nullptr, nullptr, nullptr},
};

class Source {
 public:
  explicit Source(const tributary_host* host)
      : host_(host), file_(host_.setting("file"), static_cast<std::int64_t>(host_.number("max_age"))) {
    if (host_.setting("file").empty()) throw sdk::Broken("the setting `file` is empty", "name the table");
    for (const auto& name : host_.list("identifying")) {
      if (name == "*") all_identify_ = true;
      identifying_.insert(heading(name));
    }
    for (const auto& name : host_.list("not_identifying")) not_identifying_.insert(heading(name));
  }

  void probe() {
    file_.refresh(host_.now_utc_s());
    host_.log(TRIBUTARY_LOG_DEBUG, "subject table: " + std::to_string(file_.rows()) + " rows");
  }

  void ask(const std::string& sample, const tributary_subject_sink& sink) {
    file_.refresh(host_.now_utc_s());
    const auto person = file_.look_up(trimmed(sample));
    if (person.of_sample.empty()) throw sdk::Refused("no row names the sample");
    const auto subject = subject_of(person);
    sink.subject(sink.self, subject.c_str());
    for (const auto& row : person.of_subject) tell_record(row, trimmed(sample), sink);
    tell_attributes(person.of_subject, sink);
  }

  void words(const tributary_word_sink& sink) {
    file_.refresh(host_.now_utc_s());
    file_.each([&](const Entry& row) {
      const auto tell = [&](const std::string& kind, const std::string& value) {
        if (!value.empty()) sink.word(sink.self, kind.c_str(), value.c_str());
      };
      tell("subject id", row[subject_id]);
      tell("sample id", row[sample_id]);
      for (const auto& [name, value] : row.attributes) {
        if (identifies(name)) tell("column " + name, value);
      }
    });
  }

  std::string revision() { return file_.revision(host_.now_utc_s()); }

 private:
  static std::string subject_of(const Person& person) {
    for (const auto& row : person.of_sample) {
      if (row[subject_id].empty()) throw sdk::Later("a row of the sample names no subject", "complete the table");
      if (row[subject_id] != person.of_sample.front()[subject_id]) {
        throw sdk::Later("rows of one sample name different subjects", "correct the table");
      }
    }
    return person.of_sample.front()[subject_id];
  }

  static void tell_record(const Entry& row, const std::string& sample, const tributary_subject_sink& sink) {
    if (row.says_nothing()) return;
    const auto status = heading(row[consent_status]);
    const bool of_another_sample = !row[sample_id].empty() && row[sample_id] != sample;
    if (of_another_sample && (status == "active" || status == "draft" || status == "entered_in_error")) return;
    const tributary_consent_record record{
        sizeof record,           row[consent_id].c_str(), row[consent_status].c_str(), row[permissions].c_str(),
        row[valid_from].c_str(), row[valid_until].c_str()};
    sink.record(sink.self, &record);
  }

  void tell_attributes(const std::vector<Entry>& rows, const tributary_subject_sink& sink) const {
    std::set<std::pair<std::string, std::string>> told;
    for (const auto& row : rows) {
      for (const auto& attribute : row.attributes) {
        if (!told.insert(attribute).second) continue;
        sink.attribute(sink.self, attribute.first.c_str(), attribute.second.c_str(), identifies(attribute.first));
      }
    }
  }

  [[nodiscard]] bool identifies(const std::string& name) const {
    return not_identifying_.count(name) == 0 && (all_identify_ || identifying_.count(name) != 0);
  }

  sdk::Host host_;
  SubjectFile file_;
  std::set<std::string> identifying_, not_identifying_;
  bool all_identify_ = false;
};

Source& source(void* self) { return *static_cast<Source*>(self); }

tributary_outcome open_source(const tributary_host* host, void** self, tributary_note* note) {
  return sdk::fence(note, [&] { *self = new Source(host); });
}
tributary_outcome probe_source(void* self, tributary_note* note) {
  return sdk::fence(note, [&] { source(self).probe(); });
}
tributary_outcome ask_source(void* self, const char* sample, const tributary_subject_sink* sink, tributary_note* note) {
  return sdk::fence(note, [&] { source(self).ask(sample, *sink); });
}
void revision_of_source(void* self, char* into, std::uint32_t room) {
  if (room == 0) return;
  into[0] = '\0';
  tributary_note note{};
  sdk::fence(&note, [&] { sdk::fill(into, room, source(self).revision()); });
}
tributary_outcome words_of_source(void* self, const tributary_word_sink* sink, tributary_note* note) {
  return sdk::fence(note, [&] { source(self).words(*sink); });
}
void close_source(void* self) { delete static_cast<Source*>(self); }

constexpr tributary_consent_ops ops{sizeof ops,         open_source,  probe_source,    ask_source,
                                    revision_of_source, close_source, words_of_source, nullptr};

}  // namespace
}  // namespace tributary::csv

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const tributary_descriptor descriptor = {sizeof(tributary_descriptor),
                                                  TRIBUTARY_ABI_MAJOR,
                                                  TRIBUTARY_ABI_MINOR,
                                                  TRIBUTARY_CONSENT,
                                                  "csv",
                                                  TRIBUTARY_VERSION,
                                                  "a table of samples, subjects and consents",
                                                  tributary::csv::keys,
                                                  &tributary::csv::ops};
  return &descriptor;
}
