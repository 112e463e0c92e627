// agent/man/main.cpp: a program of the build: writes man pages and completions into the folder that it is given.
#include <cstdio>

#include "agent/cli/commands.hpp"
#include "agent/man/manual.hpp"

namespace {

bool write(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && whole;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return tributary::cli::exit_usage;
  const std::string folder = std::string(argv[1]) + "/";
  const auto& commands = tributary::cli::commands();
  const auto daemon = tributary::cli::daemon_command();
  const bool all = write(folder + "tributary.1", tributary::man::command_page(commands)) &&
                   write(folder + "tributaryd.8", tributary::man::daemon_page(daemon)) &&
                   write(folder + "tributary.bash", tributary::man::bash_completion(commands, daemon)) &&
                   write(folder + "tributary.zsh", tributary::man::zsh_completion(commands, daemon));
  if (!all) std::perror(argv[1]);
  return all ? tributary::cli::exit_yes : tributary::cli::exit_could_not;
}
