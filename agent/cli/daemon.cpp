// agent/cli/daemon.cpp: `tributaryd`: reads, opens, locks, runs, and starts over when told to.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>

#include "agent/base/text.hpp"
#include "agent/cli/command.hpp"
#include "agent/line/runner.hpp"
#include "agent/port/supervisor/supervisor.hpp"
#include "agent/status/server.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::cli {
namespace {

struct Options {
  std::string config_file;
  bool once = false;
};

// One life of the daemon under one configuration. `reload` is set when another is to follow.
class Life {
 public:
  Life(Context& context, bool once) : context_(context), once_(once) {}

  int run(config::Settings settings, bool& reload, const sigset_t& signals) {
    state_dir_ = settings.state_dir;
    auto key = line::state_key(settings);
    if (!key) return complain(key.error());
    auto journal = journal::Journal::open(settings.state_dir, *key);
    if (!journal) return complain(journal.error());
    auto site = line::Site::open(settings, *context_.log, context_.clock, stop_, journal->get());
    if (!site) return complain(site.error(), exit_usage);
    std::unique_ptr<http::Server> server;
    if (!settings.listen.empty() && !once_) {
      auto serving = status::serve(settings.listen, settings.site, **journal, context_.clock);
      if (!serving) return complain(serving.error());
      server = std::move(*serving);
    }
    std::vector<std::string> folders;
    for (const auto& folder : settings.run_folders) folders.push_back(folder.path);
    const auto hint = watch::make_hint(folders);
    line::Runner runner(**site, **journal, context_.clock, *context_.log, stop_);
    std::thread listener([&] { listen(signals, *hint, reload); });
    supervisor::ready("watching " + std::to_string(folders.size()) + " run folders");
    context_.log->info("tributaryd " TRIBUTARY_VERSION " ready: site " + settings.site + ", bulk cryptography by " +
                       std::string(crypto::bulk_engine()));
    Status ended;
    if (once_) {
      ended = runner.run_once();
    } else {
      runner.run(*hint);
    }
    done_ = true;
    ::kill(::getpid(), SIGUSR1);  // wakes the listener
    listener.join();
    if (!ended) return complain(ended.error());
    if (!once_) return exit_yes;
    auto well = runner.all_is_well();
    if (!well) return complain(well.error());
    return *well ? exit_yes : exit_not_well;
  }

 private:
  // One that reads well and can not be opened is as bad as one that does not read: the life after it would not begin.
  bool next_is_good() {
    auto next = load_settings(context_);
    if (!next) return false;
    const auto bad = [](const Error& error) {
      complain(error);
      return false;
    };
    if (next->state_dir != state_dir_)
      return bad(operator_error("state_dir was changed", "stop and start the daemon for that"));
    auto key = line::state_key(*next);
    if (!key) return bad(key.error());
    if (auto journal = journal::Journal::open_to_read(state_dir_, *key); !journal) return bad(journal.error());
    auto site = line::Site::open(std::move(*next), *context_.log, context_.clock, stop_, nullptr);
    return site ? true : bad(site.error());
  }

  void listen(const sigset_t& signals, watch::Hint& hint, bool& reload) {
    while (!done_) {
      int signal = 0;
      if (::sigwait(&signals, &signal) != 0 || done_) continue;
      if (signal == SIGUSR1) continue;
      if (signal == SIGHUP) {
        supervisor::reloading();
        if (!next_is_good()) {
          context_.log->error("the new configuration is not good: the old one stays");
          supervisor::ready("the new configuration was refused: the old one stays");
          continue;
        }
        reload = true;
      } else {
        supervisor::stopping();
      }
      stop_.request();
      hint.wake();
    }
  }

  Context& context_;
  bool once_;
  std::string state_dir_;
  Stop stop_;
  std::atomic<bool> done_{false};
};

int run(Context& context, const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  // First thing, before any thread: every thread inherits it, and the listener alone takes them.
  if (::pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0)
    return complain(operator_error("signals can not be held back"));
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(0077);  // what we keep is for nobody else
  context.config_file = options.config_file;
  auto settings = load_settings(context, true);
  if (!settings) return exit_usage;
  if (auto made = files::make_directories(settings->state_dir, 0700); !made)
    return complain(in("state_dir", made.error()));
  auto lock = files::Lock::take(settings->state_dir + "/lock");
  if (!lock) return complain(lock.error());
  for (;;) {
    bool reload = false;
    const std::string state_dir = settings->state_dir;
    const int code = Life(context, options.once).run(std::move(*settings), reload, signals);
    if (!reload) return code;
    settings = load_settings(context, true);
    if (!settings) return exit_usage;
    if (settings->state_dir != state_dir)
      return complain(operator_error("state_dir was changed", "stop and start the daemon for that"), exit_usage);
    context.log->info("the configuration was read again");
  }
}

}  // namespace
}  // namespace tributary::cli

int main(int argc, char** argv) {
  using tributary::cli::Arguments;
  try {
    auto arguments =
        Arguments::parse({argv + 1, argv + argc}, {"--config"}, {"--once", "--help", "--version", "--verbose"});
    if (!arguments || !arguments->rest().empty()) {
      return tributary::cli::usage(
          (arguments ? std::string("tributaryd takes no words") : tributary::sentence(arguments.error())) +
          "\nusage: tributaryd --config FILE [--once]");
    }
    if (arguments->has("--help")) {
      tributary::cli::say(
          "usage: tributaryd --config FILE [--once] [--verbose]\n\nWatches run folders and carries what is consented "
          "to national repositories.\n"
          "--once     does all that can be done, then stops. Exit: 0 all delivered or nothing to do, 3 something is "
          "held,\n"
          "           refused or waiting, 2 configuration, 1 could not run.\n"
          "SIGTERM stops within seconds and loses nothing; SIGHUP reads the configuration again.");
      return tributary::cli::exit_yes;
    }
    if (arguments->has("--version")) {
      tributary::cli::say("tributaryd " TRIBUTARY_VERSION);
      return tributary::cli::exit_yes;
    }
    tributary::cli::Context context;
    context.log = std::make_unique<tributary::StandardErrorLog>(arguments->has("--verbose") ? tributary::Level::debug
                                                                                            : tributary::Level::info);
    const auto file = arguments->has("--config") ? arguments->value("--config") : context.config_file;
    return tributary::cli::run(context, {file, arguments->has("--once")});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "tributaryd: unexpected: %s; this is a defect, please report it\n", problem.what());
    return tributary::cli::exit_could_not;
  }
}
