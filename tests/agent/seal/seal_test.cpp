// tests/agent/seal/seal_test.cpp: what is proven, what is fixed, and what is refused.
#include <fstream>

#include "agent/base/text.hpp"
#include "agent/port/json/json.hpp"
#include "tests/agent/seal/sealing.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::fakes {

TEST_GROUP(Seal) {
  Sealing desk;

  seal::SealedParcel sealed() {
    auto done = desk.seal();
    CHECK_TEXT(done.ok(), done.ok() ? "" : sentence(done.error()).c_str());
    return std::move(*done);
  }
  void refuse(Remedy remedy, const std::string& what) {
    const auto done = desk.seal();
    CHECK_FALSE(done.ok());
    LONGS_EQUAL(static_cast<int>(remedy), static_cast<int>(done.error().remedy));
    STRCMP_CONTAINS(what.c_str(), done.error().what.c_str());
    for (const auto* word : {"SAMPLE", "SUBJECT", "Fastq/", desk.house.run.parent().c_str()}) {
      LONGS_EQUAL_TEXT(std::string::npos, sentence(done.error()).find(word), sentence(done.error()).c_str());
    }
  }
};

TEST(Seal, gives_one_object_for_each_file_and_the_manifest_last) {
  desk.add_fastq(10);
  const auto parcel = sealed();
  LONGS_EQUAL(2, parcel.recipe().objects.size());
  STRCMP_CONTAINS(".L001.R1.fastq.gz.c4gh", parcel.recipe().objects[0].name.c_str());
  STRCMP_CONTAINS(".manifest.json.c4gh", parcel.recipe().objects[1].name.c_str());
  CHECK_TRUE(parcel.recipe().objects[1].is_manifest);
  LONGS_EQUAL(1, parcel.inline_objects().size());
}

TEST(Seal, fixes_sizes_and_digests_of_what_is_read_later) {
  desk.add_fastq(10);
  std::uint64_t moved = 0;
  const auto parcel = *desk.seal([&](std::uint64_t bytes) { moved += bytes; });
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& object = parcel.recipe().objects[i];
    const auto bytes = Sealing::read_all(parcel, i);
    CHECK_TRUE(bytes.ok());
    LONGS_EQUAL(object.bytes, bytes->size());
    CHECK_TRUE(object.sha256 == crypto::sha256(*bytes));
    CHECK_TRUE(object.part_sha256.size() == 1 && object.part_sha256[0] == object.sha256);
    const auto plain = desk.decrypt(*bytes);
    CHECK_TRUE(plain.ok());
    LONGS_EQUAL(object.plain_bytes, plain->size());
    CHECK_TRUE(object.plain_sha256 == crypto::sha256(view(*plain)));
  }
  LONGS_EQUAL(parcel.recipe().objects[0].bytes, moved);
}

TEST(Seal, cuts_into_parts_with_a_digest_each) {
  desk.add_fastq(2000);
  desk.how.parts = {65536, 1, 5ULL << 30, 10000};
  const auto parcel = sealed();
  const auto& object = parcel.recipe().objects[0];
  const auto bytes = *Sealing::read_all(parcel, 0);
  LONGS_EQUAL((bytes.size() + 65535) / 65536, object.part_sha256.size());
  for (std::size_t i = 0; i < object.part_sha256.size(); ++i) {
    const auto part = ByteView(bytes).subspan(i * 65536, std::min<std::size_t>(65536, bytes.size() - i * 65536));
    CHECK_TRUE(object.part_sha256[i] == crypto::sha256(part));
    crypto::Md5 md5;
    md5.update(part);
    CHECK_TRUE(object.part_md5[i] == md5.finish());
  }
}

TEST(Seal, uses_another_data_key_every_time) {
  desk.add_fastq(10);
  const auto first = sealed(), second = sealed();
  CHECK_FALSE(first.recipe().objects[0].sha256 == second.recipe().objects[0].sha256);
  CHECK_TRUE(first.recipe().objects[0].plain_sha256 == second.recipe().objects[0].plain_sha256);
}

TEST(Seal, refuses_what_still_holds_an_identifier_and_says_where_without_the_word) {
  desk.add_fastq(10, "SAMPLE-01");
  refuse(Remedy::give_up, "verify: fastq R1: ");
  STRCMP_CONTAINS("sample id in record", desk.seal().error().what.c_str());
}

TEST(Seal, refuses_an_identifier_of_another_person_of_the_run) {
  desk.house.add_sample("SAMPLE-77", "PERSON-4711");
  desk.add_fastq(10, "PERSON-4711");
  const auto done = desk.seal();
  CHECK_FALSE(done.ok());
  STRCMP_CONTAINS("subject id", done.error().what.c_str());
  LONGS_EQUAL(std::string::npos, sentence(done.error()).find("4711"));
}

TEST(Seal, refuses_a_damaged_file) {
  auto content = gzip(Sealing::fastq(3000));
  content.resize(content.size() - 20);
  desk.house.add_file("SAMPLE-01", desk.path, "fastq", content, "R1", "L001");
  refuse(Remedy::give_up, "fastq");
}

