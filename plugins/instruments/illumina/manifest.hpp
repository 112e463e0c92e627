// plugins/instruments/illumina/manifest.hpp: Manifest.tsv of an analysis: the vendor's list of files with CRC-32.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::illumina {

class ManifestDamaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ManifestLine {
  std::string path;  // relative to the analysis, '/' between parts, never leaving it
  std::uint32_t crc32 = 0;
};
/// `path TAB 8 hexadecimal digits` a line. Throws ManifestDamaged with the line's number.
std::vector<ManifestLine> parse_manifest(std::string_view bytes);

/// True for files that hold reads, alignments or variants (or an index of such), by their ending.
bool is_data(std::string_view path);
bool is_reads(std::string_view path);

}  // namespace tributary::illumina
