// agent/port/genomics/htslib/fastq.cpp: takes FASTQ records apart and puts the clean ones together.
#include "agent/port/genomics/htslib/fastq.hpp"

#include <array>
#include <optional>

#include "agent/port/genomics/htslib/clean_text.hpp"
#include "agent/port/genomics/htslib/read_name.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t longest_name_bytes = 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Letters, gaps and stops: nothing a text could be hidden in unseen. Written to be vectorised.
bool are_bases(std::string_view text) {
  unsigned foreign = 0;
  for (const char c : text) {
    const unsigned letter = (static_cast<unsigned char>(c) | 0x20U) - 'a';
    foreign |= static_cast<unsigned>(letter > 25U) & static_cast<unsigned>(c != '.') & static_cast<unsigned>(c != '-') &
               static_cast<unsigned>(c != '*');
  }
  return foreign == 0;
}

/// Printable ASCII without the blank.
bool is_graphic(std::string_view text) {
  unsigned foreign = 0;
  for (const char c : text) foreign |= static_cast<unsigned>(static_cast<unsigned char>(c) - 0x21U > 0x5dU);
  return foreign == 0;
}

class CleanFastq final : public CleanText {
 public:
  static Result<std::unique_ptr<CleanSource>> open(files::Fd file, const Transform& transform, const Pass& pass) {
    auto input = Unpacker::open(std::move(file), {}, Unpacker::Trailing::refuse, pass.workers);
    if (!input) return in("FASTQ", input.error());
    if ((*input)->empty_file()) return refusal("FASTQ: a file of 0 bytes", "have it written again");
    std::unique_ptr<CleanFastq> clean(new CleanFastq(std::move(*input), transform, pass));
    if (pass.from != nullptr) {
      if (Status done = clean->continue_from(*pass.from); !done) return done.error();
    }
    return std::unique_ptr<CleanSource>(std::move(clean));
  }

 private:
  using Record = std::array<Window::Line, 4>;

  CleanFastq(std::unique_ptr<Unpacker> input, const Transform& transform, const Pass& pass)
      : CleanText("FASTQ", Format::fastq, std::move(input), pass) {
    if (transform.read_names == ReadNames::mask) mask_.emplace(transform.name_key);
  }

  Error bad(const char* what) const {
    return refusal("record " + std::to_string(records() + 1) + ": " + what,
                   "the file is damaged: have it written again");
  }

  Result<bool> step() override {
    Record record;
    std::size_t at = 0;
    for (Window::Line& line : record) {
      Result<Window::Line> found = window().line(at);
      if (!found) return in("record " + std::to_string(records() + 1), found.error());
      line = *found;
      at = line.end;
      if (&line != record.data()) continue;
      if (!line.found) return false;
      if (line.size == 0) return blank_tail();
    }
    if (!record[3].found && !(record[2].found && record[1].size == 0)) return bad("the file ends within it");
    if (Status done = build(record); !done) return done.error();
    if (Status done = emit_record(at); !done) return done.error();
    return true;
  }

  /// A blank line where a record should start: nothing but blank lines may follow.
  Result<bool> blank_tail() {
    while (true) {
      Result<Window::Line> line = window().line(0);
      if (!line) return line.error();
      if (!line->found) return false;
      if (line->size > 0) return bad("a blank line stands before it");
      if (Status done = drop(line->end); !done) return done.error();
    }
  }

  Status build(const Record& record) {
    const std::string_view head = window().text(record[0]);
    const std::string_view bases = window().text(record[1]);
    const std::string_view plus = window().text(record[2]);
    const std::string_view qualities = record[3].found ? window().text(record[3]) : std::string_view{};
    if (head.front() != '@') return bad("does not start with @");
    if (plus.empty() || plus.front() != '+') return bad("its third line does not start with +");
    if (bases.size() != qualities.size()) return bad("bases and qualities differ in number");
    if (!are_bases(bases)) return bad("a foreign character among its bases");
    if (!is_graphic(qualities)) return bad("a foreign character among its qualities");
    if (Status done = build_name(head.substr(1)); !done) return done;
    unit().push_back('\n');
    append(bases);
    append("\n+\n");
    append(qualities);
    unit().push_back('\n');
    if (plus.size() > 1) ++repeated_names_;
    return {};
  }

  Status build_name(std::string_view head) {
    const std::size_t blank = head.find_first_of(" \t");
    const std::string_view name = head.substr(0, blank);
    const std::string_view comment = blank == std::string_view::npos ? std::string_view{} : head.substr(blank + 1);
    if (name.empty()) return bad("has no name");
    if (name.size() > longest_name_bytes) return bad("its name is longer than 1024 bytes");
    if (!is_graphic(name)) return bad("a foreign character in its name");
    unit().push_back('@');
    append(mask_ ? mask_->mask(name) : name);
    if (is_illumina_comment(comment)) {
      // The index says which place on the sample sheet it was: under a mask it goes as BC of BAM does.
      const std::string_view kept = mask_ ? comment.substr(0, comment.rfind(':') + 1) : comment;
      if (kept.size() < comment.size()) ++indices_;
      unit().push_back(' ');
      append(kept);
    } else if (blank != std::string_view::npos) {
      ++comments_;
    }
    return {};
  }

  Status add_to_index(const Region&, std::uint64_t) override { return {}; }

  Result<Bytes> finished(std::uint64_t) override {
    count("read comments dropped", comments_);
    count("repeated names dropped", repeated_names_);
    count("read names masked", mask_ ? records() : 0);
    if (indices_ > 0) count("indices dropped from comments", indices_);
    return Bytes{};
  }

  bool end_block_optional() const override { return true; }

  std::optional<ReadNameMask> mask_;
  std::uint64_t comments_ = 0;
  std::uint64_t repeated_names_ = 0;
  std::uint64_t indices_ = 0;
};

}  // namespace

bool is_illumina_comment(std::string_view comment) {
  if (comment.size() < 6 || comment[0] < '1' || comment[0] > '3' || comment[1] != ':') return false;
  if ((comment[2] != 'Y' && comment[2] != 'N') || comment[3] != ':') return false;
  std::size_t at = 4;
  while (at < comment.size() && is_digit(comment[at])) ++at;
  if (at == 4 || at > 14 || at == comment.size() || comment[at] != ':') return false;
  return comment.find_first_not_of("ACGTN+0123456789", at + 1) == std::string_view::npos;
}

Result<std::unique_ptr<CleanSource>> open_clean_fastq(files::Fd file, const Transform& transform, const Pass& pass) {
  if (transform.index != IndexKind::none) return refusal("FASTQ: has no index", "ask for none");
  return CleanFastq::open(std::move(file), transform, pass);
}

}  // namespace tributary::genomics
