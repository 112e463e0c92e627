// plugins/destinations/drs/s3_upload.cpp: single and multipart uploads with resume.
#include "plugins/destinations/drs/s3_upload.hpp"

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include "plugins/destinations/drs/stretches.hpp"
#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

/// The upload can not go on where it was begun.
struct Elsewhere {};

bool looks_like_md5(std::string_view etag) {
  return etag.size() == 32 &&
         std::all_of(etag.begin(), etag.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
/// <md5 of md5s>-<parts>
bool looks_like_parts_md5(std::string_view etag) {
  return etag.size() > 33 && etag[32] == '-' && looks_like_md5(etag.substr(0, 32)) &&
         sdk::parse_number(etag.substr(33)).has_value();
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

}  // namespace

// --- one object -----------------------------------------------------------------------------------------------------

S3Upload::S3Upload(const sdk::Host& host, Grants& grants, std::size_t candidate, const Journal& journal,
                   Reading& reading)
    : host_(host),
      grants_(grants),
      candidate_(candidate),
      journal_(journal),
      reading_(reading),
      desk_(host, grants, candidate),
      token_(journal.object(reading.index())) {}

void S3Upload::run() {
  reading_.stop_if_asked();
  clear_left_behind();
  if (token_.stored) settle_stored();
  if (token_.stored) return reading_.set_there(object().bytes);
  try {
    try {
      send();
    } catch (const Elsewhere&) {
      give_up();
      send();
    }
  } catch (const Elsewhere&) {
    give_up();
    throw sdk::Later("the object store lost an upload twice", "nothing to do: it is begun anew");
  } catch (...) {
    if (worthless_) give_up();
    throw;
  }
}

/// What an earlier attempt stored may have been cleared away meanwhile.
void S3Upload::settle_stored() {
  const auto seen = look();
  if (seen == Seen::different) give_up();
  if (seen == Seen::absent) begin_anew();
}

void S3Upload::send() {
  resumed_ = !token_.bucket.empty();
  if (token_.bucket.empty()) {
    const auto [place, access_url] = grants_.where(candidate_);
    token_.endpoint = place.endpoint;
    token_.region = place.region;
    token_.bucket = place.bucket;
    token_.key = place.key;
    token_.access_url = access_url;
    token_.method = "s3";
    remember();
  } else if (is_whole() && look() == Seen::proven) {
    return confirm(true);
  }
  if (is_whole())
    send_whole();
  else
    send_parts();
}

void S3Upload::send_whole() {
  Payload payload{std::string(sdk::bytes(object().sha256, 32)), std::string(sdk::bytes(object().md5, 16)),
                  object().bytes, [this] { return reading_.from(0, 0, object().bytes); }};
  const auto answer = sent([&](S3& s3) { return s3.put(place(), {}, payload, token_.mime_type); });
  if (!answer.ok()) fail(answer, "PUT of an object");
  confirm(true);
}

S3Answer S3Upload::sent(const std::function<S3Answer(S3&)>& act) {
  const auto before = token_.sending_utc_s;
  token_.sending_utc_s = host_.now_utc_s();
  remember();
  auto answer = desk_.ask(place(), act);
  const auto status = answer.reply.status;
  if (before == 0 && status >= 400 && status < 500 && !sdk::is_temporary(status)) {
    token_.sending_utc_s = 0;
    remember();
  }
  return answer;
}

void S3Upload::send_parts() {
  if (token_.upload_id.empty() && !(resumed_ && adopt_parts())) {
    begin_parts();
  } else if (!resume_parts()) {
    return confirm(false);
  }
  send_missing();
  complete();
}

/// Every lane but the first has a thread of its own. The first failure ends the handing out of parts; those that are
/// under way are sent to their end, so that nothing of them is lost.
void S3Upload::send_missing() {
  token_.etags.resize(object().part_count);
  std::vector<std::uint32_t> missing;
  std::uint64_t there = 0;
  for (std::uint32_t number = 1; number <= object().part_count; ++number) {
    if (token_.etags[number - 1]) {
      there += part_bytes(number);
    } else {
      missing.push_back(number);
    }
  }
  reading_.set_there(there);
  const auto lanes = std::clamp<std::uint32_t>(static_cast<std::uint32_t>(missing.size()), 1, reading_.lanes());
  Stretches stretches(std::move(missing), lanes);
  std::exception_ptr failure;
  const auto work = [&](std::uint32_t lane) {
    try {
      while (const auto number = stretches.next(lane)) {
        reading_.stop_if_asked();
        send_part(lane, *number);
      }
    } catch (...) {
      stretches.end();
      const std::lock_guard lock(mutex_);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    try {
      for (std::uint32_t lane = 1; lane < lanes; ++lane) threads.emplace_back(work, lane);
    } catch (const std::system_error&) {  // the system gives no more threads: those that are there do it all
    }
    work(0);
  }
  if (reading_.source_failed()) throw SourceFailed();
  if (failure) std::rethrow_exception(failure);
}

/// An upload that was begun and whose id was lost with the store's answer. More than one are one too many.
bool S3Upload::adopt_parts() {
  const auto ids = desk_.uploads_of(place());
  if (ids.empty()) return false;
  token_.upload_id = ids.front();
  for (std::size_t i = 1; i < ids.size(); ++i)
    token_.left_behind.push_back({token_.endpoint, token_.region, token_.bucket, token_.key, ids[i], false});
  remember();
  clear_left_behind();
  return true;
}

void S3Upload::begin_parts() {
  const auto answer = desk_.ask(place(), [&](S3& s3) { return s3.send("POST", place(), {{"uploads", ""}}); });
  if (!answer.ok()) fail(answer, "start of a multipart upload");
  const auto elements = read_xml(answer.reply.body);
  const auto upload_id = elements ? text_of(*elements, "UploadId") : std::string();
  if (upload_id.empty()) {
    throw sdk::Later("start of a multipart upload: the object store's answer has no UploadId",
                     "look whether a proxy answers in its place");
  }
  token_.upload_id = upload_id;
  token_.etags.clear();
  remember();
}

/// False for what can not be the part that we would send under its number.
bool S3Upload::is_ours(const ListedPart& part) const {
  if (part.number == 0 || part.number > object().part_count || part.bytes != part_bytes(part.number)) return false;
  const auto etag = sdk::lower(part.etag);
  if (!looks_like_md5(etag) || etag == part_md5_hex(part.number)) return true;
  return part.number <= token_.etags.size() && token_.etags[part.number - 1] == part.etag;
}

std::optional<S3Upload::Etags> S3Upload::parts_at_store() {
  Etags etags(object().part_count);
  std::string marker;
  for (std::uint32_t page = 0; page < 64; ++page) {
    S3::Query query{{"uploadId", token_.upload_id}};
    if (!marker.empty()) query.emplace_back("part-number-marker", marker);
    const auto answer = desk_.ask(place(), [&](S3& s3) { return s3.send("GET", place(), query); });
    if (answer.code == "NoSuchUpload" || answer.reply.status == 404) return std::nullopt;
    if (sdk::is_temporary(answer.reply.status)) store_is_busy(host_, answer, "list of parts");
    const auto list = answer.ok() ? read_part_list(answer.reply.body) : std::nullopt;
    if (!list) return token_.etags;  // the store does not let us look: what is remembered counts
    for (const auto& part : list->parts) {
      if (!is_ours(part)) continue;
      etags[part.number - 1] = sdk::lower(part.etag) == part_md5_hex(part.number) ? "" : part.etag;
    }
    if (!list->truncated || list->next_marker.empty() || list->next_marker == marker) return etags;
    marker = list->next_marker;
  }
  return etags;
}

/// False: the store has no such upload, and holds the whole object already.
bool S3Upload::resume_parts() {
  auto etags = parts_at_store();
  if (etags) {
    token_.etags = std::move(*etags);
    return true;
  }
  const auto seen = look();
  if (seen == Seen::proven || seen == Seen::plausible) return false;
  throw Elsewhere();
}

void S3Upload::send_part(std::uint32_t lane, std::uint32_t number) {
  const auto offset = (number - 1) * object().part_bytes;
  const auto bytes = part_bytes(number);
  Payload payload{std::string(sdk::bytes(object().part_sha256 + std::size_t{32} * (number - 1), 32)),
                  std::string(sdk::bytes(object().part_md5 + std::size_t{16} * (number - 1), 16)), bytes,
                  [&] { return reading_.from(lane, offset, bytes); }};
  const S3::Query query{{"partNumber", std::to_string(number)}, {"uploadId", token_.upload_id}};
  const auto put = [&] { return desk_.ask(place(), [&](S3& s3) { return s3.put(place(), query, payload, {}); }); };
  S3Answer answer;
  try {
    answer = put();
  } catch (const Interrupted&) {
    throw;
  } catch (const sdk::Later&) {  // a cut connection: once more at once, a part may be sent twice
    answer = put();
  }
  const auto wrong = [&] {
    return answer.etag_is_digest() && looks_like_md5(answer.etag()) && answer.etag() != part_md5_hex(number);
  };
  if (answer.ok() && wrong()) answer = put();
  if (!answer.ok()) fail(answer, "PUT of part " + std::to_string(number));
  if (answer.etag().empty() || wrong()) {
    worthless_ = true;
    throw sdk::Later("part " + std::to_string(number) + " arrived twice with another digest at the object store",
                     "if it stays so, look for a proxy or a network card that changes bytes");
  }
  keep(lane, number, answer);
}

void S3Upload::keep(std::uint32_t lane, std::uint32_t number, const S3Answer& answer) {
  std::string quoted(answer.reply.header("ETag"));
  quoted.erase(std::remove(quoted.begin(), quoted.end(), '"'), quoted.end());
  const std::lock_guard lock(mutex_);
  token_.etags[number - 1] = answer.etag() == part_md5_hex(number) ? "" : quoted;
  remember();
  reading_.arrived(lane, part_bytes(number));
}

void S3Upload::complete() {
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (std::uint32_t number = 1; number <= object().part_count; ++number) {
    const auto& etag = token_.etags.at(number - 1).value();
    body += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>\"" +
            xml_escaped(etag.empty() ? part_md5_hex(number) : etag) + "\"</ETag></Part>";
  }
  body += "</CompleteMultipartUpload>";
  const auto answer = sent([&](S3& s3) { return s3.send("POST", place(), {{"uploadId", token_.upload_id}}, body); });
  const auto elements = read_xml(answer.reply.body);
  if (answer.ok() && elements && is_answer(*elements, "CompleteMultipartUpload")) return confirm(true);
  const auto seen = look();  // an earlier answer may have been lost
  if (seen == Seen::proven || seen == Seen::plausible) return confirm(true);
  if (answer.code == "InvalidPart" || answer.code == "InvalidPartOrder" || answer.code == "NoSuchUpload") {
    give_up();
    throw sdk::Later("the object store does not have the parts it took (" + answer.code + ")",
                     "nothing to do: the object is sent anew");
  }
  if (answer.reply.ok() || sdk::is_temporary(answer.reply.status)) {
    store_is_busy(host_, answer, "completion of an upload");
  }
  fail(answer, "completion of an upload");
}

/// Looks at what the store holds now and remembers it as stored.
void S3Upload::confirm(bool said_done) {
  const auto seen = look();
  if (seen == Seen::different) {
    give_up();
    throw sdk::Later("the object store holds another size or digest than was sent",
                     "nothing to do: the object is sent anew");
  }
  if (seen == Seen::absent || (seen == Seen::unknown && !said_done)) {
    throw sdk::Later("the object store does not show the object that it took", "nothing to do: it is asked again");
  }
  if (seen == Seen::unknown) {
    host_.log(TRIBUTARY_LOG_INFO, "drs: the object store does not let us read back the size of what it took");
  }
  token_.stored = true;
  token_.upload_id.clear();
  token_.etags.clear();
  remember();
  reading_.set_there(object().bytes);
}

S3Upload::Seen S3Upload::look() {
  const auto answer = desk_.head(place());
  if (answer.reply.status == 404) return Seen::absent;
  if (sdk::is_temporary(answer.reply.status)) store_is_busy(host_, answer, "look at an object");
  const auto bytes = sdk::parse_number(answer.reply.header("Content-Length"));
  // Every object has an ETag; what has none was told by somebody else.
  if (!answer.ok() || !bytes || answer.etag().empty()) return Seen::unknown;
  if (*bytes != object().bytes) return Seen::different;
  const auto etag = answer.etag();
  const bool comparable = answer.etag_is_digest() && (is_whole() ? looks_like_md5(etag) : looks_like_parts_md5(etag));
  if (!comparable) return Seen::plausible;
  return etag == expected_etag() ? Seen::proven : Seen::different;
}

// --- giving up ------------------------------------------------------------------------------------------------------

void S3Upload::begin_anew() {
  ObjectToken fresh;
  fresh.name = token_.name;
  fresh.sha256_hex = token_.sha256_hex;
  fresh.mime_type = token_.mime_type;
  fresh.bytes = token_.bytes;
  fresh.left_behind = token_.left_behind;
  token_ = fresh;
  remember();
}

/// What can not be cleared away now is remembered; the reason for giving up matters more.
void S3Upload::give_up() {
  if (!token_.bucket.empty()) {
    const LeftBehind left{token_.endpoint, token_.region,    token_.bucket,
                          token_.key,      token_.upload_id, token_.stored || token_.sending_utc_s != 0};
    bool cleared = false;
    try {
      cleared = desk_.clear(left, {});
    } catch (const sdk::Outcome& outcome) {
      host_.log(TRIBUTARY_LOG_WARNING, std::string("drs: ") + outcome.what());
    }
    if (!cleared) {
      host_.log(TRIBUTARY_LOG_WARNING, "drs: what was given up could not be cleared away; it is tried again");
      token_.left_behind.push_back(left);
    }
  }
  worthless_ = false;
  begin_anew();
}

/// What is still there stays remembered; it does not keep the object from being sent.
void S3Upload::clear_left_behind() {
  if (token_.left_behind.empty()) return;
  if (const auto later = desk_.clear(token_.left_behind, place()))
    host_.log(TRIBUTARY_LOG_WARNING, std::string("drs: ") + later->what());
  remember();
}

void S3Upload::fail(const S3Answer& answer, const std::string& act) {
  const auto status = answer.reply.status;
  const auto words =
      act + ": the object store says " + std::to_string(status) + (answer.code.empty() ? "" : " " + answer.code);
  if (answer.code == "NoSuchUpload" || (wants_new_credentials(answer) && is_elsewhere())) throw Elsewhere();
  if (sdk::is_temporary(status) || answer.code == "RequestTimeout") {
    store_is_busy(host_, answer, act);
  }
  if (status == 403 && is_elsewhere()) throw Elsewhere();
  if (answer.code == "BadDigest" || answer.code == "XAmzContentSHA256Mismatch") {
    throw sdk::Later(words, "nothing to do: it is sent again; if it stays so, look for a proxy that changes bytes");
  }
  if (answer.code == "EntityTooSmall" || answer.code == "EntityTooLarge") {
    worthless_ = true;
    throw sdk::Broken(words, "set part_size within the limits of the object store, then retry");
  }
  throw sdk::Broken(words,
                    "ask the repository: its own credentials do not open its object store, or look at "
                    "s3_endpoint and s3_region");
}

bool S3Upload::is_elsewhere() { return !(place() == grants_.place(candidate_)); }

// --- the plan -------------------------------------------------------------------------------------------------------

bool S3Upload::is_whole() const { return object().part_count <= 1; }

std::uint64_t S3Upload::part_bytes(std::uint32_t number) const {
  return std::min(object().part_bytes, object().bytes - (number - 1) * object().part_bytes);
}

std::string S3Upload::part_md5_hex(std::uint32_t number) const {
  return sdk::hex(sdk::bytes(object().part_md5 + std::size_t{16} * (number - 1), 16));
}

std::string S3Upload::expected_etag() const {
  if (is_whole()) return sdk::hex(sdk::bytes(object().md5, 16));
  const auto parts = object().part_count;
  return sdk::hex(sdk::md5(sdk::bytes(object().part_md5, std::size_t{16} * parts))) + "-" + std::to_string(parts);
}

}  // namespace tributary::drs
