// agent/push/push.cpp: carries parcels to their destination.
#include "agent/push/push.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "agent/push/proof.hpp"

namespace tributary::push {
namespace {

using Standing = journal::Journal::Standing;

constexpr std::uint64_t progress_distance_bytes = 8U << 20;
constexpr std::uint64_t least_measured_bytes = 8U << 20;  // less says more of the answers' time than of the line
constexpr std::int64_t least_measured_s = 10;

// Tells the journal how far a parcel is, now and then, and at the end; hears from it that the parcel is held or called
// off. Any thread.
class Progress {
 public:
  Progress(journal::Journal& journal, const Clock& clock, std::string parcel, const seal::Recipe& recipe,
           const std::function<void()>& interrupt)
      : journal_(journal),
        clock_(clock),
        parcel_(std::move(parcel)),
        interrupt_(interrupt),
        start_utc_s_(clock.now_utc_s()) {
    for (const auto& object : recipe.objects) objects_.push_back({object.bytes, 0, 0});
  }

  /// False: the parcel is called off, and what was sent of it is worth nothing. One that is held is interrupted: it
  /// goes on from there.
  bool read(std::size_t object, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    objects_[object].fresh += bytes;
    unasked_ += bytes;
    if (unasked_ < progress_distance_bytes) return !called_off_;
    unasked_ = 0;
    const auto standing = journal_.standing(parcel_);
    if (standing && *standing == Standing::held) interrupt_();
    called_off_ = called_off_ || (standing && *standing == Standing::called_off);
    return !called_off_;
  }

  void moved(std::size_t object, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (object >= objects_.size()) return;
    auto& one = objects_[object];
    bytes = std::min(bytes, one.bytes);
    // What was at the far side before this attempt is progress, and says nothing of the rate.
    const auto sent_now = bytes > one.sent ? std::min(bytes - one.sent, one.fresh) : 0;
    one.fresh -= sent_now;
    moved_ += sent_now;
    one.sent = bytes;
    const auto now = total();
    if (told_ && now >= *told_ && now < *told_ + progress_distance_bytes) return;
    tell(now);
  }
  /// The far side has everything.
  void arrived() {
    for (auto& object : objects_) object.sent = object.bytes;
  }
  /// The last figure, which stands until the next attempt; and what each of `lanes` carried, when there was enough to
  /// tell.
  void end(const std::string& destination, std::uint64_t lanes) {
    if (const auto now = total(); now > 0 && told_ != now) tell(now);
    const auto seconds = clock_.now_utc_s() - start_utc_s_;
    if (moved_ < least_measured_bytes || seconds < least_measured_s) return;
    const auto rate = moved_ / static_cast<std::uint64_t>(seconds) / lanes;
    static_cast<void>(journal_.note_rate(destination, rate).ok());  // lost, the next one makes it good
  }

 private:
  struct Object {
    std::uint64_t bytes, sent, fresh;  // fresh: read from us and not yet reported as sent
  };
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t all = 0;
    for (const auto& object : objects_) all += object.sent;
    return all;
  }
  void tell(std::uint64_t sent) {
    told_ = sent;
    const auto seconds = clock_.now_utc_s() - start_utc_s_;
    const auto rate = seconds > 0 ? moved_ / static_cast<std::uint64_t>(seconds) : 0;
    // A lost figure is made good by the next one; the upload goes on.
    static_cast<void>(journal_.progress(parcel_, sent, rate).ok());
  }

  journal::Journal& journal_;
  const Clock& clock_;
  std::string parcel_;
  const std::function<void()>& interrupt_;
  std::mutex mutex_;
  std::vector<Object> objects_;
  std::optional<std::uint64_t> told_;
  std::uint64_t moved_ = 0;
  std::uint64_t unasked_ = progress_distance_bytes;  // asked before the first byte goes
  bool called_off_ = false;
  std::int64_t start_utc_s_;
};

// The sealed bytes of a parcel, read at as many places at once as there are lanes.
class Readings {
 public:
  Readings(const queue::QueuedParcel& parcel, std::uint32_t lanes, Workers* workers, Progress& progress)
      : parcel_(parcel), workers_(workers), progress_(progress), lanes_(lanes) {}

