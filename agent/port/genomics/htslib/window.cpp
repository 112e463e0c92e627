// agent/port/genomics/htslib/window.cpp: a buffer that slides over the content.
#include "agent/port/genomics/htslib/window.hpp"

#include <algorithm>
#include <cstring>

namespace tributary::genomics {

namespace {

constexpr std::size_t first_bytes = std::size_t{512} << 10U;
/// Two lines of the greatest length with their small companions (a FASTQ record).
constexpr std::size_t limit_bytes = 2 * longest_line_bytes + (std::size_t{1} << 20U);
constexpr std::size_t piece_bytes = std::size_t{64} << 10U;

Error too_long() { return refusal("a line of more than 64 MiB", "this is no file of its kind"); }

}  // namespace

Window::Window(std::unique_ptr<Unpacker> input) : input_(std::move(input)), text_(first_bytes) {}

Status Window::more() {
  if (ended_) return {};
  if (begin_ > 0) {
    std::memmove(text_.data(), text_.data() + begin_, end_ - begin_);
    const auto keep = std::find_if(marks_.begin(), marks_.end(), [this](const Mark& mark) { return mark.at > begin_; });
    if (keep != marks_.begin())
      marks_.erase(marks_.begin(), keep - 1);  // the mark of the piece that begin_ is in stays
    for (Mark& mark : marks_) {
      if (mark.at < begin_) {  // only a plain file or one block: advance within it
        mark.position += begin_ - mark.at;
        mark.at = begin_;
      }
      mark.at -= begin_;
    }
    end_ -= begin_;
    begin_ = 0;
  }
  if (text_.size() - end_ < piece_bytes) {
    if (text_.size() >= limit_bytes) return refusal("a unit of more than 128 MiB", "this is no file of its kind");
    text_.resize(std::min(2 * text_.size(), limit_bytes));
  }
  while (text_.size() - end_ >= piece_bytes) {
    Result<std::size_t> got = input_->read({reinterpret_cast<std::uint8_t*>(text_.data()) + end_, text_.size() - end_});
    if (!got) return got.error();
    if (*got == 0) {
      ended_ = true;
      break;
    }
    marks_.push_back({end_, input_->read_position()});
    end_ += *got;
  }
  return {};
}

std::uint64_t Window::position() const {
  const auto behind =
      std::find_if(marks_.rbegin(), marks_.rend(), [this](const Mark& mark) { return mark.at <= begin_; });
  if (begin_ == end_ || behind == marks_.rend()) return input_->position();
  return behind->position + (begin_ - behind->at);
}

Result<Window::Line> Window::line(std::size_t from) {
  std::size_t searched = from;
  while (true) {
    const std::string_view all = rest();
    const std::size_t feed = searched < all.size() ? all.find('\n', searched) : std::string_view::npos;
    if (feed != std::string_view::npos || (ended_ && from < all.size())) {
      const std::size_t stop = feed != std::string_view::npos ? feed : all.size();
      Line line{from, stop - from, std::min(stop + 1, all.size()), true};
      if (line.size > longest_line_bytes) return too_long();
      if (line.size > 0 && all[stop - 1] == '\r') --line.size;
      return line;
    }
    if (ended_) return Line{from, 0, std::max(from, all.size()), false};
    if (all.size() - from > longest_line_bytes) return too_long();
    searched = all.size();
    if (Status done = more(); !done) return done.error();
  }
}

}  // namespace tributary::genomics
