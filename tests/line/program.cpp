// tests/line/program.cpp: starting, waiting, counting.
#include "tests/line/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "agent/port/files/files.hpp"

extern char** environ;

namespace tributary::line_test {
namespace {

constexpr int patience_ms = 60000;

std::string content_of(const std::string& path) { return files::read_small(path, 1U << 22).value_or(std::string()); }

std::vector<std::string> environment(bool counted, const std::string& count_file, const Crash& crash) {
  std::vector<std::string> words;
  std::string sanitizer = "verify_asan_link_order=0";
  for (char** word = environ; *word != nullptr; ++word) {
    if (std::strncmp(*word, "TRIBUTARY_CRASH", 15) == 0 || std::strncmp(*word, "LD_PRELOAD=", 11) == 0) continue;
    if (std::strncmp(*word, "ASAN_OPTIONS=", 13) == 0) {
      sanitizer = std::string(*word + 13) + ":" + sanitizer;
      continue;
    }
    words.emplace_back(*word);
  }
  words.push_back("ASAN_OPTIONS=" + sanitizer);
  if (!counted) return words;
  words.push_back(std::string("LD_PRELOAD=") + TRIBUTARY_TEST_SHIM);
  if (!count_file.empty()) words.push_back("TRIBUTARY_CRASH_COUNT=" + count_file);
  if (!crash.world.empty()) words.push_back("TRIBUTARY_CRASH_WORLD=" + crash.world);
  if (crash.at == 0) return words;
  words.push_back("TRIBUTARY_CRASH=" + std::string(crash.harm));
  words.push_back("TRIBUTARY_CRASH_AT=" + std::to_string(crash.at));
  words.push_back("TRIBUTARY_CRASH_SEED=" + std::to_string(crash.seed));
  words.push_back("TRIBUTARY_CRASH_GRAVE=" + count_file + ".grave");
  ::mkdir((count_file + ".grave").c_str(), 0700);
  return words;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// The exit code; -1, and the signal in `by`, when one ended it.
int wait_for(pid_t child, int* by = nullptr) {
  const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (handle >= 0) {
    pollfd ended{handle, POLLIN, 0};
    if (::poll(&ended, 1, patience_ms) == 0) ::kill(child, SIGKILL);
    ::close(handle);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (by != nullptr) *by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Ending run_program(const std::vector<std::string>& command, const std::string& directory, bool counted,
                   const Crash& crash) {
  const std::string said = directory + "/said.txt", count_file = directory + "/acts.txt";
  ::unlink(count_file.c_str());
  auto words = command;
  auto variables = environment(counted, count_file, crash);
  const auto arguments = pointers(words), settings = pointers(variables);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);  // the sockets of our sandbox are not theirs
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, words.front().c_str(), &actions, nullptr, arguments.data(), settings.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return {.words = "could not be started: " + words.front()};
  Ending ending;
  ending.code = wait_for(child);
  ending.words = content_of(said);
  std::istringstream counts(content_of(count_file));
  for (auto& count : ending.counts) counts >> count;
  return ending;
}

long Ending::acts(unsigned kinds) const {
  long sum = 0;
  for (unsigned kind = 0; kind < shim::act_kinds; ++kind) sum += (kinds >> kind & 1U) != 0 ? counts[kind] : 0;
  return sum;
}

Ending run_daemon_once(const std::string& config_file, const std::string& directory, const Crash& crash) {
  return run_program({TRIBUTARY_TEST_DAEMON, "--config", config_file, "--once"}, directory, true, crash);
}

Daemon::Daemon(const std::string& config_file, const std::string& world, const std::string& log_file) {
  std::vector<std::string> words{TRIBUTARY_TEST_DAEMON, "--config", config_file};
  auto variables = environment(!world.empty(), {}, {.world = world});
  const auto arguments = pointers(words), settings = pointers(variables);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (log_file.empty()) {
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  } else {
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  }
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);  // the sockets of our sandbox are not theirs
  // A reload that comes while the program is being loaded waits for it; systemd sends none before it is ready.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t later;
  sigemptyset(&later);
  sigaddset(&later, SIGHUP);
  ::posix_spawnattr_setsigmask(&attributes, &later);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  if (::posix_spawn(&child, words.front().c_str(), &actions, &attributes, arguments.data(), settings.data()) == 0)
    child_ = child;
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  pipe_ = ends[0];
}

Daemon::~Daemon() {
  signal(SIGKILL);
  end();
  ::close(pipe_);
}

bool Daemon::says(const std::string& word) {
  for (;;) {
    const auto at = words_.find(word, heard_);
    if (at != std::string::npos) {
      heard_ = at + word.size();
      return true;
    }
    pollfd more{pipe_, POLLIN, 0};
    char bytes[4096];
    const auto count = ::poll(&more, 1, patience_ms) == 1 ? ::read(pipe_, bytes, sizeof bytes) : 0;
    if (count <= 0) return false;
    words_.append(bytes, static_cast<std::size_t>(count));
  }
}

void Daemon::signal(int number) const {
  if (child_ > 0) ::kill(child_, number);
}

bool Daemon::runs() const {
  siginfo_t state{};
  return child_ > 0 && ::waitid(P_PID, static_cast<id_t>(child_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         state.si_pid == 0;
}

int Daemon::end() {
  if (child_ <= 0) return -1;
  const int code = wait_for(child_, &ended_by_);
  child_ = 0;
  return code;
}

}  // namespace tributary::line_test