  Result<std::size_t> read(std::size_t lane, std::size_t object, std::uint64_t offset, MutableByteView into) {
    auto& [of, reader] = lanes_[lane];
    if (!reader || of != object) {
      const auto& recipe = parcel_.recipe();
      reader.emplace(recipe, recipe.objects[object], parcel_.objects()[object].inline_bytes, workers_);
      of = object;
    }
    auto n = reader->read(offset, into);
    if (!n && reader->source_changed()) source_changed_ = true;
    if (n && !progress_.read(object, *n))
      return wait_error("the parcel was withdrawn or cancelled while it was uploaded");
    return n;
  }
  [[nodiscard]] bool source_changed() const { return source_changed_; }
  /// At least 1. After the push.
  [[nodiscard]] std::uint64_t lanes_used() const {
    const auto used =
        std::count_if(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.reader.has_value(); });
    return static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(used, 1));
  }

 private:
  struct Lane {
    std::size_t object = 0;
    std::optional<seal::ObjectReader> reader;
  };
  const queue::QueuedParcel& parcel_;
  Workers* workers_;
  Progress& progress_;
  std::vector<Lane> lanes_;
  std::atomic<bool> source_changed_{false};
};

plugin::OutgoingObject outgoing(const seal::ObjectRecipe& recipe) {
  plugin::OutgoingObject object;
  object.name = recipe.name;
  object.mime_type = "application/octet-stream";
  object.bytes = recipe.bytes;
  object.sha256 = recipe.sha256;
  object.md5 = recipe.md5;
  object.is_manifest = recipe.is_manifest;
  object.part_bytes = recipe.part_bytes;
  object.part_sha256 = recipe.part_sha256;
  object.part_md5 = recipe.part_md5;
  return object;
}

// Success of a destination means that it told an id of every object; a receipt or a withdrawal without one is worth
// nothing.
Status all_named(const std::string& parcel, const std::vector<journal::ObjectRow>& rows) {
  const auto named = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return !row.far_id.empty(); });
  if (static_cast<std::size_t>(named) == rows.size()) return {};
  return operator_error("push: parcel " + parcel + ": the destination says that it is done and named " +
                            std::to_string(named) + " of " + std::to_string(rows.size()) + " objects",
                        "this is a defect of its plugin: report it; retrying is safe");
}

}  // namespace

Result<PushedParcel> Carrier::push(const queue::QueuedParcel& parcel, const Route& route, Refusal& refusal) {
  const auto& row = parcel.row();
  const auto& recipe = parcel.recipe();
  Progress progress(journal_, clock_, row.id, recipe, route.interrupt);
  Readings readings(parcel, route.lanes, route.workers, progress);
  std::optional<consent::Decision> stopped_by;
  plugin::OutgoingParcel out;
  out.id = row.id;
  out.pseudonym = row.pseudonym;
  out.policy = row.policy;
  out.controlled_access = route.controlled_access;
  out.believe_far_side = route.verify_after == config::VerifyAfter::none;
  for (const auto& object : recipe.objects) out.objects.push_back(outgoing(object));
  out.lanes = route.lanes;
  out.read = [&](std::size_t lane, std::size_t object, std::uint64_t offset, MutableByteView into) {
    return readings.read(lane, object, offset, into);
  };
  // A no that need not last interrupts, so that what was sent stays there.
  out.may_commit = [&] {
    const auto standing = journal_.standing(row.id);
    refusal.held = !standing || *standing != Standing::going;
    if (!standing || *standing == Standing::held) route.interrupt();
    if (refusal.held) return false;
    auto decision = ask_again_(row);
    if (decision.verdict == consent::Verdict::permit) return true;
    refusal.unknown = decision.verdict == consent::Verdict::unknown;
    if (refusal.unknown) route.interrupt();
    stopped_by = std::move(decision);
    return false;
  };
  out.progress = [&](std::size_t object, std::uint64_t bytes) { progress.moved(object, bytes); };
  out.registered = [&](std::size_t object, const std::string& id, const std::string& self_uri,
                       const std::string& access_url) {
    if (object >= recipe.objects.size() || id.empty()) return false;
    return journal_.set_far(row.id, static_cast<std::int64_t>(object), id, self_uri, access_url).ok();
  };
  const auto pushed = route.destination->push(out);
  const bool stopped = refusal.held || stopped_by;
  if (pushed && !stopped) progress.arrived();
  progress.end(row.destination, readings.lanes_used());
  refusal.source_changed = readings.source_changed();
  if (refusal.held) return wait_error("the parcel was held or called off right before the commit");
  if (stopped_by) {
    refusal.consent_gone = stopped_by->verdict == consent::Verdict::deny;
    refusal.why = stopped_by->reason;
    const std::string why = "consent: not permitted any more right before the commit: " + stopped_by->reason;
    return refusal.consent_gone ? tributary::refusal(why)
                                : wait_error(why, "it is asked again; nothing became visible at the destination");
  }
  if (!pushed) return pushed.error();
  auto rows = journal_.objects(row.id, false);
  if (!rows) return rows.error();
  if (auto all = all_named(row.id, *rows); !all) return all.error();
  return PushedParcel(row, std::move(*rows), recipe);
}

