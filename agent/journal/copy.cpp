// agent/journal/copy.cpp: lines of the copy, and rows of tables as JSON.
#include "agent/journal/copy.hpp"

#include <algorithm>

#include "agent/base/bytes.hpp"
#include "agent/journal/rows.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::journal {
namespace {

constexpr std::size_t mac_digits = 64;
constexpr std::size_t piece_bytes = 1U << 20;
constexpr std::size_t most_line_bytes = 64U << 20;  // more is no line

std::string mac_of(const Secret<32>& key, std::string_view text) {
  Bytes message = to_bytes("tributary/v1/copy");
  message.push_back(0);
  message.insert(message.end(), text.begin(), text.end());
  return to_hex(ByteView(crypto::hmac_sha256(key.bytes(), message)));
}

// What is kept of a table: its key first. What a transaction changes of a row is all there, so that a line that is
// taken in after a crash does what the transaction would have done; only what is told by a folder again is not.
struct Kept {
  std::string_view table;
  std::size_t keys;
  std::vector<std::string_view> columns;
};

const std::vector<Kept>& kept_tables() {
  static const std::vector<Kept> tables{
      {"linkage", 2, {"destination", "pseudonym", "kind", "key_id", "id_tag", "sealed"}},
      {"withdrawn", 1, {"subject_tag", "at"}},
      {"no_contact", 1, {"subject_tag", "at"}},
      {"run",
       1,
       {"id", "folder_tag", "unit", "name", "instrument", "model", "state", "reason", "hint", "listing", "quiet_since",
        "since", "samples"}},
      {"parcel",
       1,
       {"id",
        "run",
        "destination",
        "policy",
        "pseudonym",
        "subject_pseudonym",
        "key_id",
        "stage",
        "condition",
        "reason",
        "hint",
        "operator_hold",
        "evidence",
        "files",
        "bytes_total",
        "bytes_sent",
        "attempts",
        "crashes",
        "pruned",
        "not_before",
        "task_id",
        "task_state",
        "withdraw_reason",
        "created",
        "updated",
        "delivered"}},
      {"object",
       2,
       {"parcel", "number", "name", "bytes", "sha256", "plaintext_sha256", "far_id", "self_uri", "access_url"}},
      {"receipt", 1, {"number", "parcel", "kind", "body", "previous_hash", "hash"}},
      {"audit", 1, {"number", "body", "previous_hash", "hash"}},
  };
  return tables;
}

const Kept* kept(std::string_view table) {
  const auto& all = kept_tables();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Kept& one) { return one.table == table; });
  return found == all.end() ? nullptr : &*found;
}

bool is_column(const Kept& table, std::string_view name, std::size_t among) {
  const auto end = table.columns.begin() + static_cast<std::ptrdiff_t>(among);
  return std::find(table.columns.begin(), end, name) != end;
}

Json value_at(const store::Statement& statement, int column) {
  switch (statement.type(column)) {
    case store::Type::integer:
      return Json(statement.integer(column));
    case store::Type::text:
      return Json(statement.text(column));
    case store::Type::blob:
      return Json().add("base64", to_base64(statement.blob(column)));
    case store::Type::null:
      break;
  }
  return {};
}

void bind(store::Statement& statement, const Json& value) {
  if (value.is_integer()) {
    statement.bind(value.as_integer());
  } else if (value.is_string()) {
    statement.bind(value.as_string());
  } else if (value.is_object()) {
    statement.bind(ByteView(from_base64(value["base64"].as_string()).value_or(Bytes())));
  } else {
    statement.bind_null();
  }
}

std::string upsert(const Kept& table, const Json& row) {
  std::string names, places, changes, key;
  for (const auto& [name, value] : row.members()) {
    names += (names.empty() ? "" : ", ") + name;
    places += places.empty() ? "?" : ", ?";
    if (is_column(table, name, table.keys)) {
      key += (key.empty() ? "" : ", ") + name;
    } else {
      changes += (changes.empty() ? "" : ", ") + name + " = excluded." + name;
    }
  }
  return "INSERT INTO " + std::string(table.table) + " (" + names + ") VALUES (" + places + ") ON CONFLICT (" + key +
         ") DO UPDATE SET " + changes;
}

std::string removal(const Kept& table, const Json& row) {
  std::string sql = "DELETE FROM " + std::string(table.table) + " WHERE 1";
  for (const auto& [name, value] : row.members()) sql += " AND " + name + " = ?";
  return sql;
}

