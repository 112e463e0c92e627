// tests/agent/genomics/joint_samples.cpp: random records, and the slow cut.
#include "tests/agent/genomics/joint_samples.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "agent/base/text.hpp"

namespace tributary::genomics::sample {

namespace {

using Words = std::vector<std::string>;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t end) { return engine_() % end; }
  bool one_in(std::size_t of) { return below(of) == 0; }
  const std::string& of(const Words& words) { return words[below(words.size())]; }

 private:
  std::mt19937 engine_;
};

// All genotypes of `ploidy` copies of `alleles` alleles in the order of VCF 4.4, section 1.6.2.
void genotypes(std::size_t ploidy, std::size_t alleles, const std::vector<std::size_t>& suffix,
               std::vector<std::vector<std::size_t>>& out) {
  for (std::size_t allele = 0; allele < alleles; ++allele) {
    auto genotype = suffix;
    genotype.insert(genotype.begin(), allele);
    if (ploidy == 1) {
      out.push_back(genotype);
    } else {
      genotypes(ploidy - 1, allele + 1, genotype, out);
    }
  }
}

std::vector<std::vector<std::size_t>> genotypes(std::size_t ploidy, std::size_t alleles) {
  std::vector<std::vector<std::size_t>> all;
  genotypes(ploidy, alleles, {}, all);
  return all;
}

std::string numbers(Dice& dice, std::size_t count) {
  if (dice.one_in(9)) return ".";
  if (dice.one_in(15)) ++count;  // not as many as there should be
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? "," : "") + std::to_string(dice.below(90));
  return out.empty() ? "." : out;
}

std::string genotype(Dice& dice, std::size_t ploidy, std::size_t alleles) {
  std::string out;
  for (std::size_t i = 0; i < ploidy; ++i) {
    if (i > 0) out += dice.one_in(3) ? "|" : "/";
    const std::size_t allele = dice.one_in(3) ? dice.below(alleles) : 0;
    out += dice.one_in(8) ? "." : std::to_string(dice.one_in(60) ? alleles + 3 : allele);
  }
  return out;
}

std::string values(Dice& dice, const Words& keys, std::size_t alleles) {
  const std::size_t ploidy = dice.one_in(6) ? 1 + dice.below(4) : 2;
  std::string out;
  for (const auto& key : keys) {
    if (!out.empty() && dice.one_in(20)) break;  // what stands behind is missing
    if (!out.empty()) out += ":";
    if (key == "GT") out += genotype(dice, ploidy, alleles);
    if (key == "DP") out += numbers(dice, 1);
    if (key == "AD" || key == "XR") out += numbers(dice, alleles);
    if (key == "PL" || key == "XG") out += numbers(dice, genotypes(ploidy, alleles).size());
    if (key == "XA") out += numbers(dice, alleles - 1);
    if (key == "XX") out += numbers(dice, dice.below(5));
    if (key == "FT") out += dice.one_in(2) ? "PASS" : "q10";
  }
  return out;
}

std::string alternates(Dice& dice, bool block) {
  if (block) return dice.one_in(2) ? "." : "<NON_REF>";
  Words known = {"C", "G", "T", "AC", "<DEL>", "*", "<DUP>"};
  std::string out;
  for (std::size_t i = 1 + (dice.one_in(2) ? 0 : dice.below(4)); i > 0; --i) {
    const auto at = known.begin() + static_cast<std::ptrdiff_t>(dice.below(known.size()));
    out += (out.empty() ? "" : ",") + *at;
    known.erase(at);
  }
  if (dice.one_in(4)) out += dice.one_in(2) ? ",<NON_REF>" : ",<*>";
  return out;
}

