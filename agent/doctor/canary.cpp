// agent/doctor/canary.cpp: a run of one made-up sample, and a site of its own around it.
#include "agent/doctor/canary.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/doctor/machine.hpp"
#include "agent/line/runner.hpp"
#include "agent/line/site.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::doctor {
namespace {

constexpr auto longest_ingest = std::chrono::minutes(10);
constexpr auto look_again = std::chrono::milliseconds(500);
constexpr const char* sample = "CANARY-SAMPLE";
constexpr const char* subject = "CANARY-PERSON";
constexpr const char* policy = "canary";
constexpr std::string_view folder_name = "canary-";
constexpr const char* run_name = "20250101_CANARY_0001_ACANARYCELL";

// One read of 32 bases, gzipped: @CANARY-INSTRUMENT:1:CANARYCELL:1:1101:1000:1000 1:N:0:ACGTACGT
constexpr std::array<std::uint8_t, 81> reads_gz{
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x73, 0x70, 0x76, 0xf4, 0x73, 0x0c, 0x8a,
    0xd4, 0xf5, 0xf4, 0x0b, 0x0e, 0x09, 0x0a, 0xf5, 0x75, 0xf5, 0x0b, 0xb1, 0x32, 0xb4, 0x82, 0x88, 0x39,
    0xbb, 0xfa, 0xf8, 0x00, 0x39, 0x86, 0x86, 0x06, 0x40, 0xc2, 0xc0, 0xc0, 0x00, 0x4c, 0x28, 0x18, 0x5a,
    0xf9, 0x59, 0x19, 0x58, 0x39, 0x3a, 0xbb, 0x87, 0x80, 0x30, 0x17, 0x8c, 0x81, 0x0b, 0x73, 0x69, 0x73,
    0xb9, 0x11, 0x00, 0x5c, 0x00, 0x14, 0xe9, 0x14, 0x29, 0x84, 0x00, 0x00, 0x00,
};

std::string run_info() {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RunInfo Version=\"2\"><Run Id=\"" + std::string(run_name) +
         "\" Number=\"1\"><Flowcell>CANARYCELL</Flowcell><Instrument>CANARY-INSTRUMENT</Instrument><Date>250101</Date>"
         "<Reads><Read Number=\"1\" NumCycles=\"32\" IsIndexedRead=\"N\" /></Reads></Run></RunInfo>\n";
}

std::string sample_sheet() {
  return "[Header]\nFileFormatVersion,2\nRunName,MADE-UP-EXPERIMENT\nInstrumentPlatform,NextSeq1000/2000\n\n[Reads]\n"
         "Read1Cycles,32\n\n[BCLConvert_Settings]\nSoftwareVersion,4.1.5\n\n[BCLConvert_Data]\n"
         "Sample_ID,Index,Sample_Project\n" +
         std::string(sample) + ",ACGTACGT,MADE-UP-PROJECT\n";
}

std::string run_parameters() {
  return "<?xml version=\"1.0\"?>\n<RunParameters><ApplicationName>NextSeq 1000/2000 Control Software</ApplicationName>"
         "<ApplicationVersion>1.5.0</ApplicationVersion></RunParameters>\n";
}

std::string subjects() {
  return "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\n" + std::string(sample) +
         "," + subject + ",CANARY-CONSENT,active,GRU,2020-01-01,\n";
}

Status write(const std::string& path, std::string_view content) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  if (auto made = files::make_directories(folder, 0700); !made) return made;
  return files::write_atomic(path, view(content), 0600);
}

Status write_key(const std::string& path) {
  Secret<32> key;
  if (auto drawn = crypto::random(key.fill()); !drawn) return drawn;
  return files::write_atomic(path, key.bytes(), 0600);
}

