// agent/config/cases.cpp: the keys of a file of cases, and their reading.
#include "agent/config/cases.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "agent/base/clock.hpp"
#include "agent/base/text.hpp"
#include "agent/config/section.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 1U << 20;

bool fits_instant(std::string_view text) { return from_iso8601(text).has_value(); }
constexpr Form instant_form{"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.*)?)?)?$", "a date, or a date-time with Z or an offset",
                            fits_instant};

constexpr Key record_keys[] = {
    {.name = "source", .help = "the subject source that tells it; left out: one for all without"},
    {.name = "id", .help = "of the document"},
    {.name = "status", .help = "active, withdrawn, rejected, draft, entered-in-error", .required = true},
    {.name = "permissions", .help = "DUO terms with ';' between them", .required = true},
    {.name = "valid_from", .help = "ISO 8601"},
    {.name = "valid_until", .help = "ISO 8601"},
};
constexpr Table record_table{"consent", record_keys};

constexpr Key sample_keys[] = {
    {.name = "name", .help = "of the sample", .fallback = "SAMPLE-01"},
    {.name = "project", .help = "of the sample", .fallback = "project"},
    {.name = "files",
     .type = Type::list,
     .help = "kinds of its files",
     .fallback = "[fastq, bam, cram, vcf]",
     .words = "fastq bam cram vcf gvcf bcf bed report",
     .element = Type::word},
    {.name = "size", .type = Type::size, .help = "of each of its files", .fallback = "0B"},
};
constexpr Table sample_table{"sample", sample_keys};

constexpr Key relative_keys[] = {
    {.name = "consent", .type = Type::maps, .help = "the member's documents", .table = &record_table},
    {.name = "withdrawn",
     .type = Type::flag,
     .help = "true: the member was withdrawn with `tributary withdraw`",
     .fallback = "false"},
};
constexpr Table relative_table{"member of the family", relative_keys};

constexpr Key case_keys[] = {
    {.name = "name", .help = "what the case is about", .required = true},
    {.name = "policy", .help = "name of a policy", .required = true},
    {.name = "at", .help = "the instant of the decision; default: that of the file, or now", .form = &instant_form},
    {.name = "sample", .type = Type::map, .help = "the sample", .table = &sample_table},
    {.name = "consent",
     .type = Type::maps,
     .help = "the person's documents; left out: no subject source knows the sample",
     .table = &record_table},
    {.name = "away", .type = Type::list, .help = "names of subject sources that can not answer", .fallback = "[]"},
    {.name = "withdrawn",
     .type = Type::flag,
     .help = "true: the person was withdrawn with `tributary withdraw`",
     .fallback = "false"},
    {.name = "country",
     .type = Type::list,
     .help = "countries that the person's data come from, as subject sources tell them",
     .fallback = "[]"},
    {.name = "family_size",
     .type = Type::integer,
     .help = "how many members the family has; left out: no subject source tells a family",
     .least = 1,
     .most = 1000},
    {.name = "family",
     .type = Type::maps,
     .help = "the other members of the family in the run",
     .table = &relative_table},
    {.name = "expect",
     .type = Type::word,
     .help = "what is to come out",
     .required = true,
     .words = "send refuse hold not-taken"},
    {.name = "rule", .help = "the rule that is to decide, as `tributary explain` names it; left out: any"},
};
constexpr Table case_table{"case", case_keys};

constexpr Key file_keys[] = {
    {.name = "at", .help = "the instant of all decisions; default: now", .form = &instant_form},
    {.name = "cases", .type = Type::maps, .help = "the cases", .required = true, .table = &case_table},
};

}  // namespace

constexpr Table cases_table{"file of policy cases", file_keys};

