// tests/agent/line/orders_test.cpp: orders of an operator are in the audit chain, whoever gave them and how.
#include "agent/line/orders.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line {

using journal_test::noon;

TEST_GROUP(Orders) {
  journal_test::State state;
  std::string id;
  void setup() override {
    id = state.plan(state.add_run()).id;
    state.seal(id);
  }
  std::string last_record() {
    const auto audit = state.journal->audit();
    return audit->empty() ? "" : audit->back().body;
  }
};

TEST(Orders, move_parcels_and_are_recorded) {
  LONGS_EQUAL(1, *give(*state.journal, Order::hold, {id, {}, {}}, noon));
  STRCMP_EQUAL("held", state.state_of(id).c_str());
  STRCMP_EQUAL(("{\"at\":\"2025-11-21T10:00:00Z\",\"action\":\"hold\",\"parcel\":\"" + id +
                "\",\"run\":\"\",\"destination\":\"\"}")
                   .c_str(),
               last_record().c_str());
  LONGS_EQUAL(1, *give(*state.journal, Order::release, {id, {}, {}}, noon, "status page"));
  STRCMP_CONTAINS("\"action\":\"release\"", last_record().c_str());
  STRCMP_CONTAINS("\"by\":\"status page\"", last_record().c_str());
  LONGS_EQUAL(1, *give(*state.journal, Order::retry, {{}, {}, "national"}, noon));
  LONGS_EQUAL(1, *give(*state.journal, Order::cancel, {id, {}, {}}, noon));
  STRCMP_EQUAL("cancelled", state.state_of(id).c_str());
  LONGS_EQUAL(0, *give(*state.journal, Order::retry, {id, {}, {}}, noon));
  LONGS_EQUAL(5, state.journal->audit()->size());
}

TEST(Orders, pause_and_resume_destinations_and_are_recorded) {
  CHECK_TRUE(pause(*state.journal, "national", noon + 60, noon).ok());
  CHECK_TRUE(state.journal->destination("national")->is_paused(noon));
  STRCMP_EQUAL(
      "{\"at\":\"2025-11-21T10:00:00Z\",\"action\":\"pause\",\"destination\":\"national\",\"until\":\"2025-11-21T10:01:"
      "00Z\"}",
      last_record().c_str());
  CHECK_TRUE(*resume(*state.journal, "national", noon));
  CHECK_FALSE(*resume(*state.journal, "national", noon));
  LONGS_EQUAL(3, state.journal->audit()->size());
}

TEST(Orders, have_the_names_of_their_commands) {
  STRCMP_EQUAL("retry", std::string(name_of(Order::retry)).c_str());
  STRCMP_EQUAL("cancel", std::string(name_of(Order::cancel)).c_str());
}

}  // namespace tributary::line
