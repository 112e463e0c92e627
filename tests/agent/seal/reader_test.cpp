// tests/agent/seal/reader_test.cpp: the second pass gives the same bytes, from anywhere, or says that it can not.
#include "agent/queue/queue.hpp"
#include "tests/agent/seal/sealing.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::fakes {

TEST_GROUP(ObjectReader) {
  Sealing desk;

  seal::SealedParcel sealed() {
    auto done = desk.seal();
    CHECK_TEXT(done.ok(), done.ok() ? "" : sentence(done.error()).c_str());
    return std::move(*done);
  }
  /// Enough for several restart points, or for several stretches that are read as they are packed.
  seal::SealedParcel sealed_large(bool packed) {
    std::string content = Sealing::fastq(20000);
    while (content.size() < (60U << 20)) content += content;
    desk.house.add_file("SAMPLE-01", desk.path, "fastq", packed ? Sealing::bgzf(content) : content, "R1", "L001");
    return sealed();
  }
  static bool is_piece(const Bytes& whole, std::uint64_t from, const Bytes& piece) {
    return whole.size() == from + piece.size() &&
           std::equal(piece.begin(), piece.end(), whole.begin() + static_cast<std::ptrdiff_t>(from));
  }
};

TEST(ObjectReader, gives_the_same_bytes_from_any_offset) {
  desk.add_fastq(3000);
  const auto parcel = sealed();
  for (std::size_t number = 0; number < 2; ++number) {
    const auto whole = *Sealing::read_all(parcel, number);
    const auto& object = parcel.recipe().objects[number];
    const std::uint64_t header = object.header.size(), segment = crypt4gh::sealed_segment_bytes;
    for (const std::uint64_t from :
         {std::uint64_t{0}, std::uint64_t{1}, header - 1, header, header + 1, header + segment - 1, header + segment,
          header + 2 * segment + 17, object.bytes - 1, object.bytes, object.bytes + 5}) {
      const auto start = std::min(from, object.bytes);
      if (from > object.bytes && number == 1) continue;
      const auto rest = Sealing::read_all(parcel, number, from, 70000);
      CHECK_TRUE(rest.ok());
      CHECK_TRUE(is_piece(whole, start, *rest));
    }
  }
}

TEST(ObjectReader, gives_the_same_bytes_in_pieces_of_any_size) {
  desk.add_fastq(500);
  const auto parcel = sealed();
  const auto whole = *Sealing::read_all(parcel, 0);
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{65564}, std::size_t{1} << 20}) {
    CHECK_TRUE(whole == *Sealing::read_all(parcel, 0, 0, piece));
  }
}

TEST(ObjectReader, may_be_asked_forwards_and_backwards) {
  desk.add_fastq(3000);
  const auto parcel = sealed();
  const auto whole = *Sealing::read_all(parcel, 0);
  seal::ObjectReader reader(parcel.recipe(), parcel.recipe().objects[0], {});
  for (const std::uint64_t at : {200000U, 100000U, 100010U, 0U, 300000U}) {
    Bytes piece(10);
    const auto n = reader.read(at, piece);
    CHECK_TRUE(n.ok() && *n == 10);
    CHECK_TRUE(std::equal(piece.begin(), piece.end(), whole.begin() + static_cast<std::ptrdiff_t>(at)));
  }
}

TEST(ObjectReader, continues_at_restart_points_with_the_same_bytes) {
  // They stand 16 MiB of output apart.
  const auto parcel = sealed_large(false);
  const auto& object = parcel.recipe().objects[0];
  CHECK_TRUE(object.trace.restarts.size() > 1 && object.trace.copied.empty());
  const auto whole = *Sealing::read_all(parcel, 0, 0, 1U << 20);
  CHECK_TRUE(crypto::sha256(whole) == object.sha256);
  for (const auto& point : object.trace.restarts) {
    const auto at = object.header.size() + point.output_offset;
    const auto rest = *Sealing::read_all(parcel, 0, at + 12345, 1U << 20);
    CHECK_TRUE(is_piece(whole, at + 12345, rest));
  }
}

