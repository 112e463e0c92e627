// agent/plugin/host.hpp: the services that the agent lends to one plugin instance.
//
// Ownership  one Host per instance; it outlives the instance.
// Threads    any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/log.hpp"
#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/plugin/abi.h"
#include "agent/plugin/time_witness.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::plugin {

/// Small durable tokens, as the journal keeps them.
class Tokens {
 public:
  virtual ~Tokens() = default;
  virtual Status put(const std::string& instance, const std::string& key, ByteView value) = 0;  // empty forgets
  virtual Result<std::optional<Bytes>> get(const std::string& instance, const std::string& key) = 0;
};

std::string_view name_of(tributary_kind kind);

/// What every instance gets; the references outlive all plugins.
struct Services {
  Log& log;
  const Clock& clock;
  const Stop& stop;
  Tokens* tokens = nullptr;  // null: remember fails, recall finds nothing (check, plan)
  TimeWitness* witness = nullptr;
};

class Host {
 public:
  /// `client` may be null: then http answers BROKEN.
  Host(const Services& services, std::string instance, const tributary_descriptor& descriptor,
       std::map<std::string, std::string> settings, std::unique_ptr<http::Client> client);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] const tributary_host* abi() const { return &abi_; }
  [[nodiscard]] const std::string& instance() const { return instance_; }
  /// The error that ended a request body, once: lets it pass through a plugin unchanged. Of several the first.
  void set_body_error(Error error);
  std::optional<Error> take_body_error();
  /// What became of the exchanges since this was asked last: away when the origin of the last one could not be reached
  /// or never had another word than 401, 407, 408, 429 or 5xx, when one of them met somebody who is not trusted, or
  /// when the plugin says so.
  enum class Contact : std::uint8_t { none, spoke, away };
  Contact take_contact();

 private:
  void add_connections();
  /// DONE, or the note filled.
  static tributary_outcome told(const Status& status, tributary_note* note);
  void note_contact(const std::string& url, const Result<http::Response>& response);
  tributary_outcome exchange(const tributary_http_request& request, tributary_http_response& response,
                             tributary_note* note);

  Services services_;
  std::string instance_;
  std::map<std::string, std::string> settings_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<http::Connection> connection_;
  About about_;  // for the log
  tributary_host abi_{};
  std::mutex mutex_;
  std::optional<Error> body_error_;
  std::mutex contact_mutex_;
  std::set<std::string> spoke_;  // origins
  bool distrusted_ = false;
  Contact contact_ = Contact::none;
};

/// An outcome that is not DONE as an Error; the note's words are made printable.
Error error_of(tributary_outcome outcome, const tributary_note& note, const std::string& instance);

}  // namespace tributary::plugin
