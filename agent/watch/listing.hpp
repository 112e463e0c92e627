// agent/watch/listing.hpp: the listing of a run folder, as far as it matters for its rest.
//
// Raw signal, thumbnails, logs and instrument metrics are not looked at: they are hundreds of thousands of files, they
// may change for ever, and they are never sent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::watch {

struct Listing {
  Digest256 digest{};                // over names, kinds, sizes and times
  std::vector<std::string> folders;  // that were looked into, "" first
  Digest256 folder_times{};
  std::size_t entries = 0;
  bool copy_under_way = false;  // a temporary name of a copying program stands somewhere
};

/// Failure: ask_operator when a folder may not be read; wait when the file system is away.
Result<Listing> list_run(const files::Root& root);

/// The times of these folders alone: changes when anything was added, taken or renamed in one of them.
Result<Digest256> times_of(const files::Root& root, const std::vector<std::string>& folders);

/// True for names that copying programs give to files that are not complete.
bool is_temporary(std::string_view name);

}  // namespace tributary::watch