Status write_house(const std::string& folder) {
  const auto run = folder + "/runs/" + run_name;
  const auto fastq = run + "/Analysis/1/Data/fastq/" + sample + "_S1_L001_R1_001.fastq.gz";
  for (const auto& [name, content] :
       std::initializer_list<std::pair<std::string, std::string>>{{run + "/RunInfo.xml", run_info()},
                                                                  {run + "/RunParameters.xml", run_parameters()},
                                                                  {run + "/RTAComplete.txt", ""},
                                                                  {run + "/CopyComplete.txt", ""},
                                                                  {run + "/SampleSheet.csv", sample_sheet()},
                                                                  {fastq, std::string(text(reads_gz))},
                                                                  {folder + "/subjects.csv", subjects()}}) {
    if (auto done = write(name, content); !done) return done;
  }
  for (const auto* key : {"/state.key", "/pseudonym.key"}) {
    if (auto done = write_key(folder + key); !done) return done;
  }
  return files::make_directories(folder + "/state", 0700);
}

// What is real of it: the site's name and signing key, its plugins, its limits, and the destination.
config::Settings settings_of(const config::Settings& real, const config::Destination& destination,
                             const std::string& folder) {
  config::Settings out;
  out.site = real.site;
  out.plugin_dir = real.plugin_dir;
  out.identity_key_file = real.identity_key_file;
  out.limits = real.limits;
  out.limits.upload_hours = config::Limits().upload_hours;
  out.limits.while_sequencing = config::WhileSequencing::full;
  out.limits.max_load = 0;
  out.listen.clear();
  out.state_dir = folder + "/state";
  out.state_key_file = folder + "/state.key";
  out.pseudonym_key_file = folder + "/pseudonym.key";
  out.run_folders = {{folder + "/runs", "illumina", 0, false}};
  config::SubjectSource consent;
  consent.name = policy;
  consent.plugin = "csv";
  consent.settings = {{"file", folder + "/subjects.csv"}};
  out.subjects = {consent};
  out.destinations = {destination};
  config::Policy wanted;
  wanted.name = policy;
  wanted.destination = destination.name;
  wanted.purpose.use = consent::Use::hmb;
  wanted.files = {"fastq"};
  out.policies = {wanted};
  return out;
}

// Before anything goes to a destination the journal says that it is uploading.
bool may_be_there(journal::Stage stage) {
  return stage >= journal::Stage::uploading && stage != journal::Stage::withdrawn && stage != journal::Stage::cancelled;
}

std::string lock_of(const std::string& folder) { return folder + "/lock"; }

Result<std::unique_ptr<journal::Journal>> open_journal(const std::string& folder) {
  config::Settings settings;
  settings.state_key_file = folder + "/state.key";
  auto key = line::state_key(settings);
  if (!key) return key.error();
  return journal::Journal::open(folder + "/state", *key);
}

class Canary {
 public:
  Canary(const config::Settings& real, const config::Destination& destination, const Services& services)
      : real_(real), destination_(destination), services_(services), hop_("canary " + destination.name) {}

