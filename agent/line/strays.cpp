// agent/line/strays.cpp: counts what waits for nobody.
#include "agent/line/strays.hpp"

#include "agent/base/text.hpp"
#include "agent/line/site.hpp"

namespace tributary::line {
namespace {

Error stray(const journal::OpenRow& row) {
  const auto name = printable(row.destination);
  const auto count = counted(static_cast<std::uint64_t>(row.parcels), "parcel");
  const std::string verb = row.parcels == 1 ? " waits" : " wait";
  const std::string absent = "'" + name + "', which is not configured";
  if (row.withdrawing == row.parcels) {
    return operator_error(count + verb + " to be taken back from the destination " + absent,
                          "configure it again: only then can it be asked to delete what it holds");
  }
  std::string hint = "configure it again, or: tributary cancel --destination " + name;
  if (row.far > 0) {
    hint += "; " + std::to_string(row.far) + " of them may have left something there, which is taken back only when " +
            "it is configured";
  }
  return operator_error(count + verb + " for the destination " + absent, hint);
}

}  // namespace

Result<std::vector<Error>> strays(const config::Settings& settings, journal::Journal& journal) {
  auto rows = journal.open_parcels();
  if (!rows) return rows.error();
  std::vector<Error> out;
  for (const auto& row : *rows) {
    if (settings.destination(row.destination) == nullptr) out.push_back(stray(row));
  }
  return out;
}

Result<std::vector<Error>> strays(const config::Settings& settings) {
  if (!journal::Journal::exists(settings.state_dir)) return std::vector<Error>();
  auto key = state_key(settings);
  if (!key) return key.error();
  auto journal = journal::Journal::open_to_read(settings.state_dir, *key);
  if (!journal) return journal.error();
  return strays(settings, **journal);
}

}  // namespace tributary::line
