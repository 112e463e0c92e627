// tests/soak/hospital.cpp: runs, lists of subjects, and the look at the end.
#include "tests/soak/hospital.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "agent/base/text.hpp"
#include "agent/journal/journal.hpp"
#include "agent/port/files/files.hpp"
#include "tests/line/program.hpp"

namespace tributary::soak {
namespace {

namespace fs = std::filesystem;

void write(const std::string& path, const std::string& content) {
  if (!files::write_atomic(path, view(content), 0600)) std::abort();
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) std::abort();
  text.replace(at, from.size(), to);
}

std::string state_words(const journal::ParcelRow& row) {
  return std::string(state_of(row.stage, row.condition, row.operator_hold));
}

std::unique_ptr<journal::Journal> open(const line_test::SiteFolder& site, const line_test::Laboratory& laboratory) {
  auto opened = journal::Journal::open_to_read(site.state_dir(), laboratory.state_key());
  return opened ? *std::move(opened) : nullptr;
}

}  // namespace

Hospital::Hospital() {
  people_ = {{"SAMPLE-01", "SUBJECT-01", Wish::agreed},
             {"SAMPLE-02", "SUBJECT-02", Wish::agreed},
             {"SAMPLE-03", "SUBJECT-03", Wish::refused}};
  write_subjects();
}

std::string Hospital::configure(const line_test::SiteFolder& site, const std::string& settle) const {
  auto text = files::read_small(site.config_file(), 1U << 20).value_or("");
  replace(text, laboratory_.runs() + "\"", laboratory_.runs() + "\", settle: " + settle);
  replace(text, "subjects.csv\"", "subjects.csv\", max_age: 2000h");
  write(site.config_file(), text);
  return site.config_file();
}

std::string Hospital::run_arrives(std::size_t more_reads) {
  const auto number = 1000 + ++runs_;
  const auto name = "251120_M00146_" + std::to_string(number) + "_000000000-A2WDF";
  constexpr std::size_t few_reads = 20;
  std::vector<fakes::RunSample> samples;
  for (const char* letter : {"A", "B"}) {
    const auto id = std::to_string(number) + letter;
    const auto wish = *letter == 'A' || runs_ % 3 == 0 ? Wish::agreed
                      : runs_ % 3 == 1                 ? Wish::not_asked
                                                       : Wish::refused;
    people_.push_back({"SAMPLE-" + id, "SUBJECT-" + id, wish});
    samples.push_back({"SAMPLE-" + id, "PROJECT-A", "", "", ""});
  }
  write_subjects();
  fakes::RunFolder run(name);
  fakes::make_miseq(run, samples);
  for (int sample = 1; sample <= 2; ++sample) {
    for (int read = 1; read <= 2; ++read) {
      const bool first = sample == 1 && read == 1;
      run.file("Data/Intensities/BaseCalls/" + samples[static_cast<std::size_t>(sample - 1)].id + "_S" +
                   std::to_string(sample) + "_L001_R" + std::to_string(read) + "_001.fastq.gz",
               line_test::reads_gz(first ? few_reads + more_reads : few_reads, read,
                                   static_cast<unsigned>(number * 10 + sample * 2 + read)));
    }
  }
  fs::rename(run.path(), folder() + "/" + name);
  return name;
}

bool Hospital::withdraw(std::uint64_t number, const line_test::SiteFolder& site) {
  auto* person = nth(number, Wish::agreed);
  if (person == nullptr) return false;
  if (number % 2 == 0) {
    person->wish = Wish::withdrawn;
    write_subjects();
    return true;
  }
  const auto list = site.path() + "/withdrawn.txt";
  write(list, person->subject + "\n");
  const auto said = line_test::run_program(
      {TRIBUTARY_TEST_COMMAND, "--config", site.config_file(), "withdraw", "--subject-file", list}, site.path(), false);
  // Whoever gave a command that did not end well sees it, and does not count on it.
  if (said.code == 0) person->wish = Wish::withdrawn_by_command;
  return said.code == 0;
}

void Hospital::agree(std::uint64_t number, bool everybody) {
  do {
    auto* person = nth(number, Wish::not_asked);
    if (person == nullptr) break;
    person->wish = Wish::agreed;
  } while (everybody);
  write_subjects();
}

void Hospital::mount(bool there) {
  if (there == there_) return;
  const auto from = folder();
  there_ = there;
  fs::rename(from, folder());
}

void Hospital::nudge() const {
  if (there_) write(laboratory_.runs() + "/.nudge", {});
}

