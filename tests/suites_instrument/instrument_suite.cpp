// tests/suites_instrument/instrument_suite.cpp: runs an instrument plugin against the rules of the ABI.
#include "tests/suites_instrument/instrument_suite.hpp"

#include <algorithm>
#include <filesystem>

namespace tributary::suites {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> kinds = {"fastq", "bam", "cram", "vcf",  "gvcf", "bcf",
                                     "bed",   "bai", "csi",  "crai", "tbi",  "report"};
const std::set<std::string> reads = {"", "R1", "R2", "R3", "I1", "I2", "I3"};

Told& told_of(void* self) { return *static_cast<Told*>(self); }

bool stays_inside(const std::string& path) {
  const fs::path parts(path);
  return !path.empty() && parts.is_relative() &&
         std::none_of(parts.begin(), parts.end(), [](const fs::path& part) { return part == ".." || part == "."; });
}

tributary_run_sink sink_into(Told& into) {
  tributary_run_sink sink{};
  sink.size = sizeof sink;
  sink.self = &into;
  sink.sample = [](void* self, const char* id, const char* project) {
    if (told_of(self).sample(id) != nullptr) told_of(self).breaches.emplace_back("a sample is told twice");
    told_of(self).samples.push_back({id, project, {}, {}});
  };
  sink.alias = [](void* self, const char* id, const char* name, std::int32_t names_files) {
    auto& all = told_of(self).samples;
    const auto sample = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.id == id; });
    if (sample == all.end()) {
      told_of(self).breaches.emplace_back("an alias comes before its sample");
    } else {
      (names_files != 0 ? sample->file_names : sample->other_names).emplace_back(name);
    }
  };
  sink.file = [](void* self, const char* id, const char* path, const char* kind, const char* read, const char* part) {
    auto& told = told_of(self);
    if (told.sample(id) == nullptr) told.breaches.emplace_back("a file comes before its sample");
    if (kinds.count(kind) == 0) told.breaches.emplace_back("a file has a kind that the ABI does not know");
    if (reads.count(read) == 0) told.breaches.emplace_back("a file has a read that the ABI does not know");
    if (!stays_inside(path)) told.breaches.emplace_back("a file's path leaves the run folder");
    if (told.file(path) != nullptr) told.breaches.emplace_back("a file is told twice");
    told.files.push_back({id, path, kind, read, part});
  };
  sink.withheld = [](void* self, const char* path, const char* reason) {
    if (*reason == '\0') told_of(self).breaches.emplace_back("a file is withheld without a reason");
    told_of(self).withheld.push_back({path, reason});
  };
  sink.identifier = [](void* self, const char* kind, const char* value) {
    told_of(self).identifiers.emplace_back(kind, value);
  };
  sink.promise = [](void* self, const char* path, std::int64_t size, std::uint32_t crc32) {
    told_of(self).promises.push_back({path, size, crc32});
  };
  return sink;
}

std::vector<std::string> state_of(const std::string& folder) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto time = fs::is_symlink(entry.path()) ? 0 : entry.last_write_time().time_since_epoch().count();
    lines.push_back(entry.path().string() + " " + std::to_string(time));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string flat(const Told& told) {
  std::string text;
  for (const auto& s : told.samples) text += s.id + "|" + s.project + "\n";
  for (const auto& f : told.files) text += f.sample + "|" + f.path + "|" + f.kind + "|" + f.read + "|" + f.part + "\n";
  for (const auto& w : told.withheld) text += w.path + "|" + w.reason + "\n";
  for (const auto& [kind, value] : told.identifiers) text += kind + "|" + value + "\n";
  return text;
}

}  // namespace

const Told::Sample* Told::sample(const std::string& id) const {
  const auto found = std::find_if(samples.begin(), samples.end(), [&](const Sample& s) { return s.id == id; });
  return found == samples.end() ? nullptr : &*found;
}
const Told::File* Told::file(const std::string& path) const {
  const auto found = std::find_if(files.begin(), files.end(), [&](const File& f) { return f.path == path; });
  return found == files.end() ? nullptr : &*found;
}
std::string Told::reason(const std::string& path) const {
  const auto found = std::find_if(withheld.begin(), withheld.end(), [&](const Withheld& w) { return w.path == path; });
  return found == withheld.end() ? "" : found->reason;
}
bool Told::has_identifier(const std::string& kind, const std::string& value) const {
  return std::find(identifiers.begin(), identifiers.end(), std::make_pair(kind, value)) != identifiers.end();
}

