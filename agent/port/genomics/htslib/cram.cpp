// agent/port/genomics/htslib/cram.cpp: file definition, header container, data containers, end container.
#include "agent/port/genomics/htslib/cram.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "agent/port/genomics/htslib/cram_ahead.hpp"
#include "agent/port/genomics/htslib/cram_header.hpp"
#include "agent/port/genomics/htslib/cram_index.hpp"
#include "agent/port/genomics/htslib/cram_scrub.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"
#include "agent/port/genomics/htslib/tap_batch.hpp"

namespace tributary::genomics {

namespace {

constexpr std::uint8_t state_version = 1;

/// Behind the end container only further end containers may stand: some writers close a file twice.
Status check_end(const files::Fd& file, std::uint64_t at, CramVersion version) {
  for (;;) {
    auto more = read_container(file, at, version);
    if (!more) return more.error();
    if (!*more) return {};
    if (!is_end_container((*more)->header)) return refusal("CRAM: data stand behind the end-of-file container");
    at += (*more)->bytes.size();
  }
}

Bytes pack(std::uint64_t input_at, std::uint64_t records) {
  Bytes out{state_version};
  append_le64(out, input_at);
  append_le64(out, records);
  return out;
}

class CleanCram final : public CleanSource {
 public:
  CleanCram(files::Fd file, CramVersion version, CleanSamHeader header, Counts counts, const Transform& transform,
            const Pass& pass)
      : file_(std::move(file)),
        version_(version),
        header_(std::move(header)),
        counts_(std::move(counts)),
        transform_(transform),
        table_(header_.contigs, transform_),
        tap_(pass.tap),
        workers_(pass.workers) {}

  Status start(IndexKind index, std::uint64_t first_container_at) {
    if (index != IndexKind::none && !header_.coordinate_sorted) {
      return refusal(
          "CRAM: an index was asked for, but the header does not say that the file is in order of coordinate",
          "sort the file, or ask for no index");
    }
    if (index != IndexKind::none) index_.emplace(version_, header_.text);
    input_at_ = first_container_at;
    queue_ = cram_preamble(version_, header_.text);
    if (Status done = tap_lines(tap_, header_.text); !done) return done;
    return look_ahead();
  }

  Status go_on(const RestartPoint& from) {
    if (from.state.size() != 17 || from.state[0] != state_version) {
      return refusal("CRAM: the place to continue from is not readable");
    }
    continued_ = true;
    input_at_ = load_le64(ByteView(from.state).subspan(1, 8));
    records_ = load_le64(ByteView(from.state).subspan(9, 8));
    output_at_ = from.output_offset;
    return look_ahead();
  }

  Result<std::size_t> read(MutableByteView into) override {
    while (taken_ == queue_.size() && !finished_) {
      if (Status done = produce(); !done) return done.error();
    }
    const std::size_t count = std::min(into.size(), queue_.size() - taken_);
    if (count > 0) std::memcpy(into.data(), queue_.data() + taken_, count);
    taken_ += count;
    return count;
  }

  Result<Bytes> index() override {
    if (continued_ || !finished_) return operator_error("CRAM: the index is there after a whole pass only");
    return index_ ? index_->finish() : Result<Bytes>(Bytes{});
  }
  const std::map<std::string, std::uint64_t>& counts() const override { return counts_; }
  std::optional<RestartPoint> restart_point() const override { return point_; }

 private:
  /// The next container, when the one before it has been taken.
  Status produce() {
    output_at_ += queue_.size();
    queue_.clear();
    taken_ = 0;
    point_ = RestartPoint{output_at_, pack(input_at_, records_)};
    auto made = ahead_->next();
    if (!made) return made.error();
    input_at_ += made->input_bytes;
    if (made->is_end) return finish();
    if (made->records == 0) {
      ++counts_["empty containers dropped"];
      return {};
    }
    records_ += made->records;
    for (const Heard& heard : made->heard) {
      if (Status done = tap_->content(heard.place, heard.bytes); !done) return done;
    }
    for (const auto& [what, count] : made->counts) counts_[what] += count;
    if (index_) {
      if (Status done = index_->add(made->clean, output_at_); !done) return done;
    }
    queue_ = std::move(made->clean.bytes);
    return {};
  }

