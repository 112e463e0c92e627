// agent/port/genomics/htslib/bam.cpp: header by allow-list, records through the cleaner, index beside.
#include "agent/port/genomics/htslib/bam.hpp"

#include <optional>

#include "agent/port/genomics/htslib/bam_index.hpp"
#include "agent/port/genomics/htslib/bam_record.hpp"
#include "agent/port/genomics/htslib/bam_units.hpp"
#include "agent/port/genomics/htslib/clean_text.hpp"
#include "agent/port/genomics/htslib/tap_batch.hpp"

namespace tributary::genomics {

namespace {

Bytes binary_header(const std::string& text, const std::vector<Contig>& contigs) {
  Bytes out = to_bytes(std::string_view("BAM\1", 4));
  append_le32(out, static_cast<std::uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
  append_le32(out, static_cast<std::uint32_t>(contigs.size()));
  for (const Contig& contig : contigs) {
    append_le32(out, static_cast<std::uint32_t>(contig.name.size() + 1));
    out.insert(out.end(), contig.name.begin(), contig.name.end());
    out.push_back(0);
    append_le32(out, static_cast<std::uint32_t>(contig.length));
  }
  return out;
}

class CleanBam final : public CleanText {
 public:
  CleanBam(std::unique_ptr<Unpacker> input, const Transform& transform, const Pass& pass)
      : CleanText("BAM", Format::bam, std::move(input), pass), transform_(transform) {}

  /// Reads the header; also when the stream is continued: records can not be understood without it.
  Status start(const RestartPoint* from) {
    std::string kept;
    auto& dropped = counters()["header lines dropped"];
    auto contigs = bam_header(
        window(),
        [&](std::string_view line) {
          if (is_kept_line(line)) {
            kept.append(line).push_back('\n');
          } else {
            ++dropped;
          }
          return kept.size() > header_text_limit_bytes
                     ? Status(refusal("BAM: more than 64 MiB of contigs and read groups in the header"))
                     : Status{};
        },
        [this](std::size_t bytes) { return drop(bytes); });
    if (!contigs) return contigs.error();
    auto clean = clean_sam_header(kept, transform_.sample, counters());
    if (!clean) return clean.error();
    header_ = std::move(*clean);
    if (!header_.contigs.empty() && header_.contigs != *contigs)
      return refusal("BAM: the contigs of the header's text and of its list differ");
    if (transform_.read_names == ReadNames::mask) mask_.emplace(transform_.name_key);
    table_.emplace(*contigs, transform_);
    cleaner_.emplace(*table_, header_.read_groups, contigs->size(), mask_ ? &*mask_ : nullptr, counters());
    return from != nullptr ? continue_from(*from) : emit(*contigs);
  }

 private:
  Status emit(const std::vector<Contig>& contigs) {
    if (Status done = tap_lines(tap(), header_.text); !done) return done;
    append(text(binary_header(header_.text, contigs)));
    if (Status done = emit_binary_header(0); !done) return done;
    auto records_at = end_header();
    if (!records_at) return records_at.error();
    if (transform_.index == IndexKind::none) return {};
    if (!header_.coordinate_sorted) {
      return refusal("BAM: an index was asked for, but the header does not say that the file is in order of coordinate",
                     "sort the file, or ask for no index");
    }
    auto made = BamIndex::make(contigs, transform_.index == IndexKind::csi, *records_at);
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
  const auto take = [&window](std::size_t bytes) {
    window.take(bytes);
    return Status{};
  };
  TapBatch lines(&tap, "header line");
  auto contigs =
      bam_header(window, [&](std::string_view line) { return lines.add(view(std::string(line) + "\n")); }, take);
  if (!contigs) return contigs.error();
  if (Status done = lines.flush(); !done) return done;
  TapBatch names(&tap, "container field");
  for (const Contig& contig : *contigs) {
    if (Status done = names.add(view(contig.name + "\n")); !done) return done;
  }
  if (Status done = names.flush(); !done) return done;
  TapBatch records(&tap, "record");
  while (!stop.requested()) {
    auto size = bam_record_bytes(window);
    if (!size) return size.error();
    if (*size == 0) return records.flush();
    if (Status done = records.add(view(window.rest().substr(4, *size - 4))); !done) return done;
    window.take(*size);
  }
  return wait_error("BAM: the scan was stopped");
}

}  // namespace tributary::genomics
