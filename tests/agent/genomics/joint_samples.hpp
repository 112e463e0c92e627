// tests/agent/genomics/joint_samples.hpp: joint VCF files of random records, and a slow cut to compare with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/agent/genomics/vcf_samples.hpp"

namespace tributary::genomics::sample {

/// A header with the sample columns S0, S1, ... and `records` of every kind that a cut may meet.
std::string joint_text(std::size_t samples, std::size_t records, std::uint32_t seed);
std::string joint_header(std::size_t samples);

/// Keeps the columns of those numbers, which become T0, T1, ...
Transform joint_transform(Format format, const std::vector<std::uint32_t>& columns, IndexKind index = IndexKind::none,
                          BareSites bare_sites = BareSites::drop);

/// What should be left of the records of `joint_header`, by the words of htslib/vcf_cut.hpp: record by record, all
/// genotypes enumerated as the specification's recursion has it, nothing shared with what it is compared with.
std::string slowly_cut(const std::string& records, const std::vector<std::uint32_t>& columns, BareSites bare_sites);

}  // namespace tributary::genomics::sample
