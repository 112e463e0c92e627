// tests/agent/http/auth_test.cpp: credentials: which, to whom, and when anew.
#include <map>
#include <mutex>
#include <set>

#include "agent/base/json.hpp"
#include "agent/base/text.hpp"
#include "agent/port/json/json.hpp"
#include "tests/agent/http/house.hpp"
#include "tests/fakes/pki.hpp"

#include <CppUTest/TestHarness.h>

using tributary::Bytes;
using tributary::view;
using tributary::http::AuthKind;
using tributary::http::Exchange;
using tributary::http::Header;
using tributary::http::Request;
using tributary::http::Server;
using tributary::tests::asks_operator;
using tributary::tests::error_of;
using tributary::tests::has;
using tributary::tests::House;
using tributary::tests::is_wait;
using tributary::tests::status_of;

namespace {

std::string read_all(Exchange& exchange) {
  std::string all;
  Bytes buffer(4096);
  for (;;) {
    const auto n = exchange.body().read(buffer);
    if (!n || *n == 0) return all;
    all.append(reinterpret_cast<const char*>(buffer.data()), *n);
  }
}

std::map<std::string, std::string> form_of(const std::string& text) {
  std::map<std::string, std::string> form;
  for (const auto& pair : tributary::split(text, '&')) {
    const auto equals = pair.find('=');
    form[pair.substr(0, equals)] = tributary::http::percent_decode(pair.substr(equals + 1));
  }
  return form;
}

}  // namespace

TEST_GROUP(Credentials) {
  House house;
  std::mutex mutex;
  std::vector<std::string> forms, basics, seen;
  int token_status = 200, tokens = 0;
  std::string token_answer;
  std::set<std::string> refused;
  std::unique_ptr<Server> server;
  std::string base;

  void setup() override {
    tributary::http::ServerSettings settings;
    settings.listen = "127.0.0.1:0";
    auto made = tributary::http::serve(settings, [this](Exchange& exchange) { answer(exchange); });
    CHECK(made.ok());
    server = std::move(*made);
    base = "http://127.0.0.1:" + std::to_string(server->port());
    house.settings.auth.origin = base;
  }
  void teardown() override { server.reset(); }

  void answer(Exchange & exchange) {
    const std::lock_guard lock(mutex);
    const std::string authorization(exchange.header("Authorization"));
    if (exchange.path() == "/token") {
      forms.push_back(read_all(exchange));
      basics.push_back(authorization);
      ++tokens;
      const auto body = token_answer.empty() ? R"({"access_token":"T)" + std::to_string(tokens) +
                                                   R"(","token_type":"Bearer","expires_in":600})"
                                             : token_answer;
      exchange.reply(token_status, {{"Content-Type", "application/json"}}, view(body));
      return;
    }
    seen.push_back(authorization);
    exchange.reply(refused.contains(authorization) ? 401 : 200, {}, view("x"));
  }
  tributary::Result<tributary::http::Response> ask(const std::string& path = "/x") {
    Request request;
    request.url = base + path;
    request.authorize = true;
    return house.send(request);
  }
  void use_oauth2() {
    auto& auth = house.settings.auth;
    auth.kind = AuthKind::oauth2;
    auth.token_url = base + "/token";
    auth.client_id = "site:one";
    auth.secret_file = house.write("secret", "s%cret\n");
    auth.scope = "drs tes";
  }
};

TEST(Credentials, basic_is_the_base64_of_both) {
  house.settings.auth.kind = AuthKind::basic;
  house.settings.auth.username = "Aladdin";
  house.settings.auth.secret_file = house.write("password", "open sesame\n");
  LONGS_EQUAL(200, status_of(ask()));
  STRCMP_EQUAL("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", seen.at(0).c_str());
}

TEST(Credentials, a_bearer_token_is_read_anew_when_its_file_changes) {
  house.settings.auth.kind = AuthKind::bearer;
  house.settings.auth.secret_file = house.write("token", "one\n");
  LONGS_EQUAL(200, status_of(ask()));
  house.write("token", "two");
  LONGS_EQUAL(200, status_of(ask()));
  STRCMP_EQUAL("Bearer one", seen.at(0).c_str());
  STRCMP_EQUAL("Bearer two", seen.at(1).c_str());
}

TEST(Credentials, a_missing_empty_or_odd_token_is_for_the_operator) {
  house.settings.auth.kind = AuthKind::bearer;
  house.settings.auth.secret_file = house.folder.path() + "/none";
  CHECK(!ask().ok());
  for (const auto* const content : {" \n", "one\ntwo", "one two"}) {
    house.client.reset();
    house.settings.auth.secret_file = house.write("token", content);
    const auto answer = ask();
    CHECK(asks_operator(answer));
    CHECK(!has(error_of(answer), "two"));
  }
  LONGS_EQUAL(0, seen.size());
}

