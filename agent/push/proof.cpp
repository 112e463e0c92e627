// agent/push/proof.cpp: reads back what was delivered, and compares.
#include "agent/push/proof.hpp"

#include <algorithm>
#include <set>

#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/seal/recipe.hpp"

namespace tributary::push {
namespace {

using config::VerifyAfter;

constexpr std::uint64_t sampled_segments = 16;
constexpr std::uint64_t asking_distance_bytes = 8U << 20;

// One object as it was sealed: its bytes, or the key that tells each of its segments from all others.
class Sealed {
 public:
  Sealed(const seal::ObjectRecipe& recipe, ByteView inline_bytes) : recipe_(recipe), inline_bytes_(inline_bytes) {}

  /// Bytes before the first segment; what is kept as bytes is compared in pieces of the same size.
  [[nodiscard]] std::uint64_t header_bytes() const { return recipe_.is_inline ? 0 : recipe_.header.size(); }
  [[nodiscard]] std::uint64_t segments() const {
    const auto body = recipe_.bytes - std::min(recipe_.bytes, header_bytes());
    return (body + crypt4gh::sealed_segment_bytes - 1) / crypt4gh::sealed_segment_bytes;
  }
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t segment) const {
    return header_bytes() + segment * crypt4gh::sealed_segment_bytes;
  }
  [[nodiscard]] std::size_t bytes_of(std::uint64_t segment) const {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(crypt4gh::sealed_segment_bytes, recipe_.bytes - offset_of(segment)));
  }
  [[nodiscard]] bool is_header(ByteView there) const { return std::ranges::equal(there, recipe_.header); }
  [[nodiscard]] bool is_segment(std::uint64_t segment, ByteView there) const {
    if (!recipe_.is_inline) return crypt4gh::is_segment(recipe_.data_key, segment, there);
    return std::ranges::equal(there, inline_bytes_.subspan(offset_of(segment), there.size()));
  }

 private:
  const seal::ObjectRecipe& recipe_;
  ByteView inline_bytes_;
};

class Look {
 public:
  Look(journal::Journal& journal, const journal::ParcelRow& row, plugin::Destination& destination)
      : journal_(journal), row_(row), destination_(destination), buffer_(plugin::Destination::most_fetched_bytes) {}

  Status sample(const journal::ObjectRow& object, const Sealed& sealed, const std::set<std::uint64_t>& segments) {
    if (sealed.header_bytes() > 0) {
      if (sealed.header_bytes() > buffer_.size()) return full(object);
      auto header = fetch(object, 0, static_cast<std::size_t>(sealed.header_bytes()));
      if (!header) return header.error();
      if (!sealed.is_header(*header)) return differs(object, 0);
    }
    for (const auto segment : segments) {
      auto there = fetch(object, sealed.offset_of(segment), sealed.bytes_of(segment));
      if (!there) return there.error();
      if (!sealed.is_segment(segment, *there)) return differs(object, sealed.offset_of(segment));
      ++segments_;
    }
    return {};
  }

