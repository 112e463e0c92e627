// agent/port/genomics/htslib/vcf.cpp: header by allow-list, records as they stand or cut, index beside.
#include "agent/port/genomics/htslib/vcf.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

#include "agent/port/genomics/htslib/clean_text.hpp"
#include "agent/port/genomics/htslib/region_index.hpp"
#include "agent/port/genomics/htslib/vcf_cut.hpp"
#include "agent/port/genomics/htslib/vcf_header.hpp"
#include "agent/port/genomics/htslib/vcf_record.hpp"

namespace tributary::genomics {

namespace {

constexpr std::int64_t greatest_position = std::int64_t{1} << 43U;

/// A bit at the top of each of the eight bytes that is a tab.
std::uint64_t tabs_in(std::uint64_t bytes) {
  constexpr std::uint64_t low = 0x7f7f7f7f7f7f7f7fU;
  const std::uint64_t others = bytes ^ 0x0909090909090909U;
  return ~(((others & low) + low) | others | low);
}

/// Fills `columns`; false when there are more or fewer. Columns are short: eight bytes at once are faster here than a
/// search for each tab.
bool find_columns(std::string_view text, std::vector<std::string_view>& columns) {
  static_assert(std::endian::native == std::endian::little);
  std::size_t begin = 0;
  std::size_t count = 0;
  const auto end_column = [&](std::size_t at) {
    if (count < columns.size()) columns[count] = text.substr(begin, at - begin);
    ++count;
    begin = at + 1;
  };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    for (std::uint64_t tabs = tabs_in(bytes); tabs != 0; tabs &= tabs - 1)
      end_column(at + static_cast<std::size_t>(std::countr_zero(tabs)) / 8);
  }
  for (; at < text.size(); ++at) {
    if (text[at] == '\t') end_column(at);
  }
  end_column(text.size());
  return count == columns.size();
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
  static Result<std::unique_ptr<CleanSource>> open(files::Fd file, const Transform& transform, const Pass& pass) {
    auto input = Unpacker::open(std::move(file), {}, Unpacker::Trailing::refuse, pass.workers);
    if (!input) return in("VCF", input.error());
    std::unique_ptr<CleanVcf> clean(new CleanVcf(std::move(*input), transform, pass));
    if (pass.from != nullptr) {
      if (Status done = clean->read_header(); !done) return in("VCF", done.error());
      if (Status done = clean->continue_from(*pass.from); !done) return done.error();
    }
    return std::unique_ptr<CleanSource>(std::move(clean));
  }

 private:
  CleanVcf(std::unique_ptr<Unpacker> input, const Transform& transform, const Pass& pass)
      : CleanText("VCF", Format::vcf, std::move(input), pass),
        header_(VcfHeader::Kind::vcf, transform),
        cleaner_(header_),
        index_kind_(transform.index) {
    if (!transform.columns.empty()) cut_.emplace(header_, transform);
  }

  /// For what it says of the records; nothing is given out.
  Status read_header() {
    Bytes unused;
    while (!header_.done()) {
      Result<Window::Line> line = window().line(0);
      if (!line) return line.error();
      if (!line->found) return refusal("the file ends within its header", "it is truncated: have it written again");
      unused.clear();
      if (Status done = header_.line(window().text(*line), unused); !done) return done;
      window().take(line->end);
    }
    return {};
  }

  [[nodiscard]] std::uint64_t records_cut() const { return cut_ ? cut_->counts().records_dropped : 0; }

  Error bad(const char* what) const {
    return refusal("record " + std::to_string(records() + records_cut() + 1) + ": " + what,
                   "the file is damaged: have it written again");
  }

  Result<bool> step() override {
    Result<Window::Line> line = window().line(0);
    if (!line) return line.error();
    const bool in_header = !header_.done();
    if (!line->found) {
      if (in_header) return refusal("the file ends within its header", "it is truncated: have it written again");
      return false;
    }
    if (line->end == line->size) return bad("the file ends within its line");
    const std::string_view text = window().text(*line);
    Status done = in_header ? header_line(text, line->end) : record(text, line->end);
    if (!done) return done.error();
    return true;
  }

