// agent/identify/identify.cpp: from what an instrument tells to samples with files.
#include "agent/identify/identify.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "agent/base/text.hpp"
#include "agent/identify/arrival.hpp"
#include "agent/identify/joint.hpp"
#include "agent/identify/names.hpp"
#include "agent/identify/surroundings.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::identify {
namespace {

struct KindRow {
  std::string_view kind;
  genomics::Format format;
};
constexpr std::array data_kinds = {
    KindRow{"fastq", genomics::Format::fastq}, KindRow{"bam", genomics::Format::bam},
    KindRow{"cram", genomics::Format::cram},   KindRow{"vcf", genomics::Format::vcf},
    KindRow{"gvcf", genomics::Format::vcf},    KindRow{"bcf", genomics::Format::bcf},
    KindRow{"bed", genomics::Format::bed},
};
constexpr std::array<std::string_view, 4> index_kinds = {"bai", "csi", "tbi", "crai"};

const KindRow* data_kind(const std::string& kind) {
  const auto found =
      std::find_if(data_kinds.begin(), data_kinds.end(), [&](const auto& row) { return row.kind == kind; });
  return found == data_kinds.end() ? nullptr : &*found;
}

bool is_index(const std::string& kind) {
  return std::find(index_kinds.begin(), index_kinds.end(), kind) != index_kinds.end();
}

// Of several samples one file may be of these kinds only.
bool may_be_joint(const std::string& kind) {
  return kind == "vcf" || kind == "gvcf" || kind == "bcf" || kind == "tbi" || kind == "csi";
}

// Whose it is, its columns say.
constexpr auto nobody = static_cast<std::size_t>(-1);

// Parts reach object names and problems: a plugin may not put words of its own there.
bool is_part(std::string_view text) {
  return text.size() <= 16 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

constexpr std::array<std::string_view, 7> reads = {"", "R1", "R2", "R3", "I1", "I2", "I3"};

}  // namespace

/// Holds what is known so far while a run is identified. One use.
class Workbench {
 public:
  Workbench(const watch::SettledRun& run, plugin::Description told, files::Root root, const Checks& checks)
      : run_(run), told_(std::move(told)), root_(std::move(root)), checks_(checks) {}

  Result<IdentifiedRun> identify() {
    for (const auto step :
         {&Workbench::samples, &Workbench::words, &Workbench::files, &Workbench::promises, &Workbench::headers}) {
      if (auto done = (this->*step)(); !done) return done.error();
    }
    shares();
    indexes();
    suffixes();
    pairs();
    return finish();
  }

 private:
  struct Work {
    std::size_t sample = 0;            // or nobody
    std::vector<std::size_t> claimed;  // the samples that it is named after
    SampleFile file;
    std::string reason;  // why it is withheld, or empty
  };

  Status samples() {
    for (const auto& told : told_.samples) {
      if (told.sample_id.empty())
        return operator_error("the sample sheet has a sample without id", "correct the sheet");
      const auto [at, fresh] = by_id_.emplace(told.sample_id, samples_.size());
      if (!fresh) {
        auto& known = samples_[at->second];
        if (known.identity.project() != told.project) {
          known.problems.emplace_back("the sample sheet gives the sample two projects");
        }
        continue;
      }
      IdentifiedSample sample;
      sample.identity = Identity(told.sample_id, told.project);
      samples_.push_back(std::move(sample));
      spellings_.emplace_back();
      add_name(at->second, "sample id", told.sample_id);
      add_word(at->second, "project", told.project);
      for (const auto& alias : told.aliases) {
        if (alias.names_files) {
          add_name(at->second, "sample name", alias.name);
        } else {
          add_word(at->second, "sample description", alias.name);
        }
      }
    }
    return {};
  }

  void add_word(std::size_t sample, const char* kind, const std::string& value) {
    if (!value.empty() && spellings_[sample].insert(value).second) samples_[sample].identity.add(kind, value);
  }

  void add_name(std::size_t sample, const char* kind, const std::string& name) {
    if (name.empty()) return;
    add_word(sample, kind, name);
    const auto& known = samples_[sample].identity.file_names();
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    samples_[sample].identity.add_file_name(name);
    names_.add(sample, name);
  }

  // Instrument and flow cell are part of every read name; a word that holds one of them can be no more secret.
  Status words() {
    for (const auto& word : told_.identifiers) {
      if (word.kind == "instrument" || word.kind == "flow cell") {
        if (word.value.size() >= 4) read_name_words_.push_back({word.kind, word.value});
      } else {
        add_run_word(word.kind, word.value);
      }
    }
    if (run_.name().size() > 6) add_run_word("run", run_.name());
    for (const auto& word : surroundings(run_.folder(), host_name())) {
      if (!is_near_read_names(word.value)) add_run_word(word.kind, word.value);
    }
    return {};
  }

