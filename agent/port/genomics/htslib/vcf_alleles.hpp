// agent/port/genomics/htslib/vcf_alleles.hpp: the shapes of alleles, so that no word stands where bases belong.
//
// REF        bases (A C G T N); other letters of IUPAC alone, or one to four bases.
// ALT        bases, `*`, `.`; `<...>` of the specification or declared by the header (where the search reads it as
// text);
//            breakends, whose contig the search reads as text.
// Source     VCF specification 4.4, sections 1.4.5, 1.6.1 (REF, ALT) and 5.4 (breakends).
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace tributary::genomics {

bool is_reference(std::string_view text);
/// One allele. `declared`: ids of ##ALT.
bool is_alternate(std::string_view text, const std::set<std::string, std::less<>>& declared);
/// With `,` between them, as VCF writes them.
bool are_alternates(std::string_view text, const std::set<std::string, std::less<>>& declared);

}  // namespace tributary::genomics