std::string infos(Dice& dice, std::size_t position, std::size_t alternates, bool block) {
  Words out;
  if (block || dice.one_in(9)) out.push_back("END=" + std::to_string(position + dice.below(30)));
  for (const char* key : {"AC", "AF", "SVLEN"}) {
    if (alternates > 0 && dice.one_in(2)) out.push_back(std::string(key) + "=" + numbers(dice, alternates));
  }
  for (const char* key : {"AN", "DP", "NS", "MQ", "CIPOS"}) {
    if (dice.one_in(2)) out.push_back(std::string(key) + "=" + std::to_string(dice.below(60)));
  }
  if (dice.one_in(3)) out.emplace_back("DB");
  if (dice.one_in(4)) out.emplace_back("SVTYPE=DEL");
  for (std::size_t i = out.size(); i > 1; --i) std::swap(out[i - 1], out[dice.below(i)]);
  return out.empty() ? "." : join(out, ";");
}

// --- the slow cut ---

struct Slow {
  Words columns;  // of the record
  std::vector<std::uint32_t> wanted;
  Words alleles;
  std::map<std::size_t, std::size_t> carried;
  std::set<std::size_t> bad;  // columns
  std::size_t called = 0;
  std::vector<std::size_t> kept;

  [[nodiscard]] bool stays(std::size_t allele) const {
    return std::find(kept.begin(), kept.end(), allele) != kept.end();
  }
  [[nodiscard]] std::size_t number(std::size_t allele) const {
    return static_cast<std::size_t>(std::find(kept.begin(), kept.end(), allele) - kept.begin());
  }
  [[nodiscard]] bool cuts() const { return kept.size() < alleles.size(); }
  [[nodiscard]] bool has_variant() const {
    return std::any_of(kept.begin() + 1, kept.end(), [this](std::size_t allele) {
      return alleles[allele] != "*" && alleles[allele] != "<*>" && alleles[allele] != "<NON_REF>";
    });
  }
};

Words called_by(const std::string& genotype) {
  std::string text = genotype;
  std::replace(text.begin(), text.end(), '|', '/');
  return split(text, '/');
}

void call(Slow& slow) {
  const auto keys = split(slow.columns[8], ':');
  for (const auto column : slow.wanted) {
    const auto fields = split(slow.columns[9 + column], ':');
    if (keys[0] != "GT") continue;
    const auto copies = called_by(fields[0]);
    const auto is_bad = [&](const std::string& allele) {
      return allele != "." && std::stoul(allele) >= slow.alleles.size();
    };
    if (std::any_of(copies.begin(), copies.end(), is_bad)) {
      slow.bad.insert(column);
      continue;
    }
    for (const auto& allele : copies) {
      if (allele == ".") continue;
      ++slow.carried[std::stoul(allele)];
      ++slow.called;
    }
  }
  for (std::size_t i = 0; i < slow.alleles.size(); ++i) {
    const bool rest = slow.alleles[i] == "<NON_REF>" || slow.alleles[i] == "<*>";
    if (i == 0 || rest || slow.carried.count(i) != 0) slow.kept.push_back(i);
  }
}

// Of a list with one value for each item of `all`; nothing when it is no such list.
std::string some(const Slow& slow, const std::string& list, char number) {
  const auto words = split(list, ',');
  Words out;
  for (std::size_t ploidy = number == 'G' ? 1 : 99; ploidy < 6; ++ploidy) {
    const auto all = genotypes(ploidy, slow.alleles.size());
    if (all.size() != words.size()) continue;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (std::all_of(all[i].begin(), all[i].end(), [&](std::size_t allele) { return slow.stays(allele); }))
        out.push_back(words[i]);
    }
    return join(out, ",");
  }
  const std::size_t first = number == 'A' ? 1 : 0;
  if (number == 'G' || number == '.' || words.size() + first != slow.alleles.size()) return "?";
  for (std::size_t i = first; i < slow.alleles.size(); ++i) {
    if (slow.stays(i)) out.push_back(words[i - first]);
  }
  return join(out, ",");
}

std::string frequency(const Slow& slow, std::size_t allele) {
  if (slow.called == 0) return ".";
  char text[32];
  const double carried = static_cast<double>(slow.carried.count(allele) != 0 ? slow.carried.at(allele) : 0);
  std::snprintf(text, sizeof text, "%g",
                static_cast<double>(static_cast<float>(carried / static_cast<double>(slow.called))));
  return text;
}

