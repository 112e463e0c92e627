// tests/sandbox/storage_records.cpp: objects and uploads to JSON and back.
#include "tests/sandbox/storage_records.hpp"

namespace tributary::sandbox {
namespace {

std::string word(const Json& record, std::string_view name) { return std::string(record[name].as_string()); }

std::uint64_t count(const Json& record, std::string_view name) {
  const auto value = record[name].as_integer();
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

Json to_record(const Piece& piece) {
  auto record = Json::object();
  record.add("file", piece.file).add("size", piece.size_bytes).add("sha256", piece.sha256).add("md5", piece.md5);
  return record;
}

Piece piece_from(const Json& record) {
  return {word(record, "file"), count(record, "size"), word(record, "sha256"), word(record, "md5")};
}

}  // namespace

Json to_record(const Blob& blob) {
  auto pieces = Json::array();
  for (const auto& piece : blob.pieces) pieces.push(to_record(piece));
  auto record = Json::object();
  record.add("bucket", blob.bucket).add("key", blob.key).add("mime_type", blob.mime_type);
  record.add("size", blob.size_bytes).add("sha256", blob.sha256).add("etag", blob.etag).add("md5", blob.md5);
  record.add("stored", blob.stored_utc_s).add("upload_id", blob.upload_id).add("pieces", std::move(pieces));
  return record;
}

Blob blob_from(const Json& record) {
  Blob blob{word(record, "bucket"),    word(record, "key"),
            word(record, "mime_type"), count(record, "size"),
            word(record, "sha256"),    word(record, "etag"),
            word(record, "md5"),       record["stored"].as_integer(),
            word(record, "upload_id"), {}};
  for (const auto& piece : record["pieces"].items()) blob.pieces.push_back(piece_from(piece));
  return blob;
}

Json to_record(const Upload& upload) {
  auto record = Json::object();
  record.add("id", upload.id).add("bucket", upload.bucket).add("key", upload.key).add("mime_type", upload.mime_type);
  record.add("started", upload.started_utc_s).add("completed_etag", upload.completed_etag);
  return record;
}

Upload upload_from(const Json& record) {
  return {word(record, "id"),
          word(record, "bucket"),
          word(record, "key"),
          word(record, "mime_type"),
          record["started"].as_integer(),
          {},
          word(record, "completed_etag")};
}

Json to_record(const std::string& upload_id, std::uint32_t number, const Part& part) {
  auto record = Json::object();
  record.add("upload_id", upload_id).add("number", static_cast<std::int64_t>(number));
  record.add("stored", part.stored_utc_s).add("piece", to_record(part.piece));
  return record;
}

PartRecord part_from(const Json& record) {
  return {word(record, "upload_id"),
          static_cast<std::uint32_t>(count(record, "number")),
          {piece_from(record["piece"]), record["stored"].as_integer()}};
}

}  // namespace tributary::sandbox
