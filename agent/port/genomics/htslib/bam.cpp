// agent/port/genomics/htslib/bam.cpp: reader, record cleaner and BGZF writer, put in a row.
#include "agent/port/genomics/htslib/bam.hpp"

#include <optional>

#include "agent/port/genomics/htslib/bam_index.hpp"
#include "agent/port/genomics/htslib/bam_reader.hpp"
#include "agent/port/genomics/htslib/bam_record.hpp"
#include "agent/port/genomics/htslib/bgzf_writer.hpp"
#include "agent/port/genomics/htslib/tap_batch.hpp"

namespace tributary::genomics {

namespace {

constexpr std::uint8_t state_version = 1;

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

/// Where reading goes on when writing stands at the start of a block.
struct BamState {
  std::uint64_t input_at = 0;  // virtual offset of the next record
  std::uint64_t records = 0;   // before it
};

Bytes pack(const BamState& state) {
  Bytes out{state_version};
  append_le64(out, state.input_at);
  append_le64(out, state.records);
  return out;
}

Result<BamState> unpack(const Bytes& bytes) {
  if (bytes.size() != 17 || bytes[0] != state_version)
    return refusal("BAM: the place to continue from is not readable");
  const ByteView view(bytes);
  return BamState{load_le64(view.subspan(1, 8)), load_le64(view.subspan(9, 8))};
}

class CleanBam final : public CleanSource {
 public:
  CleanBam(BamReader reader, CleanSamHeader header, Counts counts, const Transform& transform, ContentTap* tap,
           std::uint64_t output_at)
      : reader_(std::move(reader)),
        header_(std::move(header)),
        counts_(std::move(counts)),
        table_(reader_.contigs(), transform.read_names == ReadNames::mask),
        writer_(recompression_level, output_at),
        batch_(tap, "record"),
        tap_(tap),
        given_(output_at) {
    if (transform.read_names == ReadNames::mask) mask_.emplace(transform.name_key);
    cleaner_.emplace(table_, header_.read_groups, reader_.contigs().size(), mask_ ? &*mask_ : nullptr, counts_);
  }

  Status start(IndexKind index) {
    if (Status done = tap_lines(tap_, header_.text); !done) return done;
    if (Status done = writer_.write(binary_header(header_.text, reader_.contigs())); !done) return done;
    if (Status done = writer_.flush(); !done) return done;
    if (index == IndexKind::none) return {};
    if (!header_.coordinate_sorted) {
      return refusal("BAM: an index was asked for, but the header does not say that the file is in order of coordinate",
                     "sort the file, or ask for no index");
    }
    auto made = BamIndex::make(reader_.contigs(), index == IndexKind::csi, writer_.tell());
    if (!made) return made.error();
    index_.emplace(std::move(*made));
    return {};
  }

  Status go_on(const BamState& state) {
    continued_ = true;
    records_ = state.records;
    return reader_.seek(state.input_at);
  }

  Result<std::size_t> read(MutableByteView into) override {
    while (writer_.ready_bytes() == 0 && !finished_) {
      if (Status done = produce(); !done) return done.error();
    }
    const std::size_t count = writer_.read(into);
    given_ += count;
    if (next_point_ && next_point_->output_offset <= given_) {
      point_ = std::move(next_point_);
      next_point_.reset();
    }
    return count;
  }

  Result<Bytes> index() override {
    if (continued_ || !finished_) return operator_error("BAM: the index is there after a whole pass only");
    return index_bytes_;
  }
  const std::map<std::string, std::uint64_t>& counts() const override { return counts_; }
  std::optional<RestartPoint> restart_point() const override { return point_; }

