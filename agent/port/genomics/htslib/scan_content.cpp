// agent/port/genomics/htslib/scan_content.cpp: everything a file holds, for a tap, as others left it.
#include <optional>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/alignment.hpp"
#include "agent/port/genomics/htslib/bcf.hpp"
#include "agent/port/genomics/htslib/format.hpp"
#include "agent/port/genomics/htslib/scan_text.hpp"
#include "agent/port/genomics/htslib/tap_batch.hpp"
#include "agent/port/genomics/htslib/window.hpp"

namespace tributary::genomics {

namespace {

Result<std::unique_ptr<Unpacker>> open_for_scan(const files::Fd& file, ContainerFields fields) {
  Result<files::Fd> own = file.duplicate();
  if (!own) return own.error();
  return Unpacker::open(std::move(*own), std::move(fields), Unpacker::Trailing::report);
}

Status scan_bcf(std::unique_ptr<Unpacker> input, ContentTap& tap, const Stop& stop) {
  Window window(std::move(input));
  Result<BcfHeaderText> header = bcf_header_text(window);
  if (!header) return in("BCF", header.error());
  if (Status done = tap_lines(&tap, header->text); !done) return done;
  const std::string_view behind = window.rest().substr(0, header->end).substr(9 + header->text.size());
  if (behind.find_first_not_of('\0') != std::string_view::npos) {  // hidden behind the text's zero byte
    if (Status done = tap.content(Place{"container field", 1}, view(behind)); !done) return done;
  }
  window.take(header->end);
  TapBatch records(&tap, "record");
  while (true) {
    if (stop.requested()) return wait_error("scan: stopped before the end");
    Result<std::size_t> size = bcf_record_bytes(window);
    if (!size) return in("BCF: record " + std::to_string(records.units() + 1), size.error());
    if (*size == 0) return records.flush();
    if (Status done = records.add(view(window.rest().substr(0, *size))); !done) return done;
    window.take(*size);
  }
}

/// Only what stands in the headers of the blocks and behind the last one.
Status scan_container(const files::Fd& file, const ContainerFields& fields, const Stop& stop) {
  auto input = open_for_scan(file, fields);
  if (!input) return input.error();
  return (*input)->skim(stop);
}

}  // namespace

Status scan_content(const files::Fd& file, const std::string& file_name, ContentTap& tap, const Stop& stop) {
  if (!file_name.empty()) {
    if (Status done = tap.content(Place{"file name", 1}, view(file_name)); !done) return done;
  }
  Format format = Format::unknown;
  std::optional<Utf16> wide;
  {
    auto input = open_for_scan(file, {});
    if (!input) return input.error();
    Result<std::string> head = head_of(**input);
    if (!head) return head.error();
    format = format_of(*head);
    if (format == Format::unknown) wide = utf16_of(*head);
  }
  const ContainerFields fields = [&tap](std::uint64_t number, ByteView bytes) {
    return tap.content(Place{"container field", number}, bytes);
  };
  if (format == Format::cram) return scan_alignment(file, tap, stop);
  if (format == Format::bam) {
    if (Status done = scan_container(file, fields, stop); !done) return done;
    return scan_alignment(file, tap, stop);
  }
  auto input = open_for_scan(file, fields);
  if (!input) return input.error();
  if (format == Format::bcf) return scan_bcf(std::move(*input), tap, stop);
  Status done = scan_text(**input, format, tap, stop);
  if (!done || !wide) return done;
  // Once more as the text that it seems to be.
  auto again = open_for_scan(file, {});
  if (!again) return again.error();
  return scan_text(**again, format, tap, stop, wide);
}

}  // namespace tributary::genomics
