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

void Window::take(std::size_t count) {
  begin_ += count;
  while (marks_.size() > 1 && marks_[1].at <= begin_) marks_.pop_front();
}

Result<bool> Window::have(std::size_t count) {
  while (rest().size() < count && !ended_) {
    if (Status done = more(); !done) return done.error();
  }
  return rest().size() >= count;
}

Status Window::more() {
  if (ended_) return {};
  if (begin_ > 0) {
    std::memmove(text_.data(), text_.data() + begin_, end_ - begin_);
    if (!marks_.empty() && marks_.front().at < begin_) {
      marks_.front().position += begin_ - marks_.front().at;
      marks_.front().at = begin_;
    }
    for (Mark& mark : marks_) mark.at -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (text_.size() - end_ < piece_bytes) {
    if (text_.size() >= limit_bytes) return refusal("a unit of more than 128 MiB", "this is no file of its kind");
    text_.resize(std::min(2 * text_.size(), limit_bytes));
  }
  const std::size_t stop = std::min(text_.size(), end_ + first_bytes);
  while (stop - end_ >= piece_bytes) {
    Result<std::size_t> got = input_->read({reinterpret_cast<std::uint8_t*>(text_.data()) + end_, stop - end_});
    if (!got) return got.error();
    if (*got == 0) {
      ended_ = true;
      break;
    }
    if (marks_.size() == 1 && marks_.front().at == end_) marks_.pop_front();  // nothing is left of it
    marks_.push_back({end_, input_->read_position(), input_->read_block()});
    end_ += *got;
  }
  return {};
}

std::uint64_t Window::position() const {
  if (begin_ == end_ || marks_.empty()) return input_->position();
  return marks_.front().position + (begin_ - marks_.front().at);
}

Status Window::continue_at(std::uint64_t position, ByteView state) {
  begin_ = end_ = 0;
  marks_.clear();
  ended_ = false;
  return input_->seek(position, state);
}

Window::Block Window::block() const {
  if (begin_ == end_ || marks_.empty() || marks_.front().block == nullptr) return {};
  return {marks_.front().block, (marks_.size() > 1 ? marks_[1].at : end_) - begin_};
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