void Hospital::write_subjects() const {
  std::string text = "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\n";
  for (const auto& person : people_) {
    if (person.wish == Wish::not_asked) continue;
    const auto* status = person.wish == Wish::refused     ? "rejected"
                         : person.wish == Wish::withdrawn ? "withdrawn"
                                                          : "active";
    text += person.sample + "," + person.subject + ",CONSENT-" + person.sample.substr(7) + "," + status +
            ",GRU,2020-01-01,2099-12-31\n";
  }
  write(laboratory_.path() + "/subjects.csv", text);
}

Hospital::Person* Hospital::nth(std::uint64_t number, Wish wish) {
  const auto all = count(wish);
  if (all == 0) return nullptr;
  auto left = number % all;
  for (auto& person : people_) {
    if (person.wish == wish && left-- == 0) return &person;
  }
  return nullptr;
}

std::size_t Hospital::count(Wish wish) const {
  std::size_t all = 0;
  for (const auto& person : people_) all += person.wish == wish ? 1U : 0U;
  return all;
}

std::string Hospital::summary() const {
  return counted(people_.size(), "person") + ": " + std::to_string(count(Wish::agreed)) + " agreed, " +
         std::to_string(count(Wish::withdrawn) + count(Wish::withdrawn_by_command)) + " withdrew, " +
         std::to_string(count(Wish::refused)) + " refused";
}

std::size_t Hospital::under_way(const line_test::SiteFolder& site) const {
  const auto journal = open(site, laboratory_);
  auto rows = journal != nullptr ? journal->parcels() : Result<std::vector<journal::ParcelRow>>(wait_error("closed"));
  if (!rows) return 0;
  std::size_t all = 0;
  for (const auto& row : *rows) {
    const auto state = state_words(row);
    all += state == "queued" || state == "uploading" || state == "withdrawing" ? 1U : 0U;
  }
  return all;
}

bool Hospital::is_planned(const line_test::SiteFolder& site, const std::string& run) const {
  const auto journal = open(site, laboratory_);
  auto rows = journal != nullptr ? journal->parcels() : Result<std::vector<journal::ParcelRow>>(wait_error("closed"));
  if (!rows) return false;
  return std::any_of(rows->begin(), rows->end(), [&](const auto& row) { return row.run_name == run; });
}

std::string Hospital::wrong(const line_test::SiteFolder& site) const {
  const auto journal = open(site, laboratory_);
  if (journal == nullptr) return "the journal can not be opened\n";
  auto rows = journal->parcels();
  if (!rows) return sentence(rows.error()) + "\n";
  std::map<std::string, std::string> states;  // of samples
  std::string out;
  for (const auto& row : *rows) {
    const auto link = journal->linked(row.destination, row.pseudonym);
    if (!link || !*link) return "a parcel without a link\n";
    auto& state = states[(*link)->id];
    if (!state.empty()) out += (*link)->id + ": a second parcel\n";
    state = state_words(row) + (row.reason.empty() ? "" : " (" + row.reason + ")");
  }
  for (const auto& person : people_) {
    const auto& state = states[person.sample];
    const bool no = state.starts_with("refused") || state.starts_with("withdrawn");
    const bool good = person.wish == Wish::agreed      ? state == "delivered"
                      : person.wish == Wish::not_asked ? state.starts_with("held")
                                                       : no;
    if (!good) out += person.sample + ": is " + (state.empty() ? "nowhere" : state) + "\n";
  }
  return out;
}

std::string Hospital::wrong_at_the_end(const line_test::SiteFolder& site, const line_test::Things& there) const {
  auto out = wrong(site);
  const auto journal = open(site, laboratory_);
  if (journal == nullptr) return out;
  std::map<std::string, std::size_t> objects;  // of pseudonyms
  for (const auto& [name, what] : there) {
    if (what != "manifest" && (!what.starts_with("data ") || what.ends_with(", twice")))
      out += "there: " + name + " " + what + "\n";
    ++objects[name.substr(0, name.find('.'))];
  }
  auto rows = journal->parcels();
  if (!rows) return out + sentence(rows.error()) + "\n";
  for (const auto& row : *rows) {
    const std::size_t wanted = state_words(row) == "delivered" ? 3 : 0;
    const auto got = objects[row.pseudonym];
    objects.erase(row.pseudonym);
    if (got != wanted)
      out += row.pseudonym + " (" + state_words(row) + "): " + counted(got, "object") + " at the repository\n";
  }
  for (const auto& [name, number] : objects) out += "there: " + name + ", which is nobody's\n";
  const auto receipts = journal->receipts();
  const auto audit = journal->audit();
  if (!receipts || !journal::verify_chain(*receipts)) out += "the chain of receipts is broken\n";
  if (!audit || !journal::verify_chain(*audit)) out += "the chain of audit records is broken\n";
  for (const auto& entry : fs::recursive_directory_iterator(site.state_dir())) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("journal.") && name != "lock") out += "kept: " + name + "\n";
  }
  return out;
}

}  // namespace tributary::soak