std::string info(const Slow& slow) {
  Words out;
  for (const auto& entry : split(slow.columns[7], ';')) {
    const auto key = entry.substr(0, entry.find('='));
    const bool emptied = slow.cuts() && !slow.has_variant();
    bool lost = false, left = false;  // structural variants
    for (std::size_t i = 1; i < slow.alleles.size(); ++i) {
      const bool structural = slow.alleles[i] == "<DEL>" || slow.alleles[i] == "<DUP>";
      (slow.stays(i) ? left : lost) |= structural;
    }
    Words made;
    for (std::size_t i = 1; i < slow.kept.size(); ++i) {
      const auto allele = slow.kept[i];
      if (key == "AC") made.push_back(std::to_string(slow.carried.count(allele) != 0 ? slow.carried.at(allele) : 0));
      if (key == "AF") made.push_back(frequency(slow, allele));
    }
    if (!made.empty()) out.push_back(key + "=" + join(made, ","));
    if (key == "AN") out.push_back("AN=" + std::to_string(slow.called));
    const bool site = key == "END" || key == "DB" || key == "SVTYPE" || key == "CIPOS" || key == "SVLEN";
    if (!site || emptied || (lost && !left && key != "DB")) continue;
    if (key != "SVLEN" || !slow.cuts() || entry == "SVLEN=.") {
      out.push_back(entry);
    } else if (const auto values = some(slow, entry.substr(6), 'A'); values != "?" && !values.empty()) {
      out.push_back("SVLEN=" + values);
    }
  }
  return out.empty() ? "." : join(out, ";");
}

std::string column(const Slow& slow, std::uint32_t number) {
  const auto keys = split(slow.columns[8], ':');
  Words out;
  for (const auto& value : split(slow.columns[9 + number], ':')) {
    const auto& key = keys[out.size()];
    if (key == "GT" && slow.bad.count(number) != 0) {
      out.emplace_back(".");
    } else if (key == "GT") {
      std::string genotype;
      for (const char c : value)
        genotype +=
            c >= '0' && c <= '9' ? std::to_string(slow.number(static_cast<std::size_t>(c - '0'))) : std::string(1, c);
      out.push_back(genotype);
    } else if (!slow.cuts() || value == "." || key == "DP" || key == "FT") {
      out.push_back(value);
    } else {
      const char kind = key == "AD" || key == "XR" ? 'R' : key == "PL" || key == "XG" ? 'G' : key == "XA" ? 'A' : '.';
      const auto values = some(slow, value, kind);
      out.push_back(values == "?" || values.empty() ? "." : values);
    }
  }
  return join(out, ":");
}

}  // namespace

std::string joint_header(std::size_t samples) {
  std::string text =
      "##fileformat=VCFv4.3\n"
      "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
      "##FILTER=<ID=q10,Description=\"low\">\n"
      "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n"
      "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Count\">\n"
      "##INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">\n"
      "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Called\">\n"
      "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
      "##INFO=<ID=NS,Number=1,Type=Integer,Description=\"Samples\">\n"
      "##INFO=<ID=MQ,Number=1,Type=Float,Description=\"Quality\">\n"
      "##INFO=<ID=CIPOS,Number=1,Type=Integer,Description=\"Place\">\n"
      "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"Length\">\n"
      "##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Kind\">\n"
      "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"Known\">\n"
      "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
      "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
      "##FORMAT=<ID=AD,Number=.,Type=Integer,Description=\"Depths, as older writers declare them\">\n"
      "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"Likelihoods\">\n"
      "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"Filter\">\n"
      "##FORMAT=<ID=XA,Number=A,Type=Float,Description=\"One for each alternate\">\n"
      "##FORMAT=<ID=XR,Number=R,Type=Float,Description=\"One for each allele\">\n"
      "##FORMAT=<ID=XG,Number=G,Type=Float,Description=\"One for each genotype\">\n"
      "##FORMAT=<ID=XX,Number=.,Type=Integer,Description=\"Any number\">\n"
      "##ALT=<ID=DEL,Description=\"Deletion\">\n"
      "##contig=<ID=chr1,length=248956422>\n"
      "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
  for (std::size_t i = 0; i < samples; ++i) text += "\tS" + std::to_string(i);
  return text + "\n";
}

