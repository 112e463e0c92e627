// agent/port/genomics/htslib/vcf_record.hpp: one record of VCF or BCF, checked and made clean.
//
// What needs no change keeps its bytes and their order. A key whose value may not leave goes with it.
// Source     VCF specification 4.3, sections 1.6 and 6.3; which values stay: vcf_values.hpp.
// Failure    give_up: lengths that do not fit, a quality that is no number, an allele without its shape
// (vcf_alleles.hpp). Messages hold no content.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/htslib/vcf_header.hpp"

namespace tributary::genomics {

struct RecordCounts {
  std::uint64_t texts_dropped = 0;  // values of INFO, FORMAT and FILTER, with their keys
  std::uint64_t ids_dropped = 0;
};

class VcfRecordCleaner {
 public:
  /// `header` outlives the cleaner and is done.
  explicit VcfRecordCleaner(const VcfHeader& header) : header_(header) {}
  /// As many as the header has.
  using Columns = std::span<const std::string_view>;
  /// True when nothing has to change: most records are so, and are not put together again.
  [[nodiscard]] bool is_clean(Columns columns);
  /// Appends the clean line without its end.
  [[nodiscard]] Status clean(Columns columns, Bytes& out);
  [[nodiscard]] const RecordCounts& counts() const { return counts_; }

 private:
  using Rule = std::pair<std::string, ValueRule>;
  ValueRule info_rule(std::size_t place, std::string_view key);
  void info(std::string_view info, Bytes& out);
  void learn_format(std::string_view format);
  [[nodiscard]] bool info_is_clean(std::string_view info);
  [[nodiscard]] bool sample_is_clean(std::string_view values) const;
  Status sample(std::string_view values, Bytes& out);

  const VcfHeader& header_;
  RecordCounts counts_;
  std::vector<Rule> info_rules_;  // of the newest record: the next one mostly has the same keys in the same places
  std::string filter_ = ".";      // the newest one that stays
  std::string format_;            // of the newest record, and what of it stays
  std::string clean_format_;
  std::vector<ValueRule> format_rules_;
  std::string clean_sample_;
};

class BcfRecordCleaner {
 public:
  explicit BcfRecordCleaner(const VcfHeader& header) : header_(header) {}
  /// Appends the clean record, its two lengths included. `record`: with its lengths, which fit.
  [[nodiscard]] Status clean(ByteView record, Bytes& out);
  [[nodiscard]] const RecordCounts& counts() const { return counts_; }

 private:
  [[nodiscard]] bool is_good_allele(std::uint32_t number, std::string_view allele) const;
  Status shared(ByteView bytes, Bytes& out);
  Status formats(ByteView bytes, std::uint32_t samples, std::uint32_t count, Bytes& out);
  [[nodiscard]] bool stays(ValueRule rule, unsigned type, ByteView value, std::size_t samples = 1) const;

  const VcfHeader& header_;
  RecordCounts counts_;
  std::uint32_t infos_ = 0, formats_ = 0;  // that stay
};

}  // namespace tributary::genomics
