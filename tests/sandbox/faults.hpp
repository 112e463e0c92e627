// tests/sandbox/faults.hpp: what goes wrong on purpose, when, and for which requests.
//
// A fault is written `KIND:ACT:WHEN[:ARGUMENT]`. WHEN counts the requests of that kind since the fault was added:
// `3` the third, `3+` from the third on, `3-5` the third to the fifth, `*` all, `5%` by chance.
//
// Threads    any.
// Failure    give_up: a fault that can not be read, with the nearest known word.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"

namespace tributary::sandbox {

/// What a request is after. Names and groups stand in one table, see kinds().
enum class Kind : std::uint8_t {
  other,
  page,
  service_info,
  upload_request,
  register_objects,
  object,
  access,
  lookup,
  remove,
  put,
  create,
  part,
  list_parts,
  list_uploads,
  complete,
  abort,
  head,
  get,
  erase,
  upload,
  download,
  task_create,
  task_read,
  task_list,
  task_cancel,
  task_run,
};

enum class Act : std::uint8_t {
  delay,
  slow,
  fail,
  busy,
  throttle,
  forbid,
  expire,
  full,
  html,
  cut,
  cut_reply,
  lose_reply,
  wrong_etag,
  corrupt,
  new_place,
};

struct KindRow {
  Kind kind;
  std::string_view name;
  std::string_view groups;  // words between blanks
  std::string_view help;
};
struct ActRow {
  Act act;
  std::string_view name;
  std::string_view argument;
  std::string_view help;
};
const std::vector<KindRow>& kinds();
const std::vector<ActRow>& acts();
std::string_view name_of(Kind kind);

/// What one request has to suffer.
struct Plan {
  std::int64_t delay_ms = 0;
  std::uint64_t slow_bytes_per_s = 0;         // 0: as fast as it comes
  std::optional<std::uint64_t> cut_after;     // bytes of the request's body; 0: half of it
  std::optional<std::uint64_t> cut_reply_at;  // bytes of the answer's body; 0: half of it
  std::optional<Act> instead;                 // fail, busy, throttle, forbid, expire, full or html: the answer
  std::int64_t retry_after_s = 1;
  bool lose_reply = false, wrong_etag = false, corrupt = false, new_place = false;
  std::vector<std::string> names;  // the acts, for the event log
};

class Faults {
 public:
  explicit Faults(std::uint64_t seed) : chance_(seed) {}

  Status add(std::string_view text);
  void clear();
  /// Counts one request of that kind and answers what it has to suffer.
  [[nodiscard]] Plan next(Kind kind);
  /// Every fault with the requests it has seen and hit.
  [[nodiscard]] Json list() const;

 private:
  struct Fault {
    std::string text;
    std::string kinds;  // a kind's name, a group or `any`
    Act act = Act::fail;
    std::uint64_t first = 1, last = UINT64_MAX;
    std::optional<double> chance;
    std::uint64_t argument = 0;
    std::uint64_t seen = 0, hit = 0;
  };
  static Result<Fault> parse(std::string_view text);
  static Status read_when(const std::string& when, Fault& fault);
  static void apply(const Fault& fault, Plan& plan);

  mutable std::mutex mutex_;
  std::mt19937_64 chance_;
  std::vector<Fault> faults_;
};

/// The table for people.
std::string fault_help();

}  // namespace tributary::sandbox
