// plugins/consent/csv/plugin.cpp: a table of samples, subjects and consents, exported by a laboratory system.
//
// A sample is known when a row names it. It is given the records of its own rows and of rows that name its subject and
// no sample. Rows of other samples of the same subject take away and never give: of them only what is no plain permit
// (withdrawn, rejected, or a status that is not understood) is told. A person whose sample stands in another source is
// told of in the same way, and one of whom no row is told is not known. With `codes` each row is a form of consent, and
// the code maps say which terms it comes to on the day that is asked for.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugins/consent/csv/form.hpp"
#include "plugins/consent/csv/subject_file.hpp"
#include "plugins/consent/csv/words.hpp"
#include "plugins/sdk/consent/code_maps.hpp"
#include "plugins/sdk/consent/records.hpp"
#include "plugins/sdk/source.hpp"

namespace tributary::csv {
namespace {

constexpr tributary_key keys[] = {
    {"file", "path", nullptr, "the table, UTF-8, comma-separated (RFC 4180)"},
    {"max_age", "duration", "93600", "how old the file may be before it is trusted no more"},
    {"codes", "path", "",
     "what the words of `permissions` mean, when they are codes of a consent form: a code map, or a folder of them"},
    {"identifying", "list", "*", "further columns whose values must not be found in what leaves; * means all"},
    {"not_identifying", "list",
     "sex\ngender\nspecies\norganism\ntissue\nmaterial\nsample_type\nspecimen_type\ntumor_type\nassay\npanel\nfamily_"
     "size\ncountry",
     "further columns whose values tell of nobody, whatever `identifying` says"},
    {nullptr, nullptr, nullptr, nullptr},
};

class Source {
 public:
  explicit Source(const sdk::Host& host)
      : host_(host), file_(host_.setting("file"), static_cast<std::int64_t>(host_.number("max_age"))) {
    if (host_.setting("file").empty()) throw sdk::Broken("file: is empty", "name the table");
    if (const auto codes = host_.setting("codes"); !codes.empty()) maps_.emplace(codes);
    for (const auto& name : host_.list("identifying")) {
      if (name == "*") all_identify_ = true;
      identifying_.insert(heading(name));
    }
    for (const auto& name : host_.list("not_identifying")) not_identifying_.insert(heading(name));
  }

  void probe() {
    file_.refresh(host_.now_utc_s());
    if (maps_) maps_->refresh();
    host_.log(TRIBUTARY_LOG_DEBUG, "subject table: " + std::to_string(file_.rows()) + " rows");
  }

  void ask(const std::string& sample, const sdk::SubjectSink& sink) {
    file_.refresh(host_.now_utc_s());
    auto person = file_.look_up(trimmed(sample));
    if (person.of_sample.empty()) throw sdk::Refused("no row names the sample");
    const auto subject = subject_of(person);
    sink.subject(subject);
    tell_attributes(person.of_subject, sink);
    std::erase_if(person.of_subject, [&](const Entry& row) { return is_silent(row, trimmed(sample)); });
    tell_consents(person.of_subject, sink);
  }

  // The sample stands in another source: every row with a sample is of another one.
  void ask_subject(const std::string& subject, const sdk::SubjectSink& sink) {
    file_.refresh(host_.now_utc_s());
    const auto all = file_.rows_of(trimmed(subject));
    auto telling = all;
    std::erase_if(telling, [&](const Entry& row) { return is_silent(row, {}); });
    if (telling.empty()) throw sdk::Refused("no row says anything of the person");
    tell_attributes(all, sink);
    tell_consents(telling, sink);
  }

  void words(const sdk::WordSink& sink) {
    file_.refresh(host_.now_utc_s());
    file_.each([&](const Entry& row) {
      const auto tell = [&](const std::string& kind, const std::string& value) {
        if (!value.empty()) sink.word(kind, value);
      };
      tell("subject id", row[subject_id]);
      tell("sample id", row[sample_id]);
      for (const auto& [name, value] : row.attributes) {
        if (identifies(name)) tell("column " + name, value);
      }
    });
  }

  std::string revision() {
    auto word = file_.revision(host_.now_utc_s());
    if (!maps_) return word;
    try {
      maps_->refresh();
    } catch (const sdk::Outcome&) {  // the maps' own word tells it
    }
    return word + "-" + maps_->revision(host_.now_utc_s());
  }

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

  // Of rows of other samples only what takes away counts.
  static bool is_silent(const Entry& row, const std::string& sample) {
    const auto status = heading(row[consent_status]);
    const bool of_another_sample = !row[sample_id].empty() && row[sample_id] != sample;
    return row.says_nothing() ||
           (of_another_sample && (status == "active" || status == "draft" || status == "entered_in_error"));
  }

  void tell_consents(const std::vector<Entry>& rows, const sdk::SubjectSink& sink) {
    if (maps_) return tell_forms(rows, sink);
    for (const auto& row : rows) {
      sink.record({row[consent_id], row[consent_status], row[permissions], row[valid_from], row[valid_until]});
    }
  }

  void tell_forms(const std::vector<Entry>& rows, const sdk::SubjectSink& sink) {
    maps_->refresh();
    std::vector<Form> forms;
    std::vector<const Form*> all;
    forms.reserve(rows.size());
    for (const auto& row : rows) all.push_back(&forms.emplace_back(form_of(row, maps_->programmes())));
    const auto told = sdk::consent::tell(all, maps_->programmes(), host_.now_utc_s());
    if (!told.held.empty()) throw sdk::Later(told.held, "correct the table; until then nothing is sent");
    for (const auto& record : told.records) sink.record(record);
  }

  void tell_attributes(const std::vector<Entry>& rows, const sdk::SubjectSink& sink) const {
    std::set<std::pair<std::string, std::string>> told;
    for (const auto& row : rows) {
      for (const auto& attribute : row.attributes) {
        if (!told.insert(attribute).second) continue;
        sink.attribute(attribute.first, attribute.second, identifies(attribute.first));
      }
    }
  }

  [[nodiscard]] bool identifies(const std::string& name) const {
    return not_identifying_.count(name) == 0 && (all_identify_ || identifying_.count(name) != 0);
  }

  sdk::Host host_;
  SubjectFile file_;
  std::optional<sdk::consent::CodeMaps> maps_;
  std::set<std::string> identifying_, not_identifying_;
  bool all_identify_ = false;
};

constexpr auto& ops = sdk::consent_ops<Source>;

}  // namespace
}  // namespace tributary::csv

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor =
      tributary::sdk::described(TRIBUTARY_CONSENT, "csv", "a table of samples, subjects and consents",
                                tributary::csv::keys, &tributary::csv::ops);
  return &descriptor;
}
