// tests/sandbox/transfer.hpp: bodies in and objects out, as S3 and signed URLs have them in common.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/leave.hpp"
#include "tests/sandbox/storage.hpp"

namespace tributary::sandbox {

/// `Sat, 21 Nov 2026 10:00:00 GMT` (RFC 9110 section 5.6.7).
std::string http_date(std::int64_t utc_s);

/// GET or HEAD of an object; one byte range is honoured. 416 when it can not be.
Reply serve_blob(const Call& call, const Storage& storage, const Blob& blob);

/// PUT or POST of a signed upload URL (raw or multipart/form-data) and GET of a signed download URL.
class SignedUrls {
 public:
  SignedUrls(Storage& storage, const Clock& clock, const Secret<32>& url_key)
      : storage_(storage), clock_(clock), url_key_(url_key) {}
  Reply upload(Call& call, std::string_view token);
  Reply download(const Call& call, std::string_view token);

 private:
  Storage& storage_;
  const Clock& clock_;
  const Secret<32>& url_key_;
};

}  // namespace tributary::sandbox
