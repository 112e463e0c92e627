// agent/port/genomics/htslib/clean_text.cpp: pulls units through the window into BGZF blocks.
#include "agent/port/genomics/htslib/clean_text.hpp"

#include <algorithm>

namespace tributary::genomics {

namespace {

constexpr std::size_t tap_piece_bytes = std::size_t{256} << 10U;
constexpr std::uint8_t state_version = 3;
// Version, format, flags, input position, records, bytes to skip; behind them the state of a gzip stream.
constexpr std::size_t state_bytes = 27;
/// A second or less.
constexpr std::uint64_t pulse_bytes = std::uint64_t{64} << 20U;
/// A larger record is written afresh: the blocks that it covers are not kept packed in memory.
constexpr std::size_t copied_record_limit_bytes = std::size_t{1} << 20U;

enum Flag : unsigned { copying = 1, block_same = 2, at_end = 4 };

}  // namespace

CleanText::CleanText(std::string who, Format format, std::unique_ptr<Unpacker> input, const Pass& pass)
    : who_(std::move(who)),
      format_(format),
      window_(std::move(input)),
      tap_(pass.tap),
      writer_(pass.workers, pass.from != nullptr ? pass.from->output_offset : 0),
      copying_(window_.input().compression() == Compression::bgzf),
      pulse_(pass.pulse) {}

Status CleanText::continue_from(const RestartPoint& from) {
  const ByteView state(from.state);
  if (state.size() < state_bytes || state[0] != state_version || state[1] != static_cast<std::uint8_t>(format_)) {
    return refusal(who_ + ": a restart point of another version or format", "start from the beginning");
  }
  if (Status done = window_.continue_at(load_le64(state.subspan(3, 8)), state.subspan(state_bytes)); !done)
    return in(who_, done.error());
  copying_ = (state[2] & copying) != 0;
  block_same_ = (state[2] & block_same) != 0;
  at_end_ = (state[2] & at_end) != 0;
  records_ = load_le64(state.subspan(11, 8));
  skip_ = load_le64(state.subspan(19, 8));
  given_bytes_ = from.output_offset;
  continued_ = true;
  return {};
}

Result<std::size_t> CleanText::read(MutableByteView into) {
  if (into.empty()) return std::size_t{0};
  while (writer_.ready_bytes() == 0 && !ended_ && !error_) {
    if (Status done = advance(); !done) error_ = done.error();
  }
  if (error_) return *error_;
  const std::size_t count = writer_.read(into);
  given_bytes_ += count;
  while (!points_.empty() && points_.front().output_offset <= given_bytes_) {
    newest_ = std::move(points_.front());
    points_.pop_front();
  }
  return count;
}

Status CleanText::advance() {
  Result<bool> more = step();
  if (!more) return in(who_, more.error());
  return *more ? Status{} : end();
}

Status CleanText::end() {
  Unpacker& input = window_.input();
  if (!at_end_ && input.compression() == Compression::bgzf && !input.saw_end_block()) {
    if (!end_block_optional() || input.looks_cut()) {
      return refusal(who_ + ": BGZF: the end block is missing", "the file is truncated: have it written again");
    }
  }
  if (Status done = flush_tap(); !done) return done;
  if (Status done = writer_.flush(); !done) return done;
  if (region_) marks_.push_back({writer_.tell(), region_});
  const BgzfWriter::Place end_at = writer_.tell();
  if (input.seekable()) {
    marks_.push_back({.place = end_at, .point = point_here(window_.position(), 0)});
    marks_.back().point.at_end = true;
  }
  if (Status done = writer_.finish(); !done) return done;
  if (Status done = settle(); !done) return in(who_, done.error());
  Result<Bytes> index = finished(writer_.virtual_offset(end_at).value_or(0));
  if (!index) return in(who_, index.error());
  index_ = std::move(*index);
  count("records", records_);
  ended_ = true;
  return {};
}

Result<Bytes> CleanText::index() {
  if (error_) return *error_;
  if (!ended_ || continued_) return refusal(who_ + ": an index is there only behind the end of a whole pass");
  return index_;
}

std::optional<RestartPoint> CleanText::restart_point() const {
  return newest_ ? std::optional(restart_at(*newest_)) : std::nullopt;
}

RestartPoint CleanText::restart_at(const Point& point) const {
  unsigned flags = 0;
  if (point.copying) flags |= copying;
  if (point.block_same) flags |= block_same;
  if (point.at_end) flags |= at_end;
  RestartPoint restart{point.output_offset,
                       {state_version, static_cast<std::uint8_t>(format_), static_cast<std::uint8_t>(flags)}};
  append_le64(restart.state, point.input_position);
  append_le64(restart.state, point.records);
  append_le64(restart.state, point.skip);
  restart.state.insert(restart.state.end(), point.stream_state.begin(), point.stream_state.end());
  return restart;
}

Status CleanText::emit_header(std::uint64_t lines, std::size_t consumed) {
  if (piece_number_ == 0) {
    piece_unit_ = "header line";
    piece_number_ = header_lines_ + 1;
  }
  header_lines_ += lines;
  piece_units_ += lines;
  copying_ = false;
  if (Status done = writer_.write(ByteView(piece_).subspan(unit_begin_)); !done) return done;
  take_changed(consumed);
  return see_unit();
}

Status CleanText::emit_binary_header(std::size_t consumed) {
  copying_ = false;
  Status done = writer_.write(piece_);
  piece_.clear();
  take_changed(consumed);
  return done;
}

Result<std::uint64_t> CleanText::end_header() {
  if (Status done = flush_tap(); !done) return done.error();
  if (Status done = writer_.flush(); !done) return done.error();
  if (Status done = writer_.settle(); !done) return done.error();
  // `block_same_`: the header ended with a block of the source.
  copying_ = block_same_ && window_.input().compression() == Compression::bgzf;
  const auto records_at = writer_.virtual_offset(writer_.tell()).value_or(0);
  runs_.at_least(records_at >> 16U);  // whoever reads on behind a stretch reads the header again
  return records_at;
}

BgzfWriter::Place CleanText::place() const {
  const auto place = writer_.tell();
  return copying_ ? BgzfWriter::Place{place.block, passed_} : place;
}

CleanText::Point CleanText::point_here(std::uint64_t position, std::uint64_t skip) const {
  return {position, skip > 0 ? records_ - 1 : records_, skip, copying_, block_same_, 0, {}};
}

/// The stream can be continued from the record at the front, unless that stands amid gzip without a new state.
void CleanText::mark_point(const BgzfWriter::Place& at) {
  Point point = point_here(window_.position(), 0);
  if (!window_.input().seekable()) {
    auto state = window_.input().stream_state(point.input_position);
    if (!state) return;
    point.stream_state = std::move(*state);
  }
  marks_.push_back({.place = at, .point = std::move(point)});
}

Status CleanText::emit_record(std::size_t consumed, const Region* region) {
  const std::string_view source = window_.rest().substr(0, consumed);
  const ByteView made = ByteView(piece_).subspan(unit_begin_);
  const bool same = consumed <= copied_record_limit_bytes && text(made) == source;
  if (copying_ && !same) {
    if (Status done = stop_copying(); !done) return done;
  }
  if (!copying_) {
    if (Status done = writer_.make_room(made.size()); !done) return done;
  }
  const auto at = place();
  if (region_) marks_.push_back({at, region_});
  if (region != nullptr) region_ = *region;
  if (at.within == 0 && skip_ == 0) mark_point(at);
  ++records_;
  ++piece_units_;
  if (piece_number_ == 0) {
    piece_unit_ = "record";
    piece_number_ = records_;
  }
  if (same) {
    if (Status done = take_same(source); !done) return done;
  } else {
    if (Status done = writer_.write(made); !done) return done;
    take_changed(consumed);
  }
  if (writer_.tell().block != settled_block_) {
    if (Status done = settle(); !done) return done;
  }
  return see_unit();
}

Status CleanText::drop(std::size_t consumed) {
  if (copying_) {
    if (Status done = stop_copying(); !done) return done;
  }
  take_changed(consumed);
  silent_bytes_ += consumed;
  if (!pulse_ || silent_bytes_ < pulse_bytes) return {};
  silent_bytes_ = 0;
  return pulse_();
}

/// What was passed of the block that will not be copied after all is written.
Status CleanText::stop_copying() {
  copying_ = false;
  block_same_ = false;
  if (passed_ == 0) return {};
  const auto here = window_.block();
  return writer_.write(ByteView(here.block->content).first(passed_));
}

/// An unchanged record: the blocks of the source that end in it end here, too.
Status CleanText::take_same(std::string_view source) {
  const std::uint64_t record_at = window_.position();
  for (std::size_t taken = 0; taken < source.size();) {
    const auto here = window_.block();
    const std::size_t part = here.block ? std::min(here.left, source.size() - taken) : source.size() - taken;
    const bool skipped = skip_ > 0;
    if (!here.block && copying_) {
      copying_ = false;
      block_same_ = false;
    }
    if (skipped) {
      skip_ -= std::min<std::uint64_t>(skip_, part);
    } else if (copying_) {
      passed_ += part;
    } else if (Status done = writer_.write(view(source.substr(taken, part))); !done) {
      return done;
    }
    taken += part;
    window_.take(part);
    if (!here.block || part < here.left || skipped) continue;
    if (Status done = end_source_block(here.block, record_at, taken < source.size() ? taken : 0); !done) return done;
  }
  return {};
}

/// `taken`: bytes of the record at `record_at` before the block's end when it goes on behind that.
Status CleanText::end_source_block(const std::shared_ptr<const BgzfBlock>& block, std::uint64_t record_at,
                                   std::size_t taken) {
  if (copying_) {
    marks_.push_back(
        {.place = writer_.tell(),
         .copied = CopiedBlock{block->offset, block->file_bytes, bgzf_header_bytes + block->packed.size()}});
    if (Status done = writer_.copy(block); !done) return done;
  } else if (block_same_) {
    if (Status done = writer_.flush(); !done) return done;
    copying_ = true;
  }
  passed_ = 0;
  block_same_ = true;
  if (taken > 0 && copying_ && window_.input().seekable())
    marks_.push_back({.place = place(), .point = point_here(record_at, taken)});
  return {};
}

void CleanText::take_changed(std::size_t count) {
  if (count == 0) return;
  passed_ = 0;
  block_same_ = false;
  while (count > 0) {
    const auto here = window_.block();
    const std::size_t part = here.block ? std::min(here.left, count) : count;
    window_.take(part);
    count -= part;
    if (here.block && part == here.left) block_same_ = count == 0;
  }
}

/// Hands on what waited for the place of a block.
Status CleanText::settle() {
  settled_block_ = writer_.tell().block;
  while (!marks_.empty()) {
    const auto offset = writer_.virtual_offset(marks_.front().place);
    if (!offset) return {};
    Mark& mark = marks_.front();
    if (mark.region) {
      if (Status done = add_to_index(*mark.region, *offset); !done) return done;
    } else if (mark.copied) {
      runs_.add(*offset >> 16U, *mark.copied);
    } else {
      mark.point.output_offset = *offset >> 16U;
      if (runs_.ends_at(mark.point.output_offset)) runs_.reach(restart_at(mark.point));
      points_.push_back(std::move(mark.point));
    }
    marks_.pop_front();
  }
  static_cast<void>(writer_.offset_of(settled_block_));  // those before are not asked for any more
  return {};
}

/// The unit stays in the piece until the tap gets that.
Status CleanText::see_unit() {
  if (tap_ == nullptr) piece_.clear();
  if (piece_.size() >= tap_piece_bytes) return flush_tap();
  unit_begin_ = piece_.size();
  return {};
}

Status CleanText::flush_tap() {
  if (tap_ != nullptr && !piece_.empty()) {
    if (Status done = tap_->content(Place{piece_unit_, piece_number_, piece_units_}, piece_); !done) return done;
  }
  piece_.clear();
  unit_begin_ = 0;
  piece_number_ = piece_units_ = 0;
  return {};
}

}  // namespace tributary::genomics
