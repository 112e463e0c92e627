// agent/seal/recipe.cpp: recipes as text.
#include "agent/seal/recipe.hpp"

#include <algorithm>

#include "agent/base/json.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::seal {
namespace {

// 1: as first released. 2: with columns of joint files. A recipe is written in the oldest version that can say it, and
// all are read.
constexpr std::int64_t newest_version = 2;

// Digests back to back, as one word of base64.
template <typename Digest>
std::string pack(const std::vector<Digest>& digests) {
  Bytes all;
  for (const auto& digest : digests) all.insert(all.end(), digest.begin(), digest.end());
  return to_base64(all);
}

Bytes unpack_bytes(const Json& word) { return from_base64(word.as_string()).value_or(Bytes{}); }

template <typename Digest>
std::vector<Digest> unpack(const Json& word) {
  const Bytes all = unpack_bytes(word);
  std::vector<Digest> digests(all.size() / sizeof(Digest));
  for (std::size_t i = 0; i < digests.size(); ++i)
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Digest)), sizeof(Digest), digests[i].begin());
  return digests;
}

template <typename Digest>
Digest unpack_one(const Json& word) {
  auto digests = unpack<Digest>(word);
  return digests.size() == 1 ? digests.front() : Digest{};
}

std::uint64_t number(const Json& value) { return static_cast<std::uint64_t>(value.as_integer()); }

// What a file of one sample does not have.
void write_columns(const genomics::Transform& transform, Json& out) {
  Json columns = Json::array();
  for (const auto& column : transform.columns) {
    Bytes check;
    append_le64(check, column.check);
    columns.push(
        Json().add("source", std::uint64_t{column.source}).add("check", to_base64(check)).add("name", column.name));
  }
  out.add("columns", std::move(columns)).add("bare_sites", static_cast<std::int64_t>(transform.bare_sites));
}

void read_columns(const Json& in, genomics::Transform& transform) {
  transform.bare_sites = static_cast<genomics::BareSites>(in["bare_sites"].as_integer());
  for (const auto& entry : in["columns"].items()) {
    Bytes check = unpack_bytes(entry["check"]);
    check.resize(8);
    transform.columns.push_back({static_cast<std::uint32_t>(entry["source"].as_integer()), load_le64(check),
                                 std::string(entry["name"].as_string())});
  }
}

// Offset of the output, size and offset of the file, back to back.
std::string write_copied(const std::vector<genomics::CopiedRun>& copied) {
  Bytes all;
  for (const auto& run : copied) {
    for (const auto number : {run.output_offset, run.bytes, run.input_offset}) append_le64(all, number);
  }
  return to_base64(all);
}

void read_copied(const Json& word, std::vector<genomics::CopiedRun>& copied) {
  const Bytes all = unpack_bytes(word);
  for (ByteView rest(all); rest.size() >= 24; rest = rest.subspan(24))
    copied.push_back({load_le64(rest.first(8)), load_le64(rest.subspan(8, 8)), load_le64(rest.subspan(16, 8)), {}});
}

Json write_source(const ObjectRecipe& object) {
  Json out;
  out.add("path", to_base64(view(object.path))).add("size", object.id.size).add("mtime_ns", object.id.mtime_ns);
  out.add("inode", object.id.inode).add("device", object.id.device);
  out.add("format", static_cast<std::int64_t>(object.transform.format)).add("sample", object.transform.sample);
  out.add("read_names", static_cast<std::int64_t>(object.transform.read_names));
  out.add("tags", static_cast<std::int64_t>(object.transform.tags));
  out.add("index", static_cast<std::int64_t>(object.transform.index));
  out.add("name_key", to_base64(object.transform.name_key.bytes()));
  out.add("data_key", to_base64(object.data_key.bytes())).add("header", to_base64(object.header));
  Json restarts = Json::array();
  for (const auto& point : object.trace.restarts) {
    Json entry;
    entry.add("at", point.output_offset).add("state", to_base64(point.state));
    restarts.push(std::move(entry));
  }
  out.add("restarts", std::move(restarts));
  // A version that does not know it makes it clean again.
  if (!object.trace.copied.empty()) out.add("copied", write_copied(object.trace.copied));
  if (!object.transform.columns.empty()) write_columns(object.transform, out);
  // A version that does not know it reads the file under its first name.
  if (!object.link.empty()) out.add("link", to_base64(view(object.link)));
  return out;
}

