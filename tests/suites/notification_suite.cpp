// tests/suites/notification_suite.cpp: the requirements of notification plugins, one function each.
#include "tests/suites/notification_suite.hpp"

#include <array>
#include <cstdint>

#include <CppUTest/TestHarness.h>

namespace tributary::suites {
namespace {

using Way = Instance<tributary_notification_ops>;

void is_heard_with_all_its_events(NotificationSide& side) {
  Way at(side.plugin(), side.host());
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, tell(at, "n-1"), at.note.what);
  const auto heard = side.heard();
  LONGS_EQUAL(1, heard.size());
  for (const auto* word : {"n-1", "test-lab", "3 parcels for national are held", "gr\xc3\xbc\xc3\x9f", "mend it"})
    STRCMP_CONTAINS(word, heard[0].c_str());
}

void tells_nobody_when_it_is_probed(NotificationSide& side) {
  Way at(side.plugin(), side.host());
  const auto outcome = at.call([&](tributary_note* note) { return at.ops().probe(at.self(), note); });
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, outcome, at.note.what);
  LONGS_EQUAL(0, side.heard().size());
}

void says_later_when_nobody_is_there(NotificationSide& side) {
  Way at(side.plugin(), side.host());
  side.go_away();
  LONGS_EQUAL(TRIBUTARY_LATER, tell(at, "n-1"));
}

void asks_for_a_person_when_it_is_not_let_in(NotificationSide& side) {
  Way at(side.plugin(), side.host());
  side.refuse();
  LONGS_EQUAL(TRIBUTARY_BROKEN, tell(at, "n-1"));
}

void says_no_secret(NotificationSide& side) {
  Way at(side.plugin(), side.host());
  tell(at, "n-1");
  side.refuse();
  tell(at, "n-2");
  std::string said = std::string(at.note.what) + at.note.hint;
  for (const auto& line : side.host().logged) said += line;
  for (const auto& secret : side.secrets()) CHECK_TRUE_TEXT(said.find(secret) == std::string::npos, said.c_str());
}

}  // namespace

tributary_outcome tell(Instance<tributary_notification_ops>& at, const std::string& id) {
  const std::array<tributary_event, 2> events{
      {{sizeof(tributary_event), "held", "3 parcels for national are held", "mend it", 3},
       {sizeof(tributary_event), "alarm", "gr\xc3\xbc\xc3\x9f", "", 1}}};
  const tributary_message message{sizeof message,
                                  id.c_str(),
                                  "test-lab",
                                  "Tributary test-lab: 3 held, gr\xc3\xbc\xc3\x9f",
                                  "- 3 parcels for national are held\n  mend it\n.\n.. gr\xc3\xbc\xc3\x9f\n",
                                  1763719200,
                                  events.data(),
                                  static_cast<std::uint32_t>(events.size())};
  return at.call([&](tributary_note* note) { return at.ops().tell(at.self(), &message, note); });
}

void notifications_must_hold(const NotificationSideFactory& make) {
  descriptor_must_hold(make()->plugin(), TRIBUTARY_NOTIFICATION);
  for (const auto requirement :
       {is_heard_with_all_its_events, tells_nobody_when_it_is_probed, says_later_when_nobody_is_there,
        asks_for_a_person_when_it_is_not_let_in, says_no_secret}) {
    const auto side = make();
    requirement(*side);
  }
}

}  // namespace tributary::suites