  std::vector<Finding> fly() {
    std::string pattern = real_.state_dir + "/" + std::string(folder_name) + "XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      return {broken(hop_, operator_error("no folder can be made in " + printable(real_.state_dir),
                                          "run this as the daemon's user; is there room?"))};
    }
    folder_ = pattern;
    // From here on whoever flies next finds it, unless it is under way.
    auto lock = files::Lock::take(lock_of(folder_));
    auto begun = lock ? write_house(folder_) : Status(lock.error());
    if (begun) begun = files::sync_directory(real_.state_dir);
    if (begun) {
      travel(false);
    } else {
      out_.push_back(broken(hop_, begun.error()));
    }
    if (gone_) clean_up();
    return std::move(out_);
  }

  /// Of one that flew before, whose program was ended or whose destination went away; the caller has its lock.
  std::vector<Finding> come_home(const std::string& folder) {
    folder_ = folder;
    gone_ = false;
    travel(true);
    if (gone_) clean_up();
    return std::move(out_);
  }
  [[nodiscard]] bool is_gone() const { return gone_; }

 private:
  void travel(bool only_home) {
    auto journal = open_journal(folder_);
    if (!journal) return out_.push_back(broken(hop_, journal.error()));
    const auto settings = settings_of(real_, destination_, folder_);
    auto site = line::Site::open(settings, services_.log, services_.clock, services_.stop, journal->get());
    if (!site) return out_.push_back(broken(hop_, site.error()));
    const bool arrived = only_home || deliver(**site, **journal);
    // Nothing that was put off is waited for; when that fails, taking it back does, and tells.
    if (only_home) static_cast<void>((*journal)->retry({{}, {}, destination_.name}, services_.clock.now_utc_s()));
    take_back(**site, **journal);
    if (arrived) note(**journal);
  }

  // Every hop is tried once: what would be tried again later is what is to be told. A task of an ingest is waited for.
  Status run(line::Site& site, journal::Journal& journal) {
    line::Runner runner(site, journal, services_.clock, services_.log, services_.stop);
    runner.recheck_consent();
    runner.look(true);
    const auto until = std::chrono::steady_clock::now() + longest_ingest;
    for (;;) {
      while (runner.step(destination_.name)) continue;
      auto row = only_parcel(journal);
      if (!row) return row.error();
      const bool waits = row->stage == journal::Stage::ingesting && row->condition == journal::Condition::going;
      if (!waits || services_.stop.requested() || std::chrono::steady_clock::now() > until) return {};
      std::this_thread::sleep_for(look_again);
    }
  }

  static Result<journal::ParcelRow> only_parcel(journal::Journal& journal) {
    auto rows = journal.parcels();
    if (!rows) return rows.error();
    if (rows->size() == 1) return rows->front();
    auto runs = journal.runs();
    const auto why = runs && !runs->empty() ? ": " + runs->front().reason : std::string();
    return operator_error("no parcel was made of it" + why, "this is a defect, please report it");
  }

  bool deliver(line::Site& site, journal::Journal& journal) {
    const auto began = services_.clock.now_utc_s();
    if (auto done = run(site, journal); !done) {
      out_.push_back(broken(hop_, done.error()));
      return false;
    }
    auto row = only_parcel(journal);
    if (!row) {
      out_.push_back(broken(hop_, row.error()));
      return false;
    }
    gone_ = !may_be_there(row->stage);
    if (row->stage != journal::Stage::delivered) {
      const auto state = std::string(journal::state_of(row->stage, row->condition, row->operator_hold));
      out_.push_back(
          broken(hop_, operator_error("parcel " + row->id + " is " + state + ": " + row->reason, row->hint)));
      return false;
    }
    out_.push_back(good(hop_, "delivered as parcel " + row->id + ", " +
                                  show_size(static_cast<std::uint64_t>(row->bytes_total)) + ", within " +
                                  show_duration(services_.clock.now_utc_s() - began)));
    return true;
  }

  void take_back(line::Site& site, journal::Journal& journal) {
    auto row = only_parcel(journal);
    if (!row || gone_) return;
    const auto now = services_.clock.now_utc_s();
    auto stopped = receipt::withdraw_subject(journal, subject, real_.site, now);
    auto done = stopped ? run(site, journal) : Status(stopped.error());
    row = only_parcel(journal);
    gone_ = done && row && row->stage == journal::Stage::withdrawn;
    if (gone_) return out_.push_back(good(hop_, "withdrawn again: parcel " + row->id));
    const auto why = !done ? done.error().what : row ? row->reason : row.error().what;
    out_.push_back(broken(hop_, operator_error("it could not be taken back: " + why,
                                               "ask the repository to delete parcel " + (row ? row->id : "?") +
                                                   ", then remove " + printable(folder_))));
  }

  // The receipts of the canary go with its folder; that there were some stays in the audit.
  void note(journal::Journal& journal) {
    if (!journal::Journal::exists(real_.state_dir)) return;
    auto receipts = journal.receipts();
    auto key = line::state_key(real_);
    if (!receipts || !key) return;
    Json all = Json::array();
    for (const auto& receipt : *receipts) {
      all.push(Json().add("kind", receipt.kind).add("parcel", receipt.parcel).add("sha256", to_hex(receipt.hash)));
    }
    Json record;
    record.add("at", to_rfc3339(services_.clock.now_utc_s())).add("action", "canary");
    record.add("destination", destination_.name).add("withdrawn", gone_).add("receipts", std::move(all));
    auto real = journal::Journal::open(real_.state_dir, *key);
    const auto kept = real ? (*real)->add_audit(record) : Status(real.error());
    if (!kept) out_.push_back(warning(hop_, "it is not in the audit: " + kept.error().what, kept.error().hint));
  }

  void clean_up() {
    std::error_code code;
    std::filesystem::remove_all(folder_, code);
    if (code) out_.push_back(warning(hop_, printable(folder_) + " is left behind", "remove it"));
  }

  const config::Settings& real_;
  const config::Destination& destination_;
  const Services& services_;
  std::string hop_, folder_;
  std::vector<Finding> out_;
  bool gone_ = true;  // nothing of it is at the far side
};

