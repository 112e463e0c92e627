// agent/verify/scan_paths.cpp: a search for identifiers in files and folders.
#include "agent/verify/scan_paths.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>

#include "agent/base/text.hpp"
#include "agent/base/workers.hpp"

namespace tributary::verify {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::uint64_t moved_distance_bytes = 16U << 20;
constexpr std::size_t deepest = 100;
constexpr std::size_t ahead_of_each_thread = 4;

std::string_view last_component(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

/// Counts what passes, for all threads.
class Meter {
 public:
  explicit Meter(const std::function<void(std::uint64_t)>& moved) : moved_(moved) {}
  void add(std::uint64_t bytes) {
    if (!moved_) return;
    const std::lock_guard lock(mutex_);
    bytes_ += bytes;
    if (bytes_ - told_ < moved_distance_bytes) return;
    told_ = bytes_;
    moved_(bytes_);
  }
  /// Not while `moved` is called.
  template <typename Act>
  void apart(Act&& act) {
    const std::lock_guard lock(mutex_);
    act();
  }

 private:
  const std::function<void(std::uint64_t)>& moved_;
  std::mutex mutex_;
  std::uint64_t bytes_ = 0, told_ = 0;
};

class MeteredTap final : public genomics::ContentTap {
 public:
  MeteredTap(Inspector& inspector, Meter& meter) : inspector_(inspector), meter_(meter) {}
  Status content(const genomics::Place& place, ByteView bytes) override {
    meter_.add(bytes.size());
    return inspector_.content(place, bytes);
  }

 private:
  Inspector& inspector_;
  Meter& meter_;
};

/// One search over all paths. One use.
class Search {
 public:
  Search(const std::vector<std::string>& paths, const IdentifierList& words, const ScanWishes& wishes, const Stop& stop,
         const std::function<void(const ScannedEntry&)>& tell)
      : paths_(paths),
        words_(words),
        wishes_(wishes),
        stop_(stop),
        tell_(tell),
        meter_(wishes.moved),
        workers_(std::max<std::size_t>(wishes.threads, 1) - 1) {}

  Result<ScanSummary> run() {
    auto dictionary = Dictionary::build(words_.words);
    if (!dictionary) return dictionary.error();
    dictionary_ = *std::move(dictionary);
    summary_.spellings = dictionary_->spellings();
    for (const auto word : dictionary_->unsearchable()) summary_.unsearchable_lines.push_back(words_.lines[word]);
    for (std::size_t i = 0; i < paths_.size() && !stop_.requested(); ++i) look_at(i);
    while (!under_way_.empty()) take_one();
    if (stop_.requested()) return wait_error("scan: stopped");
    return std::move(summary_);
  }

 private:
  struct Job {
    ScannedEntry entry;
    Workers::Handle work;
  };

  void look_at(std::size_t argument) {
    auto root = files::Root::open(paths_[argument]);
    if (!root) return search(start(argument, {}, ScannedEntry::Kind::file), nullptr);
    folder(argument, std::make_shared<const files::Root>(*std::move(root)));
  }

  void folder(std::size_t argument, const std::shared_ptr<const files::Root>& root) {
    struct Level {
      std::string below;
      std::vector<files::Entry> entries;
      std::size_t next = 0;
    };
    std::vector<Level> open;
    const auto enter = [&](ScannedEntry entry) {
      if (!entry.below.empty()) check_name(entry, "folder name");
      auto listed = open.size() < deepest
                        ? root->list(entry.below)
                        : Result<std::vector<files::Entry>>(refusal("more than 100 folders lie in each other"));
      if (listed) {
        open.push_back({entry.below, *std::move(listed), 0});
      } else {
        entry.problem = listed.error();
      }
      if (entry.problem || entry.hits > 0) search_done(std::move(entry));
    };
    enter(start(argument, {}, ScannedEntry::Kind::folder));
    while (!open.empty() && !stop_.requested()) {
      auto& level = open.back();
      if (level.next == level.entries.size()) {
        open.pop_back();
        continue;
      }
      const auto& next = level.entries[level.next++];
      auto below = level.below.empty() ? next.name : level.below + "/" + next.name;
      auto entry = start(argument, std::move(below), kind_of(next.kind));
      if (const auto id = root->id(entry.below); id && entry.kind != ScannedEntry::Kind::link) entry.inode = id->inode;
      switch (entry.kind) {
        case ScannedEntry::Kind::folder:
          enter(std::move(entry));  // `level` and `next` are not used behind this
          break;
        case ScannedEntry::Kind::file:
          search(std::move(entry), root);
          break;
        case ScannedEntry::Kind::link:
        case ScannedEntry::Kind::special:
          check_name(entry, "file name");
          search_done(std::move(entry));
          break;
      }
    }
  }

  static ScannedEntry::Kind kind_of(files::EntryKind kind) {
    if (kind == files::EntryKind::file) return ScannedEntry::Kind::file;
    if (kind == files::EntryKind::directory) return ScannedEntry::Kind::folder;
    return kind == files::EntryKind::link ? ScannedEntry::Kind::link : ScannedEntry::Kind::special;
  }

  ScannedEntry start(std::size_t argument, std::string below, ScannedEntry::Kind kind) {
    ScannedEntry entry;
    entry.number = ++entries_;
    entry.argument = argument;
    entry.below = std::move(below);
    entry.kind = kind;
    const auto found = dictionary_->scan_text("path", paths_[argument] + "/" + entry.below);
    entry.names_someone = !found || !found->empty();
    return entry;
  }

  void check_name(ScannedEntry& entry, const char* place) const {
    auto found = dictionary_->scan_text(place, last_component(entry.below));
    if (!found) {
      entry.problem = found.error();
      return;
    }
    for (const auto& finding : *found) entry.findings.push_back({finding.place, words_.lines[finding.word]});
    entry.hits += found->size();
  }

  void search(ScannedEntry entry, std::shared_ptr<const files::Root> root) {
    auto job = std::make_unique<Job>();
    job->entry = std::move(entry);
    auto* one = &job->entry;
    job->work = workers_.begin([this, one, root = std::move(root)] { search_now(*one, root.get()); });
    put(std::move(job));
  }

  /// Nothing is left to do, but those before it are told first.
  void search_done(ScannedEntry entry) {
    auto job = std::make_unique<Job>();
    job->entry = std::move(entry);
    put(std::move(job));
  }

  void put(std::unique_ptr<Job> job) {
    under_way_.push_back(std::move(job));
    if (under_way_.size() >= (workers_.threads() + 1) * ahead_of_each_thread) take_one();
  }

  void take_one() {
    const auto job = std::move(under_way_.front());
    under_way_.pop_front();
    if (job->work) workers_.wait(job->work);
    if (stop_.requested()) return;
    const auto& entry = job->entry;
    using Kind = ScannedEntry::Kind;
    if (entry.kind == Kind::file) ++summary_.files;
    if (entry.kind == Kind::link) ++summary_.links;
    if (entry.kind == Kind::special) ++summary_.special;
    if (entry.problem) ++summary_.problems;
    summary_.hits += entry.hits;
    summary_.bytes += entry.bytes;
    meter_.apart([&] { tell_(entry); });
  }

  void search_now(ScannedEntry& entry, const files::Root* root) {
    if (stop_.requested()) return;
    const auto& path = paths_[entry.argument];
    auto file = root != nullptr ? root->open_file(entry.below) : files::open_regular(path);
    if (!file) {
      entry.problem = file.error();
      return;
    }
    if (const auto id = files::identify(*file)) entry.inode = id->inode;
    // What can not be inspected (damaged, several samples) is still searched, by the strictest rules that fit any
    // bytes.
    const auto facts = genomics::inspect(*file);
    auto inspector = Inspector::make(dictionary_, facts ? facts->format : genomics::Format::unknown, wishes_.limit);
    if (!inspector) {
      entry.problem = inspector.error();
      return;
    }
    MeteredTap tap(**inspector, meter_);
    const std::string name(last_component(root != nullptr ? entry.below : path));
    if (auto done = genomics::scan_content(*file, name, tap, stop_); !done) entry.problem = done.error();
    entry.hits = (*inspector)->hits();
    entry.bytes = (*inspector)->bytes_seen();
    for (const Finding& finding : (*inspector)->findings()) {
      entry.findings.push_back({finding.place, words_.lines[finding.word]});
    }
  }

  const std::vector<std::string>& paths_;
  const IdentifierList& words_;
  const ScanWishes& wishes_;
  const Stop& stop_;
  const std::function<void(const ScannedEntry&)>& tell_;
  std::shared_ptr<const Dictionary> dictionary_;
  ScanSummary summary_;
  std::uint64_t entries_ = 0;
  Meter meter_;
  std::deque<std::unique_ptr<Job>> under_way_;
  Workers workers_;  // last: it ends before what it works on
};

}  // namespace

IdentifierList read_identifiers(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  IdentifierList list;
  std::uint32_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const std::string_view word = trim(line);
    if (word.empty()) continue;
    list.words.push_back({"identifier", std::string(word)});
    list.lines.push_back(number);
  }
  return list;
}

Result<ScanSummary> scan_paths(const std::vector<std::string>& paths, const IdentifierList& words,
                               const ScanWishes& wishes, const Stop& stop,
                               const std::function<void(const ScannedEntry&)>& tell) {
  return Search(paths, words, wishes, stop, tell).run();
}

}  // namespace tributary::verify
