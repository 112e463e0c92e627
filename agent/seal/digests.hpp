// agent/seal/digests.hpp: all digests of one object's sealed bytes, in one go.
#pragma once

#include <algorithm>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::seal {

/// SHA-256 of the whole; SHA-256 and MD5 of every part.
class PartDigests {
 public:
  explicit PartDigests(std::uint64_t part_bytes) : part_bytes_(part_bytes) {}

  void update(ByteView bytes) {
    whole_.update(bytes);
    total_ += bytes.size();
    while (!bytes.empty()) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(part_bytes_ - in_part_, bytes.size()));
      part_sha256_.update(bytes.first(n));
      part_md5_.update(bytes.first(n));
      in_part_ += n;
      bytes = bytes.subspan(n);
      if (in_part_ == part_bytes_) end_part();
    }
  }
  void finish() {
    if (in_part_ > 0 || sha256s.empty()) end_part();
    sha256 = whole_.finish();
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }

  Digest256 sha256{};
  std::vector<Digest256> sha256s;
  std::vector<Digest128> md5s;

 private:
  void end_part() {
    sha256s.push_back(part_sha256_.finish());
    md5s.push_back(part_md5_.finish());
    in_part_ = 0;
  }
  std::uint64_t part_bytes_, in_part_ = 0, total_ = 0;
  crypto::Sha256 whole_, part_sha256_;
  crypto::Md5 part_md5_;
};

}  // namespace tributary::seal
