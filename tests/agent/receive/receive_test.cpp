// tests/agent/receive/receive_test.cpp: parcels that arrive whole, and all the ways in which they do not.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/agent/receive/parcels.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::receive_test {

TEST_GROUP(Parcel) {
  Inbox inbox;
  Site site, other;

  receive::Report report(bool keep = false) {
    auto made = inbox.receive({site.known_as("a-lab.pub")}, keep);
    CHECK_TRUE_TEXT(made.ok(), made ? "" : sentence(made.error()).c_str());
    return std::move(*made);
  }
  /// What is wrong with the one parcel that there is; "" when it is whole.
  std::string trouble(bool keep = false) {
    const auto made = report(keep);
    if (made.parcels.size() != 1) return made.unread.empty() ? "no parcel" : made.unread[0].error.what;
    CHECK_EQUAL(made.parcels[0].problems.empty() && made.unlisted.empty(), made.good());
    return made.parcels[0].problems.empty() ? "" : made.parcels[0].problems[0].error.what;
  }
  bool is_out(const std::string& name) {
    struct stat info{};
    return ::lstat((inbox.out() + "/" + name).c_str(), &info) == 0;
  }
};

TEST(Parcel, that_is_whole_says_who_sent_what) {
  inbox.deliver("x", site);
  const auto made = report();
  CHECK_TRUE(made.good());
  LONGS_EQUAL(1, made.parcels.size());
  const auto& manifest = made.parcels[0].manifest;
  STRCMP_EQUAL("a-lab.pub", manifest.site_key.c_str());
  STRCMP_EQUAL("a-lab p-1 TL-1 TS-1 research", (manifest.site + " " + manifest.parcel + " " + manifest.sample + " " +
                                                manifest.subject + " " + manifest.policy)
                                                   .c_str());
  LONGS_EQUAL(2, manifest.files.size());
  LONGS_EQUAL(200001, made.parcels[0].plain_bytes);
}

TEST(Parcel, is_opened_into_a_folder_of_its_own_with_its_manifest) {
  inbox.deliver("x", site);
  STRCMP_EQUAL("", trouble(true).c_str());
  const auto read = [&](const char* name) {
    return files::read_small(inbox.out() + "/p-1/" + name, 1U << 20).value_or("-");
  };
  STRCMP_EQUAL("C", read("TL-1.R2.fastq.gz").c_str());
  LONGS_EQUAL(200000, read("TL-1.R1.fastq.gz").size());
  STRCMP_CONTAINS("\"parcel\":\"p-1\"", read("TL-1.manifest.json").c_str());
  LONGS_EQUAL(3, files::Root::open(inbox.out() + "/p-1")->list("")->size());
  STRCMP_EQUAL("", trouble(true).c_str());  // and again: the same
}

TEST(Parcel, that_lacks_a_file_is_not_whole) {
  inbox.deliver("x", site);
  ::unlink(inbox.at("x/TL-1.R2.fastq.gz.c4gh").c_str());
  STRCMP_EQUAL("it is not here", trouble(true).c_str());
  CHECK_TRUE(is_out("p-1/TL-1.R1.fastq.gz"));
  CHECK_FALSE(is_out("p-1/TL-1.manifest.json"));  // it would say that all is there
}

TEST(Parcel, that_lost_its_last_segments_is_found_out_though_each_segment_opens) {
  inbox.deliver("x", site);
  const auto bytes = inbox.get("x/TL-1.R1.fastq.gz.c4gh");
  inbox.put("x/TL-1.R1.fastq.gz.c4gh", ByteView(bytes).first(bytes.size() - 200000 % crypt4gh::segment_bytes - 28));
  STRCMP_CONTAINS("the manifest promises", trouble(true).c_str());
  CHECK_FALSE(is_out("p-1/TL-1.R1.fastq.gz"));
}

TEST(Parcel, that_was_changed_anywhere_gives_out_nothing_of_that_file) {
  inbox.deliver("x", site);
  const auto good = inbox.get("x/TL-1.R1.fastq.gz.c4gh");
  for (std::size_t at = 0; at < good.size(); at += at < 200 ? 7U : 9973U) {
    auto bad = good;
    bad[at] ^= 1U;
    inbox.put("x/TL-1.R1.fastq.gz.c4gh", bad);
    STRCMP_EQUAL("its SHA-256 is not the one that the manifest promises", trouble(true).c_str());
    CHECK_FALSE(is_out("p-1/TL-1.R1.fastq.gz"));
  }
  inbox.put("x/TL-1.R1.fastq.gz.c4gh", good);
  STRCMP_EQUAL("", trouble(true).c_str());
}

