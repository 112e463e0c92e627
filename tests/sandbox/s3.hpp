// tests/sandbox/s3.hpp: the object store, path style below /s3/<bucket>/<key>.
//
// Speaks of S3 what an uploader needs, and checks what AWS checks: signatures, clock, payload digests, expiry and
// scope of temporary credentials, order, ETags and sizes of parts.
//
// Threads    any.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/leave.hpp"
#include "tests/sandbox/settings.hpp"
#include "tests/sandbox/sigv4.hpp"
#include "tests/sandbox/storage.hpp"

namespace tributary::sandbox {

/// Which operation a request to the object store is.
Kind s3_kind(std::string_view method, std::string_view path, const Query& query);
Reply s3_error(const S3Error& error, std::string_view resource = {});

class S3 {
 public:
  S3(Storage& storage, Credentials& credentials, const Clock& clock, const Settings& settings)
      : storage_(storage), credentials_(credentials), clock_(clock), settings_(settings) {}
  Reply handle(Call& call, Kind kind);

 private:
  struct Target {
    std::string bucket, key, url_path;
    Signer signer;
  };
  using Received = std::variant<Piece, S3Error>;

  Reply dispatch(Call& call, Kind kind, const Target& target);
  Received receive(Call& call, const Target& target);
  Reply put(Call& call, const Target& target);
  Reply get(const Call& call, const Target& target) const;
  Reply erase(const Target& target);
  Reply create(const Call& call, const Target& target);
  Reply part(Call& call, const Target& target);
  Reply complete(Call& call, const Target& target);
  Reply abort(const Call& call, const Target& target);
  Reply list_parts(const Call& call, const Target& target) const;
  Reply list_uploads(const Call& call, const Target& target) const;
  std::optional<Upload> open_upload(const Call& call, const Target& target) const;

  Storage& storage_;
  Credentials& credentials_;
  const Clock& clock_;
  const Settings& settings_;
};

}  // namespace tributary::sandbox
