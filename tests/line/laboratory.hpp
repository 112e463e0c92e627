// tests/line/laboratory.hpp: a small hospital: a finished run, people who agreed and one who did not, keys, and the
// configuration of a site over them.
#pragma once

#include <string>
#include <vector>

#include "agent/base/secret.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"
#include "tests/fakes/run_folder.hpp"

namespace tributary::line_test {

/// The run, the subjects and the keys: made once, the same for every site.
class Laboratory {
 public:
  /// `records`: how many reads stand in each FASTQ file; `more` of them in the very first.
  explicit Laboratory(std::size_t records, std::size_t more = 0);

  [[nodiscard]] fakes::RunFolder& run() { return run_; }
  [[nodiscard]] std::string runs() const { return run_.parent(); }
  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  [[nodiscard]] const crypt4gh::SecretKey& recipient() const { return recipient_; }
  [[nodiscard]] const std::string& site_public_pem() const { return site_public_pem_; }
  [[nodiscard]] Secret<32> state_key() const;
  /// SAMPLE-01 and SAMPLE-02, of one family, agreed; SAMPLE-03 did not; `withdrawn` agreed once.
  void write_subjects(const std::string& withdrawn = {}) const;
  /// The kinds of files that sites over it send.
  [[nodiscard]] const std::string& kinds() const { return kinds_; }
  void send(const std::string& kinds) { kinds_ = kinds; }
  /// More keys of the policy of sites over it, in one line: "require: all-of-family".
  [[nodiscard]] const std::string& more_of_policy() const { return more_of_policy_; }
  void ask_for(const std::string& more) { more_of_policy_ = more; }
  /// More keys of the run folder of sites over it, in one line: "retain: link".
  [[nodiscard]] const std::string& more_of_run_folder() const { return more_of_run_folder_; }
  void watch_with(const std::string& more) { more_of_run_folder_ = more; }
  /// When the list of subjects was written: for clocks that we move.
  [[nodiscard]] std::int64_t made_utc_s() const { return made_utc_s_; }
  /// Words that nobody beyond the site may read.
  [[nodiscard]] static std::vector<std::string> identifiers();

 private:
  fakes::RunFolder run_{fakes::miseq_run};
  fakes::TemporaryDirectory directory_;
  crypt4gh::SecretKey recipient_;
  std::string site_public_pem_;
  std::string kinds_ = "fastq", more_of_policy_, more_of_run_folder_;
  std::int64_t made_utc_s_ = 0;
};

/// What a site sends to.
struct Far {
  std::string settings;        // YAML of one destination, from `plugin:` on, one key a line
  std::string recipient_file;  // its own key, beside the laboratory's; may be empty
};
Far folder_at(const std::string& path);
/// `directory` is the sandbox's.
Far repository_at(const std::string& url, const std::string& directory, bool ingest, const std::string& more = {});

/// A configuration over a laboratory, with a state directory of its own.
class SiteFolder {
 public:
  /// `pseudonyms`: more keys of that section, in one line.
  SiteFolder(const Laboratory& laboratory, const Far& far, const std::string& pseudonyms = {});

  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  [[nodiscard]] std::string config_file() const { return path() + "/tributary.yaml"; }
  [[nodiscard]] std::string state_dir() const { return path() + "/state"; }

 private:
  fakes::TemporaryDirectory directory_;
};

/// One record of FASTQ after the other, gzipped; `seed` makes different people different.
std::string reads_gz(std::size_t records, int read, unsigned seed);

}  // namespace tributary::line_test
