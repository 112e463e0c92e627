// agent/port/genomics/htslib/record_tags.cpp: the names and the shapes of the table of optional fields.
#include "agent/port/genomics/htslib/record_tags.hpp"

#include <algorithm>

namespace tributary::genomics {

namespace {

/// Numbers that may stay; words of two characters.
constexpr std::string_view numeric_names =
    // SAM tags specification
    "AM AS CG CM CP FI FZ H0 H1 H2 HI IH ML Ml MN MQ NH NM OP PQ SM TC TS UQ "
    // bwa, bowtie2, hisat2, minimap2, STAR, DRAGEN; cF is CRAM's own note on MD and NM
    "X0 X1 XE XF XG XM XN XO XQ XS XT YS ZS HP PC PS cF cm de dv ms nM nn rl s1 s2 sd tp ts jM jI "
    // PacBio: movie statistics, kinetics, query range
    "ac bc bq bx ec fi fn fp ip ma np pw qe qs rc ri rn rp rq sc sn sz we ws zm "
    // Oxford Nanopore: signal range, scaling, duplex, channel and read number
    "ch du dx mv mx ns pt sm sp";

/// Texts that name people or places, whatever a policy says.
constexpr std::string_view telling_names = "BC CO LB PG PU st f5 fn pi";

/// Numbers that place a read on its flow cell.
constexpr std::string_view placing_names = "ch mx rn zm";

bool listed(std::string_view names, char first, char second) {
  for (std::size_t i = 0; i + 1 < names.size(); i += 3) {
    if (names[i] == first && names[i + 1] == second) return true;
  }
  return false;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_base(char c) { return std::string_view("ACGTNUWSMKRYBDHV").find(c) != std::string_view::npos; }
bool is_called_base(char c) { return std::string_view("ACGTN").find(c) != std::string_view::npos; }

/// Reads a shape from front to back.
class Shape {
 public:
  explicit Shape(std::string_view rest) : rest_(rest) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (front() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  template <typename Predicate>
  std::size_t run(Predicate predicate, std::size_t at_most = std::string_view::npos) {
    std::size_t n = 0;
    while (n < rest_.size() && n < at_most && predicate(rest_[n])) ++n;
    rest_.remove_prefix(n);
    return n;
  }
  bool digits() { return run(is_digit, 19) > 0; }
  std::string_view until(char c) {
    const std::string_view word = rest_.substr(0, rest_.find(c));
    rest_.remove_prefix(word.size());
    return word;
  }

 private:
  std::string_view rest_;
};

/// [0-9]+(([A-Z]|\^[A-Z]+)[0-9]+)* with bases for letters.
bool is_mismatches(std::string_view text) {
  Shape shape(text);
  if (!shape.digits()) return false;
  while (!shape.done()) {
    const bool deletion = shape.take('^');
    if (shape.run(is_base, deletion ? std::string_view::npos : 1) == 0 || !shape.digits()) return false;
  }
  return true;
}

bool is_cigar(std::string_view text) {
  if (text == "*") return true;
  Shape shape(text);
  if (shape.done()) return false;
  while (!shape.done()) {
    const auto operation = [](char c) { return std::string_view("MIDNSHPX=").find(c) != std::string_view::npos; };
    if (!shape.digits() || shape.run(operation, 1) == 0) return false;
  }
  return true;
}

bool is_bases(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_called_base(c) || c == '-' || c == '+'; });
}

bool is_cell(std::string_view text) {
  Shape shape(text);
  if (shape.run(is_called_base) == 0) return false;
  return shape.done() || (shape.take('-') && shape.run(is_digit, 4) > 0 && shape.done());
}

/// A running number or the bases themselves, with the strand behind a slash.
bool is_molecule(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view strand = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
  if (!strand.empty() && strand != "/A" && strand != "/B") return false;
  const std::string_view body = text.substr(0, slash);
  if (body.empty()) return false;
  return is_bases(body) || (body.size() <= 12 && std::all_of(body.begin(), body.end(), is_digit));
}

/// ([ACGTUN][-+]([a-z]{1,4}|[0-9]{1,7})[.?]?(,[0-9]+)*;)*
bool is_modifications(std::string_view text) {
  Shape shape(text);
  while (!shape.done()) {
    const auto code = [](char c) { return std::string_view("mhfcgebaonACGTUN").find(c) != std::string_view::npos; };
    if (shape.run([](char c) { return is_called_base(c) || c == 'U'; }, 1) == 0) return false;
    if (!shape.take('-') && !shape.take('+')) return false;
    if (shape.run(code, 4) == 0 && shape.run(is_digit, 7) == 0) return false;
    if (!shape.take('.')) (void)shape.take('?');
    while (shape.take(',')) {
      if (!shape.digits()) return false;
    }
    if (!shape.take(';')) return false;
  }
  return true;
}

}  // namespace

TagTable::TagTable(const Contigs& contigs, const Transform& transform)
    : contigs_(contigs), masked_(transform.read_names == ReadNames::mask), tags_(transform.tags) {}

TagRule TagTable::rule(char first, char second, char type) const {
  const auto is = [&](std::string_view names) { return listed(names, first, second); };
  const bool unknown_stays = tags_ == Tags::all && !is(telling_names);
  if (type == 'H') return unknown_stays ? TagRule::keep : TagRule::drop_text;
  if (type != 'Z') {
    const bool numeric = std::string_view("AcCsSiIfB").find(type) != std::string_view::npos;
    if (!numeric || (masked_ && is(placing_names))) return TagRule::drop_number;
    const bool stays = tags_ == Tags::none ? is("CG") : unknown_stays || is(numeric_names);
    return stays ? TagRule::keep : TagRule::drop_number;
  }
  if (is("RG")) return TagRule::read_group;
  if (tags_ == Tags::none) return TagRule::drop_text;
  if (is("MD")) return TagRule::mismatches;
  if (is("MC OC")) return TagRule::cigar;
  if (is("SA OA")) return TagRule::loci;
  if (is("XA")) return TagRule::alternatives;
  if (is("RX OX UB UR CR")) return TagRule::bases;
  if (is("CB")) return TagRule::cell;
  if (is("MI")) return TagRule::molecule;
  if (is("MM Mm")) return TagRule::modifications;
  if (is("CC")) return TagRule::contig;
  return unknown_stays ? TagRule::keep : TagRule::drop_text;
}

/// SA OA: contig,position,strand,CIGAR,quality,[distance]; XA: contig,±position,CIGAR,distance.
bool TagTable::is_locus(std::string_view text, TagRule rule) const {
  Shape shape(text);
  if (!contigs_.has(shape.until(',')) || !shape.take(',')) return false;
  if (rule == TagRule::alternatives) {
    if (!shape.take('-') && !shape.take('+')) return false;
    return shape.digits() && shape.take(',') && is_cigar(shape.until(',')) && shape.take(',') && shape.digits() &&
           shape.done();
  }
  if (!shape.digits() || !shape.take(',')) return false;
  if (!shape.take('-') && !shape.take('+')) return false;
  if (!shape.take(',') || !is_cigar(shape.until(',')) || !shape.take(',') || !shape.digits() || !shape.take(',')) {
    return false;
  }
  shape.run(is_digit, 19);
  return shape.done();
}

bool TagTable::shape_fits(TagRule rule, std::string_view value) const {
  switch (rule) {
    case TagRule::mismatches:
      return is_mismatches(value);
    case TagRule::cigar:
      return is_cigar(value);
    case TagRule::bases:
      return is_bases(value);
    case TagRule::cell:
      return is_cell(value);
    case TagRule::molecule:
      return is_molecule(value);
    case TagRule::modifications:
      return is_modifications(value);
    case TagRule::contig:
      return value == "=" || contigs_.has(value);
    case TagRule::loci:
    case TagRule::alternatives: {
      if (value.empty() || value.back() != ';') return false;
      while (!value.empty()) {
        const auto end = value.find(';');
        if (!is_locus(value.substr(0, end), rule)) return false;
        value.remove_prefix(end + 1);
      }
      return true;
    }
    default:
      return !is_dropped(rule);
  }
}

}  // namespace tributary::genomics
