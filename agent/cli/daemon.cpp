// agent/cli/daemon.cpp: `tributaryd`: reads, opens, locks, runs, and starts over when told to.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/line/name_key.hpp"
#include "agent/line/presence.hpp"
#include "agent/line/runner.hpp"
#include "agent/line/strays.hpp"
#include "agent/notify/notify.hpp"
#include "agent/port/supervisor/supervisor.hpp"
#include "agent/status/server.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::cli {
namespace {

struct Options {
  std::string config_file;
  bool once = false;
  std::int64_t started_utc_s = 0;  // of the program, whichever of its lives asks
};

void refuse_next(Log& log, const Error& error) {
  log.error("the new configuration is refused, the old one stays: " + sentence(error));
  supervisor::ready("the new configuration was refused: the old one stays");
}

static_assert(static_cast<int>(config::Io::normal) == static_cast<int>(supervisor::Disk::normal));

// One life of the daemon under one configuration: opened, then run.
class Life {
 public:
  Life(Context& context, const Options& options)
      : context_(context), once_(options.once), started_utc_s_(options.started_utc_s) {}

  /// Nothing is watched or sent before `run`. Failure: as it was before; the exit code is `code_of_failure`.
  Status open(const config::Settings& settings) {
    settings_ = settings;
    auto key = line::state_key(settings_);
    if (!key) return key.error();
    auto journal = journal::Journal::open_or_rebuild(settings_.state_dir, *key);
    if (!journal) return journal.error();
    journal_ = std::move(*journal);
    auto site = line::Site::open(settings_, *context_.log, context_.clock, stop_, journal_.get());
    if (!site) {
      code_of_failure_ = exit_usage;
      return site.error();
    }
    site_ = std::move(*site);
    const auto key_id = site_->pseudonym_key().id();
    if (auto same = line::check_name_key(*journal_, key_id); !same) {
      code_of_failure_ = exit_usage;
      return same.error();
    }
    if (auto kept = line::keep_name_key(*journal_, {key_id}); !kept) return kept.error();
    if (settings_.listen.empty() || once_) return {};
    auto serving = status::serve(settings_, *journal_, context_.clock, look());
    if (!serving) return serving.error();
    server_ = std::move(*serving);
    return {};
  }
  [[nodiscard]] int code_of_failure() const { return code_of_failure_; }

  /// Until it is done or told to end. `reload` is set when another life is to follow.
  int run(bool& reload, const sigset_t& signals) {
    std::vector<std::string> folders;
    for (const auto& folder : settings_.run_folders) folders.push_back(folder.path);
    const auto hint = watch::make_hint(folders);
    line::Runner runner(*site_, *journal_, context_.clock, *context_.log, stop_);
    std::thread listener([&] { listen(signals, *hint, reload); });
    supervisor::ready("watching " + counted(folders.size(), "run folder"));
    context_.log->info("tributaryd " TRIBUTARY_VERSION " ready: site " + settings_.site + ", bulk cryptography by " +
                       std::string(crypto::bulk_engine()));
    tell_strays();
    tell_alarms();
    notify::Notifier notifier(settings_, site_->notifications(), *journal_, context_.clock, *context_.log);
    Status ended;
    if (once_) {
      ended = runner.run_once();
      notifier.step();
    } else {
      std::thread teller;
      if (!site_->notifications().empty()) teller = std::thread([&] { notifier.run(); });
      runner.run(*hint);
      notifier.end();
      if (teller.joinable()) teller.join();
    }
    done_ = true;
    ::kill(::getpid(), SIGUSR1);  // wakes the listener
    listener.join();
    // Another life opens it anew, and sets it aside.
    if (journal_->damaged() && !once_) reload = true;
    if (!ended) return complain(ended.error());
    if (!once_) return exit_yes;
    auto well = runner.all_is_well();
    if (!well) return complain(well.error());
    return *well ? exit_yes : exit_not_well;
  }

 private:
  // What the metrics tell of this machine.
  [[nodiscard]] std::function<status::Surroundings()> look() const {
    return [this] {
      const auto free = files::free_bytes(settings_.state_dir);
      return status::Surroundings{settings_.site,
                                  free ? std::optional(*free) : std::nullopt,
                                  settings_.limits.reserve_bytes,
                                  supervisor::idle_s(),
                                  started_utc_s_,
                                  line::papers_of(settings_)};
    };
  }

  void tell_alarms() {
    auto alarms = journal_->alarms();
    if (!alarms) return context_.log->error(sentence(alarms.error()));
    for (const auto& alarm : *alarms) context_.log->warning(sentence(operator_error(alarm.what, alarm.hint)));
  }

  void tell_strays() {
    auto strays = line::strays(settings_, *journal_);
    if (!strays) return context_.log->error(sentence(strays.error()));
    for (const auto& stray : *strays) context_.log->warning(sentence(stray));
  }

