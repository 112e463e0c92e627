// plugins/sdk/sdk.hpp: C++ sugar over the plugin ABI, header only: outcomes as exceptions inside, fenced at the edge.
//
// Inside a plugin, throw Later, Refused or Broken; `fence` turns each (and any other exception, as Broken) into the
// outcome with its note. Nothing else leaves a plugin.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/plugin/abi.h"

namespace tributary::sdk {

/// What a plugin's entry answers: made for this ABI, of this version. `keys` ends with a null name.
constexpr tributary_descriptor described(tributary_kind kind, const char* name, const char* summary,
                                         const tributary_key* keys, const void* ops) {
  return {sizeof(tributary_descriptor),
          TRIBUTARY_ABI_MAJOR,
          TRIBUTARY_ABI_MINOR,
          kind,
          name,
          TRIBUTARY_VERSION,
          summary,
          keys,
          ops};
}

/// An outcome that is not `done`.
class Outcome : public std::runtime_error {
 public:
  Outcome(tributary_outcome code, const std::string& what, std::string hint, std::int64_t not_before_utc_s = 0)
      : std::runtime_error(what), code_(code), hint_(std::move(hint)), not_before_utc_s_(not_before_utc_s) {}
  [[nodiscard]] tributary_outcome code() const { return code_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }
  [[nodiscard]] std::int64_t not_before_utc_s() const { return not_before_utc_s_; }

 private:
  tributary_outcome code_;
  std::string hint_;
  std::int64_t not_before_utc_s_;
};

struct Later : Outcome {
  explicit Later(const std::string& what, std::string hint = {}, std::int64_t not_before_utc_s = 0)
      : Outcome(TRIBUTARY_LATER, what, std::move(hint), not_before_utc_s) {}
};
struct Refused : Outcome {
  explicit Refused(const std::string& what, std::string hint = {})
      : Outcome(TRIBUTARY_REFUSED, what, std::move(hint)) {}
};
struct Broken : Outcome {
  explicit Broken(const std::string& what, std::string hint = {}) : Outcome(TRIBUTARY_BROKEN, what, std::move(hint)) {}
};

inline void fill(char* into, std::size_t room, std::string_view text) {
  std::snprintf(into, room, "%.*s", static_cast<int>(text.size()), text.data());
}

/// Runs the body of an ABI call; no exception passes.
template <typename Body>
tributary_outcome fence(tributary_note* note, Body&& body) noexcept {
  const auto say = [&](std::string_view what, std::string_view hint, std::int64_t not_before_utc_s) {
    if (note == nullptr) return;
    fill(note->what, sizeof note->what, what);
    fill(note->hint, sizeof note->hint, hint);
    note->not_before_utc_s = not_before_utc_s;
  };
  try {
    std::forward<Body>(body)();
    return TRIBUTARY_DONE;
  } catch (const Outcome& outcome) {
    say(outcome.what(), outcome.hint(), outcome.not_before_utc_s());
    return outcome.code();
  } catch (const std::exception& problem) {
    say(problem.what(), "this is a defect of the plugin: report it", 0);
  } catch (...) {
    say("an unknown exception", "this is a defect of the plugin: report it", 0);
  }
  return TRIBUTARY_BROKEN;
}

/// The host's services in C++.
class Host {
 public:
  explicit Host(const tributary_host* host) : host_(host) {}

  /// The setting's text; a key that must be given and is not is Broken.
  [[nodiscard]] std::string setting(const char* key) const {
    const char* value = host_->setting(host_->self, key);
    if (value == nullptr) throw Broken(std::string("setting '") + key + "' is not set", "add it to the configuration");
    return value;
  }
  [[nodiscard]] std::vector<std::string> list(const char* key) const {
    std::vector<std::string> items;
    std::string rest = setting(key);
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      if (end != 0) items.push_back(rest.substr(0, end));
      rest = end == std::string::npos ? std::string() : rest.substr(end + 1);
    }
    return items;
  }
  [[nodiscard]] std::uint64_t number(const char* key) const { return std::strtoull(setting(key).c_str(), nullptr, 10); }
  [[nodiscard]] bool flag(const char* key) const { return setting(key) == "true"; }
  void log(std::int32_t level, const std::string& line) const { host_->log(host_->self, level, line.c_str()); }
  [[nodiscard]] std::int64_t now_utc_s() const { return host_->now_utc_s(host_->self); }
  [[nodiscard]] bool stopping() const { return host_->stopping(host_->self) != 0; }

  void remember(const std::string& key, std::string_view token) const {
    if (host_->remember(host_->self, key.c_str(), token.data(), static_cast<std::uint32_t>(token.size())) != 0) {
      throw Later("the journal did not take a resume token", "see the log for the reason");
    }
  }
  [[nodiscard]] std::string recall(const std::string& key) const {
    std::string token(65536, '\0');
    const auto size = host_->recall(host_->self, key.c_str(), token.data(), static_cast<std::uint32_t>(token.size()));
    if (size == TRIBUTARY_UNREADABLE) throw Later("the journal can not be read", "see the log for the reason");
    token.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return token;
  }

  /// Of what is reached in another way than by `http`: it could not be used at all in this call.
  void away() const { host_->away(host_->self); }

  [[nodiscard]] const tributary_host* raw() const { return host_; }

 private:
  const tributary_host* host_;
};

}  // namespace tributary::sdk
