// tests/fakes/plugin_host.hpp: a host for plugin tests: settings from a map, a clock that stands, HTTP by a script.
//
// Threads    a plugin may call from several; scripts and members are touched by one at a time, `meanwhile` by all.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/plugin/abi.h"

namespace tributary::fakes {

struct HttpAnswer {
  tributary_outcome outcome = TRIBUTARY_DONE;
  std::string what;  // of an outcome that is not done
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct HttpAsked {
  std::string method, url, body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool authorize = false;
  [[nodiscard]] std::string header(const std::string& name) const {
    for (const auto& [key, value] : headers) {
      if (strcasecmp(key.c_str(), name.c_str()) == 0) return value;
    }
    return {};
  }
};

class PluginHost {
 public:
  /// Fallbacks come from the descriptor's key table, as in the real host.
  explicit PluginHost(const tributary_descriptor* descriptor) {
    for (const auto* key = descriptor->keys; key != nullptr && key->name != nullptr; ++key) {
      if (key->fallback != nullptr) settings[key->name] = key->fallback;
    }
    host_.size = sizeof host_;
    host_.self = this;
    host_.log = [](void* self, std::int32_t level, const char* line) {
      const std::lock_guard lock(me(self).mutex_);
      me(self).logged.push_back(std::to_string(level) + " " + line);
    };
    host_.setting = [](void* self, const char* key) -> const char* {
      const auto found = me(self).settings.find(key);
      return found == me(self).settings.end() ? nullptr : found->second.c_str();
    };
    host_.now_utc_s = [](void* self) { return me(self).now_utc_s.load(); };
    host_.stopping = [](void* self) { return me(self).stopping ? 1 : 0; };
    host_.http = &PluginHost::exchange;
    host_.remember = [](void* self, const char* key, const void* bytes, std::uint32_t n) {
      const std::lock_guard lock(me(self).mutex_);
      if (n == 0) {
        me(self).memory.erase(key);
      } else {
        me(self).memory[key] = std::string(static_cast<const char*>(bytes), n);
      }
      return std::int32_t{0};
    };
    host_.recall = [](void* self, const char* key, void* into, std::uint32_t room) -> std::int32_t {
      const std::lock_guard lock(me(self).mutex_);
      if (me(self).unreadable) return TRIBUTARY_UNREADABLE;
      const auto found = me(self).memory.find(key);
      if (found == me(self).memory.end()) return -1;
      std::memcpy(into, found->second.data(), std::min<std::size_t>(room, found->second.size()));
      return static_cast<std::int32_t>(found->second.size());
    };
    host_.away = [](void* self) { ++me(self).away; };
    add_connections();
  }
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  [[nodiscard]] const tributary_host* abi() const { return &host_; }

  std::map<std::string, std::string> settings;
  std::vector<std::string> logged;
  std::map<std::string, std::string> memory;         // what was remembered
  bool unreadable = false;                           // nothing of it can be read
  std::atomic<std::int64_t> now_utc_s = 1763719200;  // 2025-11-21T10:00:00Z
  std::atomic<bool> stopping = false;
  std::atomic<int> away = 0;  // how often the plugin said that its far side is
  std::function<HttpAnswer(const HttpAsked&)> http;
  std::function<void(const HttpAsked&)> meanwhile;  // with the body read, before `http` answers
  std::vector<HttpAsked> asked;
  /// What the far side of a connection says to what was sent; first to "", and to "TLS" when that begins. A nullptr is
  /// nobody there; what it says arrives in small pieces.
  std::function<std::string(const std::string&)> talk;
  std::string dialled;  // "host:port", " TLS" behind it when from the first byte

 private:
  static PluginHost& me(void* self) { return *static_cast<PluginHost*>(self); }

  void add_connections() {
    host_.dial = [](void* self, const char* name, std::uint16_t port, std::int32_t tls, tributary_note* note) {
      auto& host = me(self);
      host.dialled = std::string(name) + ":" + std::to_string(port) + (tls == 1 ? " TLS" : "");
      std::snprintf(note->what, sizeof note->what, "%s", "nobody answers there");
      if (!host.talk) return TRIBUTARY_LATER;
      host.inbox_ = host.talk("");
      return TRIBUTARY_DONE;
    };
    host_.start_tls = [](void* self, tributary_note*) {
      me(self).inbox_ += me(self).talk("TLS");
      return TRIBUTARY_DONE;
    };
    host_.transmit = [](void* self, const void* bytes, std::uint32_t n, tributary_note*) {
      me(self).inbox_ += me(self).talk(std::string(static_cast<const char*>(bytes), n));
      return TRIBUTARY_DONE;
    };
    host_.receive = [](void* self, void* into, std::uint32_t room, std::uint32_t* given, tributary_note*) {
      auto& inbox = me(self).inbox_;
      *given = static_cast<std::uint32_t>(std::min<std::size_t>({inbox.size(), room, 7}));
      std::memcpy(into, inbox.data(), *given);
      inbox.erase(0, *given);
      return TRIBUTARY_DONE;
    };
    host_.hang_up = [](void* self) { me(self).inbox_.clear(); };
  }

  static tributary_outcome exchange(void* self, const tributary_http_request* request,
                                    tributary_http_response* response, tributary_note* note) {
    auto& host = me(self);
    HttpAsked asked;
    asked.method = request->method;
    asked.url = request->url;
    asked.authorize = request->authorize != 0;
    for (std::uint32_t i = 0; i < request->header_count; ++i) {
      asked.headers.emplace_back(request->headers[i].name, request->headers[i].value);
    }
    if (request->read_body != nullptr) {
      std::string buffer(65536, '\0');
      while (asked.body.size() < request->body_bytes) {
        const auto n = request->read_body(request->ctx, buffer.data(), buffer.size());
        if (n <= 0) {
          std::snprintf(note->what, sizeof note->what, "the body was broken off");
          return TRIBUTARY_LATER;
        }
        asked.body.append(buffer, 0, static_cast<std::size_t>(n));
      }
    } else if (request->body_bytes > 0) {
      asked.body.assign(static_cast<const char*>(request->body), request->body_bytes);
    }
    if (host.meanwhile) host.meanwhile(asked);
    const std::lock_guard lock(host.mutex_);
    host.asked.push_back(asked);
    auto& [answer, headers] = host.answers_[std::this_thread::get_id()];
    answer = host.http ? host.http(asked) : HttpAnswer{TRIBUTARY_LATER, "no network in this test", 0, {}, {}};
    if (answer.outcome != TRIBUTARY_DONE) {
      std::snprintf(note->what, sizeof note->what, "%s", answer.what.c_str());
      return answer.outcome;
    }
    headers.clear();
    for (const auto& [name, value] : answer.headers) headers.push_back({name.c_str(), value.c_str()});
    response->status = answer.status;
    response->headers = headers.data();
    response->header_count = static_cast<std::uint32_t>(headers.size());
    response->body = answer.body.data();
    response->body_bytes = answer.body.size();
    return TRIBUTARY_DONE;
  }

  tributary_host host_{};
  std::string inbox_;
  std::recursive_mutex mutex_;  // scripts use the host too
  std::map<std::thread::id, std::pair<HttpAnswer, std::vector<tributary_header>>> answers_;
};

}  // namespace tributary::fakes
