// tests/agent/notify/expiry_test.cpp: when tokens and certificates end.
#include "agent/line/expiry.hpp"

#include <fstream>

#include "agent/base/bytes.hpp"
#include "agent/notify/facts.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::notify_test {

using journal_test::noon;

namespace {

std::string token(const std::string& claims) {
  return to_base64url(view(R"({"alg":"none"})")) + "." + to_base64url(view(claims)) + ".c2ln";
}

}  // namespace

TEST_GROUP(Expiry){};

TEST(Expiry, is_read_from_a_token_that_tells_it) {
  LONGS_EQUAL(1763719200, *line::token_end(token(R"({"sub":"x","exp":1763719200})")));
}

TEST(Expiry, is_nothing_where_a_token_tells_none) {
  for (const auto& text :
       {std::string(), std::string("word"), std::string(".."), std::string("a.b"), std::string("a.!!.c"), token("[]"),
        token("{}"), token(R"({"exp":"soon"})"), token(R"({"exp":-1})"), token(R"({"exp":1.5})"), token("{\"exp\":")})
    CHECK_FALSE(line::token_end(text).has_value());
}

TEST(Expiry, of_a_token_is_told_as_it_comes_nearer) {
  journal_test::State state;
  config::Settings settings;
  config::Destination destination;
  destination.name = "national";
  destination.auth.kind = config::AuthSettings::Kind::bearer;
  destination.auth.secret_file = state.directory + "/token";
  std::ofstream(destination.auth.secret_file) << token(R"({"exp":)" + std::to_string(noon) + "}") << "\n";
  settings.destinations = {destination};
  config::Notification entry;
  entry.events = {"expiring"};
  const auto told = [&](std::int64_t before_s) {
    const auto all = *notify::facts(*state.journal, settings, entry, noon - before_s);
    return all.empty() ? std::string() : all.front().key + "|" + all.front().event.what;
  };
  STRCMP_EQUAL("", told(15 * 86400).c_str());
  const std::string key = "expiring destination national token 1763719200 ";
  STRCMP_EQUAL((key + "soon|the token of destination national ends at 2025-11-21T10:00:00Z").c_str(),
               told(13 * 86400).c_str());
  STRCMP_EQUAL((key + "now|the token of destination national ends at 2025-11-21T10:00:00Z").c_str(),
               told(86400).c_str());
  STRCMP_EQUAL((key + "over|the token of destination national ended at 2025-11-21T10:00:00Z").c_str(),
               told(-60).c_str());
}

}  // namespace tributary::notify_test
