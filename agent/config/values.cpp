// agent/config/values.cpp: scalars by type: numbers with units, words, paths, urls.
#include "agent/config/values.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"

namespace tributary::config {
namespace {

std::string quoted(std::string_view text) { return "'" + printable(text) + "'"; }

std::string kind_of(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Kind::null:
      return "nothing";
    case yaml::Kind::scalar:
      return "text";
    case yaml::Kind::sequence:
      return "a list";
    case yaml::Kind::map:
      return "a map";
  }
  return "something else";
}

std::string show(Type type, std::int64_t number) {
  if (type == Type::size) return show_size(static_cast<std::uint64_t>(number));
  if (type == Type::duration) return show_duration(number);
  return std::to_string(number);
}

Result<Scalar> number_within(const Key& key, Type type, std::int64_t number) {
  const bool bounded = key.least != 0 || key.most != 0;
  if (bounded && (number < key.least || number > key.most)) {
    return operator_error(show(type, number) + " is out of bounds",
                          "from " + show(type, key.least) + " to " + show(type, key.most));
  }
  return Scalar{{}, number, false};
}

Result<Scalar> read_integer(const Key& key, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) {
    return operator_error(quoted(text) + " is no whole number", "write digits only");
  }
  return number_within(key, Type::integer, number);
}

Result<Scalar> read_units(const Key& key, Type type, std::string_view text) {
  if (type == Type::duration) {
    const auto seconds = parse_duration_s(text);
    if (!seconds) return seconds.error();
    return number_within(key, type, *seconds);
  }
  const auto bytes = type == Type::size ? parse_size_bytes(text) : parse_rate_bytes_per_s(text);
  if (!bytes) return bytes.error();
  if (*bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return operator_error(quoted(text) + " is more than this program counts to");
  }
  return number_within(key, type, static_cast<std::int64_t>(*bytes));
}

Result<Scalar> read_flag(std::string_view text) {
  if (text == "true" || text == "false") return Scalar{std::string(text), 0, text == "true"};
  return operator_error(quoted(text) + " is neither true nor false", "write true or false");
}

Result<Scalar> read_word(const Key& key, std::string_view text) {
  const auto words = split(key.words, ' ');
  for (const auto& word : words) {
    if (word == text) return Scalar{word, 0, false};
  }
  const auto near = nearest(text, words);
  return operator_error(quoted(text) + " is not known here",
                        (near.empty() ? "" : "did you mean '" + near + "'? ") + "known: " + join(words, ", "));
}

Result<Scalar> read_credential(std::string_view name) {
  const bool plain = !name.empty() &&
                     name.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                         "0123456789._-") == std::string_view::npos &&
                     name.front() != '.';
  if (!plain) return operator_error("credential:NAME holds no name of a credential", "letters, digits, '.', '_', '-'");
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  const auto root = folder == nullptr ? std::string(service_credentials) : std::string(folder);
  return Scalar{root + "/" + std::string(name), 0, false};
}

Result<Scalar> read_path(Type type, std::string_view text, const std::string& folder) {
  constexpr std::string_view credential = "credential:";
  if (text.empty()) return operator_error("is empty", "write a path, or leave the key out");
  if (text.substr(0, credential.size()) == credential) {
    if (type == Type::secret_path) return read_credential(text.substr(credential.size()));
    return operator_error("is no secret, a credential can not stand here", "write a path");
  }
  return Scalar{absolute_path(folder, text), 0, false};
}

Result<Scalar> read_text(const Key& key, std::string_view text) {
  if (key.form != nullptr && !key.form->fits(text)) {
    return operator_error(quoted(text) + " has the wrong form", "write " + std::string(key.form->shape));
  }
  return Scalar{std::string(text), 0, false};
}

bool is_number_upto(std::string_view text, int most) {
  int number = -1;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} && end == text.data() + text.size() && number >= 0 && number <= most;
}

}  // namespace

Result<Scalar> read_scalar(const Key& key, Type type, const yaml::Node& node, const std::string& folder) {
  if (node.kind != yaml::Kind::scalar) {
    return operator_error(kind_of(node) + " stands where one value belongs", std::string(key.help));
  }
  const std::string_view text = node.scalar;
  switch (type) {
    case Type::path:
    case Type::secret_path:
      return read_path(type, text, folder);
    case Type::url: {
      const auto good = check_url(text);
      if (!good) return good.error();
      return Scalar{std::string(text), 0, false};
    }
    case Type::flag:
      return read_flag(text);
    case Type::integer:
      return read_integer(key, text);
    case Type::size:
    case Type::duration:
    case Type::rate:
      return read_units(key, type, text);
    case Type::word:
      return read_word(key, text);
    default:
      return read_text(key, text);
  }
}

bool is_loopback(std::string_view host) {
  if (lower(host) == "localhost" || host == "::1" || host == "[::1]") return true;
  const auto parts = split(host, '.');
  if (parts.size() != 4 || parts[0] != "127") return false;
  return is_number_upto(parts[1], 255) && is_number_upto(parts[2], 255) && is_number_upto(parts[3], 255);
}

bool split_host_port(std::string_view text, std::string& host, int& port) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto number = text.substr(colon + 1);
  if (!is_number_upto(number, 65535)) return false;
  std::from_chars(number.data(), number.data() + number.size(), port);
  auto name = text.substr(0, colon);
  if (name.front() == '[' && name.back() == ']' && name.size() > 2) {
    name = name.substr(1, name.size() - 2);
  } else if (name.find_first_of(":/[]@ ") != std::string_view::npos) {
    return false;
  }
  host = std::string(name);
  return true;
}

Status check_url(std::string_view url) {
  const auto scheme_end = url.find("://");
  const auto scheme = lower(url.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end));
  if (scheme != "https" && scheme != "http") return operator_error("is no url", "write https://host/path");
  for (const char c : url) {
    const auto code = static_cast<unsigned char>(c);
    if (code <= 0x20 || code == 0x7f) return operator_error("holds a blank or a control character");
  }
  auto authority = url.substr(scheme_end + 3);
  authority = authority.substr(0, authority.find_first_of("/?#\\"));
  if (authority.find('@') != std::string_view::npos) {
    return operator_error("holds credentials", "put them into `auth`, and into files");
  }
  std::string host(authority);
  int port = 0;
  const bool v6_alone = !host.empty() && host.back() == ']';
  if (host.find(':') != std::string::npos && !v6_alone && !split_host_port(authority, host, port)) {
    return operator_error("has a port that is no number from 0 to 65535");
  }
  if (host.empty()) return operator_error("names no host", "write https://host/path");
  if (scheme == "http" && !is_loopback(host)) {
    return operator_error("plain http to another machine", "write https://; http is for loopback addresses only");
  }
  return {};
}

std::string absolute_path(const std::string& folder, std::string_view path) {
  auto out = (std::filesystem::path(folder) / std::filesystem::path(path)).lexically_normal().string();
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

}  // namespace tributary::config
