// agent/seal/source.hpp: the files that parcels are made of, under whichever name they still have.
#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::seal {

struct SourceName {
  std::string folder, path;  // as in a recipe
  std::string link;          // tried first
};

/// For reading; whether it is still the same file is for the caller to ask.
/// Failure: wait: the folder or its file system is away. ask_operator: the file is gone, is no regular file any more,
/// or may not be read. Never names it.
Result<files::Fd> open_source(const SourceName& name);

}  // namespace tributary::seal