  Status look_ahead() {
    auto ahead = CramAhead::make(file_, input_at_,
                                 {.version = version_,
                                  .table = &table_,
                                  .transform = &transform_,
                                  .has_tap = tap_ != nullptr,
                                  .workers = workers_});
    if (!ahead) return ahead.error();
    ahead_ = std::move(*ahead);
    return {};
  }

  Status finish() {
    if (Status done = check_end(file_, input_at_, version_); !done) return done;
    finished_ = true;
    counts_["records"] = records_;
    queue_ = end_container(version_);
    return {};
  }

  files::Fd file_;
  CramVersion version_;
  CleanSamHeader header_;
  Counts counts_;
  Transform transform_;
  TagTable table_;
  std::optional<CramIndex> index_;
  ContentTap* tap_;
  Workers* workers_;
  Bytes queue_;  // bytes to give out, of the first `taken_` of which none is left
  std::size_t taken_ = 0;
  std::uint64_t output_at_ = 0;  // where queue_ begins in the output
  std::uint64_t input_at_ = 0;   // offset of the next container
  std::uint64_t records_ = 0;
  std::optional<RestartPoint> point_;
  bool finished_ = false;
  bool continued_ = false;
  std::unique_ptr<CramAhead> ahead_;  // refers to what stands above
};

}  // namespace

Result<std::unique_ptr<CleanSource>> open_clean_cram(files::Fd file, const Transform& transform, const Pass& pass) {
  if (transform.index != IndexKind::none && transform.index != IndexKind::crai) {
    return operator_error("CRAM: an index of this kind does not exist for CRAM", "ask for crai");
  }
  auto definition = read_file_definition(file);
  if (!definition) return definition.error();
  Counts counts;
  SamHeaderCleaner cleaner(transform.sample, counts);
  auto ends_at = read_cram_header(file, definition->version,
                                  {.line = [&](std::string_view line) { return cleaner.line(line); }, .beside = {}});
  if (!ends_at) return ends_at.error();
  auto header = cleaner.finish();
  if (!header) return header.error();
  auto clean = std::make_unique<CleanCram>(std::move(file), definition->version, std::move(*header), std::move(counts),
                                           transform, pass);
  Status done = pass.from == nullptr ? clean->start(transform.index, *ends_at) : clean->go_on(*pass.from);
  if (!done) return done.error();
  return std::unique_ptr<CleanSource>(std::move(clean));
}

Status scan_cram(const files::Fd& file, ContentTap& tap, const Stop& stop) {
  auto definition = read_file_definition(file);
  if (!definition) return definition.error();
  if (Status done = tap.content(Place{"container field", 1}, definition->file_id); !done) return done;
  auto codec = CramCodec::open(definition->version);
  if (!codec) return codec.error();
  TapBatch lines(&tap, "header line");
  auto ends_at =
      read_cram_header(file, definition->version,
                       {.line = [&](std::string_view line) { return lines.add(view(std::string(line) + "\n")); },
                        .beside = [&tap](ByteView bytes) { return tap.content(Place{"container field", 1}, bytes); }});
  if (!ends_at) return ends_at.error();
  if (Status done = lines.flush(); !done) return done;
  Counts counts;
  CramScrubber scrubber(definition->version, std::move(*codec), nullptr, nullptr, &tap, counts);
  for (std::uint64_t at = *ends_at; !stop.requested();) {
    auto container = read_container(file, at, definition->version);
    if (!container) return container.error();
    if (!*container) return refusal("CRAM: the end-of-file container is missing: the file is truncated");
    if (Status done = scrubber.scan(**container); !done) return done;
    at += (*container)->bytes.size();
    if (!is_end_container((*container)->header)) continue;
    return check_end(file, at, definition->version);
  }
  return wait_error("CRAM: the scan was stopped");
}

Result<std::string> read_cram_head(const files::Fd& file, const std::function<Status(std::string_view)>& line) {
  auto definition = read_file_definition(file);
  if (!definition) return definition.error();
  auto ends_at = read_cram_header(file, definition->version, {.line = line, .beside = {}});
  if (!ends_at) return ends_at.error();
  const std::string_view id = text(definition->file_id);
  return std::string(id.substr(0, id.find('\0')));
}

}  // namespace tributary::genomics
