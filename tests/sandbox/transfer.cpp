// tests/sandbox/transfer.cpp: ranges, signed uploads and downloads.
#include "tests/sandbox/transfer.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

#include "agent/base/text.hpp"
#include "tests/sandbox/form.hpp"

namespace tributary::sandbox {
namespace {

struct Range {
  std::uint64_t first = 0, bytes = 0;
};

/// Nothing: not a range that is understood, so the whole object. A range of zero bytes: outside of the object.
std::optional<Range> read_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  if (header.substr(0, unit.size()) != unit) return std::nullopt;
  const auto text = header.substr(unit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_count(text.substr(0, dash));
  const auto last = parse_count(text.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    const auto bytes = std::min(*last, size);
    return Range{size - bytes, bytes};
  }
  if (!first || (!last && dash + 1 < text.size()) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) return Range{};
  return Range{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

bool expired(const Ticket& ticket, const Clock& clock) { return ticket.expires_utc_s <= clock.now_utc_s(); }

}  // namespace

std::string http_date(std::int64_t utc_s) {
  const auto time = static_cast<std::time_t>(utc_s);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char buffer[64];
  return {buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

// One bit of the byte at `at` turned.
class Turned final : public stream::Source {
 public:
  Turned(std::unique_ptr<stream::Source> whole, std::uint64_t at) : whole_(std::move(whole)), at_(at) {}
  Result<std::size_t> read(MutableByteView into) override {
    auto n = whole_->read(into);
    if (n && at_ >= read_ && at_ < read_ + *n) into[at_ - read_] ^= 1U;
    if (n) read_ += *n;
    return n;
  }

 private:
  std::unique_ptr<stream::Source> whole_;
  std::uint64_t at_, read_ = 0;
};

Reply serve_blob(const Call& call, const Storage& storage, const Blob& blob) {
  Reply reply;
  Range range{0, blob.size_bytes};
  if (const auto asked = read_range(call.header("Range"), blob.size_bytes)) {
    if (asked->bytes == 0) {
      reply.status = 416;
      reply.headers.push_back({"Content-Range", "bytes */" + std::to_string(blob.size_bytes)});
      return reply;
    }
    range = *asked;
    reply.status = 206;
    reply.headers.push_back({"Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                  std::to_string(range.first + range.bytes - 1) + "/" +
                                                  std::to_string(blob.size_bytes)});
  }
  reply.headers.push_back({"Content-Type", blob.mime_type.empty() ? "application/octet-stream" : blob.mime_type});
  reply.headers.push_back({"ETag", "\"" + blob.etag + "\""});
  reply.headers.push_back({"Last-Modified", http_date(blob.stored_utc_s)});
  reply.headers.push_back({"Accept-Ranges", "bytes"});
  reply.stream = storage.read(blob, range.first, range.bytes);
  if (call.plan().corrupt) reply.stream = std::make_unique<Turned>(std::move(reply.stream), range.bytes / 2);
  reply.stream_bytes = range.bytes;
  return reply;
}

Reply SignedUrls::upload(Call& call, std::string_view token) {
  const auto ticket = read_ticket(token, url_key_);
  if (!ticket || (ticket->verb != 'u' && ticket->verb != 'h')) return problem(403, "this URL was not signed here");
  if (ticket->verb == 'h' && call.header("X-Sandbox-Proof") != proof_of(token)) {
    return problem(403, "the headers given with this URL are missing");
  }
  if (expired(*ticket, clock_)) return problem(403, "this URL has expired; ask /upload-request for another");
  if (call.method() != "PUT" && call.method() != "POST") return problem(405, "PUT or POST");
  const auto type = call.header("Content-Type");
  const bool form = lower(type.substr(0, 10)) == "multipart/";
  if (form && call.method() != "POST") return problem(400, "a form comes by POST");
  std::unique_ptr<FormFile> file;
  if (form) {
    auto opened = FormFile::open(call.body(), type);
    if (!opened) return problem(400, opened.error().what);
    file = *std::move(opened);
  }
  auto piece = storage_.receive(form ? *file : call.body(), call.plan().corrupt);
  if (!piece)
    return piece.error().remedy == Remedy::give_up ? problem(400, piece.error().what) : problem_of(piece.error());
  if (const auto length = call.content_length(); !form && length && *length != piece->size_bytes) {
    storage_.discard(*piece);
    return problem(400, "the body is shorter than its Content-Length");
  }
  const auto blob =
      storage_.put(std::string(bucket_name), ticket->key, form ? std::string() : std::string(type), *std::move(piece));
  if (!blob) return problem_of(blob.error());
  Reply reply;
  reply.status = form ? 204 : 200;
  reply.headers.push_back({"ETag", "\"" + blob->etag + "\""});
  return reply;
}

Reply SignedUrls::download(const Call& call, std::string_view token) {
  const auto ticket = read_ticket(token, url_key_);
  if (!ticket || ticket->verb != 'd') return problem(403, "this URL was not signed here");
  if (expired(*ticket, clock_)) return problem(403, "this URL has expired; ask for another");
  if (call.method() != "GET" && call.method() != "HEAD") return problem(405, "GET or HEAD");
  const auto blob = storage_.find(std::string(bucket_name), ticket->key);
  if (!blob) return problem(404, "there is no such object any more");
  return serve_blob(call, storage_, *blob);
}

}  // namespace tributary::sandbox
