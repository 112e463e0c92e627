// agent/push/push.cpp: carries parcels to their destination.
#include "agent/push/push.hpp"

#include <chrono>
#include <list>

namespace tributary::push {
namespace {

constexpr std::uint64_t progress_distance_bytes = 8U << 20;

// Tells the journal how far a parcel is, now and then.
class Progress {
 public:
  Progress(journal::Journal& journal, std::string parcel, std::size_t objects)
      : journal_(journal), parcel_(std::move(parcel)), sent_(objects, 0), start_(std::chrono::steady_clock::now()) {}

  void moved(std::size_t object, std::uint64_t bytes) {
    if (object >= sent_.size()) return;
    if (bytes > sent_[object]) moved_ += bytes - sent_[object];
    sent_[object] = bytes;
    std::uint64_t total = 0;
    for (const auto n : sent_) total += n;
    if (total < told_ + progress_distance_bytes && total >= told_ && told_ != 0) return;
    told_ = total;
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const auto rate = seconds > 0.1 ? static_cast<std::uint64_t>(static_cast<double>(moved_) / seconds) : 0;
    // A lost figure is made good by the next one; the upload goes on.
    static_cast<void>(journal_.progress(parcel_, total, rate).ok());
  }

 private:
  journal::Journal& journal_;
  std::string parcel_;
  std::vector<std::uint64_t> sent_;
  std::uint64_t told_ = 0, moved_ = 0;
  std::chrono::steady_clock::time_point start_;
};

plugin::OutgoingObject outgoing(const seal::ObjectRecipe& recipe, seal::ObjectReader& reader) {
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
  object.read = [&reader](std::uint64_t offset, MutableByteView into) { return reader.read(offset, into); };
  return object;
}

}  // namespace

Result<PushedParcel> Carrier::push(const queue::QueuedParcel& parcel, const Route& route, Refusal& refusal) {
  const auto& row = parcel.row();
  const auto& recipe = parcel.recipe();
  std::list<seal::ObjectReader> readers;
  Progress progress(journal_, row.id, recipe.objects.size());
  std::optional<consent::Decision> stopped_by;
  plugin::OutgoingParcel out;
  out.id = row.id;
  out.pseudonym = row.pseudonym;
  out.policy = row.policy;
  out.controlled_access = route.controlled_access;
  for (std::size_t i = 0; i < recipe.objects.size(); ++i) {
    readers.emplace_back(recipe, recipe.objects[i], parcel.objects()[i].inline_bytes);
    out.objects.push_back(outgoing(recipe.objects[i], readers.back()));
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
    return journal_.set_far(row.id, static_cast<std::int64_t>(object), id, self_uri, access_url).ok();
  };
  const auto pushed = route.destination->push(out);
  for (const auto& reader : readers) refusal.source_changed = refusal.source_changed || reader.source_changed();
  if (stopped_by) {
    refusal.consent_gone = stopped_by->verdict == consent::Verdict::deny;
    const std::string why = "consent: not permitted any more right before the commit: " + stopped_by->reason;
    return refusal.consent_gone ? tributary::refusal(why)
                                : wait_error(why, "it is asked again; nothing became visible at the destination");
  }
  if (!pushed) return pushed.error();
  auto rows = journal_.objects(row.id, false);
  if (!rows) return rows.error();
  return PushedParcel(row, std::move(*rows));
}

Result<PushedParcel> Carrier::look_up(const journal::ParcelRow& row) {
  auto rows = journal_.objects(row.id, false);
  if (!rows) return rows.error();
  return PushedParcel(row, std::move(*rows));
}

Status Carrier::ingest(const PushedParcel& parcel, const Route& route) {
  if (route.ingest == nullptr) return {};
  const auto& row = parcel.row();
  std::string task_id = row.task_id;
  if (task_id.empty()) {
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
  if (auto kept = journal_.set_task(row.id, task_id, state); !kept) return kept;
  return polled;
}

Status Carrier::withdraw(const journal::ParcelRow& row, const Route& route) {
  auto rows = journal_.objects(row.id, false);
  if (!rows) return rows.error();
  if (route.ingest != nullptr && !row.task_id.empty() && row.delivered == 0) {
    // A task that ended or is unknown can not be cancelled any more: the objects below decide.
    static_cast<void>(route.ingest->cancel(row.task_id).ok());
  }
  std::vector<plugin::StoredObject> objects;
  for (const auto& object : *rows) objects.push_back({object.name, object.far_id, object.bytes, object.sha256});
  return route.destination->withdraw(row.id, objects);
}

}  // namespace tributary::push