void read_source(const Json& in, ObjectRecipe& object) {
  object.path = std::string(text(unpack_bytes(in["path"])));
  object.link = std::string(text(unpack_bytes(in["link"])));
  object.id = {number(in["size"]), in["mtime_ns"].as_integer(), number(in["inode"]), number(in["device"])};
  object.transform.format = static_cast<genomics::Format>(in["format"].as_integer());
  object.transform.sample = std::string(in["sample"].as_string());
  object.transform.read_names = static_cast<genomics::ReadNames>(in["read_names"].as_integer());
  object.transform.tags = static_cast<genomics::Tags>(in["tags"].as_integer());
  object.transform.index = static_cast<genomics::IndexKind>(in["index"].as_integer());
  object.transform.name_key = Secret<32>(unpack_bytes(in["name_key"]));
  object.data_key = crypt4gh::DataKey(unpack_bytes(in["data_key"]));
  object.header = unpack_bytes(in["header"]);
  for (const auto& entry : in["restarts"].items())
    object.trace.restarts.push_back({number(entry["at"]), unpack_bytes(entry["state"])});
  read_copied(in["copied"], object.trace.copied);
  read_columns(in, object.transform);
}

}  // namespace

SecretText write(const Recipe& recipe) {
  Json objects = Json::array();
  for (const auto& object : recipe.objects) {
    Json out;
    out.add("name", object.name)
        .add("manifest", object.is_manifest)
        .add("bytes", object.bytes)
        .add("plain_bytes", object.plain_bytes);
    out.add("sha256", to_base64(object.sha256))
        .add("plain_sha256", to_base64(object.plain_sha256))
        .add("md5", to_base64(object.md5));
    out.add("part_bytes", object.part_bytes)
        .add("part_sha256", pack(object.part_sha256))
        .add("part_md5", pack(object.part_md5));
    out.add("source", object.is_inline ? Json() : write_source(object));
    objects.push(std::move(out));
  }
  const bool joint = std::any_of(recipe.objects.begin(), recipe.objects.end(),
                                 [](const ObjectRecipe& object) { return !object.transform.columns.empty(); });
  Json out;
  out.add("version", joint ? newest_version : 1)
      .add("folder", to_base64(view(recipe.folder)))
      .add("objects", std::move(objects));
  if (recipe.release) out.add("release", to_json(*recipe.release));
  Json terms = Json::array();
  for (const auto& term : recipe.terms) terms.push(term);
  out.add("terms", std::move(terms));
  if (recipe.obligations) {
    Json obligations = Json::array();
    for (const auto& term : *recipe.obligations) obligations.push(term);
    out.add("obligations", std::move(obligations));
  }
  if (recipe.rules) out.add("rules", to_base64(*recipe.rules));
  return SecretText(out.dump());
}

Result<Recipe> read(ByteView bytes) {
  auto in = json::parse(text(bytes));
  if (!in) return refusal("seal: a recipe can not be read");
  const std::int64_t version = (*in)["version"].as_integer();
  if (version < 1 || version > newest_version) {
    return refusal("seal: a recipe has version " + std::to_string(version) + ", this program knows " +
                   std::to_string(newest_version));
  }
  Recipe recipe;
  recipe.folder = std::string(text(unpack_bytes((*in)["folder"])));
  recipe.release = totals_from_json((*in)["release"]);
  for (const auto& term : (*in)["terms"].items()) recipe.terms.emplace_back(term.as_string());
  if (in->has("obligations")) {
    recipe.obligations.emplace();
    for (const auto& term : (*in)["obligations"].items()) recipe.obligations->emplace_back(term.as_string());
  }
  if (in->has("rules")) recipe.rules = unpack_one<Digest256>((*in)["rules"]);
  for (const auto& entry : (*in)["objects"].items()) {
    ObjectRecipe object;
    object.name = std::string(entry["name"].as_string());
    object.is_manifest = entry["manifest"].as_bool();
    object.bytes = number(entry["bytes"]);
    object.plain_bytes = number(entry["plain_bytes"]);
    object.sha256 = unpack_one<Digest256>(entry["sha256"]);
    object.plain_sha256 = unpack_one<Digest256>(entry["plain_sha256"]);
    object.md5 = unpack_one<Digest128>(entry["md5"]);
    object.part_bytes = number(entry["part_bytes"]);
    object.part_sha256 = unpack<Digest256>(entry["part_sha256"]);
    object.part_md5 = unpack<Digest128>(entry["part_md5"]);
    object.is_inline = entry["source"].is_null();
    if (!object.is_inline) read_source(entry["source"], object);
    recipe.objects.push_back(std::move(object));
  }
  return recipe;
}

}  // namespace tributary::seal
