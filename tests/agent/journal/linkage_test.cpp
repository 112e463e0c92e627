// tests/agent/journal/linkage_test.cpp: a pseudonym is one person's, and a backup brings all of them back or none.
#include "agent/journal/backup.hpp"
#include "agent/journal/migrations.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using journal::KeptLink;
using journal::LinkRow;

namespace {

LinkRow link_of(const std::string& pseudonym, const std::string& id, const std::string& kind = "sample",
                const std::string& destination = "national") {
  return {pseudonym, destination, kind, "k1", id, "SUBJECT-01"};
}

/// TL-1 of SAMPLE-01, which is SUBJECT-02's today.
LinkRow link_of_another_person() {
  auto link = link_of("TL-1", "SAMPLE-01");
  link.subject_id = "SUBJECT-02";
  return link;
}

std::vector<KeptLink> all_of(journal::Journal& journal) {
  std::vector<KeptLink> out;
  const auto seen = journal.each_link([&](const KeptLink& kept) -> Status {
    out.push_back(kept);
    return {};
  });
  CHECK_TRUE(seen.ok());
  return out;
}

}  // namespace

TEST_GROUP(Linkage) {
  State state;

  void keep(const LinkRow& row) {
    const auto kept = state.journal->link(row);
    CHECK_TEXT(kept.ok(), kept.ok() ? "" : kept.error().what.c_str());
  }
  void is_refused(const LinkRow& row) {
    const auto kept = state.journal->link(row);
    CHECK_FALSE(kept.ok());
    LONGS_EQUAL(static_cast<int>(Remedy::give_up), static_cast<int>(kept.error().remedy));
    const auto said = sentence(kept.error());
    CHECK_TRUE(said.find("SAMPLE") == std::string::npos && said.find("TL-") == std::string::npos);
  }
};

TEST(Linkage, lets_a_pseudonym_stand_for_one_id_at_a_destination) {
  keep(link_of("TL-1", "SAMPLE-01"));
  is_refused(link_of("TL-1", "SAMPLE-02"));
  is_refused(link_of("TL-1", "SAMPLE-01", "subject"));
  STRCMP_EQUAL("SAMPLE-01", (*state.journal->linked("national", "TL-1"))->id.c_str());
  keep(link_of("TL-1", "SAMPLE-02", "sample", "archive"));
  const auto anywhere = state.journal->linked_anywhere("TL-1").value_or({});
  LONGS_EQUAL(2, anywhere.size());
  STRCMP_EQUAL("archive", anywhere[0].destination.c_str());
}

TEST(Linkage, lets_an_id_have_one_pseudonym_until_the_key_is_rotated) {
  keep(link_of("TL-1", "SAMPLE-01"));
  keep(link_of("TL-1", " SAMPLE-01 "));
  is_refused(link_of("TL-2", "SAMPLE-01"));
  is_refused(link_of("TL-2", "  SAMPLE-01"));
  auto rotated = link_of("TL-2", "SAMPLE-01");
  rotated.key_id = "k2";
  keep(rotated);
  STRCMP_EQUAL("TL-1", (*state.journal->pseudonym_of("national", "sample", "SAMPLE-01", "k1"))->c_str());
  STRCMP_EQUAL("TL-2", (*state.journal->pseudonym_of("national", "sample", "SAMPLE-01", "k2"))->c_str());
  CHECK_FALSE(state.journal->pseudonym_of("national", "subject", "SAMPLE-01", "k1")->has_value());
  CHECK_FALSE(state.journal->pseudonym_of("archive", "sample", "SAMPLE-01", "k1")->has_value());
}

TEST(Linkage, remembers_whose_a_sample_is_when_a_source_has_forgotten) {
  keep(link_of("TL-1", "SAMPLE-01"));
  auto silent = link_of("TL-1", "SAMPLE-01");
  silent.subject_id.clear();
  keep(silent);
  STRCMP_EQUAL("SUBJECT-01", (*state.journal->linked("national", "TL-1"))->subject_id.c_str());
}

