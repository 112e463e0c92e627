// agent/seal/release.cpp: what one pass changed and what it looked for.
#include "agent/seal/release.hpp"

#include <utility>

namespace tributary::seal {
namespace {

std::string_view name_of(genomics::ReadNames names) { return names == genomics::ReadNames::mask ? "mask" : "keep"; }

std::string_view name_of(genomics::Tags tags) {
  if (tags == genomics::Tags::all) return "all";
  return tags == genomics::Tags::none ? "none" : "known";
}

Json by_name(const std::map<std::string, std::uint64_t>& counts) {
  Json out = Json::object();
  for (const auto& [name, count] : counts) out.add(name, count);
  return out;
}

}  // namespace

Release::Release(std::string policy, const verify::Dictionary& dictionary)
    : policy_(std::move(policy)), words_(dictionary.words()), spellings_(dictionary.spellings()) {
  for (const auto word : dictionary.unsearchable()) ++unsearchable_[dictionary.kind(word)];
}

void Release::add(const genomics::Transform& transform, const std::map<std::string, std::uint64_t>& changed,
                  const verify::Inspector& inspector) {
  ++files_;
  read_names_ = name_of(transform.read_names);
  tags_ = name_of(transform.tags);
  for (const auto& [field, count] : changed) changed_[field] += count;
  bytes_ += inspector.bytes_seen();
  places_ += inspector.places_seen();
  hits_ += inspector.hits();
}

ReleaseTotals Release::totals() const {
  ReleaseTotals out{files_, words_, 0, bytes_};
  for (const auto& [kind, count] : unsearchable_) out.words_not_searchable += count;
  return out;
}

Json Release::to_json() const {
  Json out;
  out.add("software", "tributary " TRIBUTARY_VERSION);
  out.add("policy", Json().add("name", policy_).add("read_names", read_names_).add("tags", tags_));
  out.add("files", files_).add("changed", by_name(changed_));
  Json dictionary;
  dictionary.add("words", words_).add("spellings", spellings_).add("words_not_searchable", by_name(unsearchable_));
  out.add("dictionary", std::move(dictionary));
  out.add("scanned", Json().add("bytes", bytes_).add("places", places_)).add("hits", hits_);
  return out;
}

Json to_json(const ReleaseTotals& totals) {
  Json out;
  out.add("files", totals.files).add("words", totals.words).add("words_not_searchable", totals.words_not_searchable);
  out.add("bytes_scanned", totals.bytes_scanned);
  return out;
}

std::optional<ReleaseTotals> totals_from_json(const Json& json) {
  const auto number = [&](std::string_view name) { return static_cast<std::uint64_t>(json[name].as_integer()); };
  if (!json.is_object()) return std::nullopt;
  return ReleaseTotals{number("files"), number("words"), number("words_not_searchable"), number("bytes_scanned")};
}

}  // namespace tributary::seal
