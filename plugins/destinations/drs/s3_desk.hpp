// plugins/destinations/drs/s3_desk.hpp: requests to an object store with credentials that are renewed when they end.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugins/destinations/drs/grants.hpp"
#include "plugins/destinations/drs/journal.hpp"
#include "plugins/destinations/drs/s3.hpp"

namespace tributary::drs {

/// Any thread; `head` one at a time.
class S3Desk {
 public:
  S3Desk(const sdk::Host& host, Grants& grants, std::size_t candidate)
      : host_(host), grants_(grants), candidate_(candidate) {}
  /// At that place. Later: its store does not take credentials fresh from the repository. A store where the repository
  /// does not send us any more may say so.
  S3Answer ask(const Place& place, const std::function<S3Answer(S3&)>& act);
  /// A refusal without words is asked about once more with fresh credentials.
  S3Answer head(const Place& place);
  /// Multipart uploads of this key that are under way; none also when the store does not let us look.
  std::vector<std::string> uploads_of(const Place& place);
  /// Aborts a multipart upload and removes the key. False: the store did not let us.
  bool abort(const Place& place, const std::string& upload_id);
  bool remove(const Place& place);
  /// False: the store did not let us. An object at `kept` stays, it may have been sent since.
  bool clear(const LeftBehind& left, const Place& kept);
  /// Takes out of the list what is gone. Answers why something could not be cleared just now, if that is so.
  std::optional<sdk::Later> clear(std::vector<LeftBehind>& all, const Place& kept);

 private:
  /// Of a deletion; gone before is done. Later: somebody else answered in the store's place.
  [[nodiscard]] bool is_done(const S3Answer& answer, const std::string& act) const;

  const sdk::Host& host_;
  Grants& grants_;
  std::size_t candidate_;
  bool asked_anew_ = false;
};

}  // namespace tributary::drs
