// agent/push/push.cpp: carries parcels to their destination.
#include "agent/push/push.hpp"

#include <algorithm>
#include <list>

namespace tributary::push {
namespace {

constexpr std::uint64_t progress_distance_bytes = 8U << 20;

// Tells the journal how far a parcel is, now and then, and at the end; hears from it that the parcel is called off.
class Progress {
 public:
  Progress(journal::Journal& journal, const Clock& clock, std::string parcel, const seal::Recipe& recipe)
      : journal_(journal), clock_(clock), parcel_(std::move(parcel)), start_utc_s_(clock.now_utc_s()) {
    for (const auto& object : recipe.objects) objects_.push_back({object.bytes, 0, 0});
  }

  void read(std::size_t object, std::uint64_t bytes) {
    objects_[object].fresh += bytes;
    unasked_ += bytes;
    if (unasked_ < progress_distance_bytes) return;
    unasked_ = 0;
    const auto off = journal_.is_called_off(parcel_);
    called_off_ = called_off_ || (off && *off);
  }
  [[nodiscard]] bool called_off() const { return called_off_; }

  void moved(std::size_t object, std::uint64_t bytes) {
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
  /// The last figure, which stands until the next attempt.
  void end() {
    if (const auto now = total(); now > 0 && told_ != now) tell(now);
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
  std::vector<Object> objects_;
  std::optional<std::uint64_t> told_;
  std::uint64_t moved_ = 0;
  std::uint64_t unasked_ = progress_distance_bytes;  // asked before the first byte goes
  bool called_off_ = false;
  std::int64_t start_utc_s_;
};

plugin::OutgoingObject outgoing(const seal::ObjectRecipe& recipe, std::size_t number, seal::ObjectReader& reader,
                                Progress& progress) {
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
  object.read = [number, &reader, &progress](std::uint64_t offset, MutableByteView into) -> Result<std::size_t> {
    auto n = reader.read(offset, into);
    if (n) progress.read(number, *n);
    if (progress.called_off()) return wait_error("the parcel was held, withdrawn or cancelled while it was uploaded");
    return n;
  };
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
  std::list<seal::ObjectReader> readers;
  Progress progress(journal_, clock_, row.id, recipe);
  std::optional<consent::Decision> stopped_by;
  plugin::OutgoingParcel out;
  out.id = row.id;
  out.pseudonym = row.pseudonym;
  out.policy = row.policy;
  out.controlled_access = route.controlled_access;
  for (std::size_t i = 0; i < recipe.objects.size(); ++i) {
    readers.emplace_back(recipe, recipe.objects[i], parcel.objects()[i].inline_bytes, route.workers);
    out.objects.push_back(outgoing(recipe.objects[i], i, readers.back(), progress));
  }
  out.may_commit = [&] {
    auto decision = ask_again_(row);
    if (decision.verdict == consent::Verdict::permit) return true;
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
  if (pushed && !stopped_by) progress.arrived();
  progress.end();
  for (const auto& reader : readers) refusal.source_changed = refusal.source_changed || reader.source_changed();
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
  auto bytes = journal_.recipe(row.id);
  if (!bytes) return bytes.error();
  auto recipe = seal::read(*bytes);
  wipe(bytes->data(), bytes->size());
  // What was delivered stays delivered, even if a recipe of another version can not be read any more.
  return PushedParcel(row, std::move(*rows), std::move(recipe).value_or({}));
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