  Status header_line(std::string_view text, std::size_t consumed) {
    const std::size_t before = unit_bytes();
    if (Status done = header_.line(text, unit()); !done) return done;
    if (Status done = emit_header(unit_bytes() > before ? 1 : 0, consumed); !done) return done;
    if (!header_.done()) return {};
    auto records_at = end_header();
    if (!records_at) return records_at.error();
    if (index_kind_ == IndexKind::none) return {};
    auto index = RegionIndex::of_text(Format::vcf, index_kind_, header_.longest_contig(), *records_at);
    if (!index) return index.error();
    index_ = std::move(*index);
    return {};
  }

  Status record(std::string_view text, std::size_t consumed) {
    if (text.empty() || text.front() == '#') {
      ++comments_;
      return drop(consumed);
    }
    if (!cut_) return record_of(text, consumed);
    Result<bool> stays = cut_->cut(text);
    if (!stays) return bad(stays.error().what.c_str());
    return *stays ? record_of(cut_->record(), consumed) : drop(consumed);
  }

  /// `text`: the record of `consumed` bytes of the window, cut.
  Status record_of(std::string_view text, std::size_t consumed) {
    columns_.resize(header_.columns());
    if (!find_columns(text, columns_)) return bad("its columns are not those of the header");
    const std::string_view digits = columns_[1];
    std::int64_t position = -1;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), position);
    if (columns_[0].empty() || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() ||
        position < 0 || position > greatest_position) {
      return bad("has no contig or no position");
    }
    if (cleaner_.is_clean(columns_)) {
      append(text);
    } else if (Status done = cleaner_.clean(columns_, unit()); !done) {
      return bad(done.error().what.c_str());
    }
    unit().push_back('\n');
    if (!index_) return emit_record(consumed);
    auto contig = index_->number_of(columns_[0]);
    if (!contig) return contig.error();
    Region region{*contig, position - 1, position - 1 + static_cast<std::int64_t>(columns_[3].size()), true};
    const std::optional<std::int64_t> end = info_end(columns_[7]);
    if (end && *end > region.begin) region.end = *end;
    return emit_record(consumed, &region);
  }

  Status add_to_index(const Region& region, std::uint64_t end_at) override { return index_->add(region, end_at); }

  Result<Bytes> finished(std::uint64_t end_at) override {
    count("header lines dropped", header_.lines_dropped());
    count("header fields dropped", header_.fields_dropped());
    count("sample names replaced", header_.samples());
    count("comment lines dropped", comments_);
    count("record texts dropped", cleaner_.counts().texts_dropped);
    count("record ids dropped", cleaner_.counts().ids_dropped);
    if (cut_) {
      count("sample columns cut", header_.source_samples() - header_.samples());
      cut_->counts().tell(counters());
    }
    return index_ ? index_->finish(end_at) : Result<Bytes>(Bytes{});
  }

  VcfHeader header_;
  VcfRecordCleaner cleaner_;
  std::optional<VcfCut> cut_;
  std::vector<std::string_view> columns_;
  IndexKind index_kind_;
  std::unique_ptr<RegionIndex> index_;
  std::uint64_t comments_ = 0;
};

}  // namespace

Result<std::unique_ptr<CleanSource>> open_clean_vcf(files::Fd file, const Transform& transform, const Pass& pass) {
  if (transform.index != IndexKind::none && transform.index != IndexKind::tbi && transform.index != IndexKind::csi) {
    return refusal("VCF: has no index of kind " + std::string(extension_of(transform.index)), "ask for tbi or csi");
  }
  return CleanVcf::open(std::move(file), transform, pass);
}

}  // namespace tributary::genomics
