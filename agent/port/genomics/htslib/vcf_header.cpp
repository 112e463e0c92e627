// agent/port/genomics/htslib/vcf_header.cpp: the allow-list of VCF header lines (VCF 4.3, section 1.4; BCF 2.2, 6.2).
#include "agent/port/genomics/htslib/vcf_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "agent/base/text.hpp"
#include "agent/port/genomics/htslib/siphash.hpp"

namespace tributary::genomics {

namespace {

struct Allowed {
  std::string_view kind;
  std::array<std::string_view, 4> keys;
};
constexpr std::array<Allowed, 5> allowed_lines = {{{"FILTER", {"ID", "Description"}},
                                                   {"INFO", {"ID", "Number", "Type", "Description"}},
                                                   {"FORMAT", {"ID", "Number", "Type", "Description"}},
                                                   {"ALT", {"ID", "Description"}},
                                                   {"contig", {"ID", "length", "md5"}}}};
constexpr std::string_view fixed_columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
/// No dictionary of the field comes near; a number beyond it would only cost memory.
constexpr std::uint64_t dictionary_limit = std::uint64_t{1} << 20U;

const Allowed* allowed(std::string_view kind) {
  const auto* found = std::find_if(allowed_lines.begin(), allowed_lines.end(),
                                   [kind](const Allowed& line) { return line.kind == kind; });
  return found == allowed_lines.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_version(std::string_view text) {  // VCFv4.3
  return text.size() == 7 && text.starts_with("VCFv") && text[4] >= '0' && text[4] <= '9' && text[5] == '.' &&
         text[6] >= '0' && text[6] <= '9';
}

bool is_word(std::string_view text, std::string_view more) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || more.find(c) != more.npos;
  });
}

/// Where the value that starts at `at` ends; nothing when its quotes do not.
std::optional<std::size_t> end_of_value(std::string_view body, std::size_t at) {
  if (at < body.size() && body[at] == '"') {
    for (++at; at < body.size() && body[at] != '"'; ++at) {
      if (body[at] == '\\') ++at;
    }
    if (at >= body.size()) return std::nullopt;
    ++at;
  }
  return std::min(body.find(',', at), body.size());
}

void append(Bytes& into, std::string_view text) { into.insert(into.end(), text.begin(), text.end()); }

}  // namespace

Result<std::vector<VcfField>> vcf_fields(std::string_view body) {
  std::vector<VcfField> fields;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t stop = body.find_first_of("=,", at);
    if (stop == std::string_view::npos || body[stop] == ',') {
      const std::size_t end = std::min(stop, body.size());
      fields.push_back({body.substr(at, end - at), {}});
      at = end + 1;
      continue;
    }
    const std::size_t value = std::min(body.find_first_not_of(' ', stop + 1), body.size());
    const std::optional<std::size_t> end = end_of_value(body, value);
    if (!end) return refusal("a quote without its end");
    fields.push_back({trim(body.substr(at, stop - at)), trim(body.substr(value, *end - value))});
    at = *end + 1;
  }
  return fields;
}

Result<std::vector<std::string>> vcf_samples(std::string_view line) {
  if (!line.starts_with(fixed_columns)) return refusal("the line of column names is not that of VCF");
  std::string_view rest = line.substr(fixed_columns.size());
  if (rest.empty()) return std::vector<std::string>{};
  constexpr std::string_view format = "\tFORMAT";
  if (!rest.starts_with(format)) return refusal("the line of column names is not that of VCF");
  rest.remove_prefix(format.size());
  if (rest.empty()) return std::vector<std::string>{};
  if (rest.front() != '\t') return refusal("the line of column names is not that of VCF");
  return split(rest.substr(1), '\t');
}

Error VcfHeader::bad(const std::string& what) const {
  return refusal("header line " + std::to_string(number_) + ": " + what,
                 "have the file written by a tool that follows the VCF specification");
}

Status VcfHeader::line(std::string_view text, Bytes& into) {
  ++number_;
  constexpr std::string_view version_key = "##fileformat=";
  if (number_ == 1) {
    if (!text.starts_with(version_key) || !is_version(text.substr(version_key.size()))) {
      return bad("##fileformat=VCFv4.x should stand here");
    }
    append(into, text);
    into.push_back('\n');
    return {};
  }
  if (!text.starts_with("##")) return column_line(text, into);
  const std::size_t equals = text.find('=');
  const std::string_view kind = text.substr(2, equals == std::string_view::npos ? 0 : equals - 2);
  if (allowed(kind) == nullptr) {
    ++lines_dropped_;
    return {};
  }
  const std::string_view value = trim(text.substr(equals + 1));
  if (value.size() < 2 || value.front() != '<' || value.back() != '>') return bad("is not of the form ##KEY=<...>");
  return structured(text, kind, value.substr(1, value.size() - 2), into);
}