TEST(Seal, waits_when_a_file_changed_since_it_was_planned) {
  desk.add_fastq(10);
  const auto parcel = *desk.parcel();
  desk.house.run.file(desk.path, gzip(Sealing::fastq(11)));
  const auto done = desk.seal_this(parcel);
  CHECK_FALSE(done.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::wait), static_cast<int>(done.error().remedy));
  STRCMP_CONTAINS("changed", done.error().what.c_str());
}

TEST(Seal, waits_when_a_file_grows_while_it_is_read) {
  desk.add_fastq(4000);
  const auto parcel = *desk.parcel();
  bool grown = false;
  const auto done = desk.seal_this(parcel, [&](std::uint64_t) {
    if (std::exchange(grown, true)) return;
    std::ofstream(desk.house.run.path() + "/" + desk.path, std::ios::app | std::ios::binary) << "more";
  });
  CHECK_TRUE(grown);
  CHECK_FALSE(done.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::wait), static_cast<int>(done.error().remedy));
}

TEST(Seal, waits_when_the_run_folder_or_the_file_is_gone) {
  desk.add_fastq(10);
  const auto parcel = *desk.parcel();
  desk.house.run.remove(desk.path);
  const auto without_file = desk.seal_this(parcel);
  CHECK_FALSE(without_file.ok());
  CHECK(without_file.error().remedy != Remedy::give_up);
  LONGS_EQUAL_TEXT(std::string::npos, sentence(without_file.error()).find("SAMPLE"),
                   sentence(without_file.error()).c_str());
}

TEST(Seal, stops_when_it_is_told_to) {
  desk.add_fastq(10);
  const auto parcel = *desk.parcel();
  desk.stop.request();
  const auto done = desk.seal_this(parcel);
  CHECK_FALSE(done.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::wait), static_cast<int>(done.error().remedy));
}

TEST_GROUP(Manifest) {
  Sealing desk;
  Result<crypto::SigningKey> key = crypto::SigningKey::generate();

  std::string text(const seal::SealedParcel& parcel) {
    return *desk.decrypt(*Sealing::read_all(parcel, parcel.recipe().objects.size() - 1));
  }
};

TEST(Manifest, is_signed_and_lists_the_files) {
  desk.how.signing_key = &*key;
  desk.add_fastq(10);
  const auto parcel = *desk.seal();
  const auto payload = crypto::jws_verify(text(parcel), {*key->public_pem()});
  CHECK_TRUE(payload.ok());
  const auto manifest = *json::parse(*payload);
  STRCMP_EQUAL("p-1", std::string(manifest["parcel"].as_string()).c_str());
  STRCMP_EQUAL("test-lab", std::string(manifest["site"].as_string()).c_str());
  STRCMP_EQUAL("Model 9", std::string(manifest["instrument_model"].as_string()).c_str());
  LONGS_EQUAL(1, manifest["files"].items().size());
  const auto& file = manifest["files"].items()[0];
  const auto& object = parcel.recipe().objects[0];
  STRCMP_EQUAL(object.name.c_str(), std::string(file["name"].as_string()).c_str());
  STRCMP_EQUAL("R1", std::string(file["read"].as_string()).c_str());
  LONGS_EQUAL(object.plain_bytes, file["size"].as_integer());
  STRCMP_EQUAL(to_hex(object.plain_sha256).c_str(), std::string(file["sha256"].as_string()).c_str());
  STRCMP_EQUAL(to_hex(object.sha256).c_str(), std::string(file["ciphertext_sha256"].as_string()).c_str());
}

TEST(Manifest, tells_what_was_changed_and_what_was_looked_for) {
  desk.add_fastq(10, "last-of-SAMPLE-01");
  desk.house.settings.policies.front().mask_read_names = true;
  const auto parcel = *desk.seal();
  const auto manifest = *json::parse(text(parcel));
  const auto& release = manifest["release"];
  STRCMP_EQUAL("tributary " TRIBUTARY_VERSION, std::string(release["software"].as_string()).c_str());
  STRCMP_EQUAL("mask", std::string(release["policy"]["read_names"].as_string()).c_str());
  STRCMP_EQUAL(std::string(manifest["policy"].as_string()).c_str(),
               std::string(release["policy"]["name"].as_string()).c_str());
  LONGS_EQUAL(1, release["files"].as_integer());
  LONGS_EQUAL(0, release["hits"].as_integer());
  LONGS_EQUAL(10, release["scanned"]["places"].as_integer());
  CHECK(release["scanned"]["bytes"].as_integer() > 10 * 300);
  CHECK(release["dictionary"]["spellings"].as_integer() > release["dictionary"]["words"].as_integer());
  STRCMP_EQUAL(manifest["files"].items()[0]["changed"].dump().c_str(), release["changed"].dump().c_str());
  LONGS_EQUAL(10, release["changed"]["read names masked"].as_integer());
}

