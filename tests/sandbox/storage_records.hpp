// tests/sandbox/storage_records.hpp: objects and uploads as JSON records.
#pragma once

#include "tests/sandbox/storage.hpp"

namespace tributary::sandbox {

Json to_record(const Blob& blob);
Blob blob_from(const Json& record);
/// Without the parts, which have records of their own.
Json to_record(const Upload& upload);
Upload upload_from(const Json& record);
Json to_record(const std::string& upload_id, std::uint32_t number, const Part& part);
struct PartRecord {
  std::string upload_id;
  std::uint32_t number = 0;
  Part part;
};
PartRecord part_from(const Json& record);

}  // namespace tributary::sandbox