TEST(Parcel, with_bytes_behind_the_end_is_found_out) {
  inbox.deliver("x", site);
  auto bytes = inbox.get("x/TL-1.R2.fastq.gz.c4gh");
  bytes.push_back(0);
  inbox.put("x/TL-1.R2.fastq.gz.c4gh", bytes);
  STRCMP_CONTAINS("the manifest promises", trouble().c_str());
}

TEST(Parcel, for_another_reader_says_that_it_does_not_open) {
  inbox.deliver("x", site);
  const auto stranger = *crypto::x25519_generate();
  const auto container = inbox.sealed("C", &stranger.public_key);
  Json entry;
  entry.add("name", "TL-1.bam.c4gh").add("role", "bam").add("size", 1).add("sha256", to_hex(crypto::sha256(view("C"))));
  entry.add("ciphertext_size", container.size()).add("ciphertext_sha256", to_hex(crypto::sha256(container)));
  inbox.put("x/TL-1.bam.c4gh", container);
  inbox.sign("x", site, Inbox::body("p-1", {entry}));
  CHECK_TRUE(!trouble().empty());
}

TEST(Parcel, whose_content_is_another_one_than_promised_is_found_out) {
  auto entry = inbox.add("x", "TL-1.bam.c4gh", "what was sealed");
  Json lie;
  for (const auto& [name, value] : entry.members())
    lie.add(name, name == "sha256" ? Json(to_hex(crypto::sha256(view("what was proven")))) : value);
  inbox.sign("x", site, Inbox::body("p-1", {lie}));
  STRCMP_CONTAINS("what it holds is not what the manifest promises", trouble(true).c_str());
  CHECK_FALSE(is_out("p-1/TL-1.bam"));
}

TEST(Parcel, is_not_hidden_by_another_that_is_broken) {
  inbox.deliver("x", site);
  inbox.deliver("y", site, "p-2");
  ::unlink(inbox.at("x/TL-1.R2.fastq.gz.c4gh").c_str());
  const auto made = report();
  CHECK_FALSE(made.good());
  LONGS_EQUAL(2, made.parcels.size());
  LONGS_EQUAL(1, made.parcels[0].problems.size());
  LONGS_EQUAL(0, made.parcels[1].problems.size());
}

TEST(Parcel, files_behind_a_link_are_not_taken) {
  inbox.deliver("x", site);
  ::unlink(inbox.at("x/TL-1.R2.fastq.gz.c4gh").c_str());
  LONGS_EQUAL(0, ::symlink("/etc/passwd", inbox.at("x/TL-1.R2.fastq.gz.c4gh").c_str()));
  CHECK_TRUE(!trouble().empty());
}

TEST(Parcel, objects_that_no_manifest_lists_are_told) {
  inbox.deliver("x", site);
  inbox.put("x/TL-9.bam.c4gh", inbox.sealed("?"));
  inbox.put("x/notes.txt", view("of the programme"));
  const auto made = report();
  CHECK_FALSE(made.good());
  LONGS_EQUAL(1, made.unlisted.size());
  STRCMP_EQUAL("x/TL-9.bam.c4gh", made.unlisted[0].c_str());
}

TEST(Parcel, without_a_manifest_is_nothing_good) {
  inbox.put("x/TL-1.bam.c4gh", inbox.sealed("?"));
  CHECK_FALSE(report().good());
  LONGS_EQUAL(1, report().unlisted.size());
}

TEST(Parcel, in_an_empty_inbox_is_nothing_good) { CHECK_FALSE(report().good()); }

TEST(Parcel, of_a_stopped_program_is_nothing_at_all) {
  inbox.deliver("x", site);
  Stop stop;
  stop.request();
  const auto made = receive::receive(inbox.at(""), {inbox.secret(), {site.known_as("a")}, ""}, stop);
  CHECK_FALSE(made.ok());
  CHECK_TRUE(made.error().remedy == Remedy::wait);
}

