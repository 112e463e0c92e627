// tests/agent/journal/rebuild_test.cpp: a database that was damaged, lost or put back, and the copy that makes it good.
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

#include "agent/journal/copy.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using journal::Journal;
using journal::Stage;
namespace fs = std::filesystem;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void put_content(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// While it lives, one reading of SQLite's from a file ends with EIO: the one of this number.
class Stumbling {
 public:
  explicit Stumbling(int number) {
    left_ = number;
    put("read", reinterpret_cast<sqlite3_syscall_ptr>(read_some));
    put("pread", reinterpret_cast<sqlite3_syscall_ptr>(read_at));
    put("pread64", reinterpret_cast<sqlite3_syscall_ptr>(read_at));
  }
  ~Stumbling() {
    for (const auto* name : {"read", "pread", "pread64"}) put(name, nullptr);
  }
  Stumbling(const Stumbling&) = delete;
  Stumbling& operator=(const Stumbling&) = delete;
  [[nodiscard]] static bool has_stumbled() { return left_ <= 0; }

 private:
  static void put(const char* name, sqlite3_syscall_ptr call) {
    auto* layer = sqlite3_vfs_find("unix");
    layer->xSetSystemCall(layer, name, call);
  }
  static bool stumbles() { return --left_ == 0 && (errno = EIO) != 0; }
  static ssize_t read_some(int file, void* into, std::size_t n) { return stumbles() ? -1 : ::read(file, into, n); }
  static ssize_t read_at(int file, void* into, std::size_t n, off_t at) {
    return stumbles() ? -1 : ::pread(file, into, n, at);
  }
  static inline int left_ = 0;
};

}  // namespace

/// Parcels on every part of the way: TL-D delivered, TL-W withdrawn, TL-C cancelled, TL-R registered, TL-H held by an
/// operator, TL-U being sent, TL-Q sealed.
TEST_GROUP(Rebuild) {
  State state;
  std::string database = state.directory + "/journal.db", copy = state.directory + "/journal.copy";
  std::string uploading;

  std::string send(std::int64_t run, const std::string& pseudonym) {
    const auto id = state.plan(run, pseudonym).id;
    CHECK_TRUE(state.journal->link({pseudonym, "national", "sample", "00", "SAMPLE-" + pseudonym, "SUBJECT-01"}).ok());
    state.seal(id);
    CHECK_TRUE(*state.journal->begin_work(id, Stage::uploading, noon));
    return id;
  }
  void register_at(const std::string& id) {
    for (const auto number : {0, 1})
      CHECK_TRUE(state.journal->set_far(id, number, "drs-" + std::to_string(number), "drs://far", "").ok());
    state.move(id, Stage::registered);
  }
  void tell(const std::string& id, const char* kind, Stage stage) {
    const auto body = Json().add("site", "lab").add("padding", std::string(2000, '.'));
    CHECK_TRUE(state.journal->add_receipt(id, kind, body, stage, noon).ok());
  }
  void setup() override {
    const auto run = state.add_run();
    for (const auto* name : {"TL-D", "TL-W"}) {
      const auto id = send(run, name);
      register_at(id);
      tell(id, "delivered", Stage::delivered);
    }
    const auto back = state.journal->parcels()->back().id;
    CHECK_TRUE(state.withdraw(back));
    tell(back, "withdrawn", Stage::withdrawn);
    register_at(send(run, "TL-R"));
    const auto cancelled = state.plan(run, "TL-C").id, held = state.plan(run, "TL-H").id;
    LONGS_EQUAL(1, *state.journal->cancel({cancelled, {}, {}}, noon));
    LONGS_EQUAL(1, *state.journal->hold({held, {}, {}}, noon));
    uploading = send(run, "TL-U");
    state.seal(state.plan(run, "TL-Q").id);
    CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-07", journal::Level::no_further_use, noon).ok());
    CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-08", journal::Level::no_further_contact, noon).ok());
    for (int i = 0; i < 30; ++i) CHECK_TRUE(state.journal->add_audit(Json().add("number", i)).ok());
  }

  void rebuild() {
    state.journal.reset();
    auto opened = Journal::open_or_rebuild(state.directory, State::key('k'));
    CHECK_TEXT(opened.ok(), opened ? "" : sentence(opened.error()).c_str());
    state.journal = std::move(*opened);
  }
  Error refusal_of() {
    state.journal.reset();
    auto opened = Journal::open_or_rebuild(state.directory, State::key('k'));
    CHECK_FALSE(opened.ok());
    return opened ? Error() : opened.error();
  }
  std::string alarm() {
    const auto alarms = state.journal->alarms().value_or({});
    for (const auto& one : alarms) {
      if (one.about == Journal::rebuilt_alarm) return one.what + "; " + one.hint;
    }
    return {};
  }
  journal::ParcelRow parcel(const std::string& pseudonym) {
    const auto rows = state.journal->parcels().value_or({});
    for (const auto& row : rows) {
      if (row.pseudonym == pseudonym) return row;
    }
    return {};
  }
  /// False: something that must outlive the database is not as it was.
  bool is_as_before(const std::string& before) {
    return told(*state.journal, false) == before && *state.journal->is_withdrawn("SUBJECT-07") &&
           state.journal->withdrawals_of("SUBJECT-08")->contact_utc_s == noon && parcel("TL-H").operator_hold &&
           state.journal->parcels_of("SUBJECT-01")->parcels.size() >= 3;
  }
};

