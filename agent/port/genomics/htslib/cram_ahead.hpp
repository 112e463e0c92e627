// agent/port/genomics/htslib/cram_ahead.hpp: containers of a CRAM file, made clean by workers and given out in order.
//
// A container is clean by itself: each worker has a scrubber of its own, and what that would tell the tap is kept
// beside the result, for the one who asks. The result is the same with any number of workers. Order      `next` until
// the end container. Threads    one at a time per object. Failure    give_up and wait as CramScrubber; the error of a
// container comes when it is its turn. Never      holds more than two containers beside one for each worker; one of
// more than 8 MiB is alone.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/workers.hpp"
#include "agent/port/genomics/htslib/cram_scrub.hpp"

namespace tributary::genomics {

/// What a tap is told.
struct Heard {
  Place place;
  Bytes bytes;
};

class CramAhead {
 public:
  struct Made {
    std::uint64_t input_bytes = 0;  // of the container in the file
    std::uint64_t records = 0;      // 0: nothing of it is left
    bool is_end = false;
    CleanContainer clean;
    std::vector<Heard> heard;  // when there is a tap
    Counts counts;
  };
  struct Settings {
    CramVersion version;
    const TagTable* table = nullptr;
    const Transform* transform = nullptr;
    bool has_tap = false;
    Workers* workers = nullptr;  // may be null
  };
  /// `at`: of the first container. What is referred to must live longer.
  static Result<std::unique_ptr<CramAhead>> make(const files::Fd& file, std::uint64_t at, const Settings& settings);
  CramAhead(const CramAhead&) = delete;
  CramAhead& operator=(const CramAhead&) = delete;
  ~CramAhead();

  [[nodiscard]] Result<Made> next();

 private:
  class Scrubber;
  struct Item {
    Scrubber* scrubber = nullptr;
    std::uint64_t at = 0;
    Workers::Handle piece;
    std::optional<Error> error;
    Made made;
  };
  CramAhead(const files::Fd& file, std::uint64_t at, const Settings& settings);
  void begin_more();
  [[nodiscard]] bool has_room(std::uint64_t bytes) const;
  void run(Item& item) const;

  const files::Fd& file_;
  std::uint64_t at_;
  Settings settings_;
  std::vector<std::unique_ptr<Scrubber>> scrubbers_;  // used in turn
  std::size_t turn_ = 0;
  std::deque<std::unique_ptr<Item>> items_;
  bool ended_ = false;
  bool large_ = false;  // the only item is a large container
};

}  // namespace tributary::genomics
