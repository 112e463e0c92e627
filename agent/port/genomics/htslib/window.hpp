// agent/port/genomics/htslib/window.hpp: the unread part of a file's content, in one piece of memory.
//
// Order      look at `rest`, `take` what was used, ask for `more` when it does not suffice.
// Ownership  views of `rest` are valid until the next `more`.
// Failure    those of Unpacker; give_up when a unit grows beyond the limit.
// Never      holds more than the limit: memory grows to the longest unit of the file only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/port/genomics/htslib/unpacker.hpp"

namespace tributary::genomics {

/// A line beyond this is no line of these formats: the longest reads ever published have some 4 million bases.
inline constexpr std::size_t longest_line_bytes = std::size_t{64} << 20U;

class Window {
 public:
  explicit Window(std::unique_ptr<Unpacker> input);

  [[nodiscard]] Unpacker& input() { return *input_; }
  [[nodiscard]] std::string_view rest() const { return {text_.data() + begin_, end_ - begin_}; }
  /// True when `rest` is all that is left.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Makes `count` bytes of `rest` available; false when the file ends before.
  [[nodiscard]] Result<bool> have(std::size_t count);
  /// Adds at least one byte to `rest`, or finds the end.
  [[nodiscard]] Status more();
  void take(std::size_t count);
  /// Where the input stands at the front of `rest`, for `continue_at`; alone only while `input().seekable()`.
  [[nodiscard]] std::uint64_t position() const;
  /// The BGZF block that the front of `rest` stands in, and what `rest` holds of it; none: `rest` is empty or comes
  /// from elsewhere.
  struct Block {
    std::shared_ptr<const BgzfBlock> block;
    std::size_t left = 0;
  };
  [[nodiscard]] Block block() const;
  /// Forgets what was read and goes on there. `state`: of `input().stream_state`, or empty.
  [[nodiscard]] Status continue_at(std::uint64_t position, ByteView state = {});

  /// A line without its end (LF or CR LF), as places behind the front of `rest`: they stay valid until `take`.
  struct Line {
    std::size_t begin = 0;
    std::size_t size = 0;
    std::size_t end = 0;  // where the line after it starts
    bool found = false;   // no: nothing is left
  };
  /// The line that starts `from` bytes behind the front. The last line of a file may lack its end.
  [[nodiscard]] Result<Line> line(std::size_t from);
  [[nodiscard]] std::string_view text(const Line& line) const { return rest().substr(line.begin, line.size); }

 private:
  struct Mark {
    std::size_t at = 0;  // in text_
    std::uint64_t position = 0;
    std::shared_ptr<const BgzfBlock> block;
  };
  std::unique_ptr<Unpacker> input_;
  std::vector<char> text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
  std::deque<Mark> marks_;  // where pieces of the input start, in order; the first one holds begin_
};

}  // namespace tributary::genomics
