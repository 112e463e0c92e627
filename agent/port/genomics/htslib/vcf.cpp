// agent/port/genomics/htslib/vcf.cpp: header by allow-list, records as they stand, index beside.
#include "agent/port/genomics/htslib/vcf.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "agent/port/genomics/htslib/clean_text.hpp"
#include "agent/port/genomics/htslib/region_index.hpp"
#include "agent/port/genomics/htslib/vcf_header.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t most_columns = 10;
constexpr std::int64_t greatest_position = std::int64_t{1} << 43U;

struct Record {
  std::array<std::string_view, most_columns> columns;
  std::size_t count = 0;  // most_columns + 1: more
};

Record columns_of(std::string_view text) {
  Record record;
  while (record.count < most_columns) {
    const std::size_t tab = text.find('\t');
    record.columns[record.count++] = text.substr(0, tab);
    if (tab == std::string_view::npos) return record;
    text.remove_prefix(tab + 1);
  }
  ++record.count;
  return record;
}

/// The value of INFO's END, when there is a number.
std::optional<std::int64_t> info_end(std::string_view info) {
  constexpr std::string_view key = "END=";
  std::size_t at = 0;
  if (!info.starts_with(key)) {
    at = info.find(";END=");
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
  const std::string_view value = info.substr(at + key.size());
  std::int64_t end = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), end);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return end;
}

class CleanVcf final : public CleanText {
 public:
  static Result<std::unique_ptr<CleanSource>> open(files::Fd file, const Transform& transform, ContentTap* tap,
                                                   const RestartPoint* from) {
    auto input = Unpacker::open(std::move(file));
    if (!input) return in("VCF", input.error());
    std::unique_ptr<CleanVcf> clean(new CleanVcf(std::move(*input), transform, tap));
    if (from != nullptr) {
      if (Status done = clean->continue_from(*from); !done) return done.error();
    }
    return std::unique_ptr<CleanSource>(std::move(clean));
  }

 private:
  CleanVcf(std::unique_ptr<Unpacker> input, const Transform& transform, ContentTap* tap)
      : CleanText("VCF", Format::vcf, std::move(input), tap),
        header_(VcfHeader::Kind::vcf, transform.sample),
        index_kind_(transform.index) {}

  Error bad(const char* what) const {
    return refusal("record " + std::to_string(records() + 1) + ": " + what,
                   "the file is damaged: have it written again");
  }

  Result<bool> step() override {
    Result<Window::Line> line = window().line(0);
    if (!line) return line.error();
    const bool in_header = !continued() && !header_.done();
    if (!line->found) {
      if (in_header) return refusal("the file ends within its header", "it is truncated: have it written again");
      return false;
    }
    if (line->end == line->size) return bad("the file ends within its line");
    const std::string_view text = window().text(*line);
    Status done = in_header ? header_line(text) : record(text);
    if (!done) return done.error();
    window().take(line->end);
    return true;
  }

  Status header_line(std::string_view text) {
    const std::size_t before = unit_bytes();
    if (Status done = header_.line(text, unit()); !done) return done;
    if (Status done = emit_header(unit_bytes() > before ? 1 : 0); !done) return done;
    if (!header_.done()) return {};
    if (Status done = end_header(); !done) return done;
    if (index_kind_ == IndexKind::none) return {};
    auto index = RegionIndex::of_text(Format::vcf, index_kind_, header_.longest_contig(), tell());
    if (!index) return index.error();
    index_ = std::move(*index);
    return {};
  }

  Status record(std::string_view text) {
    if (text.empty() || text.front() == '#') {
      ++comments_;
      return {};
    }
    const Record record = columns_of(text);
    if (continued() ? record.count < 8 || record.count > most_columns : record.count != header_.columns()) {
      return bad("its columns are not those of the header");
    }
    const std::string_view digits = record.columns[1];
    std::int64_t position = -1;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), position);
    if (record.columns[0].empty() || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() ||
        position < 0 || position > greatest_position) {
      return bad("has no contig or no position");
    }
    append(text);
    unit().push_back('\n');
    if (Status done = place_record(); !done) return done;
    if (index_) {
      if (Status done = index_->add(record.columns[0], interval_of(record, position), tell()); !done) return done;
    }
    return emit_record();
  }

  static RegionIndex::Interval interval_of(const Record& record, std::int64_t position) {
    RegionIndex::Interval interval{position - 1, position - 1 + static_cast<std::int64_t>(record.columns[3].size())};
    const std::optional<std::int64_t> end = info_end(record.columns[7]);
    if (end && *end > interval.begin) interval.end = *end;
    return interval;
  }

  Result<Bytes> finished(std::uint64_t end_at) override {
    count("header lines dropped", header_.lines_dropped());
    count("header fields dropped", header_.fields_dropped());
    count("sample names replaced", header_.samples());
    count("comment lines dropped", comments_);
    return index_ ? index_->finish(end_at) : Result<Bytes>(Bytes{});
  }

  VcfHeader header_;
  IndexKind index_kind_;
  std::unique_ptr<RegionIndex> index_;
  std::uint64_t comments_ = 0;
};

}  // namespace

Result<std::unique_ptr<CleanSource>> open_clean_vcf(files::Fd file, const Transform& transform, ContentTap* tap,
                                                    const RestartPoint* from) {
  if (transform.index != IndexKind::none && transform.index != IndexKind::tbi && transform.index != IndexKind::csi) {
    return refusal("VCF: has no index of kind " + std::string(extension_of(transform.index)), "ask for tbi or csi");
  }
  return CleanVcf::open(std::move(file), transform, tap, from);
}

}  // namespace tributary::genomics
