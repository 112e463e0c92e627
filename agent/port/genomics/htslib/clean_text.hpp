// agent/port/genomics/htslib/clean_text.hpp: what the clean streams of FASTQ, VCF, BCF and BED have in common.
//
// A format derives from CleanText and answers `step`: one unit (header line, record) from the window is made clean, put
// together in `unit()` and handed over by `emit_header` or `emit_record` before it is taken from the window. Records do
// not straddle BGZF blocks (as long as they fit), so that the blocks behind a block's start depend on the records
// behind it only, and the stream can be continued there.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/bgzf_writer.hpp"
#include "agent/port/genomics/htslib/window.hpp"

namespace tributary::genomics {

class CleanText : public CleanSource {
 public:
  Result<std::size_t> read(MutableByteView into) final;
  Result<Bytes> index() final;
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const final { return counts_; }
  [[nodiscard]] std::optional<RestartPoint> restart_point() const final;

 protected:
  /// `who`: name of the format in messages.
  CleanText(std::string who, Format format, std::unique_ptr<Unpacker> input, ContentTap* tap);
  /// Before the first `step`. The state was made by `restart_point` of the same format.
  [[nodiscard]] Status continue_from(const RestartPoint& from);
  [[nodiscard]] bool continued() const { return continued_; }

  /// Handles the next unit; answers false when nothing is left.
  [[nodiscard]] virtual Result<bool> step() = 0;
  /// After the last unit: enters the counters into `counts`, completes the index.
  [[nodiscard]] virtual Result<Bytes> finished(std::uint64_t end_at) = 0;
  /// Whether a BGZF input may lack its end block: some writers of FASTQ never write it.
  [[nodiscard]] virtual bool end_block_optional() const { return false; }

  [[nodiscard]] Window& window() { return window_; }
  /// The unit in the making: append to it, then emit.
  [[nodiscard]] Bytes& unit() { return piece_; }
  void append(std::string_view text) { piece_.insert(piece_.end(), text.begin(), text.end()); }
  [[nodiscard]] std::size_t unit_bytes() const { return piece_.size() - unit_begin_; }
  /// Header lines (any number, whole) in `unit`; an empty one is fine.
  [[nodiscard]] Status emit_header(std::uint64_t lines);
  /// Ends the header: records start with a fresh block.
  [[nodiscard]] Status end_header();
  /// First half of emitting a record: makes room for `unit`. Behind it `tell` is where the record will start.
  [[nodiscard]] Status place_record();
  /// Second half.
  [[nodiscard]] Status emit_record();
  [[nodiscard]] std::uint64_t tell() const { return writer_.tell(); }
  /// Records emitted, those before the restart point included.
  [[nodiscard]] std::uint64_t records() const { return records_; }
  void count(const char* what, std::uint64_t number) { counts_[what] = number; }

 private:
  struct Point {
    std::uint64_t output_offset = 0;
    std::uint64_t input_position = 0;
    std::uint64_t records = 0;
  };
  Status advance();
  Status end();
  Status write_unit();
  Status flush_tap();

  std::string who_;
  Format format_;
  Window window_;
  ContentTap* tap_;
  BgzfWriter writer_;
  Bytes piece_;  // whole units that the tap has not seen yet, and the unit in the making
  std::size_t unit_begin_ = 0;
  std::string_view piece_unit_;
  std::uint64_t piece_number_ = 0;
  std::uint64_t header_lines_ = 0;
  std::uint64_t records_ = 0;
  bool continued_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
  std::uint64_t given_bytes_ = 0;
  std::deque<Point> points_;  // beyond what was given out
  std::optional<Point> newest_;
  Bytes index_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace tributary::genomics
