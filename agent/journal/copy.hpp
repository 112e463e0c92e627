// agent/journal/copy.hpp: `journal.copy`, the second home of what no run folder can tell again.
//
// Receipts, audit records, the register of withdrawals, the linkage, and every parcel that is or may be at a far side,
// was cancelled or is held by an operator, as they are in the database: sealed what is sealed there.
//
// A line is what one transaction changed: JSON, a tab, the HMAC-SHA-256 of the JSON under the state key in hexadecimal.
//
//     {"line":7,"rows":[{"table":"withdrawn","row":{"subject_tag":{"base64":"..."},"at":1763719200}}]}
//
// `gone` in place of `row` names what was removed. Rows are put in over what is there, in the order of the lines.
//
// Order      a line is on disk before its transaction is committed, and the transaction keeps how far the file goes.
// Crash      the last line may be of a transaction that was not committed: nobody was told of it; it is taken in.
// Damage     each line stands for itself: those that can be read are used, the others are counted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"
#include "agent/port/store/store.hpp"

namespace tributary::journal {

/// How far the copy goes, as the database knows it.
struct Mark {
  std::uint64_t bytes = 0;
  std::int64_t lines = 0;
  std::string last;  // the HMAC of the last line; "": there is none
};

/// The line that follows `mark`, and the mark behind it.
struct NewLine {
  std::string text;
  Mark mark;
};
/// `first`: everything is told from here on, and what stood in the file before is not needed any more.
NewLine make_line(const Secret<32>& state_key, const Mark& mark, const Json& rows, bool first = false);

struct Read {
  std::int64_t good = 0, damaged = 0;
  Mark mark;  // behind the last good line
};
/// Calls `visit(rows)` for each line from `from` on that is whole. An error of `visit` ends it.
Result<Read> read_lines(const store::Tail& file, const Secret<32>& state_key, const Mark& from,
                        const std::function<Status(const Json& rows)>& visit);
/// Whether the file goes as far as the mark says, and its last line there is that one.
Result<bool> reaches(const store::Tail& file, const Mark& mark);

// --- rows as JSON, and back

/// Rows of a kept table as entries for a line; `where` and `words` choose them.
Status each_row(store::Database& database, std::string_view table, const std::string& where,
                const std::vector<std::string>& words, const std::function<Status(Json entry)>& visit);
/// The entry of rows that were removed: those with this value in this column of the key.
Json gone(std::string_view table, const std::string& column, Json value);
/// Puts one entry into the database: false when it is none that fits.
Result<bool> put_row(store::Database& database, const Json& entry);

}  // namespace tributary::journal
