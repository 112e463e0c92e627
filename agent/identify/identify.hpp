// agent/identify/identify.hpp: the second station: whose data a settled run holds.
//
// Fails closed: a file that could belong to two samples belongs to none; a file whose own header names another sample
// of the run is withheld. A joint VCF or BCF belongs to every sample of the run that exactly one of its columns is
// named after, exactly, and each gets that column; columns of nobody in the run go nowhere. Undetermined reads, logs,
// sheets and unknown kinds are never given on.
//
// Order      samples as the instrument named them; files by path.
// Never      a sample id, a path or a header's word in an error, a reason or a problem.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/identify/identity.hpp"
#include "agent/plugin/instrument.hpp"
#include "agent/port/files/files.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::identify {

/// The sample's own among the columns of a joint file.
struct JointColumn {
  std::uint32_t number = 0;  // from 0
  std::string name;          // as the file has it: an identity
};

struct SampleFile {
  std::string path;    // relative to the run folder: an identity, as names of files hold sample ids
  std::string kind;    // fastq bam cram vcf gvcf bcf bed report, or bai csi tbi crai
  std::string read;    // R1, R2, ... or ""
  std::string part;    // "L001" or ""
  std::string suffix;  // what the name says between sample and kind, made safe: "hard-filtered" or ""
  files::FileId id;
  std::optional<JointColumn> column;  // of a file of several samples
};

struct IdentifiedSample {
  Identity identity;
  std::vector<SampleFile> files;
  std::vector<std::string> problems;  // why the whole sample must wait for a person; no identifiers
};

struct WithheldFile {
  std::string path;    // an identity
  std::string reason;  // not
};

/// What identify is to do beside reading names and headers.
struct Checks {
  bool checksums = true;       // read files whole where the vendor gives a CRC-32; plan may do without
  const Stop* stop = nullptr;  // asked between pieces of a file; then the answer is a wait
  void (*alive)() = nullptr;   // called now and then while files are read
};

/// Only identify makes one.
class IdentifiedRun {
 public:
  [[nodiscard]] const watch::SettledRun& run() const { return run_; }
  [[nodiscard]] const std::vector<IdentifiedSample>& samples() const { return samples_; }
  /// Of the run as a whole: must not be found in anything that leaves.
  [[nodiscard]] const std::vector<Identifier>& identifiers() const { return identifiers_; }
  /// Instrument and flow cell: they stand in every read name, so they are searched for only where those are masked.
  [[nodiscard]] const std::vector<Identifier>& read_name_words() const { return read_name_words_; }
  [[nodiscard]] const std::vector<WithheldFile>& withheld() const { return withheld_; }

 private:
  friend class Workbench;
  explicit IdentifiedRun(watch::SettledRun run) : run_(std::move(run)) {}
  watch::SettledRun run_;
  std::vector<IdentifiedSample> samples_;
  std::vector<Identifier> identifiers_, read_name_words_;
  std::vector<WithheldFile> withheld_;
};

/// Reads sheets and headers, checks the vendor's manifest (sizes; CRC-32 where it gives them), opens no record.
/// Failure: wait when files are away or do not fit the manifest (yet); ask_operator when the sheet can not be
/// understood.
Result<IdentifiedRun> identify(const watch::SettledRun& run, plugin::Instrument& instrument, const Checks& checks = {});

}  // namespace tributary::identify
