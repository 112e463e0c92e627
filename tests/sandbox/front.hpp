// tests/sandbox/front.hpp: every request comes in here: faults are dealt out, doors checked, answers sent, events
// noted.
#pragma once

#include <functional>
#include <string>

#include "agent/base/secret.hpp"
#include "tests/sandbox/drs.hpp"
#include "tests/sandbox/events.hpp"
#include "tests/sandbox/page.hpp"
#include "tests/sandbox/s3.hpp"
#include "tests/sandbox/tes.hpp"
#include "tests/sandbox/transfer.hpp"

namespace tributary::sandbox {

struct FrontParts {
  const Clock& clock;
  const Address& address;
  const SecretText& token;
  const std::string& recipient_file;
  bool page_is_open = true;  // false: the page, too, asks for the token
  Faults& faults;
  Events& events;
  Storage& storage;
  Objects& objects;
  Tasks& tasks;
  Drs& drs;
  S3& s3;
  Tes& tes;
  SignedUrls& signed_urls;
  std::function<void(std::int64_t ms)> pause;
};

class Front {
 public:
  explicit Front(FrontParts parts) : parts_(std::move(parts)) {}
  void handle(http::Exchange& exchange);

 private:
  enum class Api : std::uint8_t { web, drs, tes, s3, upload, download, files };
  struct Route {
    Api api = Api::web;
    Kind kind = Kind::other;
  };
  static Route route_of(const http::Exchange& exchange);
  Reply answer(Call& call, Route route);
  static Reply instead(Act act, Api api, std::int64_t retry_after_s);
  Reply web(Call& call);
  Reply list_events(const Call& call) const;
  Reply faults(Call& call);
  Reply files(const Call& call) const;
  [[nodiscard]] bool has_token(const Call& call, bool basic_too) const;
  static void drain(Call& call);
  void send(http::Exchange& exchange, const Plan& plan, Reply& reply);

  FrontParts parts_;
};

}  // namespace tributary::sandbox