TEST(Manifest, tells_the_same_release_however_often_and_by_however_many_it_is_sealed) {
  desk.house.add_file("SAMPLE-01", desk.path, "fastq", Sealing::bgzf(Sealing::fastq(3000)), "R1", "L001");
  const auto once = *json::parse(text(*desk.seal()));
  Workers workers(3);
  desk.how.workers = &workers;
  const auto again = *json::parse(text(*desk.seal()));
  STRCMP_EQUAL(once["release"].dump().c_str(), again["release"].dump().c_str());
  LONGS_EQUAL(3000, once["release"]["scanned"]["places"].as_integer());
  for (const auto* member : {"name", "size", "sha256", "changed", "ciphertext_size"}) {
    STRCMP_EQUAL(once["files"].items()[0][member].dump().c_str(), again["files"].items()[0][member].dump().c_str());
  }
}

TEST(Manifest, counts_words_that_can_not_be_searched_for_by_their_kind) {
  desk.add_fastq(10);
  desk.house.add_sample("S2", "SUBJECT-02");
  const auto parcel = *desk.seal();
  const auto release = (*json::parse(text(parcel)))["release"];
  LONGS_EQUAL(1, release["dictionary"]["words_not_searchable"]["sample id"].as_integer());
  LONGS_EQUAL(1, parcel.recipe().release->words_not_searchable);
  LONGS_EQUAL(release["scanned"]["bytes"].as_integer(), parcel.recipe().release->bytes_scanned);
}

TEST(Manifest, of_another_key_does_not_verify) {
  desk.how.signing_key = &*key;
  desk.add_fastq(10);
  const auto other = crypto::SigningKey::generate();
  CHECK_FALSE(crypto::jws_verify(text(*desk.seal()), {*other->public_pem()}).ok());
}

TEST(Manifest, names_nobody) {
  desk.add_fastq(10);
  const auto all = text(*desk.seal());
  for (const auto* word : {"SAMPLE", "SUBJECT", "PROJECT", "251120_RUN", "Fastq"}) {
    LONGS_EQUAL_TEXT(std::string::npos, all.find(word), word);
  }
  STRCMP_CONTAINS("TL-", all.c_str());
}

TEST(Manifest, of_terms_of_use_that_name_somebody_is_not_made) {
  desk.add_fastq(10);
  desk.house.settings.policies[0].purpose.accepts = {"COL", "RTN"};
  auto& permissions = desk.house.subjects.told["SAMPLE-01"].records[0].permissions;
  const auto before = permissions;
  permissions = before + ";COL[DZHK]";
  CHECK_TRUE(desk.seal().ok());
  for (const auto* named : {";RTN[SUBJECT-01]", ";COL[Praxis subject-01]"}) {
    permissions = before + named;
    const auto sealed = desk.seal();
    CHECK_FALSE(sealed.ok());
    LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(sealed.error().remedy));
    const auto said = sentence(sealed.error());
    STRCMP_CONTAINS("verify: terms of use: 1 identifier", said.c_str());
    LONGS_EQUAL(std::string::npos, lower(said).find("subject-01"));
  }
}

TEST_GROUP(PartSize){};

TEST(PartSize, is_the_wish_when_it_does) {
  LONGS_EQUAL(64U << 20, seal::part_size({}, 1000));
  LONGS_EQUAL(64U << 20, seal::part_size({}, 64000ULL << 20));
}

TEST(PartSize, grows_so_that_the_parts_are_enough) {
  for (const std::uint64_t bytes : {64001ULL << 20, 1ULL << 40, (1ULL << 40) + 1}) {
    const auto size = seal::part_size({}, bytes);
    CHECK_TRUE((bytes + size - 1) / size <= 1000);
    LONGS_EQUAL(0, size % (1U << 20));
  }
}

TEST(PartSize, stays_between_smallest_and_largest) {
  LONGS_EQUAL(5U << 20, seal::part_size({1, 5U << 20, 5ULL << 30, 10000}, 100));
  LONGS_EQUAL(5ULL << 30, seal::part_size({1, 1, 5ULL << 30, 10}, 1ULL << 40));
  LONGS_EQUAL(64U << 20, seal::part_size({64U << 20, 1, 5ULL << 30, 1}, 1000));
}

TEST(PartSize, shrinks_on_a_slow_line_to_what_takes_a_minute) {
  seal::PartPlan plan{64U << 20, 5U << 20, 5ULL << 30, 1000, 250000};
  const auto size = seal::part_size(plan, 1ULL << 30);
  LONGS_EQUAL(14U << 20, size);
  CHECK_TRUE(size <= 60 * plan.bytes_per_s);
  plan.bytes_per_s = 10;  // nothing is smaller than the smallest
  LONGS_EQUAL(5U << 20, seal::part_size(plan, 1ULL << 30));
  plan.bytes_per_s = 1ULL << 40;
  LONGS_EQUAL(64U << 20, seal::part_size(plan, 1ULL << 30));
}

TEST(PartSize, of_a_slow_line_grows_too_where_there_would_be_too_many) {
  const seal::PartPlan plan{64U << 20, 5U << 20, 5ULL << 30, 1000, 10};
  LONGS_EQUAL(100U << 20, seal::part_size(plan, 100000ULL << 20));
}

}  // namespace tributary::fakes
