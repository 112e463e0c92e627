// tests/sandbox/data_files.hpp: the files that hold the bytes of objects and parts.
//
// Crash      a data file is on the disk, whole, when its piece is returned.
// Failure    wait: disk full, or the body was cut; then nothing is left behind.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/sandbox/storage.hpp"

namespace tributary::sandbox {

Result<Piece> write_data(const std::string& directory, stream::Source& body, bool corrupt);
void remove_data(const std::string& path);
std::unique_ptr<stream::Source> read_data(const std::string& directory, std::vector<Piece> pieces, std::uint64_t offset,
                                          std::uint64_t bytes);
/// SHA-256 of all that a source gives, in hex.
Result<std::string> digest_of(stream::Source& source);

}  // namespace tributary::sandbox
