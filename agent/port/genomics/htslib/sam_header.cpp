// agent/port/genomics/htslib/sam_header.cpp: the allow-list of header lines, as code.
#include "agent/port/genomics/htslib/sam_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/base/text.hpp"

namespace tributary::genomics {

namespace {

constexpr std::string_view contig_punctuation = "!#$%&+./:;?@^_|~-*=";
constexpr std::uint64_t contig_length_limit = (std::uint64_t{1} << 31U) - 1;  // LN of the SAM specification

constexpr std::array<std::string_view, 12> platforms = {"CAPILLARY", "DNBSEQ",     "ELEMENT", "HELICOS",
                                                        "ILLUMINA",  "IONTORRENT", "LS454",   "ONT",
                                                        "PACBIO",    "SINGULAR",   "SOLID",   "ULTIMA"};
constexpr std::array<std::string_view, 4> sort_orders = {"unknown", "unsorted", "queryname", "coordinate"};
constexpr std::array<std::string_view, 3> groupings = {"none", "query", "reference"};
constexpr std::array<std::string_view, 8> sub_sorts = {
    "coordinate", "queryname", "unsorted", "natural", "umi", "lexicographical", "hash", "template-coordinate"};
constexpr std::array<std::string_view, 2> topologies = {"linear", "circular"};
constexpr std::array<std::string_view, 7> identifying_fields = {"LB", "PU", "DS", "CN", "PM", "BC", "al"};  // al: ONT

template <std::size_t N>
bool among(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_version(std::string_view text) {
  const auto dot = text.find('.');
  return dot != std::string_view::npos && text.size() <= 8 && all_digits(text.substr(0, dot)) &&
         all_digits(text.substr(dot + 1));
}

bool is_sub_sort(std::string_view text) {
  const std::vector<std::string> parts = split(text, ':');
  return parts.size() >= 2 && parts.size() <= 4 &&
         std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return among(part, sub_sorts); });
}

bool is_md5(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

/// `*`, or `contig:from-to`; the contig is checked against the ones of the header by the caller.
bool is_alternate_locus(std::string_view text, const Contigs& contigs) {
  if (text == "*") return true;
  const auto colon = text.rfind(':');
  const std::string_view name = text.substr(0, colon);
  if (!contigs.has(name)) return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view range = text.substr(colon + 1);
  const auto dash = range.find('-');
  return dash != std::string_view::npos && all_digits(range.substr(0, dash)) && all_digits(range.substr(dash + 1));
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

SamLine split_line(std::string_view line) {
  SamLine out{line.substr(1, 2), {}};
  if (line.size() == 3 || line[3] != '\t') return out;
  std::string_view rest = line.substr(4);
  while (!rest.empty()) {
    const auto tab = rest.find('\t');
    const std::string_view field = rest.substr(0, tab);
    if (field.size() >= 3 && field[2] == ':') out.fields.push_back({field.substr(0, 2), field.substr(3)});
    rest = tab == std::string_view::npos ? std::string_view{} : rest.substr(tab + 1);
  }
  return out;
}

void add_distinct(std::vector<std::string>& list, std::set<std::string, std::less<>>& known, std::string_view word) {
  if (!word.empty() && known.emplace(word).second) list.emplace_back(word);
}

Status add_contig(const SamLine& line, Contigs& contigs) {
  const auto name = line.field("SN");
  const auto length = line.field("LN");
  const auto value = number(length.value_or(std::string_view()));
  if (!name || !is_contig_name(*name) || !value || *value == 0 || *value > contig_length_limit) {
    return refusal("SAM header: a contig line (@SQ) has no valid name or length");
  }
  contigs.add(*name, static_cast<std::uint32_t>(*value));
  return {};
}

/// Writes one line from the fields that `keep` answers true for; the rest is counted.
template <typename Keep>
void write_line(const SamLine& line, std::string& out, Counts& counts, Keep keep) {
  out += '@';
  out += line.type;
  for (const SamField& field : line.fields) {
    if (keep(field)) {
      out += '\t';
      out += field.tag;
      out += ':';
      out += field.value;
    } else {
      ++counts["header fields dropped"];
    }
  }
  out += '\n';
}

bool keep_in_hd(const SamField& field) {
  if (field.tag == "VN") return is_version(field.value);
  if (field.tag == "SO") return among(field.value, sort_orders);
  if (field.tag == "GO") return among(field.value, groupings);
  return field.tag == "SS" && is_sub_sort(field.value);
}

bool keep_in_sq(const SamField& field, const Contigs& contigs) {
  if (field.tag == "SN" || field.tag == "LN") return true;  // checked by add_contig
  if (field.tag == "M5") return is_md5(field.value);
  if (field.tag == "AH") return is_alternate_locus(field.value, contigs);
  return field.tag == "TP" && among(field.value, topologies);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

bool is_sample_name(std::string_view name) { return is_portable_name(name) && name.size() <= 64; }

}  // namespace

std::optional<std::string_view> SamLine::field(std::string_view tag) const {
  for (const SamField& one : fields) {
    if (one.tag == tag) return one.value;
  }
  return std::nullopt;
}

bool is_contig_name(std::string_view name) {
  if (name.empty() || name.size() > 4096 || name.front() == '*' || name.front() == '=') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || contig_punctuation.find(c) != std::string_view::npos;
  });
}

Status SamHeaderReader::read_group(const SamLine& line) {
  const auto id = line.field("ID");
  if (!id || id->empty()) return refusal("SAM header: a read group line (@RG) has no ID");
  if (!group_ids_.emplace(*id).second) return refusal("SAM header: two read groups have the same ID");
  add_distinct(header_.sample_names, names_, line.field("SM").value_or(""));
  if (!all_digits(*id)) add_distinct(header_.identifiers, words_, *id);
  for (const std::string_view tag : identifying_fields)
    add_distinct(header_.identifiers, words_, line.field(tag).value_or(""));
  return {};
}

Result<std::optional<SamLine>> SamHeaderReader::line(std::string_view line) {
  if (!line.starts_with("@HD") && !line.starts_with("@SQ") && !line.starts_with("@RG")) return std::optional<SamLine>();
  bytes_ += line.size() + 1;
  if (bytes_ > header_text_limit_bytes) {
    return refusal(
        "SAM header: contigs and read groups of more than " + std::to_string(header_text_limit_bytes) + " bytes",
        "take the contigs that no read lies on out of the header");
  }
  SamLine out = split_line(line);
  if (out.type == "HD") header_.coordinate_sorted = out.field("SO") == "coordinate";
  if (out.type == "SQ") {
    if (Status done = add_contig(out, header_.contigs); !done) return done.error();
  }
  if (out.type == "RG") {
    if (Status done = read_group(out); !done) return done.error();
  }
  return std::optional<SamLine>(std::move(out));
}

/// An id that is its own place in the list says nothing, and records that name it can stay.
void SamHeaderCleaner::write_read_group(const SamLine& line) {
  const std::string number = std::to_string(clean_.read_groups.size() + 1);
  const bool stays = *line.field("ID") == number;
  const std::string id = stays ? number : sample_ + "." + number;
  clean_.read_groups.emplace(*line.field("ID"), id);
  if (!stays) ++counts_["read groups renamed"];
  clean_.text += "@RG\tID:" + id + "\tSM:" + sample_;
  for (const SamField& field : line.fields) {
    if (field.tag == "ID" || field.tag == "SM") continue;
    if (field.tag == "PL" && among(upper(field.value), platforms)) {
      clean_.text += "\tPL:" + upper(field.value);
    } else {
      ++counts_["header fields dropped"];
    }
  }
  clean_.text += '\n';
}

Status SamHeaderCleaner::line(std::string_view line) {
  auto kept = reader_.line(line);
  if (!kept) return kept.error();
  if (!*kept || ((*kept)->type == "HD" && !clean_.text.empty())) {
    ++counts_["header lines dropped"];
  } else if ((*kept)->type == "HD") {
    write_line(**kept, clean_.text, counts_, keep_in_hd);
  } else if ((*kept)->type == "SQ") {
    const Contigs& contigs = reader_.header().contigs;
    write_line(**kept, clean_.text, counts_, [&](const SamField& field) { return keep_in_sq(field, contigs); });
  } else {
    write_read_group(**kept);
  }
  return {};
}

Result<CleanSamHeader> SamHeaderCleaner::finish() {
  if (!is_sample_name(sample_)) {
    return operator_error("SAM header: the replacement for the sample's name must be 1 to 64 of [A-Za-z0-9._-]");
  }
  SamHeader& known = reader_.header();
  if (known.sample_names.size() > 1) {
    return refusal("SAM header: several samples in one file (" + std::to_string(known.sample_names.size()) + ")",
                   "split the file by sample first");
  }
  clean_.contigs = std::move(known.contigs);
  clean_.coordinate_sorted = known.coordinate_sorted;
  return std::move(clean_);
}

}  // namespace tributary::genomics