  void add_run_word(const std::string& kind, const std::string& value) {
    if (!value.empty() && run_words_.insert(value).second) identifiers_.push_back({kind, value});
  }

  Status files() {
    std::map<std::string, std::set<std::string>> claims;  // path -> sample ids
    for (const auto& told : told_.files) claims[told.path].insert(told.sample_id);
    std::set<std::string> taken;
    for (const auto& told : told_.files) {
      if (!taken.insert(told.path).second) continue;
      const auto& claim = claims[told.path];
      const bool open = may_be_joint(told.kind) && (claim.size() > 1 || claim.count("") != 0);
      const auto sample = by_id_.find(told.sample_id);
      if (!open && sample == by_id_.end()) {
        withhold(told.path, "its sample is not in the sheet");
        continue;
      }
      Work work;
      work.sample = open ? nobody : sample->second;
      for (const auto& id : claim) {
        if (const auto named = by_id_.find(id); named != by_id_.end()) work.claimed.push_back(named->second);
      }
      work.file = SampleFile{told.path, told.kind, told.read, is_part(told.part) ? told.part : "", {}, {}, {}};
      work.reason = unfit(told, open ? 1 : claim.size());
      if (work.reason.empty()) {
        if (auto done = look_at(work); !done) return done.error();
      }
      work_.push_back(std::move(work));
    }
    std::sort(work_.begin(), work_.end(), [](const Work& a, const Work& b) { return a.file.path < b.file.path; });
    shared_content();
    return {};
  }

  static std::string unfit(const plugin::Description::File& told, std::size_t claims) {
    if (!is_safe_path(told.path)) return "its name leads elsewhere or has characters that no name should have";
    if (claims > 1) return "ambiguous: " + std::to_string(claims) + " samples claim it";
    if (data_kind(told.kind) == nullptr && !is_index(told.kind) && told.kind != "report") return "unknown kind of file";
    if (std::find(reads.begin(), reads.end(), told.read) == reads.end()) return "unknown kind of read";
    return {};
  }

  Result<files::Fd> open(const std::string& path) {
    auto file = root_.open_file(path);
    if (!file && file.error().remedy == Remedy::ask_operator && !root_.exists(path)) {
      return wait_error("a file of the run is no longer there", "the copy may still be under way");
    }
    return file;
  }

  Status look_at(Work& work) {
    const auto file = open(work.file.path);
    if (!file && file.error().remedy == Remedy::give_up) {
      work.reason = "it leads out of the run folder or is no regular file";
      return {};
    }
    if (!file) return file.error();
    const auto id = files::identify(*file);
    if (!id) return id.error();
    work.file.id = *id;
    if (id->size == 0) work.reason = "it is empty";
    return {};
  }

  // Two names of the same bytes under two samples: at most one of them can be right.
  void shared_content() {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::set<std::size_t>> owners;
    const auto key = [](const Work& work) { return std::make_pair(work.file.id.device, work.file.id.inode); };
    for (const auto& work : work_) {
      if (work.reason.empty()) owners[key(work)].insert(work.sample);
    }
    for (auto& work : work_) {
      if (work.reason.empty() && owners[key(work)].size() > 1) {
        work.reason = "ambiguous: the same file stands under two samples";
      }
    }
  }

  Status promises() {
    std::map<std::string, const Work*> by_path;
    for (const auto& work : work_) by_path[work.file.path] = &work;
    for (const auto& promise : told_.promises) {
      const auto work = by_path.find(promise.path);
      if (work == by_path.end() || !work->second->reason.empty()) continue;
      auto file = open(promise.path);
      if (!file) return file.error();
      if (auto kept = check_promise(std::move(*file), promise, checks_); !kept) return kept;
    }
    return {};
  }

  Status headers() {
    for (auto& work : work_) {
      const auto* kind = data_kind(work.file.kind);
      if (!work.reason.empty() || kind == nullptr) continue;
      if (checks_.stop != nullptr && checks_.stop->requested()) return wait_error("stopping");
      const auto file = open(work.file.path);
      if (!file) return file.error();
      const auto facts = genomics::inspect(*file);
      if (!facts && facts.error().remedy == Remedy::wait) return facts.error();
      if (!facts) {
        work.reason = "its header can not be read: " + facts.error().what;
      } else if (facts->format != kind->format) {
        work.reason = "its content is not of the kind that its name says";
      } else {
        compare(work, *facts);
      }
      const auto id = files::identify(*file);
      if (!id) return id.error();
      if (!(*id == work.file.id))
        return wait_error("a file changed while it was read", "the copy may still be under way");
    }
    return {};
  }

