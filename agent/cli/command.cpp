// agent/cli/command.cpp: what every command has.
#include "agent/cli/command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "agent/base/text.hpp"

namespace tributary::cli {

Result<Arguments> Arguments::parse(const std::vector<std::string>& words, const std::vector<std::string>& valued,
                                   const std::vector<std::string>& flags) {
  Arguments out;
  const auto known = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--") {
      out.rest_.insert(out.rest_.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (!word.starts_with("--") || word.size() == 2) {
      out.rest_.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (known(flags, name) && equals == std::string::npos) {
      out.values_[name].emplace_back();
    } else if (known(valued, name) && equals != std::string::npos) {
      out.values_[name].push_back(word.substr(equals + 1));
    } else if (known(valued, name) && i + 1 < words.size()) {
      out.values_[name].push_back(words[++i]);
    } else if (known(valued, name)) {
      return operator_error("option " + name + " needs a value");
    } else if (known(flags, name)) {
      return operator_error("option " + name + " takes no value");
    } else {
      std::vector<std::string> all = valued;
      all.insert(all.end(), flags.begin(), flags.end());
      const auto near = nearest(name, all);
      return operator_error("there is no option '" + printable(name) + "' here",
                            near.empty() ? "see --help" : "did you mean " + near + "?");
    }
  }
  return out;
}

std::string Arguments::value(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second.back();
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

int complain(const Error& error, int exit_code) {
  std::fprintf(stderr, "tributary: %s\n", sentence(error).c_str());
  return exit_code;
}

int usage(const std::string& what) {
  std::fprintf(stderr, "tributary: %s\n", what.c_str());
  return exit_usage;
}

void say(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
}

std::optional<std::size_t> threads_of(const Arguments& arguments) {
  const auto word = arguments.value("--threads");
  if (!arguments.has("--threads")) return 2;
  std::size_t threads = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), threads);
  if (problem != std::errc{} || end != word.data() + word.size() || threads < 1 || threads > 64) return std::nullopt;
  return threads;
}

std::optional<config::Settings> load_settings(const Context& context, bool thoroughly) {
  // What somebody meets first who has installed the package and started the service.
  if (::access(context.config_file.c_str(), F_OK) != 0 && errno == ENOENT) {
    complain(
        operator_error("there is no configuration " + context.config_file + " yet",
                       "write it after the annotated examples in /usr/share/tributary/conf, then: tributary check"));
    return std::nullopt;
  }
  const auto trial = line::plugin_trial(*context.log, context.clock, context.stop);
  auto loaded = config::load(context.config_file, line::plugin_keys(), thoroughly ? trial : nullptr);
  for (const auto& problem : loaded.problems) {
    if (problem.warning && !thoroughly) continue;
    std::fprintf(stderr, "%s\n", problem.sentence().c_str());
  }
  return std::move(loaded.settings);
}

std::optional<State> open_state(const Context& context, bool make, int& exit_code) {
  exit_code = exit_usage;
  auto settings = load_settings(context);
  if (!settings) return std::nullopt;
  auto key = line::state_key(*settings);
  if (!key) {
    complain(key.error());
    return std::nullopt;
  }
  exit_code = exit_could_not;
  if (!make && !journal::Journal::exists(settings->state_dir)) {
    complain(operator_error("there is no journal in " + settings->state_dir, "start tributaryd first"));
    return std::nullopt;
  }
  if (make) {
    if (auto made = files::make_directories(settings->state_dir, 0700); !made) {
      complain(in("state_dir", made.error()));
      return std::nullopt;
    }
  }
  auto journal = make ? journal::Journal::open(settings->state_dir, *key)
                      : journal::Journal::open_to_read(settings->state_dir, *key);
  if (!journal) {
    complain(journal.error());
    return std::nullopt;
  }
  return State{std::move(*settings), std::move(*journal)};
}

std::optional<State> open_made_state(const Context& context, int& exit_code) {
  if (!open_state(context, false, exit_code)) return std::nullopt;
  return open_state(context, true, exit_code);
}

bool on_terminal() { return ::isatty(STDOUT_FILENO) != 0; }

std::string coloured(const std::string& text, const char* code) {
  if (!on_terminal() || std::getenv("NO_COLOR") != nullptr) return text;
  return std::string("\033[") + code + "m" + text + "\033[0m";
}

std::string progress_bar(std::int64_t done, std::int64_t total) {
  constexpr std::int64_t width = 20;
  const auto filled = total > 0 ? static_cast<std::size_t>(std::clamp<std::int64_t>(
                                      static_cast<std::int64_t>(static_cast<double>(width) * static_cast<double>(done) /
                                                                static_cast<double>(total)),
                                      0, width))
                                : 0;
  return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
}

namespace {

// Characters of UTF-8; `printable` has seen to it that there is nothing else.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

void say_table(std::vector<std::vector<std::string>> rows) {
  for (auto& row : rows) {
    for (auto& cell : row) cell = printable(cell);
  }
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      line += rows[r][i];
      if (i + 1 < rows[r].size()) line.append(widths[i] - width_of(rows[r][i]) + 2, ' ');
    }
    say(r == 0 ? coloured(line, "1") : line);
  }
}

}  // namespace tributary::cli
