// plugins/destinations/drs/s3_upload.hpp: one object into an object store, from wherever an earlier attempt got to.
//
// Order      the upload id is remembered before the first part, each part as soon as the store has it; parts go in as
//            many lanes at once as the host gives. On return the store holds the whole object, its size was read back,
//            and `stored` is remembered.
// Place      an upload begun goes on where it was begun, also when newer credentials name another key; only when they
//            do not reach there it is given up and begun anew.
// Failure    Later and Broken as they come, after the parts under way are done: what is there stays for the next
// attempt,
//            unless it is worth nothing. What could not be aborted is remembered and aborted later.
// Never      believes an ETag that does not look like the MD5 it should be; sends a part that the store has.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plugins/destinations/drs/grants.hpp"
#include "plugins/destinations/drs/journal.hpp"
#include "plugins/destinations/drs/reading.hpp"
#include "plugins/destinations/drs/s3_desk.hpp"
#include "plugins/destinations/drs/s3_xml.hpp"

namespace tributary::drs {

class S3Upload {
 public:
  S3Upload(const sdk::Host& host, Grants& grants, std::size_t candidate, const Journal& journal, Reading& reading);
  void run();

 private:
  enum class Seen : std::uint8_t { proven, plausible, different, absent, unknown };

  void send();
  void send_whole();
  void send_parts();
  void begin_parts();
  bool adopt_parts();
  bool resume_parts();
  void send_missing();
  void send_part(std::uint32_t lane, std::uint32_t number);
  void keep(std::uint32_t lane, std::uint32_t number, const S3Answer& answer);
  void complete();
  void confirm(bool said_done);
  void settle_stored();
  Seen look();
  void begin_anew();
  void give_up();
  void clear_left_behind();
  /// Of a request that makes the object whole: remembered before it is sent, and forgotten when the store says no.
  S3Answer sent(const std::function<S3Answer(S3&)>& act);
  [[noreturn]] void fail(const S3Answer& answer, const std::string& act);
  using Etags = decltype(ObjectToken::etags);
  /// Nothing: the store has no such upload.
  [[nodiscard]] std::optional<Etags> parts_at_store();
  [[nodiscard]] bool is_ours(const ListedPart& part) const;
  [[nodiscard]] bool is_elsewhere();
  [[nodiscard]] bool is_whole() const;
  [[nodiscard]] std::uint64_t part_bytes(std::uint32_t number) const;
  [[nodiscard]] std::string part_md5_hex(std::uint32_t number) const;
  [[nodiscard]] std::string expected_etag() const;
  [[nodiscard]] Place place() const { return {token_.endpoint, token_.region, token_.bucket, token_.key}; }
  [[nodiscard]] const tributary_object& object() const { return reading_.object(); }
  void remember() const { journal_.remember(reading_.index(), token_); }

  const sdk::Host& host_;
  Grants& grants_;
  std::size_t candidate_;
  const Journal& journal_;
  Reading& reading_;
  S3Desk desk_;
  ObjectToken token_;
  std::mutex mutex_;                    // of the etags, while parts go in lanes
  std::atomic<bool> worthless_{false};  // what was sent is to be taken away again
  bool resumed_ = false;                // the place was chosen by an earlier attempt
};

}  // namespace tributary::drs
