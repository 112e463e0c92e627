// tests/sandbox/shelf.cpp: JSON records in files.
#include "tests/sandbox/shelf.hpp"

#include <filesystem>
#include <system_error>

#include "agent/base/bytes.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::string_view suffix = ".json";
constexpr std::size_t record_limit = 64U << 20;

}  // namespace

Result<Shelf> Shelf::open(std::string directory) {
  const auto made = files::make_directories(directory, 0700);
  if (!made) return made.error();
  return Shelf(std::move(directory));
}

Status Shelf::save(const std::string& name, const Json& record) const {
  return files::write_atomic(directory_ + "/" + name + std::string(suffix), view(record.dump()), 0600);
}

Status Shelf::erase(const std::string& name) const {
  std::error_code code;
  std::filesystem::remove(directory_ + "/" + name + std::string(suffix), code);
  if (code) return operator_error(directory_ + ": a record can not be removed: " + code.message());
  return {};
}

Result<std::vector<std::pair<std::string, Json>>> Shelf::load() const {
  const auto root = files::Root::open(directory_);
  if (!root) return root.error();
  const auto entries = root->list("");
  if (!entries) return entries.error();
  std::vector<std::pair<std::string, Json>> records;
  for (const auto& entry : *entries) {
    const auto& name = entry.name;
    if (name.size() <= suffix.size() || name.substr(name.size() - suffix.size()) != suffix) continue;
    const auto content = root->read_small(name, record_limit);
    if (!content) return content.error();
    auto record = json::parse(*content);
    if (!record) return operator_error(directory_ + "/" + name + ": damaged: " + record.error().what, "remove it");
    records.emplace_back(name.substr(0, name.size() - suffix.size()), *std::move(record));
  }
  return records;
}

Result<std::string> random_name(std::size_t bytes) {
  Bytes chance(bytes);
  const auto drawn = crypto::random(chance);
  if (!drawn) return drawn.error();
  return to_hex(chance);
}

}  // namespace tributary::sandbox
