// agent/port/genomics/htslib/open_again.cpp: what was copied as it is packed, the rest through its transform.
#include <algorithm>
#include <cstring>
#include <limits>

#include "agent/port/genomics/htslib/unpacker.hpp"

namespace tributary::genomics {

namespace {

class Again final : public stream::Source {
 public:
  Again(files::Fd file, const Transform& transform, const Trace& trace, Workers* workers)
      : file_(std::move(file)), transform_(transform), trace_(trace), workers_(workers) {}

  Status go_to(std::uint64_t offset) {
    clean_.reset();
    blocks_.reset();
    auto file = file_.duplicate();
    if (!file) return file.error();
    // The first one that ends behind the offset: it holds it, or what comes before is made clean.
    const auto run = std::upper_bound(trace_.copied.begin(), trace_.copied.end(), offset,
                                      [](std::uint64_t at, const CopiedRun& other) { return at < other.end(); });
    at_ = offset;
    if (run == trace_.copied.end() || offset < run->output_offset) {
      until_ = run == trace_.copied.end() ? std::numeric_limits<std::uint64_t>::max() : run->output_offset;
      return open_clean_at(std::move(*file));
    }
    until_ = run->end();
    return open_blocks(std::move(*file), *run);
  }

  Result<std::size_t> read(MutableByteView into) override {
    if (into.empty()) return std::size_t{0};
    if (at_ == until_) {
      if (Status there = go_to(at_); !there) return there.error();
    }
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), until_ - at_));
    auto count = blocks_ ? read_blocks(into.first(room)) : clean_->read(into.first(room));
    if (!count) return count;
    at_ += *count;
    return count;
  }

 private:
  static Error changed() { return refusal("BGZF: the file is not the one that was read before"); }

  Status open_clean_at(files::Fd file) {
    const RestartPoint* from = nullptr;
    for (const auto& point : trace_.restarts) {
      if (point.output_offset <= at_) from = &point;
    }
    auto clean = genomics::open_clean(std::move(file), transform_, {.from = from, .workers = workers_});
    if (!clean && from != nullptr && clean.error().remedy == Remedy::give_up) {
      // The state is of another version of this program: all is read again.
      auto again = file_.duplicate();
      if (!again) return again.error();
      from = nullptr;
      clean = genomics::open_clean(std::move(*again), transform_, {.workers = workers_});
    }
    if (!clean) return clean.error();
    clean_ = std::move(*clean);
    return stream::skip(*clean_, at_ - (from != nullptr ? from->output_offset : 0));
  }

  Status open_blocks(files::Fd file, const CopiedRun& run) {
    auto blocks = Unpacker::open(std::move(file));
    if (!blocks) return blocks.error();
    if ((*blocks)->compression() != Compression::bgzf) return changed();
    if (Status done = (*blocks)->seek(run.input_offset << 16U); !done) return done;
    blocks_ = std::move(*blocks);
    block_.clear();
    taken_ = 0;
    for (auto left = static_cast<std::size_t>(at_ - run.output_offset); left > 0;) {
      if (Status done = next_block(); !done) return done;
      taken_ = std::min(left, block_.size());
      left -= taken_;
    }
    return {};
  }

  Status next_block() {
    block_.clear();
    taken_ = 0;
    auto more = blocks_->copy_next(block_);
    if (!more) return more.error();
    return *more ? Status{} : Status(changed());
  }

  Result<std::size_t> read_blocks(MutableByteView into) {
    if (taken_ == block_.size()) {
      if (Status done = next_block(); !done) return done.error();
    }
    const std::size_t left = block_.size() - taken_;
    if (left > until_ - at_) return changed();  // runs are made of whole blocks
    const std::size_t count = std::min(into.size(), left);
    std::memcpy(into.data(), block_.data() + taken_, count);
    taken_ += count;
    return count;
  }

  files::Fd file_;
  const Transform& transform_;
  const Trace& trace_;
  Workers* workers_;
  std::uint64_t at_ = 0;
  std::uint64_t until_ = 0;  // what is open now is good for
  std::unique_ptr<CleanSource> clean_;
  std::unique_ptr<Unpacker> blocks_;
  Bytes block_;
  std::size_t taken_ = 0;
};

}  // namespace

Result<std::unique_ptr<stream::Source>> open_again(files::Fd file, const Transform& transform, const Trace& trace,
                                                   std::uint64_t offset, Workers* workers) {
  auto again = std::make_unique<Again>(std::move(file), transform, trace, workers);
  if (Status there = again->go_to(offset); !there) return there.error();
  return std::unique_ptr<stream::Source>(std::move(again));
}

}  // namespace tributary::genomics
