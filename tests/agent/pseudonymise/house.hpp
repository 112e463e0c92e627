// tests/agent/pseudonymise/house.hpp: a run with its people, taken through the stations up to the assignments.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/pseudonymise/pseudonymise.hpp"
#include "tests/fakes/run_folder.hpp"

namespace tributary::fakes {

inline constexpr std::int64_t house_clock_utc_s = 1795255200;  // 2026-11-21T10:00:00Z

/// Tells what it is given.
class ToldRun final : public plugin::Instrument {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  int recognise(const std::string&) override { return 100; }
  Result<plugin::Unit> settled(const std::string&) override { return plugin::Unit{"RUN-1", "1", "Model 9"}; }
  Result<plugin::Description> describe(const std::string&, const plugin::Unit&) override { return told; }
  plugin::Description told;

 private:
  std::string name_ = "told";
};

class ToldSubjects final : public plugin::SubjectSource {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  Status probe() override { return {}; }
  Result<std::optional<plugin::Subject>> ask(const std::string& sample_id) override {
    const auto found = told.find(sample_id);
    if (found == told.end()) return std::optional<plugin::Subject>();
    return std::optional(found->second);
  }
  std::string revision() override { return "1"; }
  std::map<std::string, plugin::Subject> told;

 private:
  std::string name_ = "told";
};

class House {
 public:
  House() : run("251120_RUN") {
    settings.site = "test-lab";
    settings.policies.resize(1);
    settings.policies[0].name = "research";
    settings.policies[0].destination = "national";
    settings.policies[0].files = {"fastq", "bed", "vcf", "bam", "cram"};
  }

  /// A sample of a person who agreed.
  void add_sample(const std::string& id, const std::string& subject) {
    instrument.told.samples.push_back({id, "PROJECT-A", {}});
    subjects.told[id] = {subject, {{"c-1", "active", "GRU", "", ""}}, {}};
  }
  void add_file(const std::string& sample, const std::string& path, const std::string& kind, const std::string& content,
                const std::string& read = {}, const std::string& part = {}) {
    run.file(path, content);
    instrument.told.files.push_back({sample, path, kind, read, part});
  }

  Result<consent::ConsentedRun> consented() {
    const watch::Watcher watcher({&instrument}, clock);
    auto sighting = watcher.look_at(run.path(), "told");
    if (!sighting) return sighting.error();
    if (!sighting->settled) return operator_error("not settled: " + sighting->reason);
    auto identified = identify::identify(*sighting->settled, instrument);
    if (!identified) return identified.error();
    const consent::Desk desk(settings, {&subjects}, [](const std::string&) { return false; }, clock);
    return desk.ask(*identified);
  }
  Result<std::vector<pseudonymise::Assignment>> assign() {
    links.clear();
    auto people = consented();
    if (!people) return people.error();
    const pseudonymise::Registrar registrar(
        settings, key,
        [this](const std::string& destination, const std::string& kind, const std::string& pseudonym,
               const std::string& id, const std::string& subject_id) -> Status {
          links.push_back(destination + " " + kind + " " + pseudonym + " " + id + " " + subject_id);
          return {};
        });
    return registrar.assign(*people);
  }

  RunFolder run;
  ToldRun instrument;
  ToldSubjects subjects;
  config::Settings settings;
  ManualClock clock{house_clock_utc_s};
  pseudonymise::PseudonymKey key{Secret<32>(view(std::string(32, 'p')))};
  std::vector<std::string> links;
};

}  // namespace tributary::fakes