std::string joint_text(std::size_t samples, std::size_t records, std::uint32_t seed) {
  Dice dice(seed);
  std::string text = joint_header(samples);
  for (std::size_t i = 0; i < records; ++i) {
    const std::size_t position = 100 + 37 * i;
    const bool block = dice.one_in(10);
    const auto alts = alternates(dice, block);
    const std::size_t alternate_count = alts == "." ? 0 : split(alts, ',').size();
    Words keys = {"DP", "AD", "PL", "XA", "XR", "XG", "XX", "FT"};
    for (std::size_t at = keys.size(); at > 1; --at) std::swap(keys[at - 1], keys[dice.below(at)]);
    keys.resize(1 + dice.below(keys.size()));
    if (!dice.one_in(25)) keys.insert(keys.begin(), "GT");
    text += "chr1\t" + std::to_string(position) + (dice.one_in(2) ? "\trs" + std::to_string(i) : "\t.") + "\tA\t" +
            alts + "\t" + (dice.one_in(3) ? "." : std::to_string(dice.below(99))) + "\tPASS\t" +
            infos(dice, position, alternate_count, block) + "\t" + join(keys, ":");
    for (std::size_t s = 0; s < samples; ++s) text += "\t" + values(dice, keys, alternate_count + 1);
    text += "\n";
  }
  return text;
}

Transform joint_transform(Format format, const std::vector<std::uint32_t>& columns, IndexKind index,
                          BareSites bare_sites) {
  Transform transform = vcf_transform(format, index);
  transform.name_key = Secret<32>(view(std::string(32, 'k')));
  transform.bare_sites = bare_sites;
  for (const auto column : columns) {
    transform.columns.push_back({column, column_check(transform.name_key, "S" + std::to_string(column)),
                                 "T" + std::to_string(transform.columns.size())});
  }
  return transform;
}

std::string slowly_cut(const std::string& records, const std::vector<std::uint32_t>& columns, BareSites bare_sites) {
  std::string text;
  for (const auto& line : split(records, '\n')) {
    if (line.empty()) continue;
    Slow slow{split(line, '\t'), columns, {}, {}, {}, 0, {}};
    slow.alleles = {slow.columns[3]};
    for (const auto& allele : split(slow.columns[4], ',')) {
      if (allele != ".") slow.alleles.push_back(allele);
    }
    call(slow);
    const bool rest = std::any_of(slow.alleles.begin(), slow.alleles.end(),
                                  [](const auto& allele) { return allele == "<*>" || allele == "<NON_REF>"; });
    const bool block = slow.alleles.size() == 1 && (";" + slow.columns[7]).find(";END=") != std::string::npos;
    if (bare_sites == BareSites::drop && !slow.has_variant() && !rest && !block) continue;
    for (const std::size_t of_variant : {2U, 5U, 6U}) {
      if (slow.cuts() && !slow.has_variant()) slow.columns[of_variant] = ".";
    }
    slow.columns[7] = info(slow);
    Words alternates;
    for (std::size_t i = 1; i < slow.kept.size(); ++i) alternates.push_back(slow.alleles[slow.kept[i]]);
    slow.columns[4] = alternates.empty() ? "." : join(alternates, ",");
    Words out(slow.columns.begin(), slow.columns.begin() + 9);
    for (const auto number : columns) out.push_back(column(slow, number));
    text += join(out, "\t") + "\n";
  }
  return text;
}

}  // namespace tributary::genomics::sample
