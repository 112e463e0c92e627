// agent/port/genomics/htslib/clean_text.hpp: what the clean streams of FASTQ, BAM, VCF, BCF and BED have in common.
//
// A format derives from CleanText and answers `step`: one unit (header line, record) from the window is made clean, put
// together in `unit()` and handed over by `emit_header` or `emit_record`, which take it from the window.
//
// Two ways    Where records stay as they are, BGZF blocks of the source are COPIED as they are packed. Where one
// changes,
//             the stream is WRITTEN afresh: records then do not straddle blocks (as long as they fit). Copying starts
//             again behind a block of the source in which nothing changed. Which way is taken follows from the bytes
//             alone, so that it is the same in every pass, from every restart point, with any number of workers.
// Proof       The tap sees the decompressed units in both ways; a copied block is the one that they came from.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/bgzf_writer.hpp"
#include "agent/port/genomics/htslib/copied_runs.hpp"
#include "agent/port/genomics/htslib/region.hpp"
#include "agent/port/genomics/htslib/window.hpp"

namespace tributary::genomics {

class CleanText : public CleanSource {
 public:
  Result<std::size_t> read(MutableByteView into) final;
  Result<Bytes> index() final;
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const final { return counts_; }
  [[nodiscard]] std::optional<RestartPoint> restart_point() const final;
  [[nodiscard]] std::vector<CopiedRun> copied() const final { return runs_.all(); }

 protected:
  /// `who`: name of the format in messages.
  CleanText(std::string who, Format format, std::unique_ptr<Unpacker> input, const Pass& pass);
  /// Before the first `step`. The state was made by `restart_point` of the same format.
  [[nodiscard]] Status continue_from(const RestartPoint& from);
  [[nodiscard]] bool continued() const { return continued_; }

  /// Handles the next unit; answers false when nothing is left.
  [[nodiscard]] virtual Result<bool> step() = 0;
  /// For each record of which the region was told, in their order: `end_at` is the virtual offset behind it.
  [[nodiscard]] virtual Status add_to_index(const Region& region, std::uint64_t end_at) = 0;
  /// After the last unit: enters the counters into `counts`, completes the index.
  [[nodiscard]] virtual Result<Bytes> finished(std::uint64_t end_at) = 0;
  /// Whether a BGZF input may lack its end block: some writers of FASTQ never write it.
  [[nodiscard]] virtual bool end_block_optional() const { return false; }

  [[nodiscard]] Window& window() { return window_; }
  [[nodiscard]] ContentTap* tap() const { return tap_; }
  /// The unit in the making: append to it, then emit.
  [[nodiscard]] Bytes& unit() { return piece_; }
  void append(std::string_view text) { piece_.insert(piece_.end(), text.begin(), text.end()); }
  [[nodiscard]] std::size_t unit_bytes() const { return piece_.size() - unit_begin_; }
  /// Header lines (any number, whole) in `unit`, made of `consumed` bytes of the window; an empty unit is fine.
  [[nodiscard]] Status emit_header(std::uint64_t lines, std::size_t consumed);
  /// The same for a header that is not made of lines: the tap does not see it.
  [[nodiscard]] Status emit_binary_header(std::size_t consumed);
  /// Ends the header: records start with a fresh block. Answers where, as a virtual offset.
  [[nodiscard]] Result<std::uint64_t> end_header();
  /// A record in `unit`, made of `consumed` bytes of the window. `region`: null without an index.
  [[nodiscard]] Status emit_record(std::size_t consumed, const Region* region = nullptr);
  /// Takes bytes of which nothing is left.
  [[nodiscard]] Status drop(std::size_t consumed);
  /// Records emitted, those before the restart point included.
  [[nodiscard]] std::uint64_t records() const { return records_; }
  void count(const char* what, std::uint64_t number) { counts_[what] = number; }
  [[nodiscard]] std::map<std::string, std::uint64_t>& counters() { return counts_; }

 private:
  /// Where the stream can be continued: at the start of a block of the output.
  struct Point {
    std::uint64_t input_position = 0;  // of the record that the block starts with, or starts in
    std::uint64_t records = 0;         // before it
    std::uint64_t skip = 0;            // bytes of it that stand in blocks before
    bool copying = false, block_same = false;
    std::uint64_t output_offset = 0;
    Bytes stream_state = {};  // of a gzip stream
    bool at_end = false;      // behind all records
  };
  /// What waits until it is known where its block stands: the end of a record, a block that was copied, or a point.
  struct Mark {
    BgzfWriter::Place place;
    std::optional<Region> region = {};
    std::optional<CopiedBlock> copied = {};
    Point point = {};
  };
  [[nodiscard]] RestartPoint restart_at(const Point& point) const;
  Status advance();
  Status end();
  Status see_unit();
  Status flush_tap();
  [[nodiscard]] BgzfWriter::Place place() const;
  [[nodiscard]] Point point_here(std::uint64_t position, std::uint64_t skip) const;
  Status stop_copying();
  Status take_same(std::string_view source);
  Status end_source_block(const std::shared_ptr<const BgzfBlock>& block, std::uint64_t record_at, std::size_t taken);
  void take_changed(std::size_t count);
  void mark_point(const BgzfWriter::Place& at);
  Status settle();

  std::string who_;
  Format format_;
  Window window_;
  ContentTap* tap_;
  BgzfWriter writer_;
  Bytes piece_;  // whole units that the tap has not seen yet, and the unit in the making
  std::size_t unit_begin_ = 0;
  std::string_view piece_unit_;
  std::uint64_t piece_number_ = 0, piece_units_ = 0;
  std::uint64_t header_lines_ = 0;
  std::uint64_t records_ = 0;
  // Where the window's front stands in its source block.
  bool copying_;            // the block is copied when its end is reached
  std::size_t passed_ = 0;  // copying: bytes of its content behind the front
  bool block_same_ = true;  // written: nothing of it changed so far
  std::function<Status()> pulse_;
  std::uint64_t silent_bytes_ = 0;  // dropped since the newest pulse
  std::uint64_t skip_ = 0;          // continued: bytes that stand in blocks before
  bool continued_ = false;
  bool at_end_ = false;  // continued behind all records
  bool ended_ = false;
  std::optional<Error> error_;
  std::uint64_t given_bytes_ = 0;
  std::deque<Mark> marks_;
  std::uint64_t settled_block_ = 0;
  std::optional<Region> region_;  // of the newest record
  std::deque<Point> points_;      // beyond what was given out
  std::optional<Point> newest_;
  CopiedRuns runs_;
  Bytes index_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace tributary::genomics
