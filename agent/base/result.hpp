// agent/base/result.hpp: the value or the error of an act that can go wrong, and what the error asks for.
//
// Failure    Every error says what happened, what to do about it, and which of three remedies applies.
// Never      Holds an identifier of a person: errors are printed, logged and stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tributary {

/// What the caller should do about an error.
enum class Remedy : std::uint8_t {
  wait,          // nothing is wrong here: the same act may succeed later
  give_up,       // no, for this one, for good
  ask_operator,  // a person must act before a retry can help
};

struct Error {
  Remedy remedy = Remedy::ask_operator;
  std::string what;               // one sentence: who, which object, why
  std::string hint;               // what to do about it, or empty
  std::int64_t not_before_s = 0;  // remedy wait: earliest retry, UTC seconds since 1970; 0 = the caller decides
  bool away = false;  // it is not about this one: the service that was asked could not be reached, or has no good word
};

/// Shorthands that read well at the place of the error.
inline Error wait_error(std::string what, std::string hint = {}) {
  return Error{Remedy::wait, std::move(what), std::move(hint), 0};
}
inline Error refusal(std::string what, std::string hint = {}) {
  return Error{Remedy::give_up, std::move(what), std::move(hint), 0};
}
inline Error operator_error(std::string what, std::string hint = {}) {
  return Error{Remedy::ask_operator, std::move(what), std::move(hint), 0};
}

/// The same error with the place in front of it: `prefix: what`.
inline Error in(const std::string& prefix, Error error) {
  error.what = prefix + ": " + error.what;
  return error;
}

/// "what; hint" as one line for people.
inline std::string sentence(const Error& error) {
  return error.hint.empty() ? error.what : error.what + "; " + error.hint;
}

/// A value of type T or an Error, in the manner of std::expected.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }
  T value_or(T fallback) && { return ok() ? std::get<0>(std::move(state_)) : std::move(fallback); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace tributary
