// agent/watch/listing.cpp: walks what matters of a run folder.
#include "agent/watch/listing.hpp"

#include <algorithm>
#include <array>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::watch {
namespace {

constexpr std::size_t most_entries = 50'000;
constexpr unsigned deepest = 10;

// Folders that are never looked into, in lower case.
constexpr std::array<std::string_view, 22> skipped = {
    "interop",
    "thumbnail_images",
    "images",
    "logs",
    "log",
    "rtalogs",
    "config",
    "recipe",
    "recipes",
    "periodicsaverates",
    "instrumentanalyticslogs",
    "runinstrumentanalyticsmetrics",
    "matrix",
    "phasing",
    "pod5",
    "pod5_pass",
    "pod5_fail",
    "pod5_skip",
    "fast5",
    "fast5_pass",
    "fast5_fail",
    "fast5_skip",
};
constexpr std::array<std::string_view, 9> unfinished_ends = {".part", ".partial",    ".filepart", ".tmp",       ".temp",
                                                             "~",     ".crdownload", ".rsync",    ".incomplete"};

bool digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Lanes of base calls: L001 to L999, and cycles beneath: C1.1.
bool is_skipped(std::string_view name) {
  const auto small = lower(name);
  if (small.size() == 4 && small[0] == 'l' && digits(std::string_view(small).substr(1))) return true;
  return std::find(skipped.begin(), skipped.end(), small) != skipped.end();
}

void update(crypto::Sha256& hash, std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  store_le64(bytes, number);
  hash.update(bytes);
}

void update(crypto::Sha256& hash, std::string_view path, files::EntryKind kind, const files::FileId& id) {
  update(hash, path.size());
  hash.update(view(path));
  update(hash, static_cast<std::uint64_t>(kind));
  // A folder's own size and time tell nothing that its entries do not tell.
  if (kind == files::EntryKind::directory) return;
  update(hash, id.size);
  update(hash, static_cast<std::uint64_t>(id.mtime_ns));
}

}  // namespace

bool is_temporary(std::string_view name) {
  const auto small = lower(name);
  if (small == "." || small == ".." || small.size() < 2) return false;
  for (const auto end : unfinished_ends) {
    if (ends_with(small, end)) return true;
  }
  if (small[0] == '~') return true;
  // rsync: `.name.XXXXXX`
  const auto dot = small.rfind('.');
  return small[0] == '.' && dot > 1 && small.size() - dot == 7 &&
         std::all_of(small.begin() + static_cast<std::ptrdiff_t>(dot) + 1, small.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

Result<Listing> list_run(const files::Root& root) {
  Listing listing;
  crypto::Sha256 hash;
  struct Level {
    std::string path;
    unsigned depth;
  };
  std::vector<Level> open{{"", deepest}};
  while (!open.empty()) {
    const Level level = std::move(open.back());
    open.pop_back();
    listing.folders.push_back(level.path);
    std::vector<Level> inner;
    const auto walked =
        root.walk(level.path, 1, [&](const std::string& path, files::EntryKind kind, const files::FileId& id) {
          const auto name = std::string_view(path).substr(level.path.empty() ? 0 : level.path.size() + 1);
          update(hash, path, kind, id);
          ++listing.entries;
          listing.copy_under_way = listing.copy_under_way || is_temporary(name);
          if (kind == files::EntryKind::directory && level.depth > 1 && !is_skipped(name)) {
            inner.push_back({path, level.depth - 1});
          }
          return true;
        });
    // A folder that went away since its parent was listed changes the next listing.
    if (!walked && root.exists(level.path)) return walked.error();
    if (listing.entries + open.size() < most_entries) {
      open.insert(open.end(), std::make_move_iterator(inner.rbegin()), std::make_move_iterator(inner.rend()));
    }
  }
  listing.digest = hash.finish();
  auto times = times_of(root, listing.folders);
  if (!times) return times.error();
  listing.folder_times = *times;
  return listing;
}

Result<Digest256> times_of(const files::Root& root, const std::vector<std::string>& folders) {
  crypto::Sha256 hash;
  for (const auto& folder : folders) {
    const auto id = root.id(folder);
    // One that went away counts as a change; one that may not be read is told by the full listing.
    update(hash, id ? static_cast<std::uint64_t>(id->mtime_ns) : 0);
    update(hash, id ? id->inode : 0);
  }
  return hash.finish();
}

}  // namespace tributary::watch