TEST(Linkage, stays_with_the_person_for_whom_something_was_sealed) {
  keep(link_of("TL-1", "SAMPLE-01"));
  const auto other = link_of_another_person();
  const auto is_held = [&] {
    const auto kept = state.journal->link(other);
    CHECK_FALSE(kept.ok());
    LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(kept.error().remedy));
    STRCMP_CONTAINS("this sample id stood for another person before", kept.error().what.c_str());
    const auto said = sentence(kept.error());
    CHECK_TRUE(said.find("SAMPLE") == std::string::npos && said.find("SUBJECT") == std::string::npos);
    STRCMP_EQUAL("SUBJECT-01", (*state.journal->linked("national", "TL-1"))->subject_id.c_str());
  };
  is_held();  // the parcels are elsewhere: the linkage was restored
  const auto parcel = state.plan(state.add_run());
  state.seal(parcel.id);
  is_held();
  LONGS_EQUAL(1, state.journal->parcels_of("SUBJECT-01")->parcels.size());
  LONGS_EQUAL(0, state.journal->parcels_of("SUBJECT-02")->parcels.size());
  CHECK_TRUE(state.journal->unseal(parcel.id, "its person changed", noon).ok());
  keep(other);
  STRCMP_EQUAL("SUBJECT-02", (*state.journal->linked("national", "TL-1"))->subject_id.c_str());
}

TEST(Linkage, takes_a_corrected_person_while_a_parcel_is_only_planned) {
  keep(link_of("TL-1", "SAMPLE-01"));
  state.plan(state.add_run());
  const auto other = link_of_another_person();
  keep(other);
  STRCMP_EQUAL("SUBJECT-02", (*state.journal->linked("national", "TL-1"))->subject_id.c_str());
}

TEST(Linkage, of_a_backup_that_names_another_person_brings_nothing) {
  keep(link_of("TL-1", "SAMPLE-01"));
  const auto other = link_of_another_person();
  const auto restored = state.journal->restore_links({{link_of("TL-3", "SAMPLE-03"), 0, 0}, {other, 0, 0}});
  LONGS_EQUAL(1, restored->conflicts);
  CHECK_FALSE(state.journal->linked("national", "TL-3")->has_value());
}

TEST(Linkage, of_a_former_schema_is_tagged_and_sealed_afresh) {
  keep(link_of("TL-1", "SAMPLE-01"));
  const auto tag = state.journal->tag("tributary/v1/withdrawn", "SUBJECT-01");
  state.journal.reset();
  {
    // As the first schema kept it: one table for all destinations, sealed under the pseudonym alone.
    auto key = State::key('k');
    auto sealed = crypto::aes_gcm_seal(key, view(R"({"id":"SAMPLE-07","subject":"SUBJECT-07"})"), view("linkage/TL-7"));
    CHECK_TRUE(sealed.ok());
    for (const char* name : {"/journal.db", "/journal.copy"}) std::filesystem::remove(state.directory + name);
    auto database = store::Database::open(state.directory + "/journal.db", {journal::migrations().front()});
    CHECK_TRUE(database.ok());
    auto insert = (*database)->prepare("INSERT INTO linkage VALUES ('TL-7', 'national', 'sample', 'k1', ?)");
    CHECK_TRUE(insert.ok());
    CHECK_TRUE(insert->bind(ByteView(*sealed)).run().ok());
  }
  state.open();
  CHECK_TRUE(state.journal != nullptr);
  STRCMP_EQUAL("SAMPLE-07", (*state.journal->linked("national", "TL-7"))->id.c_str());
  STRCMP_EQUAL("TL-7", (*state.journal->pseudonym_of("national", "sample", "SAMPLE-07", "k1"))->c_str());
  is_refused(link_of("TL-8", "SAMPLE-07"));
  const auto reader = journal::Journal::open_to_read(state.directory, State::key('k'));
  STRCMP_EQUAL("SUBJECT-07", (*(*reader)->linked("national", "TL-7"))->subject_id.c_str());
  CHECK_TRUE(state.journal->tag("tributary/v1/withdrawn", "SUBJECT-01") == tag);
}

TEST(Linkage, goes_into_an_empty_journal_under_another_state_key) {
  keep(link_of("TL-1", "SAMPLE-01"));
  keep(link_of("TL-2", "SAMPLE-02"));
  LONGS_EQUAL(0, state.withdraw_subject("SUBJECT-01"));
  State other;
  other.journal.reset();
  for (const char* name : {"/journal.db", "/journal.copy"}) std::filesystem::remove(other.directory + name);
  auto opened = journal::Journal::open(other.directory, State::key('z'));
  CHECK_TRUE(opened.ok());
  const auto links = all_of(*state.journal);
  const auto first = (*opened)->restore_links(links);
  LONGS_EQUAL(2, first->added);
  const auto again = (*opened)->restore_links(links);
  LONGS_EQUAL(0, again->added);
  LONGS_EQUAL(2, again->there_already);
  STRCMP_EQUAL("SAMPLE-02", (*(*opened)->linked("national", "TL-2"))->id.c_str());
  CHECK_TRUE(*(*opened)->is_withdrawn("SUBJECT-01"));
  const auto theirs = (*opened)->parcels_of("SUBJECT-01");
  LONGS_EQUAL(0, theirs->parcels.size());
  LONGS_EQUAL(2, theirs->elsewhere.size());
}

