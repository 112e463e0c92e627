// tests/sandbox/events.cpp: the log of requests.
#include "tests/sandbox/events.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "agent/base/bytes.hpp"
#include "agent/base/clock.hpp"

namespace tributary::sandbox {

Json to_json(const Event& event) {
  auto faults = Json::array();
  for (const auto& fault : event.faults) faults.push(fault);
  auto out = Json::object();
  out.add("number", event.number).add("at", to_rfc3339(event.at_utc_s)).add("kind", event.kind);
  out.add("method", event.method).add("route", event.route).add("status", event.status);
  out.add("bytes_in", event.bytes_in).add("bytes_out", event.bytes_out).add("faults", std::move(faults));
  return out;
}

Result<std::unique_ptr<Events>> Events::open(const std::string& directory) {
  const auto path = directory + "/events.jsonl";
  files::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid()) return operator_error(path + ": can not be written");
  return std::unique_ptr<Events>(new Events(std::move(file)));
}

void Events::add(Event event) {
  constexpr std::size_t kept = 20000;
  const std::lock_guard lock(mutex_);
  event.number = ++last_;
  // A log line that does not fit on the disk any more must not fail the request it tells of.
  static_cast<void>(files::FdSink(file_.get()).write(view(to_json(event).dump() + "\n")));
  events_.push_back(std::move(event));
  if (events_.size() > kept) events_.pop_front();
}

std::vector<Event> Events::since(std::uint64_t after) const {
  const std::lock_guard lock(mutex_);
  std::vector<Event> out;
  for (const auto& event : events_) {
    if (event.number > after) out.push_back(event);
  }
  return out;
}

}  // namespace tributary::sandbox
