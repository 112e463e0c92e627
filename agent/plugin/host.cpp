// agent/plugin/host.cpp: the services that the agent lends to one plugin instance.
#include "agent/plugin/host.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "agent/base/text.hpp"

namespace tributary::plugin {
namespace {

constexpr std::uint32_t most_token_bytes = 65536;

// The request body that a plugin gives by a callback.
class CallbackSource final : public stream::Source {
 public:
  explicit CallbackSource(const tributary_http_request& request) : request_(request) {}
  Result<std::size_t> read(MutableByteView into) override {
    const auto n = request_.read_body(request_.ctx, into.data(), into.size());
    if (n < 0) return wait_error("the request's body could not be read on");
    if (static_cast<std::uint64_t>(n) > into.size())
      return operator_error("a plugin gave more bytes than there was room for");
    return static_cast<std::size_t>(n);
  }

 private:
  const tributary_http_request& request_;
};

void fill(tributary_note* note, const Error& error) {
  if (note == nullptr) return;
  std::snprintf(note->what, sizeof note->what, "%s", error.what.c_str());
  std::snprintf(note->hint, sizeof note->hint, "%s", error.hint.c_str());
  note->not_before_utc_s = error.not_before_s;
}

tributary_outcome outcome_of(Remedy remedy) {
  switch (remedy) {
    case Remedy::wait:
      return TRIBUTARY_LATER;
    case Remedy::give_up:
      return TRIBUTARY_REFUSED;
    case Remedy::ask_operator:
      break;
  }
  return TRIBUTARY_BROKEN;
}

Host& host_of(void* self) { return *static_cast<Host*>(self); }

// What the last answer of a thread is made of, for as long as the plugin may look at it.
struct Answer {
  http::Response response;
  std::vector<tributary_header> headers;
};
Answer& answer_of_this_thread() {
  thread_local Answer answer;
  return answer;
}

}  // namespace

Host::Host(const Services& services, std::string instance, const tributary_descriptor& descriptor,
           std::map<std::string, std::string> settings, std::unique_ptr<http::Client> client)
    : services_(services), instance_(std::move(instance)), settings_(std::move(settings)), client_(std::move(client)) {
  about_.station = name_of(descriptor.kind);
  if (descriptor.kind == TRIBUTARY_DESTINATION) about_.destination = instance_;
  for (const auto* key = descriptor.keys; key != nullptr && key->name != nullptr; ++key) {
    if (key->fallback != nullptr) settings_.emplace(key->name, key->fallback);
  }
  abi_.size = sizeof abi_;
  abi_.self = this;
  abi_.log = [](void* self, std::int32_t level, const char* line) {
    auto& host = host_of(self);
    const auto known = level <= TRIBUTARY_LOG_ERROR     ? Level::error
                       : level == TRIBUTARY_LOG_WARNING ? Level::warning
                       : level <= TRIBUTARY_LOG_INFO    ? Level::info
                                                        : Level::debug;
    host.services_.log.write(known, host.instance_ + ": " + line, host.about_);
  };
  abi_.setting = [](void* self, const char* key) -> const char* {
    const auto& known = host_of(self).settings_;
    const auto found = known.find(key);
    return found == known.end() ? nullptr : found->second.c_str();
  };
  abi_.now_utc_s = [](void* self) { return host_of(self).services_.clock.now_utc_s(); };
  abi_.stopping = [](void* self) -> std::int32_t { return host_of(self).services_.stop.requested() ? 1 : 0; };
  abi_.http = [](void* self, const tributary_http_request* request, tributary_http_response* response,
                 tributary_note* note) { return host_of(self).exchange(*request, *response, note); };
  abi_.remember = [](void* self, const char* key, const void* bytes, std::uint32_t n) -> std::int32_t {
    auto& host = host_of(self);
    if (host.services_.tokens == nullptr || n > most_token_bytes) return -1;
    const auto kept =
        host.services_.tokens->put(host.instance_, key, ByteView(static_cast<const std::uint8_t*>(bytes), n));
    if (!kept)
      host.services_.log.error(host.instance_ + ": a resume token was not kept: " + sentence(kept.error()),
                               host.about_);
    return kept ? 0 : -1;
  };
  abi_.recall = [](void* self, const char* key, void* into, std::uint32_t room) -> std::int32_t {
    auto& host = host_of(self);
    if (host.services_.tokens == nullptr) return -1;
    const auto found = host.services_.tokens->get(host.instance_, key);
    if (!found) {
      host.services_.log.error(host.instance_ + ": a resume token can not be read: " + sentence(found.error()),
                               host.about_);
      return TRIBUTARY_UNREADABLE;
    }
    if (!found->has_value()) return -1;
    const Bytes& token = **found;
    if (!token.empty()) std::memcpy(into, token.data(), std::min<std::size_t>(room, token.size()));
    return static_cast<std::int32_t>(token.size());
  };
  abi_.away = [](void* self) {
    auto& host = host_of(self);
    const std::lock_guard lock(host.contact_mutex_);
    host.contact_ = Contact::away;
  };
  add_connections();
}

tributary_outcome Host::told(const Status& status, tributary_note* note) {
  if (status) return TRIBUTARY_DONE;
  fill(note, status.error());
  return outcome_of(status.error().remedy);
}

void Host::add_connections() {
  abi_.dial = [](void* self, const char* name, std::uint16_t port, std::int32_t tls, tributary_note* note) {
    auto& host = host_of(self);
    host.connection_.reset();
    if (!host.client_) return told(operator_error(host.instance_ + ": has no client"), note);
    auto made = host.client_->dial(name, port, tls == 1);
    if (!made) return told(made.error(), note);
    host.connection_ = std::move(*made);
    return TRIBUTARY_DONE;
  };
  abi_.start_tls = [](void* self, tributary_note* note) {
    const auto& connection = host_of(self).connection_;
    return told(connection ? connection->start_tls() : Status(operator_error("nobody was dialled")), note);
  };
  abi_.transmit = [](void* self, const void* bytes, std::uint32_t n, tributary_note* note) {
    const auto& connection = host_of(self).connection_;
    if (!connection) return told(operator_error("nobody was dialled"), note);
    return told(connection->send({static_cast<const std::uint8_t*>(bytes), n}), note);
  };
  abi_.receive = [](void* self, void* into, std::uint32_t room, std::uint32_t* given, tributary_note* note) {
    const auto& connection = host_of(self).connection_;
    if (!connection) return told(operator_error("nobody was dialled"), note);
    const auto n = connection->receive({static_cast<std::uint8_t*>(into), room});
    if (!n) return told(n.error(), note);
    *given = static_cast<std::uint32_t>(*n);
    return TRIBUTARY_DONE;
  };
  abi_.hang_up = [](void* self) { host_of(self).connection_.reset(); };
}

void Host::set_body_error(Error error) {
  const std::lock_guard lock(mutex_);
  if (!body_error_) body_error_ = std::move(error);
}

std::optional<Error> Host::take_body_error() {
  const std::lock_guard lock(mutex_);
  auto error = std::move(body_error_);
  body_error_.reset();
  return error;
}

Host::Contact Host::take_contact() {
  const std::lock_guard lock(contact_mutex_);
  spoke_.clear();
  distrusted_ = false;
  return std::exchange(contact_, Contact::none);
}

void Host::note_contact(const std::string& url, const Result<http::Response>& response) {
  if (services_.stop.requested()) return;  // it was us who hung up
  const auto parsed = http::parse_url(url);
  const auto origin = parsed ? parsed->origin() : url;
  const auto status = response ? response->status : 0;
  if (response && parsed && parsed->scheme == "https" && services_.witness != nullptr) {
    if (const auto date = http::date_of(*response)) services_.witness->heard(origin, *date);
  }
  const bool no_word = status == 0 || status == 401 || status == 407 || status == 408 || status == 429 || status >= 500;
  const std::lock_guard lock(contact_mutex_);
  if (!no_word) spoke_.insert(origin);
  distrusted_ = distrusted_ || (!response && response.error().away);
  contact_ = spoke_.count(origin) != 0 && !distrusted_ ? Contact::spoke : Contact::away;
}

tributary_outcome Host::exchange(const tributary_http_request& asked, tributary_http_response& answer,
                                 tributary_note* note) {
  if (!client_) {
    fill(note, operator_error("this kind of plugin has no network"));
    return TRIBUTARY_BROKEN;
  }
  http::Request request;
  request.method = asked.method;
  request.url = asked.url;
  for (std::uint32_t i = 0; i < asked.header_count; ++i)
    request.headers.push_back({asked.headers[i].name, asked.headers[i].value});
  request.authorize = asked.authorize != 0;
  request.answer_timeout_s = asked.answer_timeout_s;
  CallbackSource source(asked);
  if (asked.read_body != nullptr) {
    request.body_source = &source;
    request.body_bytes = asked.body_bytes;
  } else {
    request.body = ByteView(static_cast<const std::uint8_t*>(asked.body), asked.body_bytes);
  }
  auto response = client_->send(request);
  note_contact(request.url, response);
  if (!response) {
    fill(note, response.error());
    return outcome_of(response.error().remedy);
  }
  auto& [kept, headers] = answer_of_this_thread();
  kept = std::move(*response);
  headers.clear();
  for (const auto& header : kept.headers) headers.push_back({header.name.c_str(), header.value.c_str()});
  answer.status = kept.status;
  answer.headers = headers.data();
  answer.header_count = static_cast<std::uint32_t>(headers.size());
  answer.body = kept.body.data();
  answer.body_bytes = kept.body.size();
  return TRIBUTARY_DONE;
}

Error error_of(tributary_outcome outcome, const tributary_note& note, const std::string& instance) {
  const auto bounded = [](const char* text, std::size_t room) {
    return printable(std::string_view(text, ::strnlen(text, room)));
  };
  Error error;
  error.what = instance + ": " + bounded(note.what, sizeof note.what);
  error.hint = bounded(note.hint, sizeof note.hint);
  error.not_before_s = note.not_before_utc_s;
  switch (outcome) {
    case TRIBUTARY_LATER:
      error.remedy = Remedy::wait;
      break;
    case TRIBUTARY_REFUSED:
      error.remedy = Remedy::give_up;
      break;
    default:
      error.remedy = Remedy::ask_operator;
      break;  // an outcome that nobody knows is a person's business
  }
  return error;
}

}  // namespace tributary::plugin
