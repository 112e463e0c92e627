// plugins/destinations/drs/fetch.cpp: ranges of an object over HTTP.
#include "plugins/destinations/drs/fetch.hpp"

#include <cstring>

namespace tributary::drs {
namespace {

bool denies(int status) { return status == 401 || status == 403; }

}  // namespace

const AccessUrl& Fetch::url_of(const std::string& id) {
  if (id == id_) return url_;
  id_.clear();
  auto url = repository_.access(id);
  if (!url) {
    throw sdk::Refused("the repository gives us no URL to read what we submitted",
                       "ask the repository for the right to read it");
  }
  url_ = std::move(*url);
  id_ = id;
  return url_;
}

sdk::Reply Fetch::ask(const std::string& id, std::uint64_t offset, std::uint64_t bytes) {
  const auto& url = url_of(id);
  sdk::Ask ask;
  ask.url = url.url;
  ask.headers = sdk::headers_of(url.headers);
  ask.headers.emplace_back("Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + bytes - 1));
  return sdk::exchange(host_, ask);
}

void Fetch::read(const tributary_stored_object& object, std::uint64_t offset, void* into, std::uint64_t bytes) {
  auto reply = ask(object.id, offset, bytes);
  if (denies(reply.status)) {  // a URL lives for minutes
    id_.clear();
    reply = ask(object.id, offset, bytes);
  }
  const auto status = " (HTTP " + std::to_string(reply.status) + ")";
  if (denies(reply.status)) throw sdk::Refused("the repository does not let us read what we submitted" + status);
  if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, "reading an object back");
  if (reply.status == 404 || reply.status == 410) {
    throw sdk::Later("the repository has registered an object and does not give its bytes" + status,
                     "it is asked again; if it stays so, ask the repository what became of it");
  }
  const auto range = "bytes " + std::to_string(offset) + "-" + std::to_string(offset + bytes - 1) + "/";
  const bool part = reply.status == 206 && reply.header("Content-Range").substr(0, range.size()) == range;
  const bool whole = reply.status == 200 && offset == 0 && bytes == object.bytes;
  if (reply.status == 416 || ((part || whole) && reply.body.size() != bytes)) {
    throw sdk::Broken("the repository holds fewer bytes of an object than were sent" + status,
                      "ask it what became of the object; cancel the parcel to take it back");
  }
  if (!part && !whole) {
    throw sdk::Refused("the repository does not give parts of an object" + status, "its store takes no range requests");
  }
  std::memcpy(into, reply.body.data(), bytes);
}

}  // namespace tributary::drs
