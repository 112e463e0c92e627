// plugins/destinations/drs/s3_desk.cpp: requests to an object store, and what is to be thought of its answers.
#include "plugins/destinations/drs/s3_desk.hpp"

#include <utility>

#include "plugins/destinations/drs/s3_xml.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

[[noreturn]] void not_the_store(const std::string& act) {
  throw sdk::Later(act + ": the answer is not what an object store says",
                   "look whether a proxy, a login page or a maintenance page answers in its place");
}

}  // namespace

S3Answer S3Desk::ask(const Place& place, const std::function<S3Answer(S3&)>& act) {
  auto access = grants_.access(candidate_);
  const auto try_with = [&](sdk::sigv4::Credentials credentials) {
    S3 client(host_, std::move(credentials), grants_.habits());
    return act(client);
  };
  auto answer = try_with(std::move(access.credentials));
  if (!wants_new_credentials(answer)) return answer;
  grants_.renew(access.generation);
  answer = try_with(grants_.access(candidate_).credentials);
  if (wants_new_credentials(answer) && place.endpoint == grants_.place(candidate_).endpoint) {
    throw sdk::Later("the object store does not accept credentials fresh from the repository (HTTP " +
                         std::to_string(answer.reply.status) + " " + answer.code + ")",
                     "look at the clocks of both sides");
  }
  return answer;
}

S3Answer S3Desk::head(const Place& place) {
  const auto look = [&] { return ask(place, [&](S3& s3) { return s3.send("HEAD", place, {}); }); };
  const auto generation = grants_.generation();
  auto answer = look();
  if ((answer.reply.status != 400 && answer.reply.status != 403) || std::exchange(asked_anew_, true)) return answer;
  grants_.renew(generation);
  return look();
}

std::vector<std::string> S3Desk::uploads_of(const Place& place) {
  Place bucket = place;
  bucket.key.clear();
  const auto answer =
      ask(place, [&](S3& s3) { return s3.send("GET", bucket, {{"uploads", ""}, {"prefix", place.key}}); });
  if (sdk::is_temporary(answer.reply.status)) store_is_busy(host_, answer, "list of uploads");
  if (!answer.ok()) return {};  // the store does not let us look
  auto ids = read_upload_ids(answer.reply.body, place.key);
  if (!ids) not_the_store("list of uploads");
  return std::move(*ids);
}

bool S3Desk::is_done(const S3Answer& answer, const std::string& act) const {
  if (sdk::is_temporary(answer.reply.status)) store_is_busy(host_, answer, act);
  if (answer.ok() && !answer.reply.body.empty()) {
    const auto elements = read_xml(answer.reply.body);
    if (!elements || sdk::lower(elements->front().name) == "html") not_the_store(act);
  }
  return answer.ok() || answer.reply.status == 404;
}

bool S3Desk::abort(const Place& place, const std::string& upload_id) {
  return is_done(ask(place, [&](S3& s3) { return s3.send("DELETE", place, {{"uploadId", upload_id}}); }),
                 "abort of an upload");
}

bool S3Desk::remove(const Place& place) {
  return is_done(ask(place, [&](S3& s3) { return s3.send("DELETE", place, {}); }), "removal of an object");
}

bool S3Desk::clear(const LeftBehind& left, const Place& kept) {
  const Place place{left.endpoint, left.region, left.bucket, left.key};
  const bool aborted = left.upload_id.empty() || abort(place, left.upload_id);
  const bool removed = !left.object || place == kept || remove(place) || head(place).reply.status == 404;
  return aborted && removed;
}

std::optional<sdk::Later> S3Desk::clear(std::vector<LeftBehind>& all, const Place& kept) {
  std::optional<sdk::Later> later;
  std::erase_if(all, [&](const LeftBehind& left) {
    try {
      return clear(left, kept);
    } catch (const sdk::Later& why) {
      later = why;
      return false;
    }
  });
  return later;
}

}  // namespace tributary::drs
