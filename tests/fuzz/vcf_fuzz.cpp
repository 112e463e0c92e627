// tests/fuzz/vcf_fuzz.cpp: any bytes as VCF, BCF and BED, plain or packed: inspected, scanned, made clean, cut to their
// first and last column, and continued.
#include <sys/mman.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "agent/port/genomics/genomics.hpp"

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

void drain(files::Fd file, const genomics::Transform& transform, genomics::ContentTap& tap) {
  auto again = file.duplicate();
  Bytes buffer(std::size_t{1} << 16U);
  std::optional<genomics::RestartPoint> point;
  auto source = genomics::open_clean(std::move(file), transform, {.tap = &tap});
  while (source) {
    auto got = (*source)->read(buffer);
    if (!got || *got == 0) break;
    if (auto newest = (*source)->restart_point()) point = std::move(newest);
  }
  if (source) (void)(*source)->index();
  if (!again || !point) return;
  auto rest = genomics::open_clean(std::move(*again), transform, {.from = &*point});
  while (rest) {
    auto got = (*rest)->read(buffer);
    if (!got || *got == 0) break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  genomics::prepare();
  Deaf tap;
  const Stop stop;
  const files::Fd file = file_with(data, size);
  if (!file.valid()) return 0;
  const auto facts = genomics::inspect(file);
  (void)genomics::scan_content(file, "name", tap, stop);
  using genomics::Format;
  using genomics::IndexKind;
  for (const auto& [format, index] : {std::pair{Format::vcf, IndexKind::tbi}, std::pair{Format::bcf, IndexKind::csi},
                                      std::pair{Format::bed, IndexKind::csi}}) {
    genomics::Transform transform;
    transform.format = format;
    transform.sample = "S";
    transform.index = index;
    drain(file_with(data, size), transform, tap);
    if (!facts || facts->sample_names.empty() || facts->format != format) continue;
    const auto& names = facts->sample_names;
    transform.bare_sites = size % 2 == 0 ? genomics::BareSites::drop : genomics::BareSites::keep;
    transform.columns = {{0, genomics::column_check(transform.name_key, names.front()), "A"}};
    drain(file_with(data, size), transform, tap);
    if (names.size() < 2) continue;
    transform.columns.push_back(
        {static_cast<std::uint32_t>(names.size() - 1), genomics::column_check(transform.name_key, names.back()), "B"});
    drain(file_with(data, size), transform, tap);
  }
  return 0;
}