  // One that reads well and can not be opened is as bad as one that does not read: the life after it would not begin.
  Status next_is_good() {
    auto next = load_settings(context_);
    if (!next) return operator_error("it has the errors above");
    if (next->state_dir != settings_.state_dir)
      return operator_error("state_dir was changed", "stop and start the daemon for that");
    auto key = line::state_key(*next);
    if (!key) return key.error();
    auto journal = journal::Journal::open_to_read(settings_.state_dir, *key);
    if (!journal) return journal.error();
    const bool moves = !next->listen.empty() && next->listen != settings_.listen && !once_;
    if (moves && !shares_port(next->listen)) {
      auto serving = status::serve(*next, *journal_, context_.clock, look());
      if (!serving) return serving.error();
    }
    auto site = line::Site::open(std::move(*next), *context_.log, context_.clock, stop_, nullptr);
    if (!site) return site.error();
    return line::check_name_key(**journal, (*site)->pseudonym_key().id());
  }

  // Our own window may be what keeps such an address busy: it is found out when that is closed.
  [[nodiscard]] bool shares_port(const std::string& listen) const {
    const auto port_of = [](const std::string& address) { return address.substr(address.rfind(':') + 1); };
    return !settings_.listen.empty() && port_of(listen) == port_of(settings_.listen);
  }

  void listen(const sigset_t& signals, watch::Hint& hint, bool& reload) {
    bool ending = false;  // told to end: no configuration is read any more
    while (!done_) {
      int signal = 0;
      if (::sigwait(&signals, &signal) != 0 || signal == SIGUSR1) continue;
      if (signal == SIGHUP) {
        if (ending || done_) continue;
        supervisor::reloading();
        if (auto good = next_is_good(); !good) {
          refuse_next(*context_.log, good.error());
          continue;
        }
        reload = true;
      } else {
        // Whatever was asked for before, and also when the life is over already: this is the last word.
        ending = true;
        reload = false;
        supervisor::stopping();
      }
      stop_.request();
      hint.wake();
    }
  }

  Context& context_;
  bool once_;
  std::int64_t started_utc_s_;
  int code_of_failure_ = exit_could_not;
  config::Settings settings_;
  Stop stop_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<line::Site> site_;
  std::unique_ptr<http::Server> server_;
  std::atomic<bool> done_{false};
};

// The life after a reload: under the new configuration or, when that fails at the last moment, under the old one.
std::unique_ptr<Life> next_life(Context& context, const Options& options, config::Settings& settings, int& code) {
  auto next = load_settings(context, true);
  Status begun = next ? Status() : operator_error("it has the errors above");
  if (begun && next->state_dir != settings.state_dir)
    begun = operator_error("state_dir was changed", "stop and start the daemon for that");
  if (begun) {
    auto life = std::make_unique<Life>(context, options);
    begun = life->open(*next);
    if (begun) {
      settings = std::move(*next);
      context.log->info("the configuration was read again");
      return life;
    }
  }
  auto life = std::make_unique<Life>(context, options);
  if (auto again = life->open(settings); !again) {
    code = complain(again.error(), life->code_of_failure());
    return nullptr;
  }
  refuse_next(*context.log, begun.error());
  return life;
}

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
  // Before any thread: every thread inherits it.
  const auto& limits = settings->limits;
  if (auto back = supervisor::stand_back(limits.nice, static_cast<supervisor::Disk>(limits.io)); !back)
    context.log->warning(sentence(back.error()));
  if (auto made = files::make_directories(settings->state_dir, 0700); !made)
    return complain(in("state_dir", made.error()));
  auto lock = line::take_state_dir(settings->state_dir);
  if (!lock) return complain(lock.error());
  if (const auto behind = files::file_system(settings->state_dir); behind && behind->remote) {
    context.log->warning("state_dir lies on a file server (" + behind->type +
                         "), which may not keep a second daemon away; move it to a disk of this machine");
  }
  auto life = std::make_unique<Life>(context, options);
  if (auto begun = life->open(*settings); !begun) return complain(begun.error(), life->code_of_failure());
  for (;;) {
    bool reload = false;
    int code = life->run(reload, signals);
    if (!reload) return code;
    life.reset();  // its port and its journal are free for the next
    life = next_life(context, options, *settings, code);
    if (life == nullptr) return code;
  }
}

}  // namespace
}  // namespace tributary::cli

int main(int argc, char** argv) {
  using tributary::cli::Arguments;
  tributary::supervisor::keep_memory_private();
  try {
    const auto daemon = tributary::cli::daemon_command();
    auto arguments = Arguments::parse({argv + 1, argv + argc}, daemon.valued, daemon.flags);
    if (!arguments || !arguments->rest().empty()) {
      return tributary::cli::usage(
          (arguments ? std::string("tributaryd takes no words") : tributary::sentence(arguments.error())) +
          "\nusage: " + daemon.usage);
    }
    if (arguments->has("--help")) {
      tributary::cli::say("usage: " + daemon.usage + "\n\n" + daemon.summary + ".\n" + daemon.help);
      return tributary::cli::exit_yes;
    }
    if (arguments->has("--version")) {
      tributary::cli::say("tributaryd " TRIBUTARY_VERSION);
      return tributary::cli::exit_yes;
    }
    tributary::cli::Context context;
    context.log =
        tributary::supervisor::make_log(arguments->has("--verbose") ? tributary::Level::debug : tributary::Level::info);
    const auto file = arguments->has("--config") ? arguments->value("--config") : context.config_file;
    return tributary::cli::run(context, {file, arguments->has("--once"), context.clock.now_utc_s()});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "tributaryd: unexpected: %s; this is a defect, please report it\n", problem.what());
    return tributary::cli::exit_could_not;
  }
}
