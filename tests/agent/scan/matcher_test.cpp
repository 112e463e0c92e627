// tests/agent/scan/matcher_test.cpp: every literal is found wherever it stands, compared with the simplest search.
#include <algorithm>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "agent/base/text.hpp"
#include "agent/port/scan/scan.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::scan {
namespace {

using Hits = std::multiset<std::pair<std::uint32_t, std::size_t>>;

Hits found(const std::vector<Literal>& literals, std::string_view block) {
  auto matcher = Matcher::compile(literals);
  CHECK(matcher.ok());
  auto scratch = (*matcher)->scratch();
  CHECK(scratch.ok());
  Hits hits;
  const auto note = [&hits](std::uint32_t id, std::size_t end) {
    hits.emplace(id, end);
    return true;
  };
  CHECK((*matcher)->scan(view(block), **scratch, note).ok());
  return hits;
}

Hits expected(const std::vector<Literal>& literals, std::string_view block) {
  std::set<std::pair<std::uint32_t, std::size_t>> hits;
  for (const Literal& literal : literals) {
    for (std::size_t at = 0; at + literal.bytes.size() <= block.size(); ++at) {
      const auto piece = block.substr(at, literal.bytes.size());
      const bool same = literal.any_case ? lower(piece) == lower(literal.bytes) : piece == literal.bytes;
      if (same) hits.emplace(literal.id, at + literal.bytes.size());
    }
  }
  return {hits.begin(), hits.end()};
}

}  // namespace

TEST_GROUP(Matcher){};

TEST(Matcher, reports_id_and_end_of_each_match) {
  const Hits hits = found({{"SAMPLE-01", 7, false}, {"PLE", 9, false}}, "xxSAMPLE-01 and PLE");
  CHECK(hits == (Hits{{9, 8}, {7, 11}, {9, 19}}));
}

TEST(Matcher, minds_case_only_when_told_to) {
  CHECK(found({{"Abc-1", 1, true}}, "aBC-1 ABC-1 abc-1").size() == 3);
  CHECK(found({{"Abc-1", 1, false}}, "aBC-1 ABC-1 abc-1").empty());
}

TEST(Matcher, takes_any_bytes_as_they_are) {
  const std::string with_nul("a\0b", 3);
  CHECK(found({{with_nul, 1, false}}, std::string("xxa\0bxx", 7)) == (Hits{{1, 5}}));
  CHECK(found({{".*[a]+(b)?$\\", 2, false}}, "--.*[a]+(b)?$\\--") == (Hits{{2, 14}}));
  CHECK(found({{"\xff\xfe\x80", 3, true}}, "\xff\xfe\x80") == (Hits{{3, 3}}));
  CHECK(found({{"/i", 4, false}, {"^a", 5, true}}, "/i^A") == (Hits{{4, 2}, {5, 4}}));
}

TEST(Matcher, finds_at_the_first_and_the_last_byte_and_overlapping) {
  CHECK(found({{"aa", 1, false}}, "aaaa") == (Hits{{1, 2}, {1, 3}, {1, 4}}));
  CHECK(found({{"x", 1, false}}, "x") == (Hits{{1, 1}}));
  CHECK(found({{"abc", 1, false}}, "ab").empty());
}

TEST(Matcher, without_literals_finds_nothing) { CHECK(found({}, "anything").empty()); }

TEST(Matcher, refuses_an_empty_literal) { CHECK_FALSE(Matcher::compile({{"", 1, false}}).ok()); }

TEST(Matcher, stops_when_told_to) {
  auto matcher = Matcher::compile({{"a", 1, false}});
  auto scratch = (*matcher)->scratch();
  int hits = 0;
  CHECK((*matcher)->scan(view("aaaaaaaa"), **scratch, [&hits](std::uint32_t, std::size_t) { return ++hits < 3; }).ok());
  LONGS_EQUAL(3, hits);
  CHECK((*matcher)->scan(view("aa"), **scratch, [&hits](std::uint32_t, std::size_t) { return ++hits < 100; }).ok());
  LONGS_EQUAL(5, hits);
}

TEST(Matcher, carries_an_exception_of_the_visitor_around_the_library) {
  auto matcher = Matcher::compile({{"a", 1, false}});
  auto scratch = (*matcher)->scratch();
  CHECK_THROWS(std::runtime_error, (void)(*matcher)->scan(view("a"), **scratch, [](std::uint32_t, std::size_t) -> bool {
    throw std::runtime_error("visitor");
  }));
}

TEST(Matcher, agrees_with_the_simplest_search_on_random_texts) {
  std::mt19937 random(20261121);
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const auto word = [&below](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += "abAB01-_"[below(8)];
    return text;
  };
  for (int round = 0; round < 20; ++round) {
    std::vector<Literal> literals;
    for (std::uint32_t id = 0; id < 1 + 40U * static_cast<unsigned>(round % 4); ++id) {
      literals.push_back({word(1 + below(12)), id, below(2) == 0});
    }
    const std::string block = word(5000);
    const Hits wanted = expected(literals, block);
    const Hits got = found(literals, block);
    CHECK((std::set<std::pair<std::uint32_t, std::size_t>>(got.begin(), got.end()) ==
           std::set<std::pair<std::uint32_t, std::size_t>>(wanted.begin(), wanted.end())));
  }
}

TEST(Matcher, is_shared_by_threads_with_a_scratch_each) {
  auto matcher = Matcher::compile({{"SAMPLE-01", 1, true}, {"SAMPLE-02", 2, true}});
  std::string block;
  for (int i = 0; i < 1000; ++i) block += "text sample-01 text SAMPLE-02;";
  std::vector<std::size_t> hits(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < hits.size(); ++t) {
    threads.emplace_back([&, t] {
      auto scratch = (*matcher)->scratch();
      for (int i = 0; i < 20; ++i) {
        (void)(*matcher)->scan(view(block), **scratch, [&hits, t](std::uint32_t, std::size_t) {
          ++hits[t];
          return true;
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const std::size_t count : hits) LONGS_EQUAL(40000, count);
}

}  // namespace tributary::scan
