// tests/agent/notify/facts_test.cpp: what there is to tell.
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

TEST_GROUP(Facts){};

TEST(Facts, tell_the_end_of_a_token_as_it_comes_nearer) {
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
    const auto all = *notify::facts(*state.journal, line::papers_of(settings), entry, noon - before_s);
    return all.empty() ? std::string() : all.front().key + "|" + all.front().event.what;
  };
  STRCMP_EQUAL("", told(15 * 86400).c_str());
  const std::string key = "expiring auth.token_file of destination national 1763719200 ";
  STRCMP_EQUAL((key + "soon|auth.token_file of destination national ends at 2025-11-21T10:00:00Z").c_str(),
               told(13 * 86400).c_str());
  STRCMP_EQUAL((key + "now|auth.token_file of destination national ends at 2025-11-21T10:00:00Z").c_str(),
               told(86400).c_str());
  STRCMP_EQUAL((key + "over|auth.token_file of destination national ended at 2025-11-21T10:00:00Z").c_str(),
               told(-60).c_str());
}

}  // namespace tributary::notify_test