// The parcel of a canary that may lie at its destination, as its journal tells.
Result<std::optional<journal::ParcelRow>> left_of(const std::string& folder) {
  if (!journal::Journal::exists(folder + "/state")) return std::optional<journal::ParcelRow>();
  auto journal = open_journal(folder);
  if (!journal) return journal.error();
  auto rows = (*journal)->parcels();
  if (!rows) return rows.error();
  if (rows->empty() || !may_be_there(rows->front().stage)) return std::optional<journal::ParcelRow>();
  return std::optional(rows->front());
}

std::vector<std::string> canaries_in(const std::string& state_dir) {
  std::vector<std::string> out;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(state_dir, code)) {
    if (entry.path().filename().string().starts_with(folder_name)) out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// What flew before and did not come home, whatever its destination. False: some of it is still at `destination`.
bool bring_home(const config::Settings& settings, const std::string& destination, const Services& services,
                std::vector<Finding>& out) {
  bool all = true;
  for (const auto& folder : canaries_in(settings.state_dir)) {
    const auto lock = files::Lock::take(lock_of(folder));
    if (!lock) continue;  // it is under way
    const auto left = left_of(folder);
    if (left && !*left) {
      std::error_code code;
      std::filesystem::remove_all(folder, code);
      continue;
    }
    const auto* to = left ? settings.destination((*left)->destination) : nullptr;
    if (to == nullptr) {
      out.push_back(warning("canary",
                            "what " + printable(folder) + " sent can not be taken back: " +
                                (left ? "its destination is not configured any more" : left.error().what),
                            "ask the repository whether anything of the policy `canary` lies there, then remove it"));
      continue;
    }
    Canary before(settings, *to, services);
    for (auto& finding : before.come_home(folder)) out.push_back(std::move(finding));
    all = all && (before.is_gone() || to->name != destination);
  }
  return all;
}

}  // namespace

std::vector<Finding> send_canary(const config::Settings& settings, const std::string& destination,
                                 const Services& services) {
  if (const auto* wanted = settings.destination(destination)) {
    std::vector<Finding> out;
    if (!bring_home(settings, destination, services, out)) return out;
    for (auto& finding : Canary(settings, *wanted, services).fly()) out.push_back(std::move(finding));
    return out;
  }
  std::vector<std::string> names;
  for (const auto& one : settings.destinations) names.push_back(one.name);
  return {broken("canary " + printable(destination),
                 operator_error("there is no destination of that name", "there are: " + join(names, ", ")))};
}

std::vector<Finding> canaries_left(const config::Settings& settings) {
  std::vector<Finding> out;
  for (const auto& folder : canaries_in(settings.state_dir)) {
    const auto lock = files::Lock::take(lock_of(folder));
    if (!lock) continue;  // it is under way
    const auto left = left_of(folder);
    if (!left) out.push_back(warning("canary", printable(folder) + ": " + left.error().what, left.error().hint));
    if (!left || !*left) continue;
    const auto& to = (*left)->destination;
    out.push_back(warning("canary " + printable(to), "parcel " + (*left)->id + " of a canary may still lie there",
                          "tributary doctor --canary " + printable(to) + " takes it back first"));
  }
  return out;
}

}  // namespace tributary::doctor
