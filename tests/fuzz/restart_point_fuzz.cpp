// tests/fuzz/restart_point_fuzz.cpp: any bytes as the place from which a FASTQ file within gzip is read on.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "agent/port/deflate/deflate.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace {

using namespace tributary;  // NOLINT: a fuzz target of one screen

Bytes gzip_of(const std::string& content) {
  Bytes packed(deflate::packed_limit(content.size()));
  packed.resize(deflate::pack(view(content), packed));
  Bytes file{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
  file.insert(file.end(), packed.begin(), packed.end());
  append_le32(file, deflate::crc32(0, view(content)));
  append_le32(file, static_cast<std::uint32_t>(content.size()));
  return file;
}

files::Fd file_with(const Bytes& bytes) {
  files::Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
  if (::pwrite(file.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) file.reset();
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Bytes file = [] {
    genomics::prepare();
    std::string reads;
    for (int i = 0; i < 500; ++i) reads += "@r" + std::to_string(i) + "\nACGT\n+\nFFFF\n";
    return gzip_of(reads);
  }();
  // What stands in front of a state of gzip: version, format, flags, and three numbers that the fuzzer may choose.
  genomics::RestartPoint point{0, {2, static_cast<std::uint8_t>(genomics::Format::fastq), 0}};
  point.state.insert(point.state.end(), data, data + size);
  genomics::Transform transform;
  transform.format = genomics::Format::fastq;
  transform.sample = "S";
  auto source = genomics::open_clean(file_with(file), transform, {.from = &point});
  Bytes buffer(std::size_t{1} << 16U);
  while (source) {
    const auto got = (*source)->read(buffer);
    if (!got || *got == 0) break;
  }
  return 0;
}
