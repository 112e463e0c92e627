// tests/agent/identify/fake_inspect.cpp: a genomics::inspect that reads what the test wrote into the file:
// one line `format name=... id=...`, so that headers are as the test wants them.
#include "agent/base/text.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

Result<Facts> inspect(const files::Fd& file) {
  auto copy = file.duplicate();
  if (!copy) return copy.error();
  files::FdSource source(std::move(*copy));
  Bytes content(65536);
  const auto n = stream::read_full(source, content);
  if (!n) return n.error();
  content.resize(*n);
  Facts facts;
  const std::map<std::string, Format> formats = {{"fastq", Format::fastq}, {"bam", Format::bam}, {"cram", Format::cram},
                                                 {"vcf", Format::vcf},     {"bcf", Format::bcf}, {"bed", Format::bed}};
  for (const auto& word : split(text(content), ' ')) {
    if (word == "damaged") return refusal("the header is cut off");
    if (const auto format = formats.find(word); format != formats.end()) facts.format = format->second;
    if (word.rfind("name=", 0) == 0) facts.sample_names.push_back(word.substr(5));
    if (word.rfind("id=", 0) == 0) facts.identifiers.push_back(word.substr(3));
  }
  return facts;
}

}  // namespace tributary::genomics
