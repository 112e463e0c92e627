// agent/config/key_table.hpp: what a key of the configuration is: name, type, default, bounds, help.
//
// Reading, checking and the JSON Schema all follow these tables; nothing else knows the names of keys.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tributary::config {

enum class Type : std::uint8_t {
  text,
  path,         // relative to the file that holds it
  secret_path,  // a path, or `credential:NAME`
  url,          // https, or http to a loopback address
  flag,
  integer,
  size,      // with a unit; bytes
  duration,  // with a unit; seconds
  rate,      // with a unit; bytes per second
  word,      // one of `words`
  list,      // of `element`
  map,       // with the keys of `table`
  maps,      // a list of maps
  settings,  // the keys of a plugin
};

/// The shape of a text that is more than any text.
struct Form {
  std::string_view pattern;  // for the schema, ECMA-262
  std::string_view shape;    // for people: "2 to 32 of a-z, 0-9 and -"
  bool (*fits)(std::string_view);
};

struct Table;

struct Key {
  std::string_view name = {};
  Type type = Type::text;
  std::string_view help = {};
  std::string_view fallback = {};  // YAML; "" = nothing
  bool required = false;
  bool nullable = false;        // `null` means something of its own: off, no limit
  std::string_view words = {};  // of a word, or of the words of a list; blanks between
  Type element = Type::text;
  const Table* table = nullptr;
  const Form* form = nullptr;
  std::int64_t least = 0, most = 0;  // of integer, size, duration, in base units; 0, 0 = any
};

struct Table {
  std::string_view title;
  std::span<const Key> keys;
};

// The tables, each in the order of the annotated example.
extern const Table main_table;
extern const Table subject_table;
extern const Table destination_table;
extern const Table policy_table;
extern const Table notification_table;
extern const Table limits_table;
extern const Table retention_table;
extern const Table status_table;
/// A file of cases for `tributary policy test`.
extern const Table cases_table;
/// Keys that every destination knows under `settings`, whatever its plugin declares: parts are the host's business.
extern const Table parts_table;

const Key* find_key(const Table& table, std::string_view name);

}  // namespace tributary::config