// --- manifests ---------------------------------------------------------------------------------------------------

TEST(Parcel, of_a_site_that_nobody_knows_is_not_believed) {
  inbox.deliver("x", other);
  STRCMP_EQUAL("its signature fits none of the given site keys", trouble(true).c_str());
  CHECK_FALSE(is_out("p-1"));
}

TEST(Parcel, is_told_by_the_key_that_fits_and_not_by_what_it_calls_itself) {
  inbox.deliver("x", other);
  const auto made = inbox.receive({site.known_as("a-lab.pub"), other.known_as("b-lab.pub")});
  STRCMP_EQUAL("b-lab.pub", made->parcels[0].manifest.site_key.c_str());
}

TEST(Parcel, with_a_key_that_is_none_stops_everything) {
  inbox.deliver("x", site);
  const auto made = inbox.receive({{"a.pub", "no key"}});
  CHECK_FALSE(made.ok());
  STRCMP_CONTAINS("a.pub", made.error().what.c_str());
}

TEST(Parcel, whose_manifest_is_not_signed_is_not_believed) {
  const auto entry = inbox.add("x", "TL-1.bam.c4gh", "C");
  inbox.put("x/TL-1.manifest.json.c4gh", inbox.sealed(Inbox::body("p-1", {entry}).dump()));
  STRCMP_CONTAINS("it is not signed", trouble().c_str());
}

TEST(Parcel, whose_manifest_was_signed_as_something_else_is_not_believed) {
  const auto entry = inbox.add("x", "TL-1.bam.c4gh", "C");
  inbox.sign("x", site, Inbox::body("p-1", {entry}), "JWT");
  STRCMP_EQUAL("what is signed is no manifest of a parcel", trouble().c_str());
}

TEST(Parcel, of_a_later_version_is_left_to_a_newer_program) {
  const auto entry = inbox.add("x", "TL-1.bam.c4gh", "C");
  inbox.sign("x", site, Inbox::body("p-1", {entry}, 2));
  STRCMP_CONTAINS("it has version 2, this program reads version 1", trouble().c_str());
}

TEST(Parcel, names_never_lead_out_of_a_folder) {
  for (const auto* name : {"../TL-1.bam.c4gh", "/etc/TL-1.bam.c4gh", ".c4gh", "a/b.c4gh", "a b.c4gh", "TL-1.bam", ""}) {
    Json entry;
    entry.add("name", name).add("role", "bam").add("size", 1).add("sha256", std::string(64, '0'));
    entry.add("ciphertext_size", 1).add("ciphertext_sha256", std::string(64, '0'));
    inbox.sign("x", site, Inbox::body("p-1", {entry}));
    STRCMP_EQUAL_TEXT("it lists a file without a usable name", trouble(true).c_str(), name);
  }
  for (const auto* parcel : {"../p-1", "..", "", "a/b"}) {
    inbox.sign("x", site, Inbox::body(parcel, {inbox.add("x", "TL-1.bam.c4gh", "C")}));
    STRCMP_EQUAL_TEXT("it names no parcel or no sample", trouble(true).c_str(), parcel);
  }
  LONGS_EQUAL(0, files::Root::open(inbox.out())->list("")->size());
}

TEST(Parcel, that_lists_a_file_twice_or_none_or_without_a_digest_is_not_believed) {
  const auto entry = inbox.add("x", "TL-1.bam.c4gh", "C");
  inbox.sign("x", site, Inbox::body("p-1", {entry, entry}));
  STRCMP_EQUAL("it lists TL-1.bam.c4gh twice", trouble().c_str());
  inbox.sign("x", site, Inbox::body("p-1", {}));
  STRCMP_EQUAL("it lists no files", trouble().c_str());
  for (const auto* member : {"sha256", "ciphertext_sha256", "size", "ciphertext_size"}) {
    Json less;
    for (const auto& [name, value] : entry.members()) {
      if (name != member) less.add(name, value);
    }
    inbox.sign("x", site, Inbox::body("p-1", {less}));
    STRCMP_EQUAL_TEXT("it gives no size or SHA-256 of TL-1.bam.c4gh", trouble().c_str(), member);
  }
}

}  // namespace tributary::receive_test
