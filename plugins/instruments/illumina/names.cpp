// plugins/instruments/illumina/names.cpp: names of result files, and the lists of what is data and what never is.
#include "plugins/instruments/illumina/names.hpp"

#include <algorithm>
#include <array>

#include "plugins/instruments/illumina/text.hpp"

namespace tributary::illumina {
namespace {

// Longest endings first within a kind is not needed: all that fit are given.
constexpr std::array endings = {
    DragenEnding{".bam", "bam"},
    DragenEnding{".bam.bai", "bai"},
    DragenEnding{".bai", "bai"},
    DragenEnding{".bam.csi", "csi"},
    DragenEnding{".cram", "cram"},
    DragenEnding{".cram.crai", "crai"},
    DragenEnding{".hard-filtered.vcf", "vcf"},
    DragenEnding{".hard-filtered.vcf.gz", "vcf"},
    DragenEnding{".hard-filtered.vcf.gz.tbi", "tbi"},
    DragenEnding{".hard-filtered.vcf.gz.csi", "csi"},
    DragenEnding{".hard-filtered.gvcf.gz", "gvcf"},
    DragenEnding{".hard-filtered.gvcf.gz.tbi", "tbi"},
    DragenEnding{".hard-filtered.gvcf.gz.csi", "csi"},
    DragenEnding{".gvcf.gz", "gvcf"},
    DragenEnding{".gvcf.gz.tbi", "tbi"},
    DragenEnding{".gvcf.gz.csi", "csi"},
    DragenEnding{".vcf", "vcf"},
    DragenEnding{".vcf.gz", "vcf"},
    DragenEnding{".vcf.gz.tbi", "tbi"},
    DragenEnding{".vcf.gz.csi", "csi"},
    DragenEnding{".sv.vcf.gz", "vcf"},
    DragenEnding{".sv.vcf.gz.tbi", "tbi"},
    DragenEnding{".sv.vcf.gz.csi", "csi"},
    DragenEnding{".cnv.vcf.gz", "vcf"},
    DragenEnding{".cnv.vcf.gz.tbi", "tbi"},
    DragenEnding{".cnv.vcf.gz.csi", "csi"},
    DragenEnding{".ploidy.vcf.gz", "vcf"},
    DragenEnding{".ploidy.vcf.gz.tbi", "tbi"},
    DragenEnding{".repeats.vcf.gz", "vcf"},
    DragenEnding{".repeats.vcf.gz.tbi", "tbi"},
    DragenEnding{".bcf", "bcf"},
    DragenEnding{".bcf.csi", "csi"},
    DragenEnding{".bed", "bed"},
    DragenEnding{".bed.gz", "bed"},
    DragenEnding{".bed.gz.tbi", "tbi"},
};

struct Never {
  std::string_view word, reason;
};
constexpr std::array never_ends = {
    Never{".ora", "ORA compression is not supported"},
    Never{"replay.json", "replay file: it may hold credentials"},
    Never{".md5sum", "digest file: it holds a file name"},
    Never{".md5", "digest file: it holds a file name"},
    Never{".log", "log"},
    Never{".csv", "sheet, metrics or report"},
    Never{".tsv", "sheet, metrics or report"},
    Never{".txt", "sheet, metrics or report"},
    Never{".json", "sheet, metrics or report"},
    Never{".xml", "sheet, metrics or report"},
    Never{".html", "sheet, metrics or report"},
    Never{".tab", "sheet, metrics or report"},
    Never{".bin", "instrument data"},
    Never{".zip", "archive"},
    Never{".tar", "archive"},
    Never{".tar.gz", "archive"},
};
constexpr std::array never_folders = {
    Never{"logs", "log"},
    Never{"reports", "report"},
    Never{"aggregatereports", "report"},
    Never{"report", "report"},
    Never{"summary", "report"},
    Never{"demux", "report"},
    Never{"stats", "report"},
    Never{"interop", "instrument data"},
    Never{"runinstrumentanalyticsmetrics", "instrument data"},
    Never{"instrumentanalyticslogs", "log"},
    Never{"ora_fastq", "ORA compression is not supported"},
    Never{"matrix", "instrument data"},
    Never{"phasing", "instrument data"},
};

// Takes `_<letter><digits>` off the end of `text`.
std::optional<int> take_number(std::string_view& text, char letter) {
  const auto at = text.rfind('_');
  if (at == std::string_view::npos || at + 2 >= text.size() || text[at + 1] != letter) return std::nullopt;
  const auto number = small_number(text.substr(at + 2));
  if (number) text = text.substr(0, at);
  return number;
}

}  // namespace

std::optional<FastqName> parse_fastq_name(std::string_view file_name) {
  std::string_view rest = file_name;
  for (const std::string_view end : {".gz", ".fastq"}) {
    if (ends_with(rest, end)) rest.remove_suffix(end.size());
  }
  if (rest.size() == file_name.size() || file_name.find(".fastq") == std::string_view::npos) return std::nullopt;
  const auto chunk_at = rest.rfind('_');
  if (chunk_at == std::string_view::npos || rest.size() - chunk_at != 4 || !all_digits(rest.substr(chunk_at + 1))) {
    return std::nullopt;
  }
  const std::string chunk(rest.substr(chunk_at + 1));
  rest = rest.substr(0, chunk_at);
  FastqName name;
  const auto read_at = rest.rfind('_');
  if (read_at == std::string_view::npos || rest.size() - read_at != 3) return std::nullopt;
  name.read = std::string(rest.substr(read_at + 1));
  if ((name.read[0] != 'R' && name.read[0] != 'I') || name.read[1] < '1' || name.read[1] > '3') return std::nullopt;
  rest = rest.substr(0, read_at);
  const auto lane_at = rest.rfind('_');
  if (lane_at != std::string_view::npos && rest.size() - lane_at == 5) {
    name.lane = take_number(rest, 'L').value_or(0);
    if (name.lane > 0)
      name.part = "L" + std::string(3 - std::to_string(name.lane).size(), '0') + std::to_string(name.lane);
  }
  const auto number = take_number(rest, 'S');
  if (!number || rest.empty()) return std::nullopt;
  name.number = *number;
  name.sample = std::string(rest);
  if (chunk != "001") name.part += (name.part.empty() ? "C" : "-") + chunk;
  return name;
}

std::vector<DragenEnding> dragen_endings(std::string_view file_name) {
  std::vector<DragenEnding> found;
  const auto name = lower(file_name);
  std::copy_if(endings.begin(), endings.end(), std::back_inserter(found), [&](const DragenEnding& known) {
    return name.size() > known.ending.size() && ends_with(name, known.ending);
  });
  return found;
}

std::string munged(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '+') continue;
    out += c == '_' || c == ' ' || c == '.' ? '-' : c;
  }
  return out;
}

std::string loose(std::string_view name) { return lower(munged(name)); }

std::string_view never_sent(std::string_view file_name) {
  const auto name = lower(file_name);
  if (name.rfind("undetermined", 0) == 0) return "undetermined reads";
  if (name.rfind("unassigned", 0) == 0) return "unassigned reads";
  for (const auto& never : never_ends) {
    if (ends_with(name, never.word)) return never.reason;
  }
  return {};
}

std::string_view never_sent_folder(std::string_view folder_name) {
  const auto name = lower(folder_name);
  const bool lane = name.size() == 4 && name[0] == 'l' && all_digits(std::string_view(name).substr(1));
  if (lane) return "instrument data";
  if (name.rfind("undetermined", 0) == 0) return "undetermined reads";
  for (const auto& never : never_folders) {
    if (name == never.word) return never.reason;
  }
  return {};
}

}  // namespace tributary::illumina