Result<PushedParcel> Carrier::look_up(const journal::ParcelRow& row) {
  auto rows = journal_.objects(row.id, false);
  if (!rows) return rows.error();
  auto known = journal_.has_recipe(row.id);
  if (!known) return known.error();
  if (!*known) return PushedParcel(row, std::move(*rows), {});
  auto bytes = journal_.recipe(row.id);
  if (!bytes) return bytes.error();
  auto recipe = seal::read(*bytes);
  wipe(bytes->data(), bytes->size());
  // What was delivered stays delivered, even if a recipe of another version can not be read any more.
  return PushedParcel(row, std::move(*rows), std::move(recipe).value_or({}));
}

Status Carrier::prove(const journal::ParcelRow& row, const Route& route) {
  if (!row.proof.empty()) return {};
  auto proof = look_at_far_side(journal_, row, *route.destination, route.verify_after);
  if (!proof) return proof.error();
  return journal_.set_proof(row.id, proof->dump());
}

Status Carrier::ingest(const PushedParcel& parcel, const Route& route) {
  if (route.ingest == nullptr) return {};
  const auto& row = parcel.row();
  std::string task_id = row.task_id;
  // Without a reason an operator said retry (or we were ended right after the start): the task of before may be one
  // that failed, or that nobody knows any more. To start looks for one that lives before it makes another.
  if (task_id.empty() || row.reason.empty()) {
    plugin::IngestJob job;
    job.parcel_id = row.id;
    job.pseudonym = row.pseudonym;
    job.site = site_;
    for (const auto& object : parcel.objects()) {
      job.objects.push_back(
          {object.name, object.far_id, object.self_uri, object.access_url, to_hex(object.sha256), object.bytes});
    }
    auto started = route.ingest->start(job);
    if (!started) return started.error();
    task_id = *started;
    if (auto kept = journal_.set_task(row.id, task_id, ""); !kept) return kept;
  }
  std::string state;
  auto polled = route.ingest->poll(task_id, state);
  if (state.empty() && task_id == row.task_id) state = row.task_state;  // its last word stands
  if (auto kept = journal_.set_task(row.id, task_id, state); !kept) return kept;
  return polled;
}

Status Carrier::withdraw(const journal::ParcelRow& row, const Route& route) {
  auto rows = journal_.objects(row.id, false);
  if (!rows) return rows.error();
  Status ended;
  if (route.ingest != nullptr && !row.task_id.empty() && row.delivered == 0) ended = route.ingest->cancel(row.task_id);
  std::vector<plugin::StoredObject> objects;
  for (const auto& object : *rows) objects.push_back({object.name, object.far_id, object.bytes, object.sha256});
  // The data goes whatever the task does; as long as that may still work on it, the withdrawal is not done.
  if (auto gone = route.destination->withdraw(row.id, objects); !gone) return gone;
  if (ended || ended.error().remedy == Remedy::give_up) return {};
  auto late = ended.error();
  late.away = false;  // that is the ingest, and not the destination
  return late;
}

}  // namespace tributary::push
