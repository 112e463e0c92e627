// agent/notify/notify.hpp: tells people what they must see to, by the ways that the configuration names.
//
// Order      the first of a kind at once; what comes after it waits until `every` has passed, and then goes with all
//            else that is new as one message.
// Threads    `run` is one thread's; `end` any.
// Failure    a message that can not be delivered stops nothing else: it is logged, and the same message is tried again,
//            later each time, up to six hours.
// Crash      what was told, and the message that is under way, are in the journal: at most that message goes twice,
//            under the same id.
// Never      a person, a pseudonym, a reason of a parcel; see facts.hpp.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/log.hpp"
#include "agent/journal/journal.hpp"
#include "agent/line/site.hpp"
#include "agent/notify/facts.hpp"

namespace tributary::notify {

/// What one way was told and what it is to be told next; kept in the journal as JSON.
struct Memory {
  std::map<std::string, std::int64_t> told;  // key of a fact: count
  std::map<std::string, std::int64_t> sent;  // kind: UTC seconds of the last message with it
  struct Pending {
    std::string id;
    std::int64_t utc_s = 0;  // when it was made
    std::vector<Fact> facts;
  };
  std::optional<Pending> pending;
  std::int64_t tries = 0, next_try = 0;
};
Json write(const Memory& memory);
/// What makes no sense is left out: at worst something is told again.
Memory read(const Json& json);

/// As people read it, of facts that are sorted.
plugin::Message compose(const std::string& site, const Memory::Pending& pending);

/// A message of no consequence, for `doctor`.
plugin::Message test_message(const std::string& site, std::int64_t now_utc_s);

class Notifier {
 public:
  /// `ways` are those of the settings, opened.
  Notifier(const config::Settings& settings, std::vector<line::OpenNotification>& ways, journal::Journal& journal,
           const Clock& clock, Log& log)
      : settings_(settings), ways_(ways), journal_(journal), clock_(clock), log_(log) {}

  /// One look, and what is due of it.
  void step();
  /// Every half minute until `end`.
  void run();
  void end();

 private:
  void step(line::OpenNotification& way, const std::vector<line::Paper>& papers);
  /// News go into a message once one of their kinds may be told again; true: there is a message.
  bool gather(const line::OpenNotification& way, const std::vector<line::Paper>& papers, Memory& memory, bool& changed);
  void deliver(line::OpenNotification& way, Memory& memory);
  Result<Memory> remembered(const std::string& name);
  void keep(const std::string& name, const Memory& memory);

  const config::Settings& settings_;
  std::vector<line::OpenNotification>& ways_;
  journal::Journal& journal_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
};

}  // namespace tributary::notify
