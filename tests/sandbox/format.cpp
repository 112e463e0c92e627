// tests/sandbox/format.cpp: magic numbers of indices, and the headers of genomic formats through the port.
#include "tests/sandbox/format.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::sandbox {
namespace {

struct Magic {
  std::string_view extension;
  std::string_view bytes;
};
constexpr std::array<Magic, 5> indices = {{{"bai", {"BAI\1", 4}},
                                           {"csi", {"\x1f\x8b", 2}},
                                           {"tbi", {"\x1f\x8b", 2}},
                                           {"crai", {"\x1f\x8b", 2}},
                                           {"gzi", {"", 0}}}};

struct Kind {
  std::string_view extension;
  genomics::Format format;
};
constexpr std::array<Kind, 8> kinds = {{{"fastq", genomics::Format::fastq},
                                        {"fq", genomics::Format::fastq},
                                        {"bam", genomics::Format::bam},
                                        {"cram", genomics::Format::cram},
                                        {"vcf", genomics::Format::vcf},
                                        {"gvcf", genomics::Format::vcf},
                                        {"bcf", genomics::Format::bcf},
                                        {"bed", genomics::Format::bed}}};

/// The last word of the name that tells the kind: `bam` of `x.bam.c4gh`, `vcf` of `x.vcf.gz.c4gh`.
std::string extension_of(std::string_view name) {
  auto words = split(lower(name), '.');
  for (const std::string_view outer : {"c4gh", "gz"}) {
    if (words.size() > 1 && words.back() == outer) words.pop_back();
  }
  return words.size() > 1 ? words.back() : std::string();
}

/// A file without a name that holds the prefix: the port reads descriptors.
Result<files::Fd> as_file(ByteView prefix, const std::string& directory) {
  files::Fd file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file.valid()) return wait_error("disk: no scratch file can be made");
  const auto written = files::FdSink(file.get()).write(prefix);
  if (!written) return written.error();
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return wait_error("disk: the scratch file can not be read");
  return file;
}

}  // namespace

Result<std::string> check_format(std::string_view name, ByteView prefix, const std::string& scratch_directory) {
  const auto extension = extension_of(name);
  for (const auto& index : indices) {
    if (extension != index.extension) continue;
    if (text(prefix).substr(0, index.bytes.size()) != index.bytes) return refusal("format: this is no " + extension);
    return extension + " index";
  }
  for (const auto& kind : kinds) {
    if (extension != kind.extension) continue;
    const auto file = as_file(prefix, scratch_directory);
    if (!file) return file.error();
    const auto facts = genomics::inspect(*file);
    if (!facts) return in("format: this " + extension + " does not open", facts.error());
    if (facts->format != kind.format) {
      return refusal("format: named " + extension + ", but it is " + std::string(genomics::name_of(facts->format)));
    }
    return std::string(genomics::name_of(facts->format));
  }
  return std::string("no known format");
}

}  // namespace tributary::sandbox
