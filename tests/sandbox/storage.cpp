// tests/sandbox/storage.cpp: objects and uploads over data files.
#include "tests/sandbox/storage.hpp"

#include <set>

#include "agent/base/bytes.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "tests/sandbox/data_files.hpp"
#include "tests/sandbox/storage_records.hpp"

namespace tributary::sandbox {
namespace {

std::string part_name(const std::string& upload_id, std::uint32_t number) {
  return upload_id + "." + std::to_string(number);
}

/// A record's name must not depend on what a key may hold.
std::string blob_name(const std::string& bucket, const std::string& key) {
  return to_hex(crypto::sha256(view(bucket + "/" + key))).substr(0, 40);
}

/// The ETag of an object made of parts: MD5 over their MD5s, and their count.
std::string etag_of(const std::vector<Piece>& pieces) {
  crypto::Md5 md5;
  for (const auto& piece : pieces) md5.update(from_hex(piece.md5).value_or(Bytes()));
  return to_hex(md5.finish()) + "-" + std::to_string(pieces.size());
}

}  // namespace

Storage::Storage(std::string data, Shelves shelves, const Clock& clock)
    : data_(std::move(data)), shelves_(std::move(shelves)), clock_(clock) {}

Result<std::unique_ptr<Storage>> Storage::open(const std::string& directory, const Clock& clock) {
  const auto data = directory + "/data";
  const auto made = files::make_directories(data, 0700);
  if (!made) return made.error();
  auto blobs = Shelf::open(directory + "/objects");
  if (!blobs) return blobs.error();
  auto uploads = Shelf::open(directory + "/uploads");
  if (!uploads) return uploads.error();
  auto parts = Shelf::open(directory + "/parts");
  if (!parts) return parts.error();
  std::unique_ptr<Storage> storage(
      new Storage(data, {*std::move(blobs), *std::move(uploads), *std::move(parts)}, clock));
  const auto loaded = storage->load();
  if (!loaded) return loaded.error();
  return storage;
}

Status Storage::load() {
  const auto records = shelves_.blobs.load();
  if (!records) return records.error();
  for (const auto& [name, record] : *records) {
    auto blob = blob_from(record);
    auto key = Name{blob.bucket, blob.key};
    blobs_.emplace(std::move(key), std::move(blob));
  }
  const auto loaded = load_uploads();
  if (loaded) sweep();
  return loaded;
}

Status Storage::load_uploads() {
  const auto records = shelves_.uploads.load();
  if (!records) return records.error();
  for (const auto& [name, record] : *records) uploads_.emplace(name, upload_from(record));
  // The object's record is written before its upload is marked: a crash between the two is mended here.
  for (const auto& [name, blob] : blobs_) {
    const auto found = uploads_.find(blob.upload_id);
    if (found != uploads_.end()) found->second.completed_etag = blob.etag;
  }
  const auto parts = shelves_.parts.load();
  if (!parts) return parts.error();
  for (const auto& [name, record] : *parts) {
    auto part = part_from(record);
    const auto found = uploads_.find(part.upload_id);
    if (found != uploads_.end() && found->second.completed_etag.empty()) {
      found->second.parts.emplace(part.number, std::move(part.part));
    } else if (const auto erased = shelves_.parts.erase(name); !erased) {
      return erased;
    }
  }
  return {};
}

/// Data files that no record names: their writer died before it was done.
void Storage::sweep() const {
  std::set<std::string> named;
  for (const auto& [name, blob] : blobs_) {
    for (const auto& piece : blob.pieces) named.insert(piece.file);
  }
  for (const auto& [id, upload] : uploads_) {
    for (const auto& [number, part] : upload.parts) named.insert(part.piece.file);
  }
  const auto root = files::Root::open(data_);
  const auto entries = root ? root->list("") : Result<std::vector<files::Entry>>(root.error());
  if (!entries) return;  // what is left over only takes room
  for (const auto& entry : *entries) {
    if (!named.contains(entry.name)) remove_data(data_ + "/" + entry.name);
  }
}

Result<Piece> Storage::receive(stream::Source& body, bool corrupt) { return write_data(data_, body, corrupt); }

void Storage::discard(const Piece& piece) { remove({piece}); }

void Storage::remove(const std::vector<Piece>& pieces) const {
  for (const auto& piece : pieces) remove_data(data_ + "/" + piece.file);
}

/// The caller holds the lock.
Status Storage::commit(const Blob& blob) {
  const auto saved = shelves_.blobs.save(blob_name(blob.bucket, blob.key), to_record(blob));
  if (!saved) return saved;
  auto& place = blobs_[{blob.bucket, blob.key}];
  remove(place.pieces);  // of what this one replaces
  place = blob;
  return {};
}

Result<Blob> Storage::put(const std::string& bucket, const std::string& key, const std::string& mime_type,
                          Piece piece) {
  Blob blob{bucket, key, mime_type, piece.size_bytes, piece.sha256, piece.md5, piece.md5, clock_.now_utc_s(), {}, {}};
  blob.pieces.push_back(std::move(piece));
  const std::lock_guard lock(mutex_);
  const auto done = commit(blob);
  if (!done) return done.error();
  return blob;
}

std::optional<Blob> Storage::find(const std::string& bucket, const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find({bucket, key});
  return found == blobs_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Blob> Storage::find_digest(const std::string& sha256, std::uint64_t size_bytes) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, blob] : blobs_) {
    if (blob.sha256 == sha256 && blob.size_bytes == size_bytes) return blob;
  }
  return std::nullopt;
}

