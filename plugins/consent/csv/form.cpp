// plugins/consent/csv/form.cpp: statuses, codes and dates of a row.
#include "plugins/consent/csv/form.hpp"

#include <algorithm>
#include <string>

#include "plugins/consent/csv/words.hpp"
#include "plugins/sdk/consent/json.hpp"
#include "plugins/sdk/consent/period.hpp"

namespace tributary::csv {
namespace {

using sdk::consent::Programme;
using sdk::consent::Statement;

std::vector<sdk::consent::Code> codes_of(const std::string& list) {
  std::vector<sdk::consent::Code> out;
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(';', at), list.size());
    const auto word = trimmed(std::string_view(list).substr(at, end - at));
    if (!word.empty()) out.push_back(sdk::consent::read_code(word));
    at = end + 1;
  }
  return out;
}

bool is_known(const sdk::consent::Code& code, const std::vector<Programme>& programmes) {
  Statement statement;
  statement.codes.push_back(code);
  for (const auto& programme : programmes) {
    for (const auto& pack : programme.packs) {
      const bool known = std::any_of(pack.grants.begin(), pack.grants.end(), [&](const sdk::consent::Grant& grant) {
        return names_any(statement, grant.codes) || names_any(statement, grant.unless);
      });
      if (known) return true;
    }
  }
  return false;
}

void read_into(Form& form, const Entry& row, const std::vector<Programme>& programmes) {
  using Standing = Form::Standing;
  const auto status = heading(row[consent_status]);
  form.standing = status == "entered_in_error" ? Standing::erroneous
                  : status == "draft"          ? Standing::silent
                                               : Standing::active;
  if (form.standing != Standing::active) return;
  Statement statement;
  statement.permits = status == "active";
  if (!statement.permits && status != "withdrawn" && status != "rejected")
    throw sdk::consent::Malformed("a status that is unknown");
  statement.codes = codes_of(row[permissions]);
  if (statement.permits) {
    statement.dated = !row[valid_from].empty();
    statement.when = sdk::consent::permit_between(row[valid_from], row[valid_until]);
    if (statement.when.is_empty()) throw sdk::consent::Malformed("a period that ends before it begins");
  } else {
    statement.all =
        statement.codes.empty() || !std::all_of(statement.codes.begin(), statement.codes.end(),
                                                [&](const auto& code) { return is_known(code, programmes); });
  }
  form.statements.push_back(std::move(statement));
}

}  // namespace

Form form_of(const Entry& row, const std::vector<Programme>& programmes) {
  Form form;
  form.id = row[consent_id];
  try {
    read_into(form, row, programmes);
  } catch (const sdk::consent::Malformed& problem) {
    form.problem = problem.what();
    form.statements.clear();
  }
  return form;
}

}  // namespace tributary::csv
