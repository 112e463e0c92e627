// tests/suites/destination_suite.cpp: the requirements, one function each, and the table of them.
#include "tests/suites/destination_suite.hpp"

#include <cstdio>

#include "tests/suites/instance.hpp"
#include "tests/suites/parcel_on_hand.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::suites {
namespace {

using Destination = Instance<tributary_destination_ops>;

constexpr std::uint64_t part_bytes = 4096;

std::vector<ParcelOnHand::Item> items(unsigned seed) {
  return {{"TL-SAMPLE01.manifest.json.c4gh", sample_bytes(300, seed), true},
          {"TL-SAMPLE01.cram.c4gh", sample_bytes(3 * part_bytes + 17, seed + 1), false},
          {"TL-SAMPLE01.vcf.gz.c4gh", sample_bytes(part_bytes, seed + 2), false},
          {"TL-SAMPLE01.bed.c4gh", "", false}};
}

struct Case {
  explicit Case(const FarSideFactory& make) : far(make()), parcel("p-0001", items(1), part_bytes) {}
  std::unique_ptr<FarSide> far;
  ParcelOnHand parcel;

  [[nodiscard]] std::unique_ptr<Destination> open() const {
    return std::make_unique<Destination>(far->plugin(), far->host());
  }
  tributary_outcome push(Destination& at, ParcelOnHand& what) const {
    what.give_lanes(far->lanes());
    return at.call([&](tributary_note* note) { return at.ops().push(at.self(), what.abi(), note); });
  }
  static tributary_outcome withdraw(Destination& at, const ParcelOnHand& what, bool ids_known = true) {
    const auto stored = ids_known ? what.stored() : std::vector<tributary_stored_object>();
    return at.call([&](tributary_note* note) {
      return at.ops().withdraw(at.self(), what.id.c_str(), stored.data(), static_cast<std::uint32_t>(stored.size()),
                               note);
    });
  }
  void must_be_delivered(const ParcelOnHand& what) const {
    CHECK_TRUE_TEXT(far->visible() == what.contents(), "what is visible is not what was pushed");
    LONGS_EQUAL_TEXT(what.abi()->object_count, what.registered.size(), "an id of each object must be reported");
    for (const auto& [index, known] : what.registered) CHECK_TRUE(!known.id.empty() && !known.self_uri.empty());
  }
  void must_be_empty() const {
    LONGS_EQUAL_TEXT(0, far->visible().size(), "something is visible");
    LONGS_EQUAL_TEXT(0, far->left_over(), "something is left over");
  }
};

void delivers_every_byte_and_reports_every_id(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, c.parcel), at->note.what);
  c.must_be_delivered(c.parcel);
  LONGS_EQUAL(0, c.far->left_over());
  LONGS_EQUAL(1, c.parcel.leaves_asked);
  for (std::uint32_t i = 0; i < c.parcel.abi()->object_count; ++i) {
    LONGS_EQUAL_TEXT(c.parcel.abi()->objects[i].bytes, c.parcel.sent_bytes[i], "progress must reach the size");
  }
}

void shows_nothing_before_leave_is_given(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  std::size_t visible = 99;
  c.parcel.on_leave = [&] { visible = c.far->visible().size(); };
  LONGS_EQUAL(TRIBUTARY_DONE, c.push(*at, c.parcel));
  LONGS_EQUAL(0, visible);
}

void sends_nothing_twice(const FarSideFactory& make) {
  Case c(make);
  auto at = c.open();
  LONGS_EQUAL(TRIBUTARY_DONE, c.push(*at, c.parcel));
  const auto first = c.parcel.registered[0].id;
  at = c.open();
  ParcelOnHand again("p-0001", items(1), part_bytes);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, again), at->note.what);
  c.must_be_delivered(again);
  LONGS_EQUAL_TEXT(0, again.reads, "a delivered parcel was read again");
  STRCMP_EQUAL(first.c_str(), again.registered[0].id.c_str());
}

void finds_a_delivered_parcel_when_the_journal_was_lost(const FarSideFactory& make) {
  Case c(make);
  auto at = c.open();
  LONGS_EQUAL(TRIBUTARY_DONE, c.push(*at, c.parcel));
  c.far->host().memory.clear();
  at = c.open();
  ParcelOnHand again("p-0001", items(1), part_bytes);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, again), at->note.what);
  c.must_be_delivered(again);
  STRCMP_EQUAL(c.parcel.registered[1].id.c_str(), again.registered[1].id.c_str());
}

void takes_everything_back_when_leave_is_withdrawn(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  c.parcel.leave = false;
  LONGS_EQUAL(TRIBUTARY_REFUSED, c.push(*at, c.parcel));
  c.must_be_empty();
  LONGS_EQUAL(0, c.parcel.registered.size());
}

