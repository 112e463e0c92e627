// agent/seal/reader.cpp: the second pass: the same bytes again, from any offset.
#include <algorithm>
#include <cstring>

#include "agent/seal/seal.hpp"
#include "agent/seal/source.hpp"

namespace tributary::seal {
namespace {

// The source is compared with what was sealed at least this often, before its bytes go out.
constexpr std::uint64_t check_distance_bytes = 4U << 20;

}  // namespace

Status ObjectReader::check(const files::Fd& file) {
  auto now = files::identify(file);
  if (!now) return in("push", now.error());
  if (*now == object_.id) return {};
  source_changed_ = true;
  return wait_error("push: a source file is not what was sealed any more",
                    "the parcel is sealed afresh with a new key");
}

Status ObjectReader::go_to(std::uint64_t offset) {
  source_.reset();
  auto file = open_source({recipe_.folder, object_.path, object_.link});
  if (!file) return in("push", file.error());
  if (auto same = check(*file); !same) return same;
  auto watched = file->duplicate();
  if (!watched) return watched.error();
  watched_ = std::move(*watched);

  // From the segment that holds the offset on.
  const std::uint64_t header = object_.header.size();
  const std::uint64_t segment = offset < header ? 0 : (offset - header) / crypt4gh::sealed_segment_bytes;
  const std::uint64_t plain = segment * crypt4gh::segment_bytes;
  auto again = genomics::open_again(std::move(*file), object_.transform, object_.trace, plain, workers_);
  if (!again) return in("push", again.error());
  source_ = std::make_unique<crypt4gh::EncryptingSource>(std::move(*again), object_.data_key, object_.header, segment);
  offset_ = segment == 0 ? 0 : header + segment * crypt4gh::sealed_segment_bytes;
  if (auto done = stream::skip(*source_, offset - offset_); !done) return in("push", done.error());
  offset_ = offset;
  checked_at_ = offset;
  return {};
}

Result<std::size_t> ObjectReader::read(std::uint64_t offset, MutableByteView into) {
  if (offset >= object_.bytes) return std::size_t{0};
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), object_.bytes - offset));
  if (object_.is_inline) {
    if (inline_bytes_.size() != object_.bytes)
      return operator_error("push: the journal has lost an object's bytes", "retry the parcel");
    std::memcpy(into.data(), inline_bytes_.data() + offset, room);
    return room;
  }
  if (!source_ || offset != offset_) {
    if (auto there = go_to(offset); !there) return there.error();
  }
  auto n = source_->read(into.first(room));
  if (!n) {
    source_.reset();
    if (auto same = check(watched_); !same) return same.error();
    return in("push", n.error());
  }
  if (*n == 0) {
    source_changed_ = true;
    return wait_error("push: a source file gave fewer bytes than when it was sealed",
                      "the parcel is sealed afresh with a new key");
  }
  offset_ += *n;
  if (offset_ - checked_at_ >= check_distance_bytes || offset_ == object_.bytes) {
    checked_at_ = offset_;
    if (auto same = check(watched_); !same) return same.error();
  }
  return *n;
}

}  // namespace tributary::seal