InstrumentUnderTest::InstrumentUnderTest(const tributary_descriptor* descriptor)
    : host(descriptor), ops_(static_cast<const tributary_instrument_ops*>(descriptor->ops)) {
  unit.size = sizeof unit;
  if (ops_->open(host.abi(), &self_, &note) != TRIBUTARY_DONE) self_ = nullptr;
}
InstrumentUnderTest::~InstrumentUnderTest() {
  if (self_ != nullptr) ops_->close(self_);
}
int InstrumentUnderTest::recognise(const std::string& folder) { return ops_->recognise(self_, folder.c_str()); }
tributary_outcome InstrumentUnderTest::settled(const std::string& folder) {
  note = {};
  return ops_->settled(self_, folder.c_str(), &unit, &note);
}
tributary_outcome InstrumentUnderTest::describe(const std::string& folder, Told& told) {
  note = {};
  const auto sink = sink_into(told);
  return ops_->describe(self_, folder.c_str(), &unit, &sink, &note);
}

std::vector<std::string> breaches_of(const InstrumentCase& tested) {
  std::vector<std::string> breaches;
  const auto expect = [&](bool holds, const std::string& rule) {
    if (!holds) breaches.push_back(rule);
  };
  const auto* descriptor = tested.descriptor;
  expect(descriptor->size >= sizeof(tributary_descriptor), "the descriptor tells its size");
  expect(descriptor->abi_major == TRIBUTARY_ABI_MAJOR, "the descriptor has the major number of this ABI");
  expect(descriptor->kind == TRIBUTARY_INSTRUMENT, "the descriptor is one of an instrument");
  expect(descriptor->keys != nullptr, "the descriptor has a table of keys");

  InstrumentUnderTest plugin(descriptor);
  const auto before = state_of(tested.complete);
  expect(plugin.recognise(tested.complete) >= 50, "it recognises a complete run");
  expect(plugin.recognise(tested.running) > 0, "it recognises a run that goes on");
  expect(plugin.recognise(tested.foreign) == 0, "it leaves a foreign folder to others");
  expect(plugin.recognise(tested.complete + "/is-not-there") == 0, "it does not recognise what is not there");

  expect(plugin.settled(tested.running) == TRIBUTARY_LATER, "a run that goes on is LATER");
  expect(plugin.note.what[0] != '\0', "LATER says why");
  expect(plugin.settled(tested.complete + "/is-not-there") != TRIBUTARY_DONE, "a folder that is not there is not DONE");
  expect(plugin.settled(tested.complete) == TRIBUTARY_DONE, "a complete run is DONE");
  expect(plugin.unit.run_id[0] != '\0', "DONE tells the run's id");

  Told first;
  Told second;
  expect(plugin.describe(tested.complete, first) == TRIBUTARY_DONE, "a complete run can be described");
  expect(plugin.describe(tested.complete, second) == TRIBUTARY_DONE, "a complete run can be described again");
  expect(flat(first) == flat(second), "the same folder is described in the same way");
  expect(!first.samples.empty() && !first.files.empty(), "a complete run has samples and files");
  breaches.insert(breaches.end(), first.breaches.begin(), first.breaches.end());
  for (const auto& file : first.files) {
    expect(fs::is_regular_file(tested.complete + "/" + file.path), "a file that is told is a regular file");
    expect(first.reason(file.path).empty(), "no file is both told and withheld");
  }
  expect(state_of(tested.complete) == before, "nothing in the run folder is changed");

  std::string said = std::string(plugin.note.what) + plugin.note.hint;
  for (const auto& line : plugin.host.logged) said += line;
  for (const auto& withheld : first.withheld) said += withheld.reason;
  for (const auto& word : tested.secret)
    expect(said.find(word) == std::string::npos, "no note, log or reason names a sample");
  return breaches;
}

}  // namespace tributary::suites