  void compare(Work& work, const genomics::Facts& facts) {
    if (may_be_joint(work.file.kind) && facts.sample_names.size() > 1) return joint(work, facts);
    if (work.sample == nobody) {
      work.reason = work.claimed.empty() ? "no sample of the sheet has its name, and it is no joint file"
                                         : "ambiguous: " + std::to_string(work.claimed.size()) + " samples claim it";
      return;
    }
    const std::set<std::string> named(facts.sample_names.begin(), facts.sample_names.end());
    if (named.size() > 1) {
      work.reason = "its header names " + std::to_string(named.size()) + " samples";
    }
    for (const auto& name : named) {
      const auto means = names_.whom(work.sample, name);
      if (means == Means::other) work.reason = "its header names another sample of the run";
      if (means == Means::several) work.reason = "ambiguous: the name in its header fits several samples of the run";
      if (means == Means::nobody) {
        work.reason = "its header names a sample that the sheet does not know";
        add_problem(work.sample, "a header names a sample that the sheet does not know");
        add_run_word("sample name", name);
      }
      if (named.size() == 1 && means != Means::other) add_word(work.sample, "sample name", name);
    }
    for (const auto& word : facts.identifiers) {
      const auto means = names_.whom_in_file_name(work.sample, word);
      if (means == Means::other) work.reason = "its header names another sample of the run";
      if (means == Means::several) work.reason = "ambiguous: a name in its header fits several samples of the run";
      header_word(work.sample, word);
    }
  }

  // A file of several samples: each that is in the run owns a column, or has no part in it.
  void joint(Work& work, const genomics::Facts& facts) {
    std::set<std::string> names = joint_names_;
    names.insert(facts.sample_names.begin(), facts.sample_names.end());
    if (names.size() > most_joint_names) {
      work.reason = "its header names " + std::to_string(facts.sample_names.size()) + " samples, and no more than " +
                    std::to_string(most_joint_names) + " in all joint files of a run can be searched for";
      return;
    }
    joint_names_ = std::move(names);
    for (const auto& name : facts.sample_names) add_run_word("sample name in a joint file", name);
    for (const auto& word : facts.identifiers) {
      if (is_in_read_names(word)) continue;
      add_run_word("header", word);
      add_run_word("header", name_in_file_name(word));
    }
    auto found = owners_of(facts.sample_names, work.claimed, names_);
    if (found.owners.empty()) {
      work.reason = found.reason;
      return;
    }
    if (!found.reason.empty()) withhold(work.file.path, found.reason);
    owners_[work.file.path] = std::move(found.owners);
  }

  // A joint file goes to each of its samples, and its index with it.
  void shares() {
    std::map<std::string, const Work*> data;
    for (const auto& work : work_) {
      if (!is_index(work.file.kind)) data[work.file.path] = &work;
    }
    std::vector<Work> all;
    for (const auto& work : work_) {
      const auto* of = is_index(work.file.kind) ? indexed(work.file.path, data) : &work;
      const auto owners = of == nullptr ? owners_.end() : owners_.find(of->file.path);
      if (owners == owners_.end() || !work.reason.empty()) {
        all.push_back(work);
        continue;
      }
      for (const auto& owner : owners->second) {
        all.push_back(work);
        all.back().sample = owner.sample;
        if (of == &work) all.back().file.column = owner.column;
      }
    }
    work_ = std::move(all);
  }

  [[nodiscard]] bool is_in_read_names(const std::string& word) const {
    return std::any_of(read_name_words_.begin(), read_name_words_.end(),
                       [&](const auto& known) { return word.find(known.value) != std::string::npos; });
  }

  // An appliance may be called as its instrument is, which stands in every name of a read.
  [[nodiscard]] bool is_near_read_names(const std::string& word) const {
    const auto low = lower(word);
    return std::any_of(read_name_words_.begin(), read_name_words_.end(), [&](const auto& known) {
      const auto other = lower(known.value);
      return low.find(other) != std::string::npos || other.find(low) != std::string::npos;
    });
  }

  void header_word(std::size_t sample, const std::string& word) {
    if (is_in_read_names(word)) return;
    add_word(sample, "header", word);
    add_word(sample, "header", name_in_file_name(word));
  }

  void add_problem(std::size_t sample, const std::string& problem) {
    auto& problems = samples_[sample].problems;
    if (std::find(problems.begin(), problems.end(), problem) == problems.end()) problems.push_back(problem);
  }

  // An index goes where its file goes.
  void indexes() {
    std::map<std::string, const Work*> data;
    for (const auto& work : work_) {
      if (!is_index(work.file.kind)) data[work.file.path] = &work;
    }
    for (auto& work : work_) {
      if (!work.reason.empty() || !is_index(work.file.kind)) continue;
      const auto* of = indexed(work.file.path, data);
      if (of == nullptr) {
        work.reason = "an index without its file";
      } else if (!of->reason.empty()) {
        work.reason = "the file that it indexes is withheld";
      } else if (of->sample != work.sample && owners_.count(of->file.path) == 0) {
        work.reason = "ambiguous: the file that it indexes belongs to another sample";
      }
    }
  }

