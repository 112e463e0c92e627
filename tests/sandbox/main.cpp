// tests/sandbox/main.cpp: the program tributary-sandbox.
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "agent/base/bytes.hpp"
#include "agent/port/files/files.hpp"
#include "tests/sandbox/address.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/sandbox.hpp"

namespace {

using tributary::Error;

int complain(const Error& error, int code) {
  std::fprintf(stderr, "tributary-sandbox: %s\n", sentence(error).c_str());
  return code;
}

/// The signals that end us, blocked in every thread so that main can wait for them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void introduce(const std::string& url, const tributary::sandbox::Settings& settings) {
  using tributary::sandbox::drs_base;
  using tributary::sandbox::tes_base;
  std::printf("%s\n\nIn a destination's file:\n  plugin: drs\n  settings: { url: \"%s%s\", upload_method: s3 }\n",
              url.c_str(), url.c_str(), std::string(drs_base).c_str());
  std::printf("  auth: { type: bearer, token_file: %s/token }\n", settings.directory.c_str());
  if (settings.tls) std::printf("  tls: { ca_file: %s/ca.pem }\n", settings.directory.c_str());
  std::printf("  recipients: [ %s/recipient.pub ]\n", settings.directory.c_str());
  std::printf("  ingest: { plugin: tes, settings: { url: \"%s%s\", task_file: TASK.yaml } }\n", url.c_str(),
              std::string(tes_base).c_str());
  std::fflush(stdout);
}

int run(const std::vector<std::string>& words) {
  const auto options = tributary::sandbox::parse_options(words);
  if (!options) return complain(options.error(), 2);
  if (options->help) {
    std::fputs(tributary::sandbox::usage().c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::puts("tributary-sandbox " TRIBUTARY_VERSION);
    return 0;
  }
  const auto signals = block_signals();
  const tributary::SystemClock clock;
  const auto sandbox = tributary::sandbox::Sandbox::start(options->settings, clock);
  if (!sandbox) return complain(sandbox.error(), 1);
  const auto url = (*sandbox)->url();
  if (!options->ready_file.empty()) {
    const auto written = tributary::files::write_atomic(options->ready_file, tributary::view(url + "\n"), 0644);
    if (!written) return complain(written.error(), 1);
  }
  introduce(url, options->settings);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "tributary-sandbox: %s\n", exception.what());
    return 1;
  }
}
