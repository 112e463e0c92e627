// agent/port/genomics/htslib/vcf.hpp: VCF and gVCF of one sample, of sites only, or of some samples of a joint file;
// always as BGZF.
//
// The header goes through the allow-list of vcf_header.hpp; records are copied as they stand (CR LF becomes LF), of
// joint files what vcf_cut.hpp leaves. A record must have as many columns as the header says and a position that is a
// number.
//
// Accepts    plain, gzip and BGZF; comment and blank lines among the records are dropped.
// Index      tbi or csi, the same intervals as tabix finds.
#pragma once

#include <memory>

#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

Result<std::unique_ptr<CleanSource>> open_clean_vcf(files::Fd file, const Transform& transform, const Pass& pass);

}  // namespace tributary::genomics
