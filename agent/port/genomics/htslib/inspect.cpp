// agent/port/genomics/htslib/inspect.cpp: what a file's header says of itself.
#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/bcf.hpp"
#include "agent/port/genomics/htslib/format.hpp"
#include "agent/port/genomics/htslib/inspect_bam.hpp"
#include "agent/port/genomics/htslib/user_names.hpp"
#include "agent/port/genomics/htslib/vcf_header.hpp"
#include "agent/port/genomics/htslib/window.hpp"

namespace tributary::genomics {

namespace {

/// Extra names beyond this are not remembered: a file of many gzip members or ##SAMPLE lines must not eat memory.
constexpr std::size_t most_identifiers = 1000;

void remember(Facts& facts, std::string_view identifier) {
  if (identifier.empty() || facts.identifiers.size() >= most_identifiers) return;
  if (std::find(facts.identifiers.begin(), facts.identifiers.end(), identifier) != facts.identifiers.end()) return;
  facts.identifiers.emplace_back(identifier);
}

Result<std::unique_ptr<Unpacker>> open_quietly(const files::Fd& file, ContainerFields fields = {}) {
  Result<files::Fd> own = file.duplicate();
  if (!own) return own.error();
  return Unpacker::open(std::move(*own), std::move(fields), Unpacker::Trailing::report);
}

/// Nanopore comments are `key=value` words: those that people type in are identifiers.
void fastq_facts(std::string_view head, Facts& facts) {
  const std::string_view line = head.substr(0, head.find_first_of("\r\n"));
  for (const std::string& word : split(line, ' ')) {
    for (const std::string_view key : {"sample_id=", "sampleid=", "protocol_group_id=", "barcode_alias="}) {
      if (word.starts_with(key)) remember(facts, std::string_view(word).substr(key.size()));
    }
  }
}

/// ##SAMPLE and ##PEDIGREE name people.
void vcf_people(std::string_view line, Facts& facts) {
  if (!line.starts_with("##SAMPLE=<") && !line.starts_with("##PEDIGREE=<")) return;
  line.remove_prefix(line.find('<') + 1);
  if (line.ends_with('>')) line.remove_suffix(1);
  const Result<std::vector<VcfField>> fields = vcf_fields(line);
  if (!fields) return;  // open_clean drops the line whatever it holds
  for (const VcfField& field : *fields) remember(facts, field.value);
}

/// Answers whether this was the last line of the header.
Result<bool> vcf_line(std::string_view line, Facts& facts) {
  if (line.starts_with("##")) {
    vcf_people(line, facts);
    user_names(line, [&](std::string_view name) { remember(facts, name); });
    return false;
  }
  Result<std::vector<std::string>> samples = vcf_samples(line);
  if (!samples) return samples.error();
  facts.sample_names = std::move(*samples);
  return true;
}

Status vcf_facts(Window& window, Facts& facts) {
  while (true) {
    Result<Window::Line> line = window.line(0);
    if (!line) return line.error();
    if (!line->found) return refusal("the file ends within its header", "it is truncated: have it written again");
    Result<bool> last = vcf_line(window.text(*line), facts);
    if (!last) return last.error();
    if (*last) return {};
    window.take(line->end);
  }
}

Status bcf_facts(Window& window, Facts& facts) {
  Result<BcfHeaderText> header = bcf_header_text(window);
  if (!header) return header.error();
  for (const std::string_view rest = header->text; const std::string& line : split(rest, '\n')) {
    Result<bool> last = vcf_line(trim(line), facts);
    if (!last) return last.error();
    if (*last) return {};
  }
  return refusal("the header has no line of column names", "have the file written again");
}

}  // namespace

Result<Facts> inspect(const files::Fd& file) {
  Facts facts;
  auto input = open_quietly(file, [&facts](std::uint64_t, ByteView bytes) {
    remember(facts, text(bytes));
    return Status{};
  });
  if (!input) return input.error();
  if ((*input)->empty_file()) return refusal("the file has 0 bytes", "have it written again");
  facts.compression = (*input)->compression();
  Result<std::string> head = head_of(**input);
  if (!head) return head.error();
  facts.format = format_of(*head);
  if (facts.format == Format::bam || facts.format == Format::cram) {
    Result<Facts> alignment = inspect_alignment(file);
    if (alignment) {
      for (const std::string& identifier : facts.identifiers) remember(*alignment, identifier);
    }
    return alignment;
  }
  if (facts.format == Format::fastq) fastq_facts(*head, facts);
  if (facts.format != Format::vcf && facts.format != Format::bcf) return facts;
  auto again = open_quietly(file);
  if (!again) return again.error();
  Window window(std::move(*again));
  const bool vcf = facts.format == Format::vcf;
  Status done = vcf ? vcf_facts(window, facts) : bcf_facts(window, facts);
  if (!done) return in(vcf ? "VCF" : "BCF", done.error());
  return facts;
}

}  // namespace tributary::genomics
