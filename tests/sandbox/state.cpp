// tests/sandbox/state.cpp: objects, uploads and tasks as JSON.
#include "tests/sandbox/state.hpp"

#include <set>

#include "tests/sandbox/drs_words.hpp"

namespace tributary::sandbox {
namespace {

Json describe(const Object& object) {
  auto out = Json::object();
  out.add("id", object.id).add("name", object.name).add("size", object.size_bytes).add("sha256", object.sha256);
  out.add("aliases", list_of(object.aliases));
  out.add("controlled_access", object.controlled_access ? list_of(*object.controlled_access) : Json());
  out.add("deleted", object.deleted);
  out.add("duplicate_of", object.duplicate_of.empty() ? Json() : Json(object.duplicate_of));
  return out;
}

Json describe(const Upload& upload) {
  std::uint64_t bytes = 0;
  for (const auto& [number, part] : upload.parts) bytes += part.piece.size_bytes;
  auto out = Json::object();
  out.add("key", upload.key).add("parts", std::uint64_t{upload.parts.size()}).add("bytes", bytes);
  return out;
}

}  // namespace

Json describe_state(const PageParts& parts) {
  auto objects = Json::array(), uploads = Json::array(), unregistered = Json::array(), tasks = Json::array();
  std::uint64_t duplicates = 0;
  std::set<std::string> keys;
  for (const auto& object : parts.objects.all()) {
    keys.insert(object.key);
    duplicates += object.duplicate_of.empty() ? 0U : 1U;
    objects.push(describe(object));
  }
  for (const auto& upload : parts.storage.open_uploads()) uploads.push(describe(upload));
  for (const auto& blob : parts.storage.blobs()) {
    if (!keys.contains(blob.key)) unregistered.push(Json::object().add("key", blob.key).add("size", blob.size_bytes));
  }
  for (const auto& task : parts.tasks.all()) {
    tasks.push(Json::object().add("id", task.id).add("state", task.state).add("tags", task.asked["tags"]));
  }
  auto out = Json::object();
  out.add("objects", std::move(objects)).add("duplicates", duplicates).add("open_uploads", std::move(uploads));
  out.add("unregistered", std::move(unregistered)).add("tasks", std::move(tasks));
  return out;
}

}  // namespace tributary::sandbox
