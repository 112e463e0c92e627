// tests/agent/genomics/again.hpp: a check that what a whole pass left serves to read its output again.
#pragma once

#include <set>

#include "tests/agent/genomics/bgzf_samples.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::genomics::sample {

/// Checks that reading again, with the points and the stretches of the whole pass, gives the rest of the stream from
/// the edges of every stretch and from within. Answers how many bytes are in stretches.
inline std::uint64_t read_again(std::string_view bytes, const Transform& transform, const Cleaned& whole,
                                Workers* workers = nullptr) {
  const Trace trace{whole.points, whole.copied};
  std::set<std::uint64_t> offsets{0, whole.stream.size() / 2, whole.stream.size() - 1, whole.stream.size()};
  std::uint64_t copied = 0, end = 0;
  for (const auto& run : trace.copied) {
    CHECK(run.output_offset >= end);
    end = run.end();
    copied += run.bytes;
    offsets.insert({run.output_offset, run.output_offset + 1, run.output_offset + run.bytes / 2, end - 1, end});
    if (run.output_offset > 0) offsets.insert(run.output_offset - 1);
  }
  for (const auto offset : offsets) {
    auto source = open_again(file_of(bytes), transform, trace, offset, workers);
    CHECK_TEXT(source.ok(), source.ok() ? "" : sentence(source.error()).c_str());
    std::string rest;
    Bytes chunk(50000);
    while (true) {
      auto got = (*source)->read(chunk);
      CHECK_TEXT(got.ok(), got.ok() ? "" : sentence(got.error()).c_str());
      if (*got == 0) break;
      rest += text(ByteView(chunk).first(*got));
    }
    CHECK(rest == whole.stream.substr(offset));
  }
  return copied;
}

}  // namespace tributary::genomics::sample