TEST(Rebuild, of_a_lost_database_knows_what_was_delivered_withdrawn_cancelled_and_held) {
  const auto before = told(*state.journal, false);
  state.journal.reset();
  fs::remove(database);
  rebuild();
  CHECK_TRUE(is_as_before(before));
  STRCMP_EQUAL("drs-1", state.journal->objects(parcel("TL-D").id, false)->at(1).far_id.c_str());
  LONGS_EQUAL(noon, parcel("TL-D").delivered);
  STRCMP_EQUAL("national", parcel("TL-W").destination.c_str());
  STRCMP_CONTAINS("consent", parcel("TL-W").withdraw_reason.c_str());
}

TEST(Rebuild, plans_afresh_what_was_on_its_way_under_another_id_and_names_it) {
  state.journal.reset();
  fs::remove(database);
  rebuild();
  STRCMP_EQUAL("", parcel("TL-U").id.c_str());
  STRCMP_EQUAL("", parcel("TL-Q").id.c_str());
  STRCMP_CONTAINS(
      ("1 parcel may have left something at a repository that nobody here knows any more: " + uploading).c_str(),
      alarm().c_str());
  STRCMP_CONTAINS("tributary release --journal", alarm().c_str());
  // The run is read again: nothing that was delivered is planned a second time.
  const auto runs = state.journal->runs().value_or({});
  const auto& run = runs.at(0);
  CHECK_FALSE(run.planned_listing.has_value());
  CHECK_TRUE(state.plan(run.id, "TL-D").stage == Stage::delivered);
  CHECK_TRUE(state.plan(run.id, "TL-U").id != uploading);
}

