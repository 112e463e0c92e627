// tests/soak/hospital.hpp: people whose runs arrive, who agree and withdraw, and what must have become of their data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/line/far_side.hpp"
#include "tests/line/laboratory.hpp"

namespace tributary::soak {

/// Threads: one.
class Hospital {
 public:
  Hospital();

  [[nodiscard]] const line_test::Laboratory& laboratory() const { return laboratory_; }
  /// A configuration for a daemon that looks at its run folders, with `settle` as the time that a run must be quiet.
  [[nodiscard]] std::string configure(const line_test::SiteFolder& site, const std::string& settle) const;
  /// A run of two people with so many more reads in its first file; its name. The second may not have been asked yet,
  /// or have said no.
  std::string run_arrives(std::size_t more_reads);
  /// One who agreed withdraws; false when there is nobody. `number` says who, and how: odd ones by the command.
  bool withdraw(std::uint64_t number, const line_test::SiteFolder& site);
  /// One who was not asked yet agrees; `everybody`: all of them.
  void agree(std::uint64_t number, bool everybody = false);
  /// The folder with the runs is there, or not.
  void mount(bool there);
  void nudge() const;  // a sign for who listens to the folder

  /// What is not yet, or not, as it must be in the end; "" when all is. `there`: what the repository holds.
  [[nodiscard]] std::string wrong(const line_test::SiteFolder& site) const;
  [[nodiscard]] std::string wrong_at_the_end(const line_test::SiteFolder& site, const line_test::Things& there) const;
  /// How many parcels have still somewhere to go.
  [[nodiscard]] std::size_t under_way(const line_test::SiteFolder& site) const;
  [[nodiscard]] bool is_planned(const line_test::SiteFolder& site, const std::string& run) const;
  [[nodiscard]] std::string summary() const;

 private:
  enum class Wish : std::uint8_t { agreed, not_asked, refused, withdrawn, withdrawn_by_command };
  struct Person {
    std::string sample, subject;
    Wish wish;
  };
  void write_subjects() const;
  Person* nth(std::uint64_t number, Wish wish);
  [[nodiscard]] std::size_t count(Wish wish) const;
  [[nodiscard]] std::string folder() const { return there_ ? laboratory_.runs() : laboratory_.runs() + ".away"; }

  line_test::Laboratory laboratory_{20};
  std::vector<Person> people_;
  int runs_ = 0;
  bool there_ = true;
};

}  // namespace tributary::soak
