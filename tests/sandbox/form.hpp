// tests/sandbox/form.hpp: the file inside a multipart/form-data body (RFC 7578), as a stream.
//
// Failure    give_up: no boundary, no file part, broken frame. Memory: one buffer, whatever the body holds.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/stream/stream.hpp"

namespace tributary::sandbox {

class FormFile final : public stream::Source {
 public:
  /// Moves to the first part with a file name, or named `file`. `body` must outlive the object.
  static Result<std::unique_ptr<FormFile>> open(stream::Source& body, std::string_view content_type);
  Result<std::size_t> read(MutableByteView into) override;

 private:
  FormFile(stream::Source& body, std::string delimiter);
  Result<bool> fill();
  Status skip_past(std::string_view mark, std::string* taken);
  Result<std::string> part_headers();

  stream::Source& body_;
  std::string delimiter_;  // CRLF, two hyphens, boundary
  std::string window_;
  bool body_over_ = false, file_over_ = false;
};

}  // namespace tributary::sandbox
