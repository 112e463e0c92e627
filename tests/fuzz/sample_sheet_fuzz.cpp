// tests/fuzz/sample_sheet_fuzz.cpp: sample sheets, manifests and file names of Illumina runs from any bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/instruments/illumina/manifest.hpp"
#include "plugins/instruments/illumina/matching.hpp"
#include "plugins/instruments/illumina/sheet.hpp"
#include "plugins/instruments/illumina/text.hpp"
#include "plugins/sdk/text.hpp"

namespace illumina = tributary::illumina;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!tributary::sdk::is_utf8(illumina::to_utf8(bytes))) std::abort();
  try {
    const auto sheet = illumina::parse_sheet(bytes);
    illumina::Matcher matcher(sheet);
    for (const auto& sample : sheet.samples) {
      if (sample.id.empty()) std::abort();
      const auto name = illumina::parse_fastq_name(sample.names.back() + "_S1_L001_R1_001.fastq.gz");
      if (name) matcher.learn(*name, {});
    }
    for (const auto& sample : sheet.samples) {
      const auto aligned = matcher.match_dragen(sample.id + ".bam", {sample.project});
      if (aligned.sample == nullptr && aligned.reason.empty()) std::abort();
      const auto name = illumina::parse_fastq_name(sample.id + "_S1_L001_R1_001.fastq.gz");
      const auto match = name ? matcher.match(*name, {}) : illumina::Match{};
      if (match.sample != nullptr && illumina::loose(match.sample->id) != illumina::loose(sample.id) &&
          match.sample->names.size() == 1) {
        std::abort();
      }
    }
  } catch (const illumina::SheetDamaged&) {
    // the expected answer to most inputs
  }
  try {
    for (const auto& line : illumina::parse_manifest(bytes)) {
      if (line.path.empty() || line.path.front() == '/' || line.path.find("../") == 0) std::abort();
    }
  } catch (const illumina::ManifestDamaged&) {
    // the expected answer to most inputs
  }
  illumina::parse_fastq_name(bytes);
  illumina::dragen_endings(bytes);
  return 0;
}