TEST(Rebuild, names_what_was_being_taken_back_without_its_ids_and_holds_it_until_somebody_looked) {
  const auto back = send(1, "TL-B"), known = parcel("TL-R").id;
  for (const auto& id : {uploading, known}) LONGS_EQUAL(1, *state.journal->cancel({id, {}, {}}, noon));
  CHECK_TRUE(state.withdraw(back));
  state.journal.reset();
  fs::remove(database);
  rebuild();
  STRCMP_CONTAINS(
      ("2 parcels may have left something at a repository that nobody here knows any more: " + uploading + ", " + back)
          .c_str(),
      alarm().c_str());
  for (const auto& id : {uploading, back}) {
    STRCMP_EQUAL("held", state.state_of(id).c_str());
    STRCMP_CONTAINS("the journal lost what this may have left", state.row(id).reason.c_str());
    LONGS_EQUAL(0, *state.journal->retry({id, {}, {}}, noon));  // it would be done without a look
    STRCMP_CONTAINS(("tributary withdraw --confirm " + id).c_str(), state.row(id).hint.c_str());
  }
  STRCMP_CONTAINS("consent", state.row(back).withdraw_reason.c_str());
  // Whose ids at the far side are known is taken back as before, and nothing lets the others go but a person.
  LONGS_EQUAL(0, *state.journal->try_again_at("national"));
  STRCMP_EQUAL(known.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
  state.open();
  STRCMP_EQUAL("held", state.state_of(back).c_str());
}

TEST(Rebuild, continues_the_chains) {
  state.journal.reset();
  fs::remove(database);
  rebuild();
  CHECK_TRUE(state.journal->add_audit(Json().add("number", 31)).ok());
  tell(parcel("TL-R").id, "delivered", Stage::delivered);
  CHECK_TRUE(journal::verify_chain(*state.journal->audit()).ok());
  CHECK_TRUE(journal::verify_chain(*state.journal->receipts()).ok());
  LONGS_EQUAL(31, state.journal->audit()->size());
  LONGS_EQUAL(4, state.journal->receipts()->size());
}

TEST(Rebuild, keeps_the_damaged_database_and_its_alarm_until_it_is_settled) {
  state.journal.reset();
  const std::string other(9000, 'x');
  put_content(database, other);
  rebuild();
  CHECK_TRUE(content_of(database + ".damaged-1") == other);
  CHECK_TRUE(!alarm().empty());
  rebuild();
  CHECK_TRUE(!alarm().empty());
  CHECK_FALSE(fs::exists(database + ".damaged-2"));
  CHECK_TRUE(state.journal->settle_alarm(Journal::rebuilt_alarm).ok());
  rebuild();
  STRCMP_EQUAL("", alarm().c_str());
}

TEST(Rebuild, is_not_made_for_a_disk_that_stumbled_once) {
  state.journal.reset();
  const auto whole = content_of(database);
  int reads = 1;
  for (bool stumbled = true; stumbled && reads < 1000; ++reads) {
    {
      const Stumbling disk(reads);
      static_cast<void>(Journal::open_or_rebuild(state.directory, State::key('k')));
      stumbled = disk.has_stumbled();
    }
    CHECK_FALSE_TEXT(fs::exists(database + ".damaged-1"), std::to_string(reads).c_str());
    CHECK_FALSE(fs::exists(database + "-suspect"));
    CHECK_TRUE(content_of(database).size() == whole.size());
  }
  CHECK_TRUE(reads > 5 && reads < 1000);
  rebuild();
  STRCMP_EQUAL("", alarm().c_str());
}

TEST(Rebuild, is_the_daemons_work_alone) {
  state.journal.reset();
  put_content(database, std::string(9000, 'x'));
  const auto opened = Journal::open(state.directory, State::key('k'));
  CHECK_FALSE(opened.ok());
  STRCMP_CONTAINS("restart it", opened.error().hint.c_str());
  LONGS_EQUAL(9000, content_of(database).size());
}

TEST(Rebuild, without_a_copy_that_can_be_read_is_refused_and_everything_stays) {
  state.journal.reset();
  const auto lines = content_of(copy);
  for (const auto& spoilt : {std::string(), std::string(5000, 'y'), lines.substr(0, 50)}) {
    put_content(database, std::string(9000, 'x'));
    put_content(copy, spoilt);
    STRCMP_CONTAINS("put both files back", refusal_of().hint.c_str());
    LONGS_EQUAL(9000, content_of(database).size());
  }
  fs::remove(database);
  put_content(copy, std::string(5000, 'y'));
  STRCMP_CONTAINS("nothing can be read", refusal_of().what.c_str());
}

TEST(Rebuild, under_another_state_key_is_refused) {
  state.journal.reset();
  fs::remove(database);
  const auto opened = Journal::open_or_rebuild(state.directory, State::key('x'));
  CHECK_FALSE(opened.ok());
  STRCMP_CONTAINS("state key", opened.error().hint.c_str());
}

TEST(Rebuild, uses_every_line_of_a_damaged_copy_that_is_whole_and_counts_the_others) {
  state.journal.reset();
  auto lines = content_of(copy);
  const auto at = lines.find("\"audit\"");
  lines[at + 20] = '#';  // the line of the first audit record
  put_content(copy, lines + "half a line");
  fs::remove(database);
  rebuild();
  STRCMP_CONTAINS(" 2 not readable", alarm().c_str());
  LONGS_EQUAL(29, state.journal->audit()->size());
  STRCMP_CONTAINS("number 1 is missing", journal::verify_chain(*state.journal->audit()).error().what.c_str());
  CHECK_TRUE(journal::verify_chain(*state.journal->receipts()).ok());
  // The copy is made anew: whole again, of what there is.
  const auto before = told(*state.journal, false);
  state.journal.reset();
  fs::remove(database);
  rebuild();
  STRCMP_CONTAINS(" 0 not readable", alarm().c_str());
  CHECK_TRUE(is_as_before(before));
}

TEST(Rebuild, gives_an_old_database_that_was_put_back_what_it_missed) {
  state.journal.reset();
  const auto old = content_of(database);
  state.open();
  tell(parcel("TL-R").id, "delivered", Stage::delivered);
  CHECK_TRUE(*state.journal->lift_withdrawal("SUBJECT-08", journal::Level::no_further_contact));
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-09", journal::Level::no_further_use, noon).ok());
  const auto before = told(*state.journal, false);
  state.journal.reset();
  put_content(database, old);
  state.open();
  STRCMP_EQUAL(before.c_str(), told(*state.journal, false).c_str());
  CHECK_TRUE(*state.journal->is_withdrawn("SUBJECT-09"));
  LONGS_EQUAL(0, state.journal->withdrawals_of("SUBJECT-08")->contact_utc_s);
  STRCMP_EQUAL("", alarm().c_str());
}

TEST(Rebuild, gives_an_old_database_that_was_put_back_no_parcel_that_it_can_not_send) {
  const auto planned = state.plan(1, "TL-P").id, sealed = parcel("TL-Q").id;
  CHECK_TRUE(state.journal->end_plan(1, 9, {}, 0).ok());
  state.journal.reset();
  const auto old = content_of(database);
  state.open();
  state.seal(planned);
  CHECK_TRUE(*state.journal->begin_work(planned, Stage::uploading, noon));
  const auto begun = send(1, "TL-N");
  CHECK_TRUE(*state.journal->begin_work(sealed, Stage::uploading, noon));
  state.journal.reset();
  put_content(database, old);
  state.open();
  // What it has the recipe of goes on; what it has none of is planned and sealed afresh, as in one that is made anew.
  CHECK_TRUE(parcel("TL-U").stage == Stage::uploading && parcel("TL-Q").stage == Stage::uploading);
  for (const auto* name : {"TL-P", "TL-N"}) STRCMP_EQUAL("", parcel(name).id.c_str());
  const auto named =
      "2 parcels may have left something at a repository that nobody here knows any more: " + planned + ", " + begun;
  STRCMP_CONTAINS(named.c_str(), alarm().c_str());
  const auto runs = state.journal->runs().value_or({});
  CHECK_FALSE(runs.at(0).planned_listing.has_value());
  CHECK_TRUE(state.plan(1, "TL-N").id > begun);
  // They are named once.
  CHECK_TRUE(state.journal->settle_alarm(Journal::rebuilt_alarm).ok());
  state.open();
  STRCMP_EQUAL("", alarm().c_str());
}

TEST(Rebuild, of_the_copy_follows_when_it_was_lost_cut_or_put_back) {
  const auto before = told(*state.journal, false);
  state.journal.reset();
  const auto lines = content_of(copy);
  for (const auto& spoilt : {std::string(), lines.substr(0, lines.size() / 2), lines + "half", lines + lines}) {
    put_content(copy, spoilt);
    state.open();
    CHECK_TRUE(state.journal != nullptr);
    CHECK_TRUE(state.journal->add_audit(Json().add("number", "more")).ok());
    state.journal.reset();
    fs::remove(database);
    rebuild();
    STRCMP_CONTAINS(" 0 not readable", alarm().c_str());
    CHECK_TRUE(state.journal->receipts()->size() == 3 && parcel("TL-C").stage == Stage::cancelled);
    state.journal.reset();
  }
}

TEST(Rebuild, of_a_copy_that_is_cut_while_it_is_in_use_happens_with_the_next_line) {
  put_content(copy, "");
  const auto before = told(*state.journal, false);
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-09", journal::Level::no_further_use, noon).ok());
  state.journal.reset();
  fs::remove(database);
  rebuild();
  CHECK_TRUE(is_as_before(before));
  CHECK_TRUE(*state.journal->is_withdrawn("SUBJECT-09"));
}

TEST(Rebuild, after_any_damage_loses_nothing_and_repeats_nothing) {
  const auto before = told(*state.journal, false);
  state.journal.reset();
  const auto whole = content_of(database), lines = content_of(copy);
  const auto pages = whole.size() / 4096;
  int rebuilt = 0, cases = 0;
  for (unsigned seed = 1; seed <= 300; ++seed, ++cases) {
    std::mt19937 chance(seed);
    for (const auto& entry : fs::directory_iterator(state.directory)) fs::remove(entry.path());
    auto spoilt = whole;
    const auto noise = [&](std::size_t at, std::size_t size) {
      for (auto i = at; i < at + size; ++i) spoilt[i] = static_cast<char>(chance());
    };
    switch (seed % 6) {
      case 0:  // one to three pages
        for (unsigned i = 0; i <= chance() % 3; ++i) noise(chance() % pages * 4096, 4096);
        break;
      case 1:  // a page of nothing
        spoilt.replace(chance() % pages * 4096, 4096, std::string(4096, '\0'));
        break;
      case 2:  // the header, but for the schema's version: that of a newer program is refused
        noise(chance() % 60, 1);
        break;
      case 3:
        spoilt.resize(chance() % spoilt.size());
        break;
      case 4:
        spoilt.resize(chance() % 3 == 0 ? 0 : chance() % pages * 4096);
        break;
      default:  // a log that belongs to nothing
        put_content(database + "-wal", std::string(4096 + chance() % 9000, static_cast<char>(chance())));
        noise(chance() % pages * 4096, 4096);
    }
    put_content(database, spoilt);
    put_content(copy, lines);
    rebuild();
    rebuilt += alarm().empty() ? 0 : 1;
    const auto seen = "seed " + std::to_string(seed);
    CHECK_TRUE_TEXT(is_as_before(before), seen.c_str());
    state.journal.reset();
  }
  std::printf("\ndamage: %d cases, %d rebuilt\n", cases, rebuilt);
  CHECK_TRUE(rebuilt > 200);
}

}  // namespace tributary::journal_test
