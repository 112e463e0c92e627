// agent/line/name_key.cpp: the id of the pseudonym key in the journal.
#include "agent/line/name_key.hpp"

#include <algorithm>

#include "agent/base/text.hpp"

namespace tributary::line {
namespace {

constexpr const char* place = "keys";
constexpr const char* name = "pseudonym";

}  // namespace

Status check_name_key(journal::Journal& journal, const std::string& id) {
  auto known = journal.token(place, name);
  if (!known) return known.error();
  if (!*known) return {};
  const auto ids = split(text(**known), ' ');
  if (std::find(ids.begin(), ids.end(), id) != ids.end()) return {};
  return operator_error("pseudonyms.key_file: its key is not the one of before: everybody would get another pseudonym",
                        "put the former key back; or, when that is wanted: tributary keys rotate pseudonym");
}

Status keep_name_key(journal::Journal& journal, const std::vector<std::string>& ids) {
  return journal.put_token(place, name, view(join(ids, " ")));
}

}  // namespace tributary::line
