// plugins/sdk/json.hpp: reading JSON that others wrote and writing ours, over Poco (link Poco::JSON).
//
// Bounds     nesting of 64; the size is the host's limit on an answer.
// Failure    a text that is no JSON object or array is an empty optional; a member that is missing or of another type
//            reads as the fallback. Nothing echoes foreign text.
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::sdk {

/// A value inside a JSON text; cheap to copy.
class Json {
 public:
  Json() = default;
  explicit Json(Poco::Dynamic::Var value) : value_(std::move(value)) {}

  [[nodiscard]] bool is_object() const { return value_.type() == typeid(Poco::JSON::Object::Ptr); }
  [[nodiscard]] bool is_array() const { return value_.type() == typeid(Poco::JSON::Array::Ptr); }
  [[nodiscard]] bool is_text() const { return !value_.isEmpty() && value_.isString(); }
  [[nodiscard]] bool is_null() const { return value_.isEmpty(); }

  /// The member, or null when there is none or this is no object.
  [[nodiscard]] Json operator[](const std::string& name) const {
    if (!is_object()) return {};
    return Json(value_.extract<Poco::JSON::Object::Ptr>()->get(name));
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return is_object() && value_.extract<Poco::JSON::Object::Ptr>()->has(name);
  }
  /// Empty when this is no array.
  [[nodiscard]] std::vector<Json> items() const {
    std::vector<Json> out;
    if (!is_array()) return out;
    for (const auto& item : *value_.extract<Poco::JSON::Array::Ptr>()) out.emplace_back(item);
    return out;
  }
  [[nodiscard]] std::string text(std::string fallback = {}) const {
    return is_text() ? value_.convert<std::string>() : std::move(fallback);
  }
  /// Also of a number that is written as text, as int64 of protobuf's JSON are.
  [[nodiscard]] std::optional<std::int64_t> integer() const {
    try {
      if (value_.isEmpty() || value_.isBoolean() || !(value_.isInteger() || value_.isString())) return {};
      return value_.convert<Poco::Int64>();
    } catch (const Poco::Exception&) {  // no number, or more than 64 bits hold
      return {};
    }
  }
  [[nodiscard]] std::optional<bool> flag() const {
    if (value_.isEmpty() || !value_.isBoolean()) return {};
    return value_.convert<bool>();
  }

 private:
  Poco::Dynamic::Var value_;
};

/// The object or array that `text` is, or nothing.
inline std::optional<Json> parse_json(std::string_view text) {
  try {
    Poco::JSON::Parser parser;
    parser.setDepth(64);
    return Json(parser.parse(std::string(text)));
  } catch (const Poco::Exception&) {  // the reason would hold foreign text; "no JSON" is all that callers need
    return std::nullopt;
  }
}

inline Poco::JSON::Object::Ptr json_object() { return new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER); }
inline Poco::JSON::Array::Ptr json_array() { return new Poco::JSON::Array(); }
inline std::string json_text(const Poco::JSON::Object::Ptr& object) {
  std::ostringstream out;
  object->stringify(out);
  return out.str();
}
inline Poco::JSON::Array::Ptr json_list(const std::vector<std::string>& items) {
  auto list = json_array();
  for (const auto& item : items) list->add(item);
  return list;
}

}  // namespace tributary::sdk