TEST(Credentials, go_only_to_the_origin_they_are_for_and_only_when_asked) {
  house.settings.auth.kind = AuthKind::bearer;
  house.settings.auth.secret_file = house.write("token", "one");
  LONGS_EQUAL(200, status_of(house.get(base + "/x")));
  Request other;
  other.url = "http://localhost:" + std::to_string(server->port()) + "/x";  // same server, another origin
  other.authorize = true;
  LONGS_EQUAL(200, status_of(house.send(other)));
  STRCMP_EQUAL("", seen.at(0).c_str());
  STRCMP_EQUAL("", seen.at(1).c_str());
}

TEST(Credentials, oauth2_asks_with_the_secret_and_keeps_the_token) {
  use_oauth2();
  house.settings.auth.audience = "https://drs.example.org";
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(1, tokens);
  const auto form = form_of(forms.at(0));
  STRCMP_EQUAL("client_credentials", form.at("grant_type").c_str());
  STRCMP_EQUAL("drs tes", form.at("scope").c_str());
  STRCMP_EQUAL("https://drs.example.org", form.at("audience").c_str());
  const auto basic = *tributary::from_base64(basics.at(0).substr(6));
  STRCMP_EQUAL("site%3Aone:s%25cret", std::string(tributary::text(basic)).c_str());
  STRCMP_EQUAL("Bearer T1", seen.at(1).c_str());
}

TEST(Credentials, a_token_near_its_end_is_replaced) {
  use_oauth2();
  LONGS_EQUAL(200, status_of(ask()));
  house.clock.advance(569);
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(1, tokens);
  house.clock.advance(2);
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(2, tokens);
}

TEST(Credentials, a_refused_token_is_renewed_once) {
  use_oauth2();
  refused = {"Bearer T1"};
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(2, tokens);
  refused = {"Bearer T2", "Bearer T3", "Bearer T4"};
  LONGS_EQUAL(401, status_of(ask()));
  LONGS_EQUAL(3, tokens);
  LONGS_EQUAL(4, seen.size());
}

TEST(Credentials, a_refused_password_is_not_tried_again) {
  house.settings.auth.kind = AuthKind::bearer;
  house.settings.auth.secret_file = house.write("token", "one");
  refused = {"Bearer one"};
  LONGS_EQUAL(401, status_of(ask()));
  LONGS_EQUAL(1, seen.size());
}

TEST(Credentials, oauth2_with_a_key_makes_a_new_assertion_each_time) {
  use_oauth2();
  tributary::fakes::Authority keys(house.folder.path(), "keys");
  house.settings.auth.private_key_jwt = true;
  house.settings.auth.secret_file = keys.issue({}).key_file;
  house.settings.auth.key_id = "k1";
  token_answer = R"({"access_token":"T","expires_in":0})";
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(2, tokens);
  std::set<std::string> ids;
  for (const auto& text : forms) {
    const auto form = form_of(text);
    STRCMP_EQUAL("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form.at("client_assertion_type").c_str());
    STRCMP_EQUAL("site:one", form.at("client_id").c_str());
    const auto parts = tributary::split(form.at("client_assertion"), '.');
    LONGS_EQUAL(3, parts.size());
    const auto claims = tributary::json::parse(tributary::text(*tributary::from_base64url(parts[1])));
    CHECK(claims.ok());
    STRCMP_EQUAL("site:one", std::string((*claims)["iss"].as_string()).c_str());
    STRCMP_EQUAL("site:one", std::string((*claims)["sub"].as_string()).c_str());
    STRCMP_EQUAL((base + "/token").c_str(), std::string((*claims)["aud"].as_string()).c_str());
    LONGS_EQUAL(1763719200, (*claims)["iat"].as_integer());
    LONGS_EQUAL(1763719260, (*claims)["exp"].as_integer());
    ids.insert(std::string((*claims)["jti"].as_string()));
  }
  LONGS_EQUAL(2, ids.size());
  STRCMP_EQUAL("", basics.at(0).c_str());
}

TEST(Credentials, a_token_endpoint_that_says_no_is_for_the_operator_and_one_that_fails_is_waited_for) {
  use_oauth2();
  token_status = 400;
  token_answer = R"({"error":"invalid_client","error_description":"s%cret"})";
  const auto refusal = ask();
  CHECK(asks_operator(refusal));
  CHECK(has(error_of(refusal), "invalid_client"));
  CHECK(!has(error_of(refusal), "s%cret"));
  token_status = 503;
  CHECK(is_wait(ask()));
  token_status = 200;
  for (const auto* const odd : {"", "{}", "[1]", R"({"access_token":"a\r\nb"})", R"({"access_token":7})"}) {
    token_answer = odd[0] == '\0' ? "no json" : odd;
    CHECK(is_wait(ask()));
  }
  LONGS_EQUAL(0, seen.size());
}

TEST(Credentials, a_life_without_measure_is_bounded) {
  use_oauth2();
  token_answer = R"({"access_token":"T","expires_in":9223372036854775807})";
  LONGS_EQUAL(200, status_of(ask()));
  house.clock.advance(24 * 3600);
  LONGS_EQUAL(200, status_of(ask()));
  LONGS_EQUAL(2, tokens);
}

TEST(Credentials, never_go_to_a_token_endpoint_over_plain_http_abroad) {
  use_oauth2();
  house.settings.auth.token_url = "http://login.example.org/token";
  CHECK(asks_operator(ask()));
}