  Status full(const journal::ObjectRow& object) {
    crypto::Sha256 digest;
    for (std::uint64_t offset = 0; offset < object.bytes;) {
      const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), object.bytes - offset));
      auto there = fetch(object, offset, bytes);
      if (!there) return there.error();
      digest.update(*there);
      offset += bytes;
    }
    return digest.finish() == object.sha256 ? Status() : differs(object, 0);
  }

  [[nodiscard]] std::uint64_t segments() const { return segments_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  Result<ByteView> fetch(const journal::ObjectRow& object, std::uint64_t offset, std::size_t bytes) {
    if (bytes_ >= ask_at_) {
      ask_at_ = bytes_ + asking_distance_bytes;
      const auto standing = journal_.standing(row_.id);
      if (standing && *standing != journal::Journal::Standing::going)
        return wait_error("the parcel was held, withdrawn or cancelled while it was read back");
    }
    const auto into = MutableByteView(buffer_).first(bytes);
    auto read = destination_.fetch({object.name, object.far_id, object.bytes, object.sha256}, offset, into);
    if (!read && read.error().remedy == Remedy::give_up) {
      return operator_error("push: " + object.name + " can not be read back: " + read.error().what,
                            "ask the repository for the right to read what you submit, or set `verify_after: head` "
                            "for it; then: tributary retry " +
                                row_.id);
    }
    if (!read) return read.error();
    bytes_ += bytes;
    return ByteView(into);
  }
  [[nodiscard]] Status differs(const journal::ObjectRow& object, std::uint64_t offset) const {
    return operator_error("push: " + object.name +
                              ": the destination gives back other bytes than were sent, at or after " +
                              std::to_string(offset),
                          "ask the repository what became of it; tributary cancel " + row_.id + " takes it back");
  }

  journal::Journal& journal_;
  const journal::ParcelRow& row_;
  plugin::Destination& destination_;
  Bytes buffer_;
  std::uint64_t segments_ = 0, bytes_ = 0;
  std::uint64_t ask_at_ = 0;
};

/// For each object the segments to read: the first, the last, and by chance others, large objects more often.
Result<std::vector<std::set<std::uint64_t>>> draw(const std::vector<Sealed>& objects) {
  std::vector<std::set<std::uint64_t>> drawn(objects.size());
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto segments = objects[i].segments();
    all += segments;
    if (segments > 0) drawn[i] = {0, segments - 1};
  }
  for (std::uint64_t n = 0; n < sampled_segments && all > 0; ++n) {
    Bytes random(8);
    if (auto made = crypto::random(random); !made) return made.error();
    auto at = load_le64(random) % all;
    std::size_t i = 0;
    while (at >= objects[i].segments()) at -= objects[i++].segments();
    drawn[i].insert(at);
  }
  return drawn;
}

Status look_at_samples(Look& look, journal::Journal& journal, const journal::ParcelRow& row,
                       const std::vector<journal::ObjectRow>& objects) {
  auto bytes = journal.recipe(row.id);
  if (!bytes) return bytes.error();
  auto recipe = seal::read(*bytes);
  wipe(bytes->data(), bytes->size());
  if (!recipe) return recipe.error();
  if (recipe->objects.size() != objects.size())
    return operator_error("push: parcel " + row.id + ": the journal's recipe does not fit its objects",
                          "set `verify_after: full` for the destination, and report it");
  std::vector<Sealed> sealed;
  for (std::size_t i = 0; i < objects.size(); ++i) sealed.emplace_back(recipe->objects[i], objects[i].inline_bytes);
  auto drawn = draw(sealed);
  if (!drawn) return drawn.error();
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (auto same = look.sample(objects[i], sealed[i], (*drawn)[i]); !same) return same;
  }
  return {};
}

}  // namespace

Result<Json> look_at_far_side(journal::Journal& journal, const journal::ParcelRow& row,
                              plugin::Destination& destination, VerifyAfter how) {
  if (how == VerifyAfter::none) return Json().add("how", "none");
  if (how == VerifyAfter::head) return Json().add("how", "head");  // pushing compared it
  auto objects = journal.objects(row.id, true);
  if (!objects) return objects.error();
  Look look(journal, row, destination);
  // Without a recipe (the journal was made anew) digests are all that is known.
  auto known = journal.has_recipe(row.id);
  if (!known) return known.error();
  if (how == VerifyAfter::sample && *known) {
    if (auto same = look_at_samples(look, journal, row, *objects); !same) return same.error();
    return Json().add("how", "sample").add("segments", look.segments()).add("bytes", look.bytes());
  }
  for (const auto& object : *objects) {
    if (auto same = look.full(object); !same) return same.error();
  }
  return Json().add("how", "full").add("bytes", look.bytes());
}

}  // namespace tributary::push
