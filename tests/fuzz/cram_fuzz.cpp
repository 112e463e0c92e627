// tests/fuzz/cram_fuzz.cpp: any bytes as a CRAM file: inspected, scanned and made clean.
#include <htslib/hts_log.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/port/genomics/htslib/alignment.hpp"
#include "agent/port/genomics/htslib/inspect_bam.hpp"

namespace {

using namespace tributary;  // NOLINT: a fuzz target of one screen

class Deaf final : public genomics::ContentTap {
 public:
  Status content(const genomics::Place&, ByteView) override { return {}; }
};

files::Fd file_with(const uint8_t* data, size_t size) {
  files::Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
  if (::pwrite(file.get(), data, size, 0) != static_cast<ssize_t>(size)) file.reset();
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hts_set_log_level(HTS_LOG_OFF);
  Deaf tap;
  const Stop stop;
  const files::Fd file = file_with(data, size);
  if (!file.valid()) return 0;
  (void)genomics::inspect_alignment(file);
  (void)genomics::scan_alignment(file, tap, stop);
  for (const auto names : {genomics::ReadNames::keep, genomics::ReadNames::mask}) {
    genomics::Transform transform;
    transform.format = genomics::Format::cram;
    transform.sample = "S";
    transform.read_names = names;
    transform.tags = names == genomics::ReadNames::keep ? genomics::Tags::known : genomics::Tags::all;
    transform.index = names == genomics::ReadNames::keep ? genomics::IndexKind::crai : genomics::IndexKind::none;
    auto source = genomics::open_clean_alignment(file_with(data, size), transform, {.tap = &tap});
    Bytes buffer(std::size_t{1} << 16U);
    while (source) {
      auto got = (*source)->read(buffer);
      if (!got || *got == 0) break;
    }
  }
  return 0;
}