void keeps_what_was_sent_when_leave_is_only_not_given_now(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  c.parcel.leave = false;
  c.parcel.on_leave = [&] { c.far->host().stopping = true; };
  LONGS_EQUAL(TRIBUTARY_LATER, c.push(*at, c.parcel));
  LONGS_EQUAL(0, c.far->visible().size());
  c.far->host().stopping = false;
  ParcelOnHand again("p-0001", items(1), part_bytes);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, again), at->note.what);
  c.must_be_delivered(again);
  LONGS_EQUAL(0, c.far->left_over());
}

void waits_when_the_source_fails_and_delivers_when_it_stands(const FarSideFactory& make) {
  for (const std::int64_t reads : {0, 1, 5, 9}) {
    Case c(make);
    const auto at = c.open();
    c.parcel.reads_before_failure = reads;
    LONGS_EQUAL(TRIBUTARY_LATER, c.push(*at, c.parcel));
    LONGS_EQUAL(0, c.far->visible().size());
    ParcelOnHand again("p-0001", items(1), part_bytes);
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, again), at->note.what);
    c.must_be_delivered(again);
    LONGS_EQUAL(0, c.far->left_over());
  }
}

void delivers_a_parcel_that_was_sealed_afresh(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  c.parcel.reads_before_failure = 7;
  LONGS_EQUAL(TRIBUTARY_LATER, c.push(*at, c.parcel));
  ParcelOnHand fresh("p-0001", items(50), part_bytes);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, fresh), at->note.what);
  c.must_be_delivered(fresh);
  LONGS_EQUAL(0, c.far->left_over());
}

void stops_when_asked_and_goes_on_later(const FarSideFactory& make) {
  Case c(make);
  auto at = c.open();
  c.far->host().stopping = true;
  LONGS_EQUAL(TRIBUTARY_LATER, c.push(*at, c.parcel));
  LONGS_EQUAL(0, c.far->visible().size());
  c.far->host().stopping = false;
  at = c.open();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, c.parcel), at->note.what);
  c.must_be_delivered(c.parcel);
}

void survives_a_lost_reply_at_every_exchange(const FarSideFactory& make) {
  for (std::size_t n = 0; n < 200; ++n) {
    Case c(make);
    if (!c.far->lose_reply(n)) return;
    auto at = c.open();
    const auto before = c.far->host().asked.size();
    tributary_outcome outcome = c.push(*at, c.parcel);
    const bool reached = c.far->host().asked.size() - before > n;
    for (int attempt = 0; attempt < 3 && outcome == TRIBUTARY_LATER; ++attempt) {
      at = c.open();
      outcome = c.push(*at, c.parcel);
    }
    const auto text = "reply " + std::to_string(n) + " was lost: " + at->note.what;
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, outcome, text.c_str());
    c.must_be_delivered(c.parcel);
    LONGS_EQUAL_TEXT(0, c.far->left_over(), text.c_str());
    if (!reached) return;
  }
  FAIL("a push of four small objects takes more than 200 exchanges");
}

void reports_again_when_the_host_could_not_keep_an_id(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  c.parcel.journal_takes_ids = false;
  LONGS_EQUAL(TRIBUTARY_LATER, c.push(*at, c.parcel));
  c.parcel.journal_takes_ids = true;
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, c.push(*at, c.parcel), at->note.what);
  c.must_be_delivered(c.parcel);
}

// The middle of a part, the last byte, everything; of every object that has bytes.
void gives_back_what_it_took(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  if (at->ops().fetch == nullptr) return;
  LONGS_EQUAL(TRIBUTARY_DONE, c.push(*at, c.parcel));
  const auto contents = c.parcel.contents();
  for (const auto& object : c.parcel.stored()) {
    const auto& sent = contents.at(object.name);
    for (const auto& [from, size] : {std::pair<std::size_t, std::size_t>{0, sent.size()},
                                     {sent.size() / 3, sent.size() / 2},
                                     {sent.size() - std::min<std::size_t>(sent.size(), 1), 1}}) {
      if (sent.empty() || size == 0) continue;
      std::string there(size, '\0');
      LONGS_EQUAL_TEXT(TRIBUTARY_DONE, at->call([&](tributary_note* note) {
        return at->ops().fetch(at->self(), &object, from, there.data(), size, note);
      }),
                       at->note.what);
      CHECK_TRUE_TEXT(there == sent.substr(from, size), "other bytes came back than were sent");
    }
    std::string beyond(2, '\0');
    CHECK_TRUE_TEXT(at->call([&](tributary_note* note) {
      return at->ops().fetch(at->self(), &object, sent.size(), beyond.data(), 2, note);
    }) != TRIBUTARY_DONE,
                    "bytes behind the end came back");
  }
}

