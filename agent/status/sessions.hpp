// agent/status/sessions.hpp: who may act on the page: whoever typed the word of the token file lately.
//
// Threads    any.
// Crash      sessions live in memory: after a restart one signs in again.
// Never      keeps the token, or a cookie as it was given out.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/status/words.hpp"

namespace tributary::status {

class Sessions {
 public:
  static constexpr std::int64_t idle_s = 30 * 60;  // a session ends so long after its last use
  static constexpr int most_wrong = 5;             // tokens in a minute
  static constexpr std::size_t most = 16;          // the one that was used least lately makes room

  /// `token_file` "": nobody may sign in. `clock` outlives it.
  Sessions(std::string token_file, const Clock& clock) : token_file_(std::move(token_file)), clock_(clock) {}

  [[nodiscard]] bool can_sign_in() const { return !token_file_.empty(); }
  enum class Answer : std::uint8_t { yes, wrong, too_many };
  struct Entry {
    Answer answer = Answer::wrong;
    std::string cookie;  // of a session, for a yes
  };
  /// The file is read each time, so that a new token is good at once.
  Result<Entry> sign_in(std::string_view token);
  void sign_out(std::string_view cookie);

  /// What belongs into the forms of a session; "" when there is no such session (any more).
  std::string csrf_of(std::string_view cookie);
  [[nodiscard]] bool is_good(std::string_view cookie, std::string_view csrf);
  /// A sentence for the next page of a session.
  void tell(std::string_view cookie, Told told);
  Told take_told(std::string_view cookie);

 private:
  struct Session {
    std::int64_t used = 0;
    std::string csrf;
    Told told;
  };
  Session* find(std::string_view cookie);  // wants the lock

  const std::string token_file_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<Digest256, Session> sessions_;  // by the digest of their cookie
  std::int64_t minute_ = 0;
  int wrong_ = 0;
};

/// The session's cookie of a Cookie header (RFC 6265 section 4.2); "" when there is none.
std::string session_cookie(std::string_view header);
inline constexpr const char* cookie_name = "tributary";

}  // namespace tributary::status