  // `x.bam.bai` and `x.bai` both index `x.bam`.
  static const Work* indexed(const std::string& path, const std::map<std::string, const Work*>& data) {
    const auto stem = path.substr(0, path.rfind('.'));
    for (const char* end : {"", ".bam", ".cram"}) {
      const auto found = data.find(stem + end);
      if (found != data.end()) return found->second;
    }
    return nullptr;
  }

  void suffixes() {
    using Key = std::tuple<std::size_t, std::string, std::string, std::string, std::string>;
    std::map<Key, unsigned> taken;
    std::map<std::string, const Work*> data;
    for (auto& work : work_) {
      if (!work.reason.empty() || is_index(work.file.kind)) continue;
      auto& file = work.file;
      file.suffix = suffix_of(file.path, samples_[work.sample].identity.file_names());
      if (file.column) file.suffix += file.suffix.empty() ? "joint" : "-joint";
      const unsigned nth = ++taken[{work.sample, file.kind, file.read, file.part, file.suffix}];
      if (nth > 1) file.suffix += (file.suffix.empty() ? "" : "-") + std::to_string(nth);
      data[file.path] = &work;
    }
    for (auto& work : work_) {
      if (!work.reason.empty() || !is_index(work.file.kind)) continue;
      if (const auto* of = indexed(work.file.path, data)) work.file.suffix = of->file.suffix;
    }
  }

  // Where a run has pairs, a lone half means that the other is missing, late or withheld.
  void pairs() {
    std::map<std::pair<std::size_t, std::string>, std::set<std::string>> lanes;
    for (const auto& work : work_) {
      if (work.file.kind != "fastq" || !(work.file.read == "R1" || work.file.read == "R2")) continue;
      auto& lane = lanes[{work.sample, work.file.part}];
      if (work.reason.empty()) lane.insert(work.file.read);
    }
    const bool paired =
        std::any_of(work_.begin(), work_.end(), [](const Work& work) { return work.file.read == "R2"; });
    for (const auto& [lane, have] : lanes) {
      if (!paired || have.size() != 1) continue;
      const bool first = *have.begin() == "R1";
      add_problem(lane.first, (lane.second.empty() ? "" : lane.second + ": ") +
                                  (first ? "R1 without R2" : "R2 without R1") + ", though the run has pairs");
    }
  }

  void withhold(const std::string& path, std::string reason) { withheld_.push_back({path, std::move(reason)}); }

  IdentifiedRun finish() {
    IdentifiedRun run(run_);
    for (const auto& told : told_.withheld) withhold(told.path, told.reason);
    for (auto& work : work_) {
      if (work.reason.empty()) {
        samples_[work.sample].files.push_back(std::move(work.file));
      } else {
        withhold(work.file.path, work.reason);
      }
    }
    std::sort(withheld_.begin(), withheld_.end(),
              [](const WithheldFile& a, const WithheldFile& b) { return a.path < b.path; });
    run.samples_ = std::move(samples_);
    run.identifiers_ = std::move(identifiers_);
    run.read_name_words_ = std::move(read_name_words_);
    run.withheld_ = std::move(withheld_);
    return run;
  }

  const watch::SettledRun& run_;
  plugin::Description told_;
  files::Root root_;
  Checks checks_;
  std::vector<IdentifiedSample> samples_;
  std::vector<std::set<std::string>> spellings_;  // identifiers of each sample, to tell each once
  std::map<std::string, std::size_t> by_id_;
  NameIndex names_;
  std::vector<Identifier> identifiers_, read_name_words_;
  std::set<std::string> run_words_;  // identifiers_, to tell each once
  std::set<std::string> joint_names_;
  std::vector<Work> work_;
  std::map<std::string, std::vector<JointOwners::Owner>> owners_;  // by path, of joint files that are given on
  std::vector<WithheldFile> withheld_;
};

Result<IdentifiedRun> identify(const watch::SettledRun& run, plugin::Instrument& instrument, const Checks& checks) {
  auto told = instrument.describe(run.folder(), run.unit());
  if (!told) return told.error();
  auto root = files::Root::open(run.folder());
  if (!root) {
    return root.error().remedy == Remedy::give_up
               ? root.error()
               : wait_error("the run folder is away: " + root.error().what, "look at the mount; this is tried again");
  }
  return Workbench(run, std::move(*told), std::move(*root), checks).identify();
}

}  // namespace tributary::identify
