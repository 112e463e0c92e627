// agent/port/genomics/htslib/bcf.cpp: a new header in front of records that are copied (VCF specification, section 6).
#include "agent/port/genomics/htslib/bcf.hpp"

#include <optional>

#include "agent/port/genomics/htslib/clean_text.hpp"
#include "agent/port/genomics/htslib/region_index.hpp"
#include "agent/port/genomics/htslib/tap_batch.hpp"
#include "agent/port/genomics/htslib/vcf_cut.hpp"
#include "agent/port/genomics/htslib/vcf_header.hpp"
#include "agent/port/genomics/htslib/vcf_record.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t prefix_bytes = 9;  // magic, version, length of the text
constexpr std::size_t lengths_bytes = 8;
constexpr std::size_t fixed_bytes = 24;  // CHROM, POS, rlen, QUAL, numbers of alleles, INFO, FORMAT and samples
constexpr std::uint64_t record_limit_bytes = std::uint64_t{128} << 20U;
constexpr const char* truncated = "it is truncated: have it written again";

std::uint32_t le32(std::string_view bytes, std::size_t at) { return load_le32(view(bytes.substr(at, 4))); }

class CleanBcf final : public CleanText {
 public:
  static Result<std::unique_ptr<CleanSource>> open(files::Fd file, const Transform& transform, const Pass& pass) {
    auto input = Unpacker::open(std::move(file), {}, Unpacker::Trailing::refuse, pass.workers);
    if (!input) return in("BCF", input.error());
    std::unique_ptr<CleanBcf> clean(new CleanBcf(std::move(*input), transform, pass));
    if (pass.from != nullptr) {
      if (Status done = clean->read_header(); !done) return in("BCF", done.error());
      if (Status done = clean->continue_from(*pass.from); !done) return done.error();
    }
    return std::unique_ptr<CleanSource>(std::move(clean));
  }

 private:
  CleanBcf(std::unique_ptr<Unpacker> input, const Transform& transform, const Pass& pass)
      : CleanText("BCF", Format::bcf, std::move(input), pass),
        header_(VcfHeader::Kind::bcf, transform),
        cleaner_(header_),
        wants_index_(transform.index != IndexKind::none) {
    if (!transform.columns.empty()) cut_.emplace(header_, transform);
  }

  /// For what it says of the records; nothing is given out.
  Status read_header() {
    Bytes unused;
    auto size = clean_header(unused);
    return size ? Status{} : Status(size.error());
  }

  Result<bool> step() override {
    if (!header_.done()) {
      Status done = header();
      return done ? Result<bool>(true) : Result<bool>(done.error());
    }
    Result<std::size_t> size = bcf_record_bytes(window());
    if (!size) return in("record " + std::to_string(number()), size.error());
    if (*size == 0) return false;
    const std::string_view source = window().rest().substr(0, *size);
    if (!cut_) {
      Status done = record(source, *size);
      return done ? Result<bool>(true) : Result<bool>(done.error());
    }
    Result<bool> stays = cut_->cut(view(source));
    if (!stays) return bad(stays.error().what.c_str());
    Status done = *stays ? record(text(cut_->record()), *size) : drop(*size);
    return done ? Result<bool>(true) : Result<bool>(done.error());
  }

