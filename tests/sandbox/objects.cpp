// tests/sandbox/objects.cpp: registering, finding and deleting of DRS objects.
#include "tests/sandbox/objects.hpp"

#include <algorithm>
#include <set>

#include "agent/base/text.hpp"
#include "tests/sandbox/query.hpp"

namespace tributary::sandbox {
namespace {

std::string word(const Json& record, std::string_view name) { return std::string(record[name].as_string()); }

Json to_list(const std::vector<std::string>& words) {
  auto list = Json::array();
  for (const auto& item : words) list.push(item);
  return list;
}

std::vector<std::string> from_list(const Json& list) {
  std::vector<std::string> out;
  for (const auto& item : list.items()) out.emplace_back(item.as_string());
  return out;
}

Json to_record(const Object& object) {
  auto checksums = Json::array();
  for (const auto& checksum : object.checksums) {
    auto item = Json::object();
    item.add("type", checksum.type).add("checksum", checksum.value);
    checksums.push(std::move(item));
  }
  auto record = Json::object();
  record.add("id", object.id).add("name", object.name).add("mime_type", object.mime_type);
  record.add("version", object.version).add("description", object.description).add("size", object.size_bytes);
  record.add("created", object.created_utc_s).add("checksums", std::move(checksums));
  record.add("aliases", to_list(object.aliases));
  record.add("controlled_access", object.controlled_access ? to_list(*object.controlled_access) : Json());
  record.add("bucket", object.bucket).add("key", object.key).add("sha256", object.sha256);
  record.add("deleted", object.deleted).add("duplicate_of", object.duplicate_of);
  return record;
}

Object object_from(const Json& record) {
  Object object;
  object.id = word(record, "id");
  object.name = word(record, "name");
  object.mime_type = word(record, "mime_type");
  object.version = word(record, "version");
  object.description = word(record, "description");
  object.size_bytes = static_cast<std::uint64_t>(record["size"].as_integer());
  object.created_utc_s = record["created"].as_integer();
  for (const auto& item : record["checksums"].items()) {
    object.checksums.push_back({word(item, "type"), word(item, "checksum")});
  }
  object.aliases = from_list(record["aliases"]);
  if (record["controlled_access"].is_array()) object.controlled_access = from_list(record["controlled_access"]);
  object.bucket = word(record, "bucket");
  object.key = word(record, "key");
  object.sha256 = word(record, "sha256");
  object.deleted = record["deleted"].as_bool();
  object.duplicate_of = word(record, "duplicate_of");
  return object;
}

/// Sorts as it counts.
std::string registration_name(std::size_t number) {
  auto digits = std::to_string(number);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  return digits;
}

}  // namespace

std::string plain_type(std::string_view type) {
  auto out = lower(type);
  std::erase_if(out, [](char c) { return c == '-' || c == '_'; });
  return out;
}

Result<std::unique_ptr<Objects>> Objects::open(const std::string& directory, const Clock& clock) {
  auto shelf = Shelf::open(directory + "/drs");
  if (!shelf) return shelf.error();
  const auto records = shelf->load();
  if (!records) return records.error();
  std::unique_ptr<Objects> objects(new Objects(*std::move(shelf), clock));
  for (const auto& [name, record] : *records) {
    auto& ids = objects->registrations_[name];
    for (const auto& item : record["objects"].items()) {
      auto object = object_from(item);
      ids.push_back(object.id);
      objects->order_.push_back(object.id);
      const auto id = object.id;
      objects->entries_.emplace(id, Entry{name, std::move(object)});
    }
  }
  return objects;
}

/// The caller holds the lock.
Status Objects::save(const std::string& registration) const {
  auto list = Json::array();
  for (const auto& id : registrations_.at(registration)) list.push(to_record(entries_.at(id).object));
  auto record = Json::object();
  record.add("objects", std::move(list));
  return shelf_.save(registration, record);
}

/// The caller holds the lock.
void Objects::mark_duplicates(std::vector<Object>& candidates) const {
  std::map<std::pair<std::string, std::string>, std::string> first;  // name and digest to id
  for (const auto& id : order_) {
    const auto& object = entries_.at(id).object;
    if (!object.deleted) first.emplace(std::pair(object.name, object.sha256), id);
  }
  for (auto& object : candidates) {
    const auto [found, is_new] = first.emplace(std::pair(object.name, object.sha256), object.id);
    if (!is_new) object.duplicate_of = found->second;
  }
}

Result<std::vector<Object>> Objects::add(std::vector<Object> candidates) {
  for (auto& object : candidates) {
    auto id = random_name(10);
    if (!id) return id.error();
    object.id = "obj-" + *id;
    object.created_utc_s = clock_.now_utc_s();
  }
  const std::lock_guard lock(mutex_);
  mark_duplicates(candidates);
  const auto last = registrations_.empty() ? 0 : parse_count(registrations_.rbegin()->first).value_or(0);
  const auto name = registration_name(last + 1);
  auto& ids = registrations_[name];
  for (const auto& object : candidates) {
    ids.push_back(object.id);
    order_.push_back(object.id);
    entries_.emplace(object.id, Entry{name, object});
  }
  const auto saved = save(name);
  if (saved) return candidates;
  for (const auto& id : ids) {
    entries_.erase(id);
    order_.pop_back();
  }
  registrations_.erase(name);
  return saved.error();
}

std::optional<Object> Objects::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.object);
}

std::vector<Object> Objects::by_checksum(const std::string& value) const {
  const auto wanted = lower(value);
  const std::lock_guard lock(mutex_);
  std::vector<Object> out;
  for (const auto& id : order_) {
    const auto& object = entries_.at(id).object;
    const bool has = std::any_of(object.checksums.begin(), object.checksums.end(),
                                 [&](const auto& checksum) { return lower(checksum.value) == wanted; });
    if (has && !object.deleted) out.push_back(object);
  }
  return out;
}

std::vector<Object> Objects::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Object> out;
  for (const auto& id : order_) out.push_back(entries_.at(id).object);
  return out;
}

Status Objects::remove(const std::vector<std::string>& ids, bool forget) {
  const std::lock_guard lock(mutex_);
  std::set<std::string> touched;
  for (const auto& id : ids) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) continue;
    const auto registration = found->second.registration;
    touched.insert(registration);
    found->second.object.deleted = true;
    if (!forget) continue;
    std::erase(registrations_.at(registration), id);
    std::erase(order_, id);
    entries_.erase(found);
  }
  for (const auto& registration : touched) {
    if (const auto saved = save(registration); !saved) return saved;
  }
  return {};
}

}  // namespace tributary::sandbox
