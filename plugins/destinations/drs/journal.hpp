// plugins/destinations/drs/journal.hpp: what has been done for a parcel, remembered by the host step by step.
//
// One token for the parcel (key: its id) and one for each object (key: id.number). Written before a step that can not
// be repeated blindly, and after a step that need not be.
// Crash      what is remembered is a hint where to look: the far side is asked before it is believed.
// Never      holds a credential.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/sdk/sdk.hpp"

namespace tributary::drs {

struct ParcelToken {
  std::uint32_t objects = 0;
  bool registering = false;  // a register request was sent; its answer may have been lost
};

/// What was given up and may still be at the store: a multipart upload, an object, or both.
struct LeftBehind {
  std::string endpoint, region, bucket, key, upload_id;
  bool object = false;
};

struct ObjectToken {
  std::string name, sha256_hex, mime_type;
  std::uint64_t bytes = 0;
  std::string endpoint, region, bucket, key;  // of the upload; empty: none was begun
  std::string access_url, method;
  std::string upload_id;                          // of a multipart upload under way
  std::vector<std::optional<std::string>> etags;  // of the parts that are there, by number from 1; "" = the part's MD5
  std::int64_t sending_utc_s = 0;  // when the store was asked for what makes the object whole, if it did not say no
  bool stored = false;             // every byte is there, complete
  std::string id;                  // of the registered object
  std::vector<LeftBehind> left_behind;
};

class Journal {
 public:
  Journal(const sdk::Host& host, std::string parcel) : host_(host), parcel_(std::move(parcel)) {}

  /// A token with 0 objects when there is none.
  [[nodiscard]] ParcelToken parcel() const;
  void remember(const ParcelToken& token) const;
  /// A token without name when there is none, or one that can not be read.
  [[nodiscard]] ObjectToken object(std::uint32_t index) const;
  void remember(std::uint32_t index, const ObjectToken& token) const;
  /// Forgets the parcel and all its objects.
  void forget() const;

 private:
  [[nodiscard]] std::string object_key(std::uint32_t index) const { return parcel_ + "." + std::to_string(index); }
  const sdk::Host& host_;
  std::string parcel_;
};

}  // namespace tributary::drs
