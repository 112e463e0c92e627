// agent/queue/queue.cpp: the outbox.
#include "agent/queue/queue.hpp"

#include "agent/base/text.hpp"

namespace tributary::queue {

Status Outbox::put(const seal::SealedParcel& parcel, std::int64_t now_utc_s) {
  std::vector<journal::ObjectRow> rows;
  for (std::size_t i = 0; i < parcel.recipe().objects.size(); ++i) {
    const auto& object = parcel.recipe().objects[i];
    journal::ObjectRow row;
    row.number = static_cast<std::int64_t>(i);
    row.name = object.name;
    row.bytes = object.bytes;
    row.sha256 = object.sha256;
    row.plaintext_sha256 = object.plain_sha256;
    rows.push_back(std::move(row));
  }
  for (const auto& made : parcel.inline_objects()) rows[made.number].inline_bytes = made.sealed;
  const auto recipe = seal::write(parcel.recipe());
  return journal_.put_sealed(parcel.id(), view(recipe.reveal()), rows, now_utc_s);
}

Result<QueuedParcel> Outbox::take(const journal::ParcelRow& row, const std::string& folder) {
  QueuedParcel parcel;
  parcel.row_ = row;
  auto bytes = journal_.recipe(row.id);
  if (!bytes) return in("queue", bytes.error());
  auto recipe = seal::read(*bytes);
  wipe(bytes->data(), bytes->size());
  if (!recipe) return in("queue", recipe.error());
  parcel.recipe_ = std::move(*recipe);
  if (!folder.empty()) parcel.recipe_.folder = folder;
  auto objects = journal_.objects(row.id, true);
  if (!objects) return in("queue", objects.error());
  if (objects->size() != parcel.recipe_.objects.size()) {
    return refusal("queue: parcel " + row.id + " has " + counted(objects->size(), "object") + ", its recipe " +
                   std::to_string(parcel.recipe_.objects.size()));
  }
  parcel.objects_ = std::move(*objects);
  return parcel;
}

}  // namespace tributary::queue
