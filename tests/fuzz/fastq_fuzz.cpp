// tests/fuzz/fastq_fuzz.cpp: any bytes as FASTQ, plain or packed: inspected, scanned, made clean and continued.
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

// Any bytes as what was copied in another pass.
void drain_copied(files::Fd file, std::uint64_t bytes) {
  genomics::Transform transform;
  transform.format = genomics::Format::fastq;
  const genomics::Trace trace{{}, {{0, bytes, 0, {}}}};
  Bytes buffer(std::size_t{1} << 16U);
  auto source = genomics::open_again(std::move(file), transform, trace, bytes / 3, nullptr);
  while (source) {
    auto got = (*source)->read(buffer);
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
  (void)genomics::inspect(file);
  (void)genomics::scan_content(file, "name", tap, stop);
  for (const auto names : {genomics::ReadNames::keep, genomics::ReadNames::mask}) {
    genomics::Transform transform;
    transform.format = genomics::Format::fastq;
    transform.sample = "S";
    transform.read_names = names;
    drain(file_with(data, size), transform, tap);
  }
  drain_copied(file_with(data, size), size);
  return 0;
}
