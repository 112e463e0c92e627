// agent/line/places.cpp: file systems of run folders, sealed as everything that names a path.
#include "agent/line/places.hpp"

namespace tributary::line {
namespace {

constexpr const char* instance = "run folder";

}  // namespace

Digest256 folder_tag(const journal::Journal& journal, const std::string& folder) {
  return journal.tag("tributary/v1/run-folder", folder);
}

Result<std::string> known_file_system(journal::Journal& journal, const std::string& run_folder) {
  auto kept = journal.token(instance, to_hex(folder_tag(journal, run_folder)));
  if (!kept) return kept.error();
  return *kept ? std::string(text(**kept)) : std::string();
}

Status keep_file_system(journal::Journal& journal, const std::string& run_folder, const std::string& identity) {
  return journal.put_token(instance, to_hex(folder_tag(journal, run_folder)), view(identity));
}

}  // namespace tributary::line