 private:
  Status produce() {
    const std::uint64_t input_at = reader_.tell();
    auto more = reader_.next(record_);
    if (!more) return more.error();
    if (!*more) return finish();
    clean_.clear();
    if (Status done = cleaner_->clean(record_, clean_); !done) return done;
    if (Status done = writer_.make_room(clean_.size()); !done) return done;
    if (Status done = index_previous(); !done) return done;
    if (writer_.at_block_start()) next_point_ = RestartPoint{writer_.compressed_offset(), pack({input_at, records_})};
    if (Status done = batch_.add(clean_); !done) return done;
    if (Status done = writer_.write(clean_); !done) return done;
    ++records_;
    previous_ = cleaner_->locus();
    return {};
  }

  /// A record is indexed when it is known whether the next one starts a block: its end is where a reader sees it.
  Status index_previous() {
    if (!index_ || !previous_) return {};
    return index_->add(*previous_, writer_.tell());
  }

  Status finish() {
    finished_ = true;
    counts_["records"] = records_;
    if (Status done = batch_.flush(); !done) return done;
    if (Status done = writer_.flush(); !done) return done;
    if (Status done = index_previous(); !done) return done;
    if (index_) {
      auto bytes = index_->finish(writer_.tell());
      if (!bytes) return bytes.error();
      index_bytes_ = std::move(*bytes);
    }
    return writer_.finish();
  }

  BamReader reader_;
  CleanSamHeader header_;
  Counts counts_;
  TagTable table_;
  std::optional<ReadNameMask> mask_;
  std::optional<BamRecordCleaner> cleaner_;
  BgzfWriter writer_;
  TapBatch batch_;
  ContentTap* tap_;
  std::optional<BamIndex> index_;
  std::optional<Locus> previous_;
  Bytes record_;
  Bytes clean_;
  Bytes index_bytes_;
  std::uint64_t records_ = 0;
  std::uint64_t given_;  // offset behind the last byte that was given out
  std::optional<RestartPoint> point_;
  std::optional<RestartPoint> next_point_;
  bool finished_ = false;
  bool continued_ = false;
};

}  // namespace

Result<std::unique_ptr<CleanSource>> open_clean_bam(files::Fd file, const Transform& transform, ContentTap* tap,
                                                    const RestartPoint* from) {
  if (transform.index != IndexKind::none && transform.index != IndexKind::bai && transform.index != IndexKind::csi) {
    return operator_error("BAM: an index of this kind does not exist for BAM", "ask for bai or csi");
  }
  auto reader = BamReader::open(file);
  if (!reader) return reader.error();
  Counts counts;
  auto header = clean_sam_header(reader->header_text(), transform.sample, counts);
  if (!header) return header.error();
  if (!header->contigs.empty() && header->contigs != reader->contigs()) {
    return refusal("BAM: the contigs of the header's text and of its list differ");
  }
  auto clean = std::make_unique<CleanBam>(std::move(*reader), std::move(*header), std::move(counts), transform, tap,
                                          from != nullptr ? from->output_offset : 0);
  if (from == nullptr) {
    if (Status done = clean->start(transform.index); !done) return done.error();
  } else {
    auto state = unpack(from->state);
    if (!state) return state.error();
    if (Status done = clean->go_on(*state); !done) return done.error();
  }
  return std::unique_ptr<CleanSource>(std::move(clean));
}

Status scan_bam(const files::Fd& file, ContentTap& tap, const Stop& stop) {
  auto reader = BamReader::open(file);
  if (!reader) return reader.error();
  if (Status done = tap_lines(&tap, reader->header_text()); !done) return done;
  TapBatch contigs(&tap, "container field");
  for (const Contig& contig : reader->contigs()) {
    if (Status done = contigs.add(view(contig.name + "\n")); !done) return done;
  }
  if (Status done = contigs.flush(); !done) return done;
  TapBatch records(&tap, "record");
  Bytes record;
  while (!stop.requested()) {
    auto more = reader->next(record);
    if (!more) return more.error();
    if (!*more) return records.flush();
    if (Status done = records.add(record); !done) return done;
  }
  return wait_error("BAM: the scan was stopped");
}

}  // namespace tributary::genomics
