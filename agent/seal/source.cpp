// agent/seal/source.cpp: opens what is read, and says what became of it when it can not.
#include "agent/seal/source.hpp"

namespace tributary::seal {

Result<files::Fd> open_source(const SourceName& name) {
  if (!name.link.empty()) {
    if (auto linked = files::open_regular(name.link)) return linked;
  }
  auto root = files::Root::open(name.folder);
  if (!root) return wait_error("the run folder is not there", "mount it again, or put it back; it goes on by itself");
  auto file = root->open_file(name.path);
  if (file || file.error().remedy == Remedy::wait) return file;
  // Without this file the sample would be sent in part: a person decides.
  const bool kept_from_us = root->exists(name.path) && file.error().remedy == Remedy::ask_operator;
  return operator_error("a source file is gone or can not be read: " + file.error().what,
                        (kept_from_us ? "give the daemon's user the right to it" : "put it back as it was") +
                            std::string(", then: tributary retry PARCEL; or: tributary cancel PARCEL"));
}

}  // namespace tributary::seal