// The JSON of a line, when its HMAC fits.
std::optional<Json> whole_line(const Secret<32>& key, std::string_view line) {
  if (line.size() < mac_digits + 1 || line[line.size() - mac_digits - 1] != '\t') return std::nullopt;
  const auto text = line.substr(0, line.size() - mac_digits - 1);
  if (!crypto::equal(view(mac_of(key, text)), view(line.substr(line.size() - mac_digits)))) return std::nullopt;
  auto json = json::parse(text, 8);
  if (!json || (*json)["line"].as_integer() < 1) return std::nullopt;
  return std::move(*json);
}

}  // namespace

NewLine make_line(const Secret<32>& state_key, const Mark& mark, const Json& rows, bool first) {
  NewLine out;
  Json line;
  line.add("line", mark.lines + 1);
  if (first) line.add("first", true);
  out.text = line.add("rows", rows).dump();
  out.mark = {0, mark.lines + 1, mac_of(state_key, out.text)};
  out.text += "\t" + out.mark.last + "\n";
  out.mark.bytes = mark.bytes + out.text.size();
  return out;
}

Result<Read> read_lines(const store::Tail& file, const Secret<32>& state_key, const Mark& from,
                        const std::function<Status(const Json& rows)>& visit) {
  Read out{0, 0, from};
  std::int64_t unread = 0;  // since the last good line
  std::uint64_t at = from.bytes;
  std::string rest;
  for (;;) {
    auto piece = file.read(at + rest.size(), piece_bytes);
    if (!piece) return piece.error();
    if (piece->empty()) break;
    rest += *piece;
    std::size_t begin = 0;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
      const std::string_view line(rest.data() + begin, end - begin);
      begin = end + 1;
      const auto json = whole_line(state_key, line);
      // Numbers tell of lines that are not there any more, not even as something that can not be read.
      const auto number = json ? (*json)["line"].as_integer() : 0;
      if (!json || number <= out.mark.lines) {
        ++unread;
        continue;
      }
      if (auto done = visit((*json)["rows"]); !done) return done.error();
      ++out.good;
      out.damaged = (*json)["first"].as_bool() ? 0 : out.damaged + std::max(unread, number - out.mark.lines - 1);
      unread = 0;
      out.mark = {at + begin, number, std::string(line.substr(line.size() - mac_digits))};
    }
    if (rest.size() - begin > most_line_bytes) begin = rest.size();
    at += begin;
    rest.erase(0, begin);
  }
  out.damaged += unread + (rest.empty() ? 0 : 1);
  return out;
}

Result<bool> reaches(const store::Tail& file, const Mark& mark) {
  if (mark.bytes == 0) return true;
  if (mark.bytes < mac_digits + 1) return false;
  auto end = file.read(mark.bytes - mac_digits - 1, mac_digits + 1);
  if (!end) return end.error();
  return *end == mark.last + "\n";
}

Status each_row(store::Database& database, std::string_view table, const std::string& where,
                const std::vector<std::string>& words, const std::function<Status(Json entry)>& visit) {
  const auto* what = kept(table);
  std::string names;
  for (const auto& column : what->columns) names += (names.empty() ? "" : ", ") + std::string(column);
  auto statement = database.prepare("SELECT " + names + " FROM " + std::string(table) + " WHERE " + where);
  if (!statement) return statement.error();
  for (const auto& word : words) statement->bind(std::string_view(word));
  for (;;) {
    auto found = statement->step();
    if (!found) return found.error();
    if (!*found) return {};
    Json row = Json::object();
    for (std::size_t i = 0; i < what->columns.size(); ++i)
      row.add(std::string(what->columns[i]), value_at(*statement, static_cast<int>(i)));
    if (auto done = visit(Json().add("table", table).add("row", std::move(row))); !done) return done;
  }
}

Json gone(std::string_view table, const std::string& column, Json value) {
  return Json().add("table", table).add("gone", Json().add(column, std::move(value)));
}

Result<bool> put_row(store::Database& database, const Json& entry) {
  const auto* table = kept(entry["table"].as_string());
  const bool gone = entry.has("gone");
  const auto& row = entry[gone ? "gone" : "row"];
  if (table == nullptr || row.members().empty()) return false;
  std::size_t keys = 0;
  for (const auto& [name, value] : row.members()) {
    if (!is_column(*table, name, gone ? table->keys : table->columns.size())) return false;
    if (is_column(*table, name, table->keys)) ++keys;
  }
  if (!gone && (keys != table->keys || row.members().size() == keys)) return false;
  auto statement = database.prepare(gone ? removal(*table, row) : upsert(*table, row));
  if (!statement) return statement.error();
  for (const auto& [name, value] : row.members()) bind(*statement, value);
  if (auto done = statement->run(); !done) {
    if (done.error().remedy == Remedy::wait || database.damaged()) return done.error();
    return false;  // what a constraint refuses
  }
  return true;
}

}  // namespace tributary::journal
