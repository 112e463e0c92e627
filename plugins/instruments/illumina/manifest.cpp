// plugins/instruments/illumina/manifest.cpp: reads Manifest.tsv.
#include "plugins/instruments/illumina/manifest.hpp"

#include <algorithm>

#include "plugins/instruments/illumina/names.hpp"
#include "plugins/instruments/illumina/text.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t most_lines = 200'000;

bool parse_hex(std::string_view text, std::uint32_t& value) {
  if (text.size() != 8) return false;
  value = 0;
  for (const char c : lower(text)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return false;
    value = value * 16 + static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return true;
}

bool stays_inside(const std::string& path) {
  const auto parts = split(path, "/");
  return std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
    return part.empty() || part == "." || part == ".." || has_control(part);
  });
}

}  // namespace

std::vector<ManifestLine> parse_manifest(std::string_view bytes) {
  std::vector<ManifestLine> lines;
  std::size_t number = 0;
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (++number > most_lines) throw ManifestDamaged("has more than 200,000 lines");
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    const auto tab = line.rfind('\t');
    ManifestLine found;
    const bool sound = tab != std::string_view::npos && parse_hex(line.substr(tab + 1), found.crc32);
    if (sound) found.path = std::string(line.substr(0, tab));
    std::replace(found.path.begin(), found.path.end(), '\\', '/');
    if (found.path.rfind("./", 0) == 0) found.path.erase(0, 2);
    if (!sound || !stays_inside(found.path)) {
      throw ManifestDamaged("line " + std::to_string(number) + " is not a path, a tab and eight hexadecimal digits");
    }
    lines.push_back(std::move(found));
  }
  return lines;
}

bool is_reads(std::string_view path) {
  const auto name = lower(path);
  return ends_with(name, ".fastq.gz") || ends_with(name, ".fastq") || ends_with(name, ".fastq.ora");
}

bool is_data(std::string_view path) { return is_reads(path) || !dragen_endings(path).empty(); }

}  // namespace tributary::illumina