void withdraws_what_was_delivered_and_once_more(const FarSideFactory& make) {
  for (const bool ids_known : {true, false}) {
    Case c(make);
    const auto at = c.open();
    LONGS_EQUAL(TRIBUTARY_DONE, c.push(*at, c.parcel));
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, Case::withdraw(*at, c.parcel, ids_known), at->note.what);
    c.must_be_empty();
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, Case::withdraw(*at, c.parcel, ids_known), at->note.what);
    LONGS_EQUAL_TEXT(0, c.far->host().memory.size(), "tokens of a withdrawn parcel are left");
  }
}

void withdraws_what_was_half_delivered(const FarSideFactory& make) {
  for (std::size_t n = 0; n < 200; ++n) {
    Case c(make);
    const auto at = c.open();
    if (!c.far->lose_reply(n)) c.parcel.reads_before_failure = static_cast<std::int64_t>(n);
    if (c.push(*at, c.parcel) == TRIBUTARY_DONE) return;
    tributary_outcome outcome = TRIBUTARY_LATER;
    for (int attempt = 0; attempt < 3 && outcome == TRIBUTARY_LATER; ++attempt) {
      outcome = Case::withdraw(*at, c.parcel);
    }
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, outcome, at->note.what);
    LONGS_EQUAL_TEXT(0, c.far->visible().size(), "something is visible after the withdrawal");
  }
}

void withdraws_a_parcel_that_never_came(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  const ParcelOnHand unknown("p-0002", {}, part_bytes);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, Case::withdraw(*at, unknown), at->note.what);
}

void keeps_parcels_apart(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  ParcelOnHand other("p-0002",
                     {{"TL-SAMPLE02.cram.c4gh", sample_bytes(100, 9), false},
                      {"TL-SAMPLE02.manifest.json.c4gh", sample_bytes(90, 8), true}},
                     part_bytes);
  LONGS_EQUAL(TRIBUTARY_DONE, c.push(*at, c.parcel));
  LONGS_EQUAL(TRIBUTARY_DONE, c.push(*at, other));
  LONGS_EQUAL(TRIBUTARY_DONE, Case::withdraw(*at, c.parcel));
  c.must_be_delivered(other);
}

void says_what_parts_it_takes_and_probes_without_writing(const FarSideFactory& make) {
  Case c(make);
  const auto at = c.open();
  std::uint64_t smallest = 0, largest = 0;
  std::uint32_t most = 0;
  at->ops().part_limits(at->self(), &smallest, &largest, &most);
  CHECK_TRUE(smallest > 0 && smallest <= largest && most > 0);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, at->call([&](tributary_note* note) { return at->ops().probe(at->self(), note); }),
                   at->note.what);
  c.must_be_empty();
}

struct Requirement {
  const char* sentence;
  void (*check)(const FarSideFactory&);
};
constexpr Requirement requirements[] = {
    {"delivers every byte and reports every id", delivers_every_byte_and_reports_every_id},
    {"shows nothing before leave is given", shows_nothing_before_leave_is_given},
    {"sends nothing twice", sends_nothing_twice},
    {"finds a delivered parcel when the journal was lost", finds_a_delivered_parcel_when_the_journal_was_lost},
    {"takes everything back when leave is withdrawn", takes_everything_back_when_leave_is_withdrawn},
    {"keeps what was sent when leave is only not given now", keeps_what_was_sent_when_leave_is_only_not_given_now},
    {"waits when the source fails and delivers when it stands",
     waits_when_the_source_fails_and_delivers_when_it_stands},
    {"delivers a parcel that was sealed afresh", delivers_a_parcel_that_was_sealed_afresh},
    {"stops when asked and goes on later", stops_when_asked_and_goes_on_later},
    {"survives a lost reply at every exchange", survives_a_lost_reply_at_every_exchange},
    {"reports again when the host could not keep an id", reports_again_when_the_host_could_not_keep_an_id},
    {"gives back what it took", gives_back_what_it_took},
    {"withdraws what was delivered, and once more", withdraws_what_was_delivered_and_once_more},
    {"withdraws what was half delivered", withdraws_what_was_half_delivered},
    {"withdraws a parcel that never came", withdraws_a_parcel_that_never_came},
    {"keeps parcels apart", keeps_parcels_apart},
    {"says what parts it takes and probes without writing", says_what_parts_it_takes_and_probes_without_writing},
};

}  // namespace

void destination_must_hold(const FarSideFactory& make) {
  descriptor_must_hold(make()->plugin(), TRIBUTARY_DESTINATION);
  for (const auto& requirement : requirements) {
    UT_PRINT(requirement.sentence);
    requirement.check(make);
  }
}

}  // namespace tributary::suites
