// agent/port/genomics/htslib/bed.cpp: copies intervals, drops the rest.
#include "agent/port/genomics/htslib/bed.hpp"

#include <algorithm>
#include <charconv>

#include "agent/port/genomics/htslib/clean_text.hpp"
#include "agent/port/genomics/htslib/number_shape.hpp"
#include "agent/port/genomics/htslib/region_index.hpp"

namespace tributary::genomics {

namespace {

constexpr std::int64_t greatest_position = std::int64_t{1} << 43U;

bool starts_with_word(std::string_view line, std::string_view word) {
  return line.starts_with(word) &&
         (line.size() == word.size() || line[word.size()] == ' ' || line[word.size()] == '\t');
}

std::optional<std::int64_t> coordinate(std::string_view text) {
  std::int64_t value = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || value < 0 || value > greatest_position) {
    return std::nullopt;
  }
  return value;
}

/// Sizes or starts of blocks: numbers with `,` between and perhaps behind them, within the interval.
bool are_blocks(const BedInterval& interval, std::string_view column) {
  if (column.ends_with(',')) column.remove_suffix(1);
  while (true) {
    const auto comma = std::min(column.find(','), column.size());
    const auto value = coordinate(column.substr(0, comma));
    if (!value || *value > interval.end - interval.begin || !digits_of_number(column.substr(0, comma))) return false;
    if (comma == column.size()) return true;
    column.remove_prefix(comma + 1);
  }
}

/// Of columns behind the name: a strand, a place within the interval, blocks, or numbers too short for a person's.
bool has_shape(const BedInterval& interval, std::size_t number, std::string_view column) {
  if (column == "+" || column == "-") return true;
  if (are_numbers(column, digits_of_a_person)) return true;
  if (number == 7 || number == 8) {
    const auto at = coordinate(column);
    return at && *at >= interval.begin && *at <= interval.end && digits_of_number(column);
  }
  return (number == 11 || number == 12) && are_blocks(interval, column);
}

class CleanBed final : public CleanText {
 public:
  static Result<std::unique_ptr<CleanSource>> open(files::Fd file, const Transform& transform, const Pass& pass) {
    auto input = Unpacker::open(std::move(file), {}, Unpacker::Trailing::refuse, pass.workers);
    if (!input) return in("BED", input.error());
    if ((*input)->empty_file()) return refusal("BED: a file of 0 bytes", "have it written again");
    std::unique_ptr<CleanBed> clean(new CleanBed(std::move(*input), pass));
    if (pass.from != nullptr) {
      if (Status done = clean->continue_from(*pass.from); !done) return done.error();
    } else if (transform.index != IndexKind::none) {
      auto index = RegionIndex::of_text(Format::bed, transform.index, 0, 0);
      if (!index) return index.error();
      clean->index_ = std::move(*index);
    }
    return std::unique_ptr<CleanSource>(std::move(clean));
  }

 private:
  CleanBed(std::unique_ptr<Unpacker> input, const Pass& pass) : CleanText("BED", Format::bed, std::move(input), pass) {}

  Result<bool> step() override {
    Result<Window::Line> line = window().line(0);
    if (!line) return line.error();
    if (!line->found) return false;
    const std::string_view text = window().text(*line);
    Status done = is_bed_comment(text) ? comment(line->end) : record(text, line->end);
    if (!done) return done.error();
    return true;
  }

  Status comment(std::size_t consumed) {
    ++comments_;
    return drop(consumed);
  }

  Status record(std::string_view text, std::size_t consumed) {
    const std::optional<BedInterval> interval = bed_interval(text);
    if (!interval) {
      return refusal(
          "record " + std::to_string(records() + 1) + ": is not contig, start and end with tabs between them",
          "have the file written again");
    }
    append(text.substr(0, interval->bytes));
    further_columns(*interval, text.substr(interval->bytes));
    unit().push_back('\n');
    if (!index_) return emit_record(consumed);
    auto contig = index_->number_of(interval->contig);
    if (!contig) return contig.error();
    const Region region{*contig, interval->begin, interval->end, true};
    return emit_record(consumed, &region);
  }

  /// Each with its tab in front.
  void further_columns(const BedInterval& interval, std::string_view rest) {
    const bool is_graph = rest.find('\t', 1) == std::string_view::npos;
    for (std::size_t number = 4; !rest.empty(); ++number) {
      const auto next = std::min(rest.find('\t', 1), rest.size());
      const auto column = rest.substr(1, next - 1);
      const bool stays = column == "." || (number == 4 ? is_graph && are_numbers(column, digits_of_a_person)
                                                       : has_shape(interval, number, column));
      if (!stays) ++texts_;
      unit().push_back('\t');
      append(stays ? column : ".");
      rest.remove_prefix(next);
    }
  }

  Status add_to_index(const Region& region, std::uint64_t end_at) override { return index_->add(region, end_at); }

  Result<Bytes> finished(std::uint64_t end_at) override {
    count("comment lines dropped", comments_);
    count("record texts dropped", texts_);
    return index_ ? index_->finish(end_at) : Result<Bytes>(Bytes{});
  }

  std::unique_ptr<RegionIndex> index_;
  std::uint64_t comments_ = 0;
  std::uint64_t texts_ = 0;
};

}  // namespace

bool is_bed_comment(std::string_view line) {
  return line.empty() || line.front() == '#' || starts_with_word(line, "track") || starts_with_word(line, "browser");
}

std::optional<BedInterval> bed_interval(std::string_view line) {
  const std::size_t first = line.find('\t');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const std::size_t second = line.find('\t', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::size_t third = std::min(line.find('\t', second + 1), line.size());
  const auto begin = coordinate(line.substr(first + 1, second - first - 1));
  const auto end = coordinate(line.substr(second + 1, third - second - 1));
  if (!begin || !end || *end < *begin) return std::nullopt;
  return BedInterval{line.substr(0, first), *begin, *end, third};
}

Result<std::unique_ptr<CleanSource>> open_clean_bed(files::Fd file, const Transform& transform, const Pass& pass) {
  if (transform.index != IndexKind::none && transform.index != IndexKind::tbi && transform.index != IndexKind::csi) {
    return refusal("BED: has no index of kind " + std::string(extension_of(transform.index)), "ask for tbi or csi");
  }
  return CleanBed::open(std::move(file), transform, pass);
}

}  // namespace tributary::genomics
