// agent/cli/subject_file.hpp: the persons that a command is about, from a file: ids never stand on a command line.
#pragma once

#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace tributary::cli {

/// The ids in the file that `--subject-file` names: UTF-8, one a line, each once. give_up: it holds none, or is no such
/// text; else as reading a file.
Result<std::vector<std::string>> read_subjects(const Arguments& arguments);

}  // namespace tributary::cli
