// agent/base/json.cpp: a JSON value and its text.
#include "agent/base/json.hpp"

#include <cmath>
#include <cstdio>

#include "agent/base/text.hpp"

namespace tributary {
namespace {

void write_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      text.remove_prefix(1);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      out += escaped;
      text.remove_prefix(1);
    } else if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
      text.remove_prefix(1);
    } else {
      std::size_t length = 4;
      while (length > 1 && (length > text.size() || !is_utf8(text.substr(0, length)))) --length;
      if (length > 1) {
        out += text.substr(0, length);
      } else {
        out += "\xef\xbf\xbd";
      }
      text.remove_prefix(length);
    }
  }
  out += '"';
}

void new_line(std::string& out, std::size_t depth) {
  out += '\n';
  out.append(depth * 2, ' ');
}

// Constant-initialised or trivially built: no work before main that could fail.
const Json null_value;
const Json::Array no_items;
const Json::Object no_members;

}  // namespace

std::string_view Json::as_string(std::string_view fallback) const {
  const auto* value = std::get_if<std::string>(&value_);
  return value != nullptr ? std::string_view(*value) : fallback;
}

std::int64_t Json::as_integer(std::int64_t fallback) const {
  const auto* value = std::get_if<std::int64_t>(&value_);
  return value != nullptr ? *value : fallback;
}

bool Json::as_bool(bool fallback) const {
  const auto* value = std::get_if<bool>(&value_);
  return value != nullptr ? *value : fallback;
}

const Json::Array& Json::items() const {
  const auto* value = std::get_if<Array>(&value_);
  return value != nullptr ? *value : no_items;
}

const Json::Object& Json::members() const {
  const auto* value = std::get_if<Object>(&value_);
  return value != nullptr ? *value : no_members;
}

const Json* Json::find(std::string_view name) const {
  for (const auto& [key, value] : members()) {
    if (key == name) return &value;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr ? *value : null_value;
}

Json& Json::add(std::string name, Json value) {
  if (!is_object()) value_ = Object{};
  std::get<Object>(value_).emplace_back(std::move(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  if (!is_array()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

std::string Json::dump(bool indented) const {
  std::string out;
  write(out, indented, 0);
  return out;
}

void Json::write(std::string& out, bool indented, std::size_t depth) const {
  if (is_null()) {
    out += "null";
  } else if (is_bool()) {
    out += as_bool() ? "true" : "false";
  } else if (is_integer()) {
    out += std::to_string(as_integer());
  } else if (const auto* number = std::get_if<double>(&value_)) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.15g", *number);
    out += std::isfinite(*number) ? digits : "null";
  } else if (is_string()) {
    write_string(out, as_string());
  } else {
    const bool list = is_array();
    const std::size_t count = list ? items().size() : members().size();
    out += list ? '[' : '{';
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += ',';
      if (indented) new_line(out, depth + 1);
      if (!list) {
        write_string(out, members()[i].first);
        out += indented ? ": " : ":";
      }
      (list ? items()[i] : members()[i].second).write(out, indented, depth + 1);
    }
    if (indented && count > 0) new_line(out, depth);
    out += list ? ']' : '}';
  }
}

}  // namespace tributary
