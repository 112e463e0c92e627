// agent/man/completion.cpp: what a shell can complete.
#include <algorithm>
#include <utility>

#include "agent/man/manual.hpp"

namespace tributary::man {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::vector<std::string> options_of(const cli::Command& command) {
  auto out = command.valued;
  out.insert(out.end(), command.flags.begin(), command.flags.end());
  return out;
}

// Words of a usage that stand first and are no option: `keys generate pseudonym|state|identity FILE` has generate.
std::vector<std::string> words_of(const cli::Command& command) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < command.usage.size()) {
    const auto end = std::min(command.usage.find(" | ", at), command.usage.size());
    auto form = command.usage.substr(at, end - at);
    at = end + 3;
    if (form == command.name) continue;
    if (form.starts_with(command.name + " ")) form = form.substr(command.name.size() + 1);
    const auto word = form.substr(0, form.find(' ')) + "|";
    std::string part;
    for (const char c : word) {
      if (c >= 'a' && c <= 'z') {
        part += c;
      } else if (c == '|' && !part.empty()) {
        out.push_back(std::exchange(part, {}));
      } else {
        break;
      }
    }
  }
  return out;
}

// Both shells take this for one word that is no pattern and no variable.
std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<std::string> names_of(const std::vector<cli::Command>& commands) {
  std::vector<std::string> out;
  for (const auto& command : commands) out.push_back(command.name);
  return out;
}

}  // namespace

std::string bash_completion(const std::vector<cli::Command>& commands, const cli::Command& daemon) {
  std::string cases;
  for (const auto& command : commands) {
    auto words = words_of(command);
    for (auto& option : options_of(command)) words.push_back(std::move(option));
    cases += "    " + command.name + ") words=" + in_quotes(join(words)) + " ;;\n";
  }
  return "# bash completion of tributary and tributaryd; made with the programs, from their own tables.\n"
         "_tributary() {\n"
         "  local command= words= i\n"
         "  COMPREPLY=()\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "      --config) ((i++)) ;;\n"
         "      -*) ;;\n"
         "      *) command=${COMP_WORDS[i]}; break ;;\n"
         "    esac\n"
         "  done\n"
         "  case $command in\n"
         "    '') words=" +
         in_quotes(join(names_of(commands)) + " --version") + " ;;\n" + cases +
         "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words --config --help\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\n"
         "_tributaryd() {\n"
         "  mapfile -t COMPREPLY < <(compgen -W " +
         in_quotes(join(options_of(daemon))) +
         " -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\n"
         "complete -o default -F _tributary tributary\n"
         "complete -o default -F _tributaryd tributaryd\n";
}

std::string zsh_completion(const std::vector<cli::Command>& commands, const cli::Command& daemon) {
  std::string list;
  std::string cases;
  for (const auto& command : commands) {
    std::string name = command.name + ":";
    for (const char c : command.summary) name += c == ':' ? std::string("\\:") : std::string(1, c);
    list += "    " + in_quotes(name) + "\n";
    auto words = words_of(command);
    for (auto& option : options_of(command)) words.push_back(std::move(option));
    cases += "    " + command.name + ") compadd -- " + join(words) + " --config --help ;;\n";
  }
  return "#compdef tributary tributaryd\n"
         "# zsh completion of tributary and tributaryd; made with the programs, from their own tables.\n"
         "if [[ $service == tributaryd ]]; then\n"
         "  compadd -- " +
         join(options_of(daemon)) +
         "\n"
         "  _files\n"
         "  return\n"
         "fi\n"
         "local i command=\n"
         "for ((i = 2; i < CURRENT; i++)); do\n"
         "  case $words[i] in\n"
         "    --config) ((i++)) ;;\n"
         "    -*) ;;\n"
         "    *) command=$words[i]; break ;;\n"
         "  esac\n"
         "done\n"
         "if [[ -z $command ]]; then\n"
         "  local -a commands=(\n" +
         list +
         "  )\n"
         "  _describe command commands\n"
         "  compadd -- --config --help --version\n"
         "else\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "  _files\n"
         "fi\n";
}

}  // namespace tributary::man
