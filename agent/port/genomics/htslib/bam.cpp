// agent/port/genomics/htslib/bam.cpp: header by allow-list, records through the cleaner, index beside.
#include "agent/port/genomics/htslib/bam.hpp"

#include <algorithm>
#include <optional>

#include "agent/port/genomics/htslib/bam_index.hpp"
#include "agent/port/genomics/htslib/bam_record.hpp"
#include "agent/port/genomics/htslib/bam_units.hpp"
#include "agent/port/genomics/htslib/clean_text.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"
#include "agent/port/genomics/htslib/tap_batch.hpp"

namespace tributary::genomics {

namespace {

/// The header is handed over in pieces, so that there is no second one in memory.
constexpr std::size_t header_piece_bytes = std::size_t{64} << 10U;

class CleanBam final : public CleanText {
 public:
  CleanBam(std::unique_ptr<Unpacker> input, const Transform& transform, const Pass& pass)
      : CleanText("BAM", Format::bam, std::move(input), pass), transform_(transform) {}

  /// Reads the header; also when the stream is continued: records can not be understood without it.
  Status start(const RestartPoint* from) {
    SamHeaderCleaner cleaner(transform_.sample, counters());
    const SamTextVisitor visitor{[&](std::string_view line) { return cleaner.line(line); },
                                 {},
                                 [this](std::size_t bytes) { return drop(bytes); }};
    if (Status done = bam_header_text(window(), visitor); !done) return done;
    auto clean = cleaner.finish();
    if (!clean) return clean.error();
    header_ = std::move(*clean);
    if (Status done = read_contigs(visitor); !done) return done;
    if (transform_.read_names == ReadNames::mask) mask_.emplace(transform_.name_key);
    table_.emplace(header_.contigs, transform_);
    cleaner_.emplace(*table_, header_.read_groups, header_.contigs.size(), mask_ ? &*mask_ : nullptr, counters());
    return from != nullptr ? continue_from(*from) : emit();
  }

 private:
  /// The list must be that of the text, unless the text has none.
  Status read_contigs(const SamTextVisitor& visitor) {
    Contigs& contigs = header_.contigs;
    const bool told = !contigs.empty();
    const auto differ = [] { return refusal("BAM: the contigs of the header's text and of its list differ"); };
    std::size_t next = 0;
    auto count = bam_contigs(window(), visitor, [&](std::string_view name, std::uint32_t length) {
      if (!told) {
        contigs.add(name, length);
        return contigs.bytes() > header_text_limit_bytes ? Status(refusal("BAM: more than 16 MiB of contigs"))
                                                         : Status{};
      }
      const bool same = next < contigs.size() && contigs.name(next) == name && contigs.length(next) == length;
      ++next;
      return same ? Status{} : Status(differ());
    });
    if (!count) return count.error();
    return *count == contigs.size() ? Status{} : Status(differ());
  }

  Status emit_piece() { return unit_bytes() < header_piece_bytes ? Status{} : emit_binary_header(0); }

  Status append_number(std::uint64_t number) {
    append_le32(unit(), static_cast<std::uint32_t>(number));
    return emit_piece();
  }

  Status append_text(std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), header_piece_bytes))) {
      append(text.substr(0, header_piece_bytes));
      if (Status done = emit_piece(); !done) return done;
    }
    return {};
  }

  Status append_contigs() {
    const Contigs& contigs = header_.contigs;
    if (Status done = append_number(contigs.size()); !done) return done;
    for (std::size_t i = 0; i < contigs.size(); ++i) {
      append_le32(unit(), static_cast<std::uint32_t>(contigs.name(i).size() + 1));
      append(contigs.name(i));
      unit().push_back(0);
      if (Status done = append_number(contigs.length(i)); !done) return done;
    }
    return {};
  }

  Status emit() {
    if (Status done = tap_lines(tap(), header_.text); !done) return done;
    append(std::string_view("BAM\1", 4));
    if (Status done = append_number(header_.text.size()); !done) return done;
    if (Status done = append_text(header_.text); !done) return done;
    header_.text = {};
    if (Status done = append_contigs(); !done) return done;
    if (Status done = emit_binary_header(0); !done) return done;
    auto records_at = end_header();
    if (!records_at) return records_at.error();
    if (transform_.index == IndexKind::none) return {};
    if (!header_.coordinate_sorted) {
      return refusal("BAM: an index was asked for, but the header does not say that the file is in order of coordinate",
                     "sort the file, or ask for no index");
    }
    auto made = BamIndex::make(header_.contigs, transform_.index == IndexKind::csi, *records_at);
    if (!made) return made.error();
    index_.emplace(std::move(*made));
    return {};
  }

  Result<bool> step() override {
    auto size = bam_record_bytes(window());
    if (!size) return size.error();
    if (*size == 0) return false;
    if (Status done = cleaner_->clean(view(window().rest().substr(4, *size - 4)), unit()); !done) return done.error();
    if (Status done = emit_record(*size, index_ ? &cleaner_->region() : nullptr); !done) return done.error();
    return true;
  }

  Status add_to_index(const Region& region, std::uint64_t end_at) override { return index_->add(region, end_at); }
  Result<Bytes> finished(std::uint64_t end_at) override {
    return index_ ? index_->finish(end_at) : Result<Bytes>(Bytes{});
  }

  Transform transform_;
  CleanSamHeader header_;
  std::optional<TagTable> table_;
  std::optional<ReadNameMask> mask_;
  std::optional<BamRecordCleaner> cleaner_;
  std::optional<BamIndex> index_;
};

}  // namespace

Result<std::unique_ptr<CleanSource>> open_clean_bam(files::Fd file, const Transform& transform, const Pass& pass) {
  if (transform.index != IndexKind::none && transform.index != IndexKind::bai && transform.index != IndexKind::csi) {
    return operator_error("BAM: an index of this kind does not exist for BAM", "ask for bai or csi");
  }
  auto input = open_bam(std::move(file), pass.workers);
  if (!input) return input.error();
  auto clean = std::make_unique<CleanBam>(std::move(*input), transform, pass);
  if (Status done = clean->start(pass.from); !done) return done.error();
  return std::unique_ptr<CleanSource>(std::move(clean));
}

Status scan_bam(const files::Fd& file, ContentTap& tap, const Stop& stop) {
  auto own = file.duplicate();
  if (!own) return own.error();
  auto input = open_bam(std::move(*own), nullptr);
  if (!input) return input.error();
  Window window(std::move(*input));
  TapBatch lines(&tap, "header line");
  TapBatch fields(&tap, "container field");  // what is hidden behind the text, and names of contigs
  const SamTextVisitor visitor{[&](std::string_view line) { return lines.add(view(std::string(line) + "\n")); },
                               [&](ByteView bytes) { return fields.add(bytes); },
                               [&window](std::size_t bytes) {
                                 window.take(bytes);
                                 return Status{};
                               }};
  if (Status done = bam_header_text(window, visitor); !done) return done;
  if (Status done = lines.flush(); !done) return done;
  auto contigs = bam_contigs(window, visitor, [&](std::string_view name, std::uint32_t) {
    return fields.add(view(std::string(name) + "\n"));
  });
  if (!contigs) return contigs.error();
  if (Status done = fields.flush(); !done) return done;
  TapBatch records(&tap, "record");
  while (!stop.requested()) {
    auto size = bam_record_bytes(window);
    if (!size) return size.error();
    if (*size == 0) return records.flush();
    if (Status done = records.add(view(window.rest().substr(0, *size))); !done) return done;
    window.take(*size);
  }
  return wait_error("BAM: the scan was stopped");
}

}  // namespace tributary::genomics