Status Storage::erase(const std::string& bucket, const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find({bucket, key});
  if (found == blobs_.end()) return {};
  const auto erased = shelves_.blobs.erase(blob_name(bucket, key));
  if (!erased) return erased;
  remove(found->second.pieces);
  blobs_.erase(found);
  return {};
}

std::unique_ptr<stream::Source> Storage::read(const Blob& blob, std::uint64_t offset, std::uint64_t bytes) const {
  return read_data(data_, blob.pieces, offset, bytes);
}

Result<std::string> Storage::create_upload(const std::string& bucket, const std::string& key,
                                           const std::string& mime_type) {
  const auto id = random_name(20);
  if (!id) return id.error();
  Upload upload{*id, bucket, key, mime_type, clock_.now_utc_s(), {}, {}};
  const std::lock_guard lock(mutex_);
  const auto saved = shelves_.uploads.save(*id, to_record(upload));
  if (!saved) return saved.error();
  uploads_.emplace(*id, std::move(upload));
  return *id;
}

std::optional<Upload> Storage::find_upload(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  return found == uploads_.end() ? std::nullopt : std::optional(found->second);
}

Status Storage::put_part(const std::string& id, std::uint32_t number, Piece piece) {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || !found->second.completed_etag.empty()) {
    remove({piece});
    return refusal("upload: there is no such upload");
  }
  Part part{std::move(piece), clock_.now_utc_s()};
  const auto saved = shelves_.parts.save(part_name(id, number), to_record(id, number, part));
  if (!saved) {
    remove({part.piece});
    return saved;
  }
  auto& parts = found->second.parts;
  if (const auto old = parts.find(number); old != parts.end()) remove({old->second.piece});
  parts[number] = std::move(part);
  return {};
}

Result<std::string> Storage::digest(const std::vector<Piece>& pieces) const {
  if (pieces.size() == 1) return pieces.front().sha256;
  std::uint64_t total = 0;
  for (const auto& piece : pieces) total += piece.size_bytes;
  const auto source = read_data(data_, pieces, 0, total);
  return digest_of(*source);
}

Result<Blob> Storage::complete(const std::string& id, const std::vector<std::uint32_t>& numbers) {
  const auto upload = find_upload(id);
  if (!upload || !upload->completed_etag.empty()) return refusal("upload: there is no such upload");
  Blob blob{upload->bucket, upload->key, upload->mime_type, 0, {}, {}, {}, clock_.now_utc_s(), id, {}};
  for (const auto number : numbers) {
    blob.pieces.push_back(upload->parts.at(number).piece);
    blob.size_bytes += blob.pieces.back().size_bytes;
  }
  auto sha256 = digest(blob.pieces);
  if (!sha256) return sha256.error();
  blob.sha256 = *std::move(sha256);
  blob.etag = etag_of(blob.pieces);

  const auto done = close(id, blob);
  if (!done) return done.error();
  return blob;
}

Status Storage::close(const std::string& id, const Blob& blob) {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || !found->second.completed_etag.empty()) {
    return refusal("upload: there is no such upload");
  }
  auto& state = found->second;
  auto done = commit(blob);
  if (!done) return done;
  state.completed_etag = blob.etag;
  std::set<std::string> used;
  for (const auto& piece : blob.pieces) used.insert(piece.file);
  done = shelves_.uploads.save(id, to_record(state));
  if (!done) return done;
  for (const auto& [number, part] : state.parts) {
    if (!used.contains(part.piece.file)) remove({part.piece});
    done = shelves_.parts.erase(part_name(id, number));
    if (!done) return done;
  }
  state.parts.clear();
  return {};
}

Status Storage::abort(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || !found->second.completed_etag.empty()) {
    return refusal("upload: there is no such upload");
  }
  const auto erased = shelves_.uploads.erase(id);
  if (!erased) return erased;
  for (const auto& [number, part] : found->second.parts) {
    remove({part.piece});
    if (const auto gone = shelves_.parts.erase(part_name(id, number)); !gone) return gone;
  }
  uploads_.erase(found);
  return {};
}

std::vector<Blob> Storage::blobs() const {
  const std::lock_guard lock(mutex_);
  std::vector<Blob> out;
  for (const auto& [name, blob] : blobs_) out.push_back(blob);
  return out;
}

std::vector<Upload> Storage::open_uploads() const {
  const std::lock_guard lock(mutex_);
  std::vector<Upload> out;
  for (const auto& [id, upload] : uploads_) {
    if (upload.completed_etag.empty()) out.push_back(upload);
  }
  return out;
}

}  // namespace tributary::sandbox