namespace {

Expectation expectation_of(std::string_view word) {
  if (word == "refuse") return Expectation::refuse;
  if (word == "hold") return Expectation::hold;
  return word == "not-taken" ? Expectation::not_taken : Expectation::send;
}

// The documents by their source; a person without any is known to one source.
std::vector<consent::Told> told_of(const std::vector<Section>& records) {
  std::map<std::string, consent::Told> by_source;
  for (const auto& record : records) {
    by_source[record.text("source")].records.push_back({record.text("id"), record.text("status"),
                                                        record.text("permissions"), record.text("valid_from"),
                                                        record.text("valid_until")});
  }
  if (by_source.empty()) return {consent::Told{}};
  std::vector<consent::Told> told;
  for (auto& [source, one] : by_source) {
    one.source = source;
    told.push_back(std::move(one));
  }
  return told;
}

PolicyCase build_case(const Section& section, const Section& file) {
  PolicyCase out;
  out.name = section.text("name");
  out.policy = section.text("policy");
  out.place = section.place().file + ":" + std::to_string(section.place().mark.line);
  out.at_utc_s = from_iso8601(section.given("at") ? section.text("at") : file.text("at"));
  const auto& sample = *section.section("sample");
  out.sample_name = sample.text("name");
  out.project = sample.text("project");
  out.files = sample.texts("files");
  out.file_bytes = static_cast<std::uint64_t>(sample.number("size"));
  if (section.given("consent")) out.consent = told_of(section.sections("consent"));
  out.away = section.texts("away");
  out.countries = section.texts("country");
  if (section.given("family_size")) out.family_size = static_cast<std::uint32_t>(section.number("family_size"));
  for (const auto& relative : section.sections("family")) {
    out.family.push_back({told_of(relative.sections("consent")), relative.flag("withdrawn")});
  }
  out.withdrawn = section.flag("withdrawn");
  out.expected = expectation_of(section.text("expect"));
  out.rule = section.text("rule");
  return out;
}

void check_case(const Section& section, const Settings& settings, Problems& problems) {
  std::vector<std::string> names;
  for (const auto& policy : settings.policies) names.push_back(policy.name);
  const auto& policy = section.text("policy");
  if (!policy.empty() && settings.policy(policy) == nullptr) {
    problems.error(section.place("policy"), "there is no policy '" + printable(policy) + "'",
                   did_you_mean(policy, names));
  }
  if (section.given("rule") && section.text("expect") == "not-taken") {
    problems.error(section.place("rule"), "no rule decides on what the policy does not take", "leave it out");
  }
  if (section.flag("withdrawn") && !section.given("consent")) {
    problems.error(section.place("withdrawn"), "nobody knows whose sample it is, so nobody can have withdrawn",
                   "give the person's `consent`, [] for none");
  }
}

}  // namespace

std::string_view name_of(Expectation expectation) {
  switch (expectation) {
    case Expectation::send:
      return "send";
    case Expectation::refuse:
      return "refuse";
    case Expectation::hold:
      return "hold";
    case Expectation::not_taken:
      break;
  }
  return "not-taken";
}

LoadedCases load_cases(const std::string& given, const Settings& settings) {
  std::error_code code;
  const auto absolute = fs::absolute(given, code);
  const auto file = code ? given : absolute.lexically_normal().string();
  Problems problems;
  const auto text = files::read_small(file, max_file_bytes);
  auto node = text ? yaml::parse(*text, file) : Result<yaml::Node>(text.error());
  if (!node) {
    problems.unreadable(file, node.error());
    return {std::nullopt, problems.sorted({file})};
  }
  const auto main =
      Section::read(cases_table, *node, Place{file, node->mark, {}}, fs::path(file).parent_path().string(), problems);
  std::vector<PolicyCase> cases;
  for (const auto& section : main.sections("cases")) {
    check_case(section, settings, problems);
    cases.push_back(build_case(section, main));
  }
  if (cases.empty() && !problems.any_errors()) problems.error(main.place("cases"), "is empty: nothing would be tested");
  if (problems.any_errors()) return {std::nullopt, problems.sorted({file})};
  return {std::move(cases), problems.sorted({file})};
}

}  // namespace tributary::config
