// agent/port/genomics/htslib/clean_text.cpp: pulls units through the window into BGZF blocks.
#include "agent/port/genomics/htslib/clean_text.hpp"

#include <algorithm>

namespace tributary::genomics {

namespace {

constexpr std::size_t tap_piece_bytes = std::size_t{256} << 10U;
constexpr std::uint8_t state_version = 1;
constexpr std::size_t state_bytes = 18;  // version, format, input position, records

}  // namespace

CleanText::CleanText(std::string who, Format format, std::unique_ptr<Unpacker> input, ContentTap* tap)
    : who_(std::move(who)), format_(format), window_(std::move(input)), tap_(tap), writer_(recompression_level) {}

Status CleanText::continue_from(const RestartPoint& from) {
  const ByteView state(from.state);
  if (state.size() != state_bytes || state[0] != state_version || state[1] != static_cast<std::uint8_t>(format_)) {
    return refusal(who_ + ": a restart point of another version or format", "start from the beginning");
  }
  if (Status done = window_.continue_at(load_le64(state.subspan(2, 8))); !done) return in(who_, done.error());
  records_ = load_le64(state.subspan(10, 8));
  writer_ = BgzfWriter(recompression_level, from.output_offset);
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
    newest_ = points_.front();
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
  if (input.compression() == Compression::bgzf && !input.saw_end_block()) {
    if (!end_block_optional() || input.looks_cut()) {
      return refusal(who_ + ": BGZF: the end block is missing", "the file is truncated: have it written again");
    }
  }
  if (Status done = flush_tap(); !done) return done;
  if (Status done = writer_.flush(); !done) return done;
  Result<Bytes> index = finished(writer_.tell());
  if (!index) return in(who_, index.error());
  index_ = std::move(*index);
  count("records", records_);
  ended_ = true;
  return writer_.finish();
}

Result<Bytes> CleanText::index() {
  if (error_) return *error_;
  if (!ended_ || continued_) return refusal(who_ + ": an index is there only behind the end of a whole pass");
  return index_;
}

std::optional<RestartPoint> CleanText::restart_point() const {
  if (!newest_) return std::nullopt;
  RestartPoint point{newest_->output_offset, {state_version, static_cast<std::uint8_t>(format_)}};
  append_le64(point.state, newest_->input_position);
  append_le64(point.state, newest_->records);
  return point;
}

Status CleanText::emit_header(std::uint64_t lines) {
  if (piece_number_ == 0) {
    piece_unit_ = "header line";
    piece_number_ = header_lines_ + 1;
  }
  header_lines_ += lines;
  return write_unit();
}

Status CleanText::end_header() {
  if (Status done = flush_tap(); !done) return done;
  return writer_.flush();
}

Status CleanText::place_record() {
  if (Status done = writer_.make_room(unit_bytes()); !done) return done;
  if (writer_.at_block_start() && window_.input().seekable()) {
    points_.push_back({writer_.compressed_offset(), window_.position(), records_});
  }
  return {};
}

Status CleanText::emit_record() {
  ++records_;
  if (piece_number_ == 0) {
    piece_unit_ = "record";
    piece_number_ = records_;
  }
  return write_unit();
}

Status CleanText::write_unit() {
  if (Status done = writer_.write(ByteView(piece_).subspan(unit_begin_)); !done) return done;
  if (tap_ == nullptr) piece_.clear();
  if (piece_.size() >= tap_piece_bytes) return flush_tap();
  unit_begin_ = piece_.size();
  return {};
}

Status CleanText::flush_tap() {
  if (tap_ != nullptr && !piece_.empty()) {
    if (Status done = tap_->content(Place{piece_unit_, piece_number_}, piece_); !done) return done;
  }
  piece_.clear();
  unit_begin_ = 0;
  piece_number_ = 0;
  return {};
}

}  // namespace tributary::genomics
