// tests/agent/genomics/vcf_samples.hpp: small VCF and BCF files, and what htslib makes of the clean ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/agent/genomics/bgzf_samples.hpp"

namespace tributary::genomics::sample {

/// A gVCF of one sample with `records` records on two contigs; its header is full of identities.
std::string vcf_text(std::size_t records);
/// As htslib writes it.
std::string bcf_of(std::string_view vcf);
/// As htslib reads it, as text.
std::string vcf_of(std::string_view bcf);
/// The index that htslib itself makes of a file, uncompressed. `min_shift`: 0 = tbi.
std::string index_by_htslib(std::string_view file, Format format, int min_shift);
/// Records on `region` (contig:begin-end) found in `file` through `index`, whose file name ends in `extension`.
std::vector<std::string> query(std::string_view file, std::string_view index, const std::string& extension,
                               const std::string& region);

Transform vcf_transform(Format format, IndexKind index = IndexKind::none);

}  // namespace tributary::genomics::sample