TEST(Linkage, carries_who_withdrew_and_what) {
  keep(link_of("TL-1", "SAMPLE-01"));
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-01", journal::Level::no_further_use, noon).ok());
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-01", journal::Level::no_further_contact, noon + 1).ok());
  const auto text = journal::write_linkage(*state.journal, "test-lab", noon);
  const auto read = journal::read_linkage(text->text.reveal());
  CHECK_TRUE(read.ok());
  State other;
  LONGS_EQUAL(1, other.journal->restore_links(read->links)->added);
  const auto times = other.journal->withdrawals_of("SUBJECT-01");
  LONGS_EQUAL(noon, times->use_utc_s);
  LONGS_EQUAL(noon + 1, times->contact_utc_s);
}

TEST(Linkage, is_restored_not_at_all_when_one_link_contradicts) {
  keep(link_of("TL-1", "SAMPLE-01"));
  const std::vector<KeptLink> backup = {
      {link_of("TL-0", "SAMPLE-00"), noon}, {link_of("TL-1", "SAMPLE-09"), 0}, {link_of("TL-5", "SAMPLE-01"), 0}};
  const auto restored = state.journal->restore_links(backup);
  CHECK_TRUE(restored.ok());
  LONGS_EQUAL(2, restored->conflicts);
  CHECK_FALSE(state.journal->linked("national", "TL-0")->has_value());
  CHECK_FALSE(*state.journal->is_withdrawn("SUBJECT-01"));
  STRCMP_EQUAL("SAMPLE-01", (*state.journal->linked("national", "TL-1"))->id.c_str());
}

TEST(Linkage, gives_a_parcel_its_name_when_it_is_known) {
  const auto run = state.add_run();
  const auto pending = state.plan(run, "pending-1");
  CHECK_TRUE(state.journal->name_parcel(run, "research", "pending-1", "QX7-1").ok());
  STRCMP_EQUAL("QX7-1", state.row(pending.id).pseudonym.c_str());
  // A parcel of that name is there already: the one without stays as it is.
  const auto second = state.plan(run, "pending-2");
  CHECK_TRUE(state.journal->name_parcel(run, "research", "pending-2", "QX7-1").ok());
  STRCMP_EQUAL("pending-2", state.row(second.id).pseudonym.c_str());
}

TEST_GROUP(Requests) {
  State state;
  static constexpr std::int64_t day = journal::Journal::request_lives_s;
  journal::RequestRow like{{}, "TL-1", "", "incidental finding", 1001, noon, {}, 0, 0};

  std::string asked() { return *state.journal->ask_reidentification(like); }
};

TEST(Requests, are_found_again_by_the_words_and_the_person_that_made_them) {
  const auto id = asked();
  STRCMP_EQUAL(id.c_str(), (*state.journal->open_request(like, noon + 5))->id.c_str());
  auto other = like;
  other.asked_by_uid = 1002;
  CHECK_FALSE(state.journal->open_request(other, noon)->has_value());
  other = like;
  other.reason = "curiosity";
  CHECK_FALSE(state.journal->open_request(other, noon)->has_value());
}

TEST(Requests, are_approved_by_somebody_else_once_and_in_time) {
  const auto id = asked();
  CHECK_FALSE(*state.journal->spend_approval(id, noon));
  CHECK_FALSE(*state.journal->approve_request(id, 1001, noon));
  CHECK_FALSE(*state.journal->approve_request(id, 1002, noon + day));
  CHECK_FALSE(*state.journal->approve_request("r-none", 1002, noon));
  CHECK_TRUE(*state.journal->approve_request(id, 1002, noon + day - 1));
  CHECK_FALSE(*state.journal->approve_request(id, 1003, noon + day - 1));
  LONGS_EQUAL(1002, *(*state.journal->request(id))->approved_by_uid);
}

TEST(Requests, are_answered_once_within_a_day_of_the_approval) {
  const auto id = asked();
  CHECK_TRUE(*state.journal->approve_request(id, 1002, noon + 100));
  CHECK_FALSE(*state.journal->spend_approval(id, noon + 100 + day));
  CHECK_FALSE(state.journal->open_request(like, noon + 100 + day)->has_value());
  CHECK_TRUE(*state.journal->spend_approval(id, noon + 99 + day));
  CHECK_FALSE(*state.journal->spend_approval(id, noon + 99 + day));
  CHECK_FALSE(state.journal->open_request(like, noon + 200)->has_value());
}

}  // namespace tributary::journal_test
