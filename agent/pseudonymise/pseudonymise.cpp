// agent/pseudonymise/pseudonymise.cpp: identities end here.
#include "agent/pseudonymise/pseudonymise.hpp"

#include <array>
#include <map>
#include <set>

namespace tributary::pseudonymise {
namespace {

struct KindRow {
  std::string_view kind;
  genomics::Format format;
  std::string_view extension;
  genomics::IndexKind index;
};
// What can be made clean, and what its object is called.
constexpr std::array kinds{
    KindRow{"fastq", genomics::Format::fastq, "fastq.gz", genomics::IndexKind::none},
    KindRow{"bam", genomics::Format::bam, "bam", genomics::IndexKind::bai},
    KindRow{"cram", genomics::Format::cram, "cram", genomics::IndexKind::crai},
    KindRow{"vcf", genomics::Format::vcf, "vcf.gz", genomics::IndexKind::tbi},
    KindRow{"gvcf", genomics::Format::vcf, "gvcf.gz", genomics::IndexKind::tbi},
    KindRow{"bcf", genomics::Format::bcf, "bcf", genomics::IndexKind::csi},
    KindRow{"bed", genomics::Format::bed, "bed.gz", genomics::IndexKind::none},
};

const KindRow* row_of(std::string_view kind) {
  for (const auto& row : kinds) {
    if (row.kind == kind) return &row;
  }
  return nullptr;
}

genomics::IndexKind index_kind(std::string_view kind) {
  for (const auto index :
       {genomics::IndexKind::bai, genomics::IndexKind::csi, genomics::IndexKind::tbi, genomics::IndexKind::crai}) {
    if (genomics::extension_of(index) == kind) return index;
  }
  return genomics::IndexKind::none;
}

// The index that lies beside a data file: `x.bam.bai` or `x.bai` for `x.bam`.
genomics::IndexKind index_beside(const identify::SampleFile& data, const std::vector<identify::SampleFile>& files) {
  const auto dot = data.path.rfind('.');
  const std::string stem = data.path.substr(0, dot);
  for (const auto& file : files) {
    const auto kind = index_kind(file.kind);
    if (kind == genomics::IndexKind::none) continue;
    const std::string extension = "." + std::string(genomics::extension_of(kind));
    if (file.path == data.path + extension || file.path == stem + extension) return kind;
  }
  return genomics::IndexKind::none;
}

std::string object_name(const std::string& pseudonym, const identify::SampleFile& file, std::string_view extension,
                        std::set<std::string>& taken) {
  std::string stem = pseudonym;
  for (const auto& part : {file.suffix, file.part, file.read}) {
    if (!part.empty()) stem += "." + part;
  }
  std::string name = stem + "." + std::string(extension);
  for (int n = 2; !taken.insert(name).second; ++n) name = stem + "." + std::to_string(n) + "." + std::string(extension);
  return name;
}

void add_words(std::vector<verify::Word>& words, const identify::Identity& person) {
  words.push_back({"sample id", person.sample_id()});
  if (!person.subject_id().empty()) words.push_back({"subject id", person.subject_id()});
  for (const auto& name : person.file_names()) words.push_back({"sample name", name});
}

// The same word comes by several ways; found once, it is to be told once.
void without_repetition(std::vector<verify::Word>& words) {
  std::set<std::string> seen;
  std::erase_if(words, [&](const verify::Word& word) { return !seen.insert(word.value).second; });
}

genomics::Tags tags_of(config::ReadTags tags) {
  if (tags == config::ReadTags::all) return genomics::Tags::all;
  return tags == config::ReadTags::none ? genomics::Tags::none : genomics::Tags::known;
}

Wanted sample_of(const std::string& destination, const identify::Identity& person) {
  return {destination, Kind::sample, canonical(person.sample_id())};
}

Wanted subject_of(const std::string& destination, const identify::Identity& person) {
  return {destination, Kind::subject, canonical(person.subject_id())};
}

// What stands in the way of a sample whatever consent says.
std::vector<std::string> problems_of(const consent::ConsentedSample& sample) {
  auto problems = sample.sample.problems;
  const auto& person = sample.sample.identity;
  if (auto of_sample = spelling_problem(person.sample_id()); !of_sample.empty())
    problems.push_back("the sample: " + of_sample);
  if (auto of_subject = spelling_problem(person.subject_id()); !of_subject.empty())
    problems.push_back("the subject: " + of_subject);
  return problems;
}

}  // namespace

std::vector<verify::Word> words_of(const consent::ConsentedSample& sample) {
  std::vector<verify::Word> words;
  add_words(words, sample.sample.identity);
  for (const auto& word : sample.sample.identity.identifiers()) words.push_back({word.kind, word.value});
  without_repetition(words);
  return words;
}

std::vector<verify::Word> words_of(const consent::ConsentedRun& run, bool mask_read_names) {
  std::vector<verify::Word> words;
  const auto add = [&](const identify::Identifier& word) { words.push_back({word.kind, word.value}); };
  // Read names that are kept carry instrument and flow cell by the instrument's own convention.
  if (mask_read_names) {
    for (const auto& word : run.read_name_words()) add(word);
  }
  for (const auto& word : run.identifiers()) add(word);
  for (const auto& sample : run.samples()) {
    for (auto& word : words_of(sample)) words.push_back(std::move(word));
  }
  without_repetition(words);
  return words;
}

Result<std::vector<Assignment>> Registrar::assign(const consent::ConsentedRun& run) const {
  auto naming = name(run);
  if (!naming) return naming.error();
  std::map<bool, std::shared_ptr<const verify::Dictionary>> dictionaries;
  std::vector<Assignment> assignments;
  for (const auto& sample : run.samples()) {
    for (const auto& choice : sample.choices) {
      if (!choice.matches) continue;
      const bool mask = settings_.policy(choice.policy)->mask_read_names;
      auto& dictionary = dictionaries[mask];
      if (!dictionary) {
        auto built = verify::Dictionary::build(words_of(run, mask));
        if (!built) return built.error();
        dictionary = std::move(*built);
      }
      assignments.push_back(assign_one(run, sample, choice, *naming, dictionary));
    }
  }
  return assignments;
}

Result<Naming> Registrar::name(const consent::ConsentedRun& run) const {
  Naming naming(key_, link_, outside_);
  for (const auto& sample : run.samples()) {
    const auto& person = sample.sample.identity;
    for (const auto& choice : sample.choices) {
      if (!choice.matches) continue;
      const auto& destination = settings_.policy(choice.policy)->destination;
      // Of a person who did not agree, or whose sample waits for something else, nobody outside needs to know.
      const bool may_ask = choice.decision.verdict == consent::Verdict::permit && problems_of(sample).empty();
      naming.want(sample_of(destination, person), person.subject_id(), may_ask);
      if (!person.subject_id().empty()) naming.want(subject_of(destination, person), person.subject_id(), may_ask);
    }
  }
  if (auto settled = naming.settle(words_of(run, true)); !settled) return in("pseudonymise", settled.error());
  return naming;
}

Assignment Registrar::assign_one(const consent::ConsentedRun& run, const consent::ConsentedSample& sample,
                                 const consent::PolicyChoice& choice, const Naming& naming,
                                 const std::shared_ptr<const verify::Dictionary>& dictionary) const {
  const auto& policy = *settings_.policy(choice.policy);
  const auto& person = sample.sample.identity;
  Assignment out;
  out.policy = policy.name;
  out.destination = policy.destination;
  out.decision = choice.decision;
  out.problems = problems_of(sample);
  const auto wanted = sample_of(policy.destination, person);
  const auto& name = naming.of(wanted);
  out.naming = name;
  if (name.state == Name::State::given) out.pseudonym = name.word;
  if (outside_ != nullptr) out.pending = outside_->pending(wanted);
  if (out.pseudonym.empty()) out.pseudonym = out.pending;
  if (!person.subject_id().empty()) {
    const auto& subject = naming.of(subject_of(policy.destination, person));
    out.subject_pseudonym = subject.word;
    if (subject.state > out.naming.state) out.naming = subject;
  }

  PseudonymousParcel parcel;
  parcel.folder_ = run.run().folder();
  parcel.model_ = run.run().unit().model;
  parcel.policy_ = policy.name;
  parcel.destination_ = policy.destination;
  parcel.pseudonym_ = name.word;
  parcel.subject_pseudonym_ = out.subject_pseudonym;
  parcel.decision_ = choice.decision;
  parcel.dictionary_ = dictionary;
  add_files(parcel, sample, choice, policy);
  if (parcel.files_.empty())
    out.problems.emplace_back("no file of a kind that the policy sends was found for this sample");
  const bool named = out.naming.state == Name::State::given;
  if (out.decision.verdict == consent::Verdict::permit && out.problems.empty() && named) out.parcel = std::move(parcel);
  return out;
}

void Registrar::add_files(PseudonymousParcel& parcel, const consent::ConsentedSample& sample,
                          const consent::PolicyChoice& choice, const config::Policy& policy) const {
  std::set<std::string> taken;
  for (const auto at : choice.files) {
    const auto& file = sample.sample.files[at];
    const auto* kind = row_of(file.kind);
    if (kind == nullptr) continue;  // indices are made anew beside their data
    CleanFile clean;
    clean.path = file.path;
    clean.id = file.id;
    clean.kind = file.kind;
    clean.read = file.read;
    clean.object_name = object_name(parcel.pseudonym_, file, kind->extension, taken);
    clean.transform.format = kind->format;
    clean.transform.sample = parcel.pseudonym_;
    clean.transform.read_names = policy.mask_read_names ? genomics::ReadNames::mask : genomics::ReadNames::keep;
    clean.transform.tags = tags_of(policy.tags);
    clean.transform.name_key = key_.name_key(policy.destination, parcel.pseudonym_);
    if (file.column) {
      clean.transform.columns = {{file.column->number,
                                  genomics::column_check(clean.transform.name_key, file.column->name),
                                  parcel.pseudonym_}};
      clean.transform.bare_sites = policy.keep_bare_sites ? genomics::BareSites::keep : genomics::BareSites::drop;
    }
    const auto beside = index_beside(file, sample.sample.files);
    if (beside != genomics::IndexKind::none && kind->index != genomics::IndexKind::none) {
      clean.transform.index = beside == genomics::IndexKind::csi ? beside : kind->index;
      clean.index_object_name = clean.object_name + "." + std::string(genomics::extension_of(clean.transform.index));
    }
    parcel.files_.push_back(std::move(clean));
  }
}

}  // namespace tributary::pseudonymise