TEST(ObjectReader, gives_what_was_copied_as_it_is_packed) {
  const auto parcel = sealed_large(true);
  const auto& object = parcel.recipe().objects[0];
  CHECK_TRUE(object.trace.copied.size() > 2);
  LONGS_EQUAL(1, object.trace.restarts.size());  // behind the last one
  const auto whole = *Sealing::read_all(parcel, 0, 0, 1U << 20);
  CHECK_TRUE(crypto::sha256(whole) == object.sha256);
  for (const auto& run : object.trace.copied) {
    const auto at = object.header.size() + run.end();
    CHECK_TRUE(is_piece(whole, at + 12345, *Sealing::read_all(parcel, 0, at + 12345, 1U << 20)));
  }
}

TEST(ObjectReader, starts_from_the_beginning_when_a_restart_point_is_of_another_version) {
  auto recipe = sealed_large(false).recipe();
  auto& restarts = recipe.objects[0].trace.restarts;
  const auto at = recipe.objects[0].header.size() + restarts.front().output_offset + 70000;
  Bytes expected(1000), piece(1000);
  CHECK_TRUE(seal::ObjectReader(recipe, recipe.objects[0], {}).read(at, expected).ok());
  for (auto& point : restarts) point.state[0] = 99;
  CHECK_TRUE(seal::ObjectReader(recipe, recipe.objects[0], {}).read(at, piece).ok());
  CHECK_TRUE(piece == expected);
}

TEST(ObjectReader, notices_that_the_source_changed_before_a_byte_goes_out) {
  desk.add_fastq(10);
  const auto parcel = sealed();
  desk.house.run.file(desk.path, gzip(Sealing::fastq(11)));
  seal::ObjectReader reader(parcel.recipe(), parcel.recipe().objects[0], {});
  Bytes piece(10);
  const auto n = reader.read(0, piece);
  CHECK_FALSE(n.ok());
  CHECK_TRUE(reader.source_changed());
  LONGS_EQUAL(static_cast<int>(Remedy::wait), static_cast<int>(n.error().remedy));
  LONGS_EQUAL(std::string::npos, sentence(n.error()).find("SAMPLE"));
}

TEST(ObjectReader, notices_that_the_source_changed_while_it_was_sent) {
  desk.add_fastq(3000);
  const auto parcel = sealed();
  seal::ObjectReader reader(parcel.recipe(), parcel.recipe().objects[0], {});
  Bytes piece(1000);
  CHECK_TRUE(reader.read(0, piece).ok());
  desk.house.run.touch(desk.path, house_clock_utc_s);
  std::uint64_t at = 1000;
  Result<std::size_t> n = std::size_t{0};
  for (;; at += *n) {
    n = reader.read(at, piece);
    if (!n || *n == 0) break;
  }
  CHECK_FALSE(n.ok());
  CHECK_TRUE(reader.source_changed());
}

TEST(ObjectReader, waits_for_a_source_that_is_away) {
  desk.add_fastq(10);
  const auto parcel = sealed();
  auto recipe = parcel.recipe();
  recipe.folder += "-not-mounted";
  seal::ObjectReader reader(recipe, recipe.objects[0], {});
  Bytes piece(10);
  const auto n = reader.read(0, piece);
  CHECK_FALSE(n.ok());
  CHECK_FALSE(reader.source_changed());
  LONGS_EQUAL(static_cast<int>(Remedy::wait), static_cast<int>(n.error().remedy));
}

TEST_GROUP(Recipe) { Sealing desk; };