  /// Appends the clean text; answers the bytes of the window that it is made of.
  Result<std::size_t> clean_header(Bytes& clean) {
    Result<BcfHeaderText> source = bcf_header_text(window());
    if (!source) return source.error();
    for (std::string_view rest = source->text; !rest.empty() && !header_.done();) {
      const std::size_t feed = rest.find('\n');
      std::string_view line = rest.substr(0, feed);
      rest.remove_prefix(feed == std::string_view::npos ? rest.size() : feed + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (Status done = header_.line(line, clean); !done) return done.error();
    }
    if (!header_.done()) return refusal("the header has no line of column names", "have the file written again");
    return source->end;
  }

  Status header() {
    Bytes clean;
    auto size = clean_header(clean);
    if (!size) return size.error();
    if (Status done = tap_lines(tap(), text(clean)); !done) return done;
    append(window().rest().substr(0, 5));
    append_le32(unit(), static_cast<std::uint32_t>(clean.size() + 1));
    append(text(clean));
    unit().push_back(0);
    if (Status done = emit_binary_header(*size); !done) return done;
    auto records_at = end_header();
    if (!records_at) return records_at.error();
    if (!wants_index_) return {};
    auto index = RegionIndex::of_bcf(header_.contigs(), header_.longest_contig(), *records_at);
    if (!index) return index.error();
    index_ = std::move(*index);
    return {};
  }

  /// Of the record at the front of the window.
  [[nodiscard]] std::uint64_t number() const { return records() + (cut_ ? cut_->counts().records_dropped : 0) + 1; }

  Error bad(const char* what) const {
    return refusal("record " + std::to_string(number()) + ": " + what, "the file is damaged: have it written again");
  }

  /// `bytes`: the record of `consumed` bytes of the window, cut.
  Status record(std::string_view bytes, std::size_t consumed) {
    const auto contig = static_cast<std::int32_t>(le32(bytes, lengths_bytes));
    const auto position = static_cast<std::int32_t>(le32(bytes, lengths_bytes + 4));
    const auto length = static_cast<std::int32_t>(le32(bytes, lengths_bytes + 8));
    const std::uint32_t samples = le32(bytes, lengths_bytes + 20) & 0xffffffU;
    if (contig < 0 || static_cast<std::uint64_t>(contig) >= header_.contigs())
      return bad("its contig is not in the header");
    if (samples != header_.samples()) return bad("its number of samples is not that of the header");
    if (Status done = cleaner_.clean(view(bytes), unit()); !done) return bad(done.error().what.c_str());
    const Region region{contig, position, std::int64_t{position} + std::max(length, 1), true};
    return emit_record(consumed, index_ ? &region : nullptr);
  }

  Status add_to_index(const Region& region, std::uint64_t end_at) override { return index_->add(region, end_at); }

  Result<Bytes> finished(std::uint64_t end_at) override {
    count("header lines dropped", header_.lines_dropped());
    count("header fields dropped", header_.fields_dropped());
    count("sample names replaced", header_.samples());
    count("record texts dropped", cleaner_.counts().texts_dropped);
    count("record ids dropped", cleaner_.counts().ids_dropped);
    if (cut_) {
      count("sample columns cut", header_.source_samples() - header_.samples());
      cut_->counts().tell(counters());
    }
    return index_ ? index_->finish(end_at) : Result<Bytes>(Bytes{});
  }

  VcfHeader header_;
  BcfRecordCleaner cleaner_;
  std::optional<BcfCut> cut_;
  bool wants_index_;
  std::unique_ptr<RegionIndex> index_;
};

}  // namespace

Result<BcfHeaderText> bcf_header_text(Window& window) {
  const Error cut = refusal("the file ends within its header", truncated);
  Result<bool> there = window.have(prefix_bytes);
  if (!there) return there.error();
  if (!*there) return cut;
  const std::string_view prefix = window.rest().substr(0, prefix_bytes);
  if (!prefix.starts_with("BCF\2") || (prefix[4] != 1 && prefix[4] != 2)) return refusal("this is no BCF 2.1 or 2.2");
  const std::size_t length = le32(prefix, 5);
  if (length > longest_line_bytes) return refusal("a header of more than 64 MiB", "this is no file of its kind");
  if (there = window.have(prefix_bytes + length); !there) return there.error();
  if (!*there) return cut;
  const std::string_view text = window.rest().substr(prefix_bytes, length);
  return BcfHeaderText{text.substr(0, text.find('\0')), prefix_bytes + length};
}

Result<std::size_t> bcf_record_bytes(Window& window) {
  Result<bool> there = window.have(lengths_bytes);
  if (!there) return there.error();
  if (!*there) {
    if (window.rest().empty()) return std::size_t{0};
    return refusal("the file ends within it", truncated);
  }
  const std::uint64_t shared = le32(window.rest(), 0);
  const std::uint64_t size = lengths_bytes + shared + le32(window.rest(), 4);
  if (shared < fixed_bytes) return refusal("its length is too small", "the file is damaged: have it written again");
  if (size > record_limit_bytes) return refusal("more than 128 MiB", "the file is damaged: have it written again");
  if (there = window.have(static_cast<std::size_t>(size)); !there) return there.error();
  if (!*there) return refusal("the file ends within it", truncated);
  return static_cast<std::size_t>(size);
}

Result<std::unique_ptr<CleanSource>> open_clean_bcf(files::Fd file, const Transform& transform, const Pass& pass) {
  if (transform.index != IndexKind::none && transform.index != IndexKind::csi) {
    return refusal("BCF: has no index of kind " + std::string(extension_of(transform.index)), "ask for csi");
  }
  return CleanBcf::open(std::move(file), transform, pass);
}

}  // namespace tributary::genomics
