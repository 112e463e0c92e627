// tests/agent/plugin/destination_test.cpp: what a destination plugin is lent: answers by thread, lanes of a parcel.
#include <barrier>
#include <thread>

#include "agent/plugin/abi.h"
#include "agent/plugin/loader.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::plugin {
namespace {

class Echo final : public http::Client {
 public:
  Result<http::Response> send(const http::Request& request) override {
    if (request.method == "UNTRUSTED") {
      auto distrust = operator_error("the certificate is not valid yet");
      distrust.away = true;
      return distrust;
    }
    if (request.method == "CUT") return wait_error("the connection was cut");
    http::Response out;
    out.status = 200;
    out.headers = {{"X-Url", request.url}};
    out.body = to_bytes(request.url);
    return out;
  }
};

class Silent final : public Log {
 public:
  void write(Level, std::string_view, const About&) override {}
};

// What the plugin of this test does with the parcel.
std::function<tributary_outcome(const tributary_host&, const tributary_parcel&, tributary_note*)> act;

tributary_outcome open(const tributary_host* host, void** self, tributary_note*) {
  *self = const_cast<tributary_host*>(host);
  return TRIBUTARY_DONE;
}
tributary_outcome probe(void*, tributary_note*) { return TRIBUTARY_DONE; }
tributary_outcome push(void* self, const tributary_parcel* parcel, tributary_note* note) {
  return act(*static_cast<const tributary_host*>(self), *parcel, note);
}
tributary_outcome withdraw(void*, const char*, const tributary_stored_object*, std::uint32_t, tributary_note*) {
  return TRIBUTARY_DONE;
}
void part_limits(void*, std::uint64_t*, std::uint64_t*, std::uint32_t*) {}
void close(void*) {}

constexpr tributary_destination_ops ops = {sizeof ops, open, probe, push, withdraw, part_limits, close, nullptr};
constexpr tributary_descriptor descriptor = {
    sizeof descriptor, TRIBUTARY_ABI_MAJOR, TRIBUTARY_ABI_MINOR, TRIBUTARY_DESTINATION, "test", "1", "", nullptr, &ops};

}  // namespace

TEST_GROUP(Destination) {
  Silent log;
  ManualClock clock{1763719200};
  Stop stop;
  std::unique_ptr<Destination> destination;
  OutgoingParcel parcel;

  void setup() override {
    auto opened = open_destination(descriptor, {log, clock, stop}, "far", {}, std::make_unique<Echo>());
    CHECK_TRUE(opened.ok());
    destination = std::move(*opened);
    parcel.id = "p-0001";
    parcel.objects.resize(2);
    parcel.lanes = 3;
    parcel.read = [](std::size_t lane, std::size_t object, std::uint64_t offset,
                     MutableByteView into) -> Result<std::size_t> {
      if (offset > 0) return wait_error("the source is away");
      into[0] = static_cast<std::uint8_t>(10 * lane + object);
      return std::size_t{1};
    };
    parcel.progress = [](std::size_t, std::uint64_t) {};
  }
  void teardown() override { act = nullptr; }
};

TEST(Destination, may_ask_from_several_threads_and_each_keeps_its_answer_until_it_asks_again) {
  act = [](const tributary_host& host, const tributary_parcel&, tributary_note*) -> tributary_outcome {
    std::barrier both(2);
    bool right[2] = {false, false};
    const auto talk = [&](std::size_t i) {
      const std::string url = "https://far.example.org/" + std::to_string(i);
      tributary_http_request request{};
      request.size = sizeof request;
      request.method = "GET";
      request.url = url.c_str();
      tributary_http_response response{};
      response.size = sizeof response;
      tributary_note note{};
      const auto outcome = host.http(host.self, &request, &response, &note);
      both.arrive_and_wait();  // the other has its answer too
      right[i] = outcome == TRIBUTARY_DONE && response.header_count == 1 && response.headers[0].value == url &&
                 std::string(static_cast<const char*>(response.body), response.body_bytes) == url;
    };
    {
      const std::jthread other(talk, 1);
      talk(0);
    }
    return right[0] && right[1] ? TRIBUTARY_DONE : TRIBUTARY_BROKEN;
  };
  CHECK_TRUE(destination->push(parcel).ok());
}

TEST(Destination, reads_any_object_in_any_lane_and_the_first_by_the_object_itself) {
  std::vector<int> got;
  act = [&](const tributary_host&, const tributary_parcel& given, tributary_note*) -> tributary_outcome {
    std::uint8_t byte = 0;
    for (std::uint32_t lane = 0; lane < given.lanes; ++lane) {
      for (std::uint32_t object = 0; object < given.object_count; ++object) {
        if (given.read_lane(given.ctx, lane, object, 0, &byte, 1) == 1) got.push_back(byte);
      }
    }
    if (given.objects[1].read(given.objects[1].ctx, 0, &byte, 1) == 1) got.push_back(byte);
    return TRIBUTARY_DONE;
  };
  CHECK_TRUE(destination->push(parcel).ok());
  CHECK_TRUE((std::vector{0, 1, 10, 11, 20, 21, 1}) == got);
}

TEST(Destination, is_told_off_in_a_lane_or_an_object_that_it_was_not_given) {
  for (const auto& [lane, object] : {std::pair{3U, 0U}, std::pair{0U, 2U}}) {
    act = [&](const tributary_host&, const tributary_parcel& given, tributary_note*) -> tributary_outcome {
      std::uint8_t byte = 0;
      return given.read_lane(given.ctx, lane, object, 0, &byte, 1) < 0 ? TRIBUTARY_LATER : TRIBUTARY_DONE;
    };
    const auto pushed = destination->push(parcel);
    CHECK_FALSE(pushed.ok());
    STRCMP_CONTAINS("was not given", pushed.error().what.c_str());
  }
}

TEST(Destination, is_away_when_it_is_not_trusted_any_more_although_it_had_a_good_word_before) {
  const auto ask = [](const tributary_host& host, const char* method, tributary_note* note) {
    tributary_http_request request{};
    request.size = sizeof request;
    request.method = method;
    request.url = "https://far.example.org/";
    tributary_http_response response{};
    response.size = sizeof response;
    return host.http(host.self, &request, &response, note);
  };
  const auto push_and = [&](const char* method) {
    act = [&ask, method](const tributary_host& host, const tributary_parcel&, tributary_note* note) {
      static_cast<void>(ask(host, "GET", note));
      const auto outcome = ask(host, method, note);
      tributary_note other{};
      static_cast<void>(ask(host, "GET", &other));  // on a connection of before
      return outcome;
    };
    return destination->push(parcel);
  };
  const auto untrusted = push_and("UNTRUSTED"), cut = push_and("CUT");
  CHECK_FALSE(untrusted.ok());
  CHECK_TRUE(untrusted.error().away);
  CHECK_FALSE(cut.ok());
  CHECK_FALSE(cut.error().away);  // this may be the parcel's own trouble
}

TEST(Destination, hears_the_first_reason_why_a_source_failed_unchanged) {
  act = [](const tributary_host&, const tributary_parcel& given, tributary_note*) -> tributary_outcome {
    std::uint8_t byte = 0;
    if (given.read_lane(given.ctx, 1, 0, 1, &byte, 1) >= 0) return TRIBUTARY_BROKEN;
    static_cast<void>(given.read_lane(given.ctx, 9, 0, 0, &byte, 1));
    return TRIBUTARY_LATER;
  };
  const auto pushed = destination->push(parcel);
  CHECK_FALSE(pushed.ok());
  STRCMP_EQUAL("the source is away", pushed.error().what.c_str());
}

}  // namespace tributary::plugin
