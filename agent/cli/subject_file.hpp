// agent/cli/subject_file.hpp: the persons that a command is about, from a file: ids never stand on a command line.
#pragma once

#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace tributary::cli {

struct ListedSubject {
  std::string id;
  std::size_t line = 0;  // by which it can be named to anybody
};

/// The form of such a file, for the help of its commands.
inline constexpr const char* subject_file_form =
    "F: UTF-8, one subject id a line, without a header; empty lines and lines that begin with # do not count.";

/// The subjects in the file that `--subject-file` names, each once. give_up: it holds none, or is no such text; else as
/// reading a file. Never tells an id.
Result<std::vector<ListedSubject>> read_subjects(const Arguments& arguments);

/// "lines 2, 3 and 9", of many the first ten.
std::string lines_of(const std::vector<ListedSubject>& subjects);

}  // namespace tributary::cli