Result<bool> VcfHeader::keep(std::string_view kind, const VcfField& field) {
  if (field.key == "IDX" && kind_ == Kind::bcf && kind != "ALT") {
    const auto index = number_of(field.value);
    if (!index || *index >= dictionary_limit) return bad("IDX is no number of a dictionary");
    if (kind == "contig") contigs_ = std::max(contigs_, *index + 1);
    return true;
  }
  const auto& keys = allowed(kind)->keys;
  if (field.key.empty() || std::find(keys.begin(), keys.end(), field.key) == keys.end()) return false;
  if (field.key == "ID" && field.value.empty()) return bad("an empty ID");
  if (field.key == "Number" && !is_word(field.value, ".-")) return bad("Number is no number");
  if (field.key == "Type" && !is_word(field.value, "")) return bad("Type is no type");
  if (field.key == "md5") return is_word(field.value, "");
  if (field.key != "length") return true;
  const auto length = number_of(field.value);
  if (length) longest_contig_ = std::max(longest_contig_, *length);
  return length.has_value();
}

Status VcfHeader::structured(std::string_view text, std::string_view kind, std::string_view body, Bytes& into) {
  Result<std::vector<VcfField>> fields = vcf_fields(body);
  if (!fields) return bad(fields.error().what);
  append(into, text.substr(0, 2));
  append(into, kind);
  append(into, "=<");
  std::vector<std::string_view> seen;
  bool numbered = false;
  for (const VcfField& field : *fields) {
    Result<bool> keeps = keep(kind, field);
    if (!keeps) return keeps.error();
    if (!*keeps || std::find(seen.begin(), seen.end(), field.key) != seen.end()) {
      ++fields_dropped_;
      continue;
    }
    if (!seen.empty()) into.push_back(',');
    append(into, field.key);
    into.push_back('=');
    append(into, field.value);
    seen.push_back(field.key);
    numbered = numbered || field.key == "IDX";
  }
  if (std::find(seen.begin(), seen.end(), "ID") == seen.end()) return bad("has no ID");
  append(into, ">\n");
  if (Status done = declare(kind, *fields); !done) return done;
  if (kind == "contig" && !numbered && ++contigs_ > dictionary_limit) return bad("too many contigs");
  return {};
}

/// Enters a line into what is known of values, and into BCF's dictionary: by its number, or as the next one.
Status VcfHeader::declare(std::string_view kind, const std::vector<VcfField>& fields) {
  if (kind == "contig") return {};
  std::string_view id, type, count, index;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {  // the first one of a key counts
    if (field->key == "ID") id = field->value;
    if (field->key == "Type") type = field->value;
    if (field->key == "Number") count = field->value;
    if (field->key == "IDX") index = field->value;
  }
  if (kind == "FILTER") values_.declare_filter(id);
  if (kind == "INFO") values_.declare_info(id, type, count);
  if (kind == "FORMAT") values_.declare_format(id, type, count);
  if (kind == "ALT") values_.declare_allele(id);
  if (kind_ != Kind::bcf || kind == "ALT") return {};
  const auto number = number_of(index);
  if (!number && std::find(words_.begin(), words_.end(), id) != words_.end()) return {};
  const std::size_t place = number ? static_cast<std::size_t>(*number) : words_.size();
  if (place >= dictionary_limit) return bad("too many keys");
  if (place >= words_.size()) words_.resize(place + 1);
  words_[place] = id;
  return {};
}

std::string_view VcfHeader::word(std::int64_t number) const {
  if (number < 0 || number >= static_cast<std::int64_t>(words_.size())) return {};
  return words_[static_cast<std::size_t>(number)];
}

Status VcfHeader::column_line(std::string_view text, Bytes& into) {
  Result<std::vector<std::string>> samples = vcf_samples(text);
  if (!samples) return bad(samples.error().what);
  source_samples_ = samples->size();
  if (!kept_.empty()) {
    append(into, fixed_columns);
    append(into, "\tFORMAT");
    return cut_columns(*samples, into);
  }
  if (samples->size() > 1) {
    return refusal("header line " + std::to_string(number_) + ": " + std::to_string(samples->size()) +
                       " sample columns, and a file of one sample is expected",
                   "have the file split by sample");
  }
  append(into, fixed_columns);
  columns_ = 8;
  if (text.size() > fixed_columns.size()) {
    append(into, "\tFORMAT");
    columns_ = 9;
  }
  if (!samples->empty()) {
    into.push_back('\t');
    append(into, sample_);
    columns_ = 10;
  }
  into.push_back('\n');
  return {};
}

Status VcfHeader::cut_columns(const std::vector<std::string>& samples, Bytes& into) {
  for (const Column& column : kept_) {
    if (column.source >= samples.size() || column_check(key_, samples[column.source]) != column.check) {
      return refusal("header line " + std::to_string(number_) + ": a sample column is not the one that was looked at",
                     "the file was replaced by another one: have the run looked at again");
    }
    into.push_back('\t');
    append(into, column.name);
  }
  columns_ = 9 + kept_.size();
  into.push_back('\n');
  return {};
}

std::uint64_t column_check(const Secret<32>& name_key, std::string_view source_name) {
  std::string message("sample column\n");
  message += source_name;
  return sip_hash_2_4(sip_key(name_key.bytes()), view(message));
}

}  // namespace tributary::genomics
