// agent/port/genomics/htslib/vcf_record.cpp: columns of a VCF line, one after the other.
#include "agent/port/genomics/htslib/vcf_record.hpp"

#include <algorithm>

#include "agent/port/genomics/htslib/pieces.hpp"
#include "agent/port/genomics/htslib/vcf_alleles.hpp"

namespace tributary::genomics {

namespace {

void append(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

}  // namespace

bool VcfRecordCleaner::is_clean(Columns columns) {
  const VcfValues& values = header_.values();
  if (!is_reference(columns[3]) || !are_alternates(columns[4], values.alleles())) return false;
  if ((columns[2] != "." && !VcfValues::are_ids(columns[2])) || !values.fits(ValueRule::number, columns[5]))
    return false;
  if (columns[6] != filter_) {
    if (!values.fits(ValueRule::filters, columns[6])) return false;
    filter_ = columns[6];
  }
  if (!info_is_clean(columns[7])) return false;
  if (columns.size() < 9) return true;
  if (columns[8] != format_) learn_format(columns[8]);
  if (clean_format_.size() != format_.size()) return false;
  const auto samples = columns.subspan(9);
  return std::all_of(samples.begin(), samples.end(),
                     [this](std::string_view sample) { return sample_is_clean(sample); });
}

bool VcfRecordCleaner::info_is_clean(std::string_view info) {
  if (info == ".") return true;
  for (std::size_t place = 0;; ++place) {
    const auto end = std::min(info.find(';'), info.size());
    const auto entry = info.substr(0, end);
    const auto equals = std::min(entry.find('='), entry.size());
    const auto rule = info_rule(place, entry.substr(0, equals));
    if (rule == ValueRule::drop) return false;
    if (equals < entry.size() && !header_.values().fits(rule, entry.substr(equals + 1))) return false;
    if (end == info.size()) return true;
    info.remove_prefix(end + 1);
  }
}

bool VcfRecordCleaner::sample_is_clean(std::string_view values) const {
  for (std::size_t place = 0; place < format_rules_.size(); ++place) {
    const auto end = std::min(values.find(':'), values.size());
    if (!header_.values().fits(format_rules_[place], values.substr(0, end))) return false;
    if (end == values.size()) return true;
    values.remove_prefix(end + 1);
  }
  return false;
}

Status VcfRecordCleaner::clean(Columns columns, Bytes& out) {
  const VcfValues& values = header_.values();
  if (!values.fits(ValueRule::number, columns[5])) return refusal("its quality is no number");
  if (!is_reference(columns[3])) return refusal("its reference allele is not of bases");
  if (!are_alternates(columns[4], values.alleles()))
    return refusal("an alternate allele is neither of bases nor one that the header declares");
  append(out, columns[0]);
  out.push_back('\t');
  append(out, columns[1]);
  out.push_back('\t');
  const bool ids = VcfValues::are_ids(columns[2]);
  if (!ids) ++counts_.ids_dropped;
  append(out, ids ? columns[2] : ".");
  for (const std::size_t i : {std::size_t{3}, std::size_t{4}, std::size_t{5}}) {
    out.push_back('\t');
    append(out, columns[i]);
  }
  const bool filters = values.fits(ValueRule::filters, columns[6]);
  if (!filters) ++counts_.texts_dropped;
  out.push_back('\t');
  append(out, filters ? columns[6] : ".");
  out.push_back('\t');
  info(columns[7], out);
  if (columns.size() < 9) return {};
  if (columns[8] != format_) learn_format(columns[8]);
  out.push_back('\t');
  append(out, clean_format_.empty() ? "." : clean_format_);
  for (const std::string_view column : columns.subspan(9)) {
    if (Status done = sample(column, out); !done) return done;
  }
  return {};
}

ValueRule VcfRecordCleaner::info_rule(std::size_t place, std::string_view key) {
  if (place >= info_rules_.size()) {
    if (place >= 64) return header_.values().info_rule(key);
    info_rules_.resize(place + 1);
  }
  Rule& rule = info_rules_[place];
  if (rule.first != key || key.empty()) rule = {std::string(key), header_.values().info_rule(key)};
  return rule.second;
}

void VcfRecordCleaner::info(std::string_view info, Bytes& out) {
  const std::size_t start = out.size();
  if (info != ".") {
    for_each_piece(info, ';', [&](std::size_t place, std::string_view entry) {
      const auto equals = std::min(entry.find('='), entry.size());
      const auto rule = info_rule(place, entry.substr(0, equals));
      const auto value = equals == entry.size() ? std::string_view{} : entry.substr(equals + 1);
      if (rule == ValueRule::drop || !header_.values().fits(rule, value)) {
        ++counts_.texts_dropped;
        return;
      }
      if (out.size() > start) out.push_back(';');
      append(out, entry);
    });
  }
  if (out.size() == start) out.push_back('.');
}

void VcfRecordCleaner::learn_format(std::string_view format) {
  format_ = format;
  clean_format_.clear();
  format_rules_.clear();
  for_each_piece(format, ':', [&](std::size_t, std::string_view key) {
    format_rules_.push_back(header_.values().format_rule(key));
    if (format_rules_.back() == ValueRule::drop) return;
    if (!clean_format_.empty()) clean_format_.push_back(':');
    clean_format_ += key;
  });
}

/// A value without its rule's shape becomes a missing one; a key without a rule went from FORMAT, too.
Status VcfRecordCleaner::sample(std::string_view values, Bytes& out) {
  bool fits = true;
  clean_sample_.clear();
  for_each_piece(values, ':', [&](std::size_t place, std::string_view value) {
    if (place >= format_rules_.size()) {
      fits = false;
      return;
    }
    const auto rule = format_rules_[place];
    if (rule == ValueRule::drop) {
      ++counts_.texts_dropped;
      return;
    }
    const bool stays = header_.values().fits(rule, value);
    if (!stays) ++counts_.texts_dropped;
    if (!clean_sample_.empty()) clean_sample_.push_back(':');
    clean_sample_ += stays ? value : ".";
  });
  if (!fits) return refusal("more values than its FORMAT names");
  out.push_back('\t');
  append(out, clean_sample_.empty() ? "." : clean_sample_);
  return {};
}

}  // namespace tributary::genomics
