// tests/sandbox/storage.hpp: the bytes that arrived, as an object store keeps them: objects and open multipart uploads.
//
// Bytes lie in data files that are never changed; an object or a part is a small record that names them. A record
// is written after its data is on the disk, so a crash leaves the old state or the new one.
//
// Threads    any. No lock is held while bodies are read.
// Failure    wait: disk full. give_up: no such upload. ask_operator: the directory can not be used.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/stream/stream.hpp"
#include "tests/sandbox/shelf.hpp"

namespace tributary::sandbox {

/// Bytes of one data file and what they are.
struct Piece {
  std::string file;
  std::uint64_t size_bytes = 0;
  std::string sha256, md5;  // hex
};

struct Blob {
  std::string bucket, key, mime_type;
  std::uint64_t size_bytes = 0;
  std::string sha256, etag;
  std::string md5;  // empty when it was assembled of parts
  std::int64_t stored_utc_s = 0;
  std::string upload_id;  // empty: not by parts
  std::vector<Piece> pieces;
};

struct Part {
  Piece piece;
  std::int64_t stored_utc_s = 0;
};

struct Upload {
  std::string id, bucket, key, mime_type;
  std::int64_t started_utc_s = 0;
  std::map<std::uint32_t, Part> parts;
  std::string completed_etag;  // not empty: over, kept so that a repeated Complete gets the same answer
};

class Storage {
 public:
  static Result<std::unique_ptr<Storage>> open(const std::string& directory, const Clock& clock);

  /// Takes a body to the disk. `corrupt` turns one bit of what is stored, not of the digests.
  [[nodiscard]] Result<Piece> receive(stream::Source& body, bool corrupt);
  /// Forgets a piece that no record names.
  void discard(const Piece& piece);

  [[nodiscard]] Result<Blob> put(const std::string& bucket, const std::string& key, const std::string& mime_type,
                                 Piece piece);
  [[nodiscard]] std::optional<Blob> find(const std::string& bucket, const std::string& key) const;
  [[nodiscard]] std::optional<Blob> find_digest(const std::string& sha256, std::uint64_t size_bytes) const;
  [[nodiscard]] Status erase(const std::string& bucket, const std::string& key);
  /// Reads `bytes` bytes of an object from `offset` on.
  [[nodiscard]] std::unique_ptr<stream::Source> read(const Blob& blob, std::uint64_t offset, std::uint64_t bytes) const;

  [[nodiscard]] Result<std::string> create_upload(const std::string& bucket, const std::string& key,
                                                  const std::string& mime_type);
  [[nodiscard]] std::optional<Upload> find_upload(const std::string& id) const;
  [[nodiscard]] Status put_part(const std::string& id, std::uint32_t number, Piece piece);
  /// Makes the object of these parts, in this order; their numbers and ETags have been checked by the caller.
  [[nodiscard]] Result<Blob> complete(const std::string& id, const std::vector<std::uint32_t>& numbers);
  [[nodiscard]] Status abort(const std::string& id);

  [[nodiscard]] std::vector<Blob> blobs() const;
  [[nodiscard]] std::vector<Upload> open_uploads() const;

 private:
  using Name = std::pair<std::string, std::string>;  // bucket, key
  struct Shelves {
    Shelf blobs, uploads, parts;
  };
  Storage(std::string data, Shelves shelves, const Clock& clock);
  Status load();
  Status load_uploads();
  void sweep() const;
  Status commit(const Blob& blob);
  Status close(const std::string& id, const Blob& blob);
  Result<std::string> digest(const std::vector<Piece>& pieces) const;
  void remove(const std::vector<Piece>& pieces) const;

  std::string data_;
  Shelves shelves_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<Name, Blob> blobs_;
  std::map<std::string, Upload> uploads_;
};

}  // namespace tributary::sandbox
