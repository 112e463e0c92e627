// agent/base/json.hpp: a JSON value (RFC 8259) that keeps the order of its members.
//
// Writing is here; reading foreign text is a port (agent/port/json).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tributary {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;                                 // null
  Json(std::nullptr_t) {}                           // NOLINT: implicit on purpose, as are all below
  Json(bool value) : value_(value) {}               // NOLINT
  Json(std::int64_t value) : value_(value) {}       // NOLINT
  Json(int value) : value_(std::int64_t{value}) {}  // NOLINT
  Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}  // NOLINT
  Json(double value) : value_(value) {}                                    // NOLINT
  Json(std::string value) : value_(std::move(value)) {}                    // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}             // NOLINT
  Json(const char* value) : value_(std::string(value)) {}                  // NOLINT
  Json(Array value) : value_(std::move(value)) {}                          // NOLINT
  Json(Object value) : value_(std::move(value)) {}                         // NOLINT
  static Json array() { return Json(Array{}); }
  static Json object() { return Json(Object{}); }

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }

  /// The value, or the fallback when it is of another type.
  [[nodiscard]] std::string_view as_string(std::string_view fallback = {}) const;
  [[nodiscard]] std::int64_t as_integer(std::int64_t fallback = 0) const;
  [[nodiscard]] bool as_bool(bool fallback = false) const;
  /// Empty when it is of another type.
  [[nodiscard]] const Array& items() const;
  [[nodiscard]] const Object& members() const;
  /// The member of that name, or null when there is none or this is no object.
  [[nodiscard]] const Json& operator[](std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }

  /// Appends a member (an object is made of null first); a name must not be added twice.
  Json& add(std::string name, Json value);
  Json& push(Json value);

  /// One line without blanks, or indented by two spaces for people. Text that is not UTF-8 has its bytes replaced
  /// by U+FFFD.
  [[nodiscard]] std::string dump(bool indented = false) const;

 private:
  [[nodiscard]] const Json* find(std::string_view name) const;
  void write(std::string& out, bool indented, std::size_t depth) const;

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// Null for an empty text.
inline Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace tributary