TEST(Recipe, comes_back_as_it_was_written) {
  desk.add_fastq(10);
  const auto parcel = *desk.seal();
  const auto back = seal::read(view(seal::write(parcel.recipe()).reveal()));
  CHECK_TRUE(back.ok());
  STRCMP_EQUAL(parcel.recipe().folder.c_str(), back->folder.c_str());
  LONGS_EQUAL(2, back->objects.size());
  const auto &was = parcel.recipe().objects[0], &is = back->objects[0];
  STRCMP_EQUAL(was.name.c_str(), is.name.c_str());
  STRCMP_EQUAL(was.path.c_str(), is.path.c_str());
  CHECK_TRUE(is.trace.copied.empty());
  CHECK_TRUE(was.id == is.id && was.bytes == is.bytes && was.plain_bytes == is.plain_bytes);
  CHECK_TRUE(was.sha256 == is.sha256 && was.plain_sha256 == is.plain_sha256 && was.md5 == is.md5);
  CHECK_TRUE(was.part_bytes == is.part_bytes && was.part_sha256 == is.part_sha256 && was.part_md5 == is.part_md5);
  CHECK_TRUE(was.header == is.header && was.transform.sample == is.transform.sample);
  CHECK_TRUE(was.transform.format == is.transform.format);
  CHECK_TRUE(back->objects[1].is_inline && back->objects[1].is_manifest);
  CHECK_TRUE(back->release.has_value() && *back->release == *parcel.recipe().release);
  LONGS_EQUAL(1, back->release->files);
  const seal::ObjectReader reader(*back, is, {});
  CHECK_TRUE(to_hex(was.data_key.bytes()) == to_hex(is.data_key.bytes()));
}

TEST(Recipe, tells_what_was_copied) {
  seal::Recipe recipe;
  recipe.objects.resize(1);
  recipe.objects[0].trace.copied = {{1, 2, 3, {}}, {1ULL << 40, 1ULL << 24, 1ULL << 39, {}}};
  const auto back = seal::read(view(seal::write(recipe).reveal()));
  CHECK_TRUE(back.ok());
  const auto& copied = back->objects[0].trace.copied;
  LONGS_EQUAL(2, copied.size());
  CHECK_TRUE(copied[0].output_offset == 1 && copied[0].bytes == 2 && copied[0].input_offset == 3);
  CHECK_TRUE(copied[1].end() == (1ULL << 40) + (1ULL << 24) && copied[1].input_offset == 1ULL << 39);
}

TEST(Recipe, keeps_a_path_that_is_no_text) {
  seal::Recipe recipe;
  recipe.folder = "/runs/\xff\xfe";
  recipe.objects.resize(1);
  recipe.objects[0].path = "a\xff\"b\n";
  const auto back = seal::read(view(seal::write(recipe).reveal()));
  CHECK_TRUE(back.ok());
  CHECK_TRUE(back->folder == recipe.folder && back->objects[0].path == recipe.objects[0].path);
}

TEST(Recipe, of_before_there_were_totals_has_none) {
  const auto back = seal::read(view(R"({"version":1,"folder":"","objects":[]})"));
  CHECK_TRUE(back.ok() && !back->release.has_value());
}

TEST(Recipe, of_a_joint_file_comes_back_with_its_columns_and_without_a_name_of_the_source) {
  seal::Recipe recipe;
  recipe.objects.resize(1);
  auto& transform = recipe.objects[0].transform;
  STRCMP_CONTAINS("\"version\":1", std::string(seal::write(recipe).reveal()).c_str());
  transform.format = genomics::Format::vcf;
  transform.bare_sites = genomics::BareSites::keep;
  const auto check = genomics::column_check(transform.name_key, "SAMPLE-02");
  transform.columns = {{2999, check, "TL-1"}, {4000000000U, ~std::uint64_t{0}, "TL-2"}};
  const std::string text(seal::write(recipe).reveal());
  STRCMP_CONTAINS("\"version\":2", text.c_str());
  CHECK(text.find("SAMPLE-02") == std::string::npos);
  const auto back = seal::read(view(text));
  CHECK_TRUE(back.ok());
  const auto& is = back->objects[0].transform;
  CHECK_TRUE(is.bare_sites == genomics::BareSites::keep);
  LONGS_EQUAL(2, is.columns.size());
  CHECK_TRUE(is.columns[0].source == 2999 && is.columns[0].check == check && is.columns[0].name == "TL-1");
  CHECK_TRUE(is.columns[1].source == 4000000000U && is.columns[1].check == ~std::uint64_t{0});
}

TEST(Recipe, of_another_version_is_refused_with_both_versions) {
  const auto back = seal::read(view(R"({"version":7,"folder":"","objects":[]})"));
  CHECK_FALSE(back.ok());
  STRCMP_CONTAINS("version 7, this program knows 2", back.error().what.c_str());
  CHECK_FALSE(seal::read(view("no json")).ok());
}

}  // namespace tributary::fakes
