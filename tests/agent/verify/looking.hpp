// tests/agent/verify/looking.hpp: dictionaries and inspectors in one line, and records written by hand.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/verify/dictionary.hpp"

namespace tributary::verify {

inline std::shared_ptr<const Dictionary> dictionary_of(const std::vector<std::string>& values,
                                                       const std::string& kind = "sample id") {
  std::vector<Word> words;
  for (const auto& value : values) words.push_back({kind, value});
  return *Dictionary::build(words);
}

/// Whether a text field that reads so gives the word away.
inline bool found(const std::string& word, std::string_view text, const std::string& kind = "sample id") {
  return !dictionary_of({word}, kind)->scan_text("text", text)->empty();
}

struct Seen {
  std::vector<std::string> places;
  std::uint64_t hits = 0;
};

inline Seen inspect(const std::shared_ptr<const Dictionary>& dictionary, genomics::Format format, std::string_view unit,
                    std::string_view piece, std::uint64_t number = 1) {
  auto inspector = *Inspector::make(dictionary, format);
  (void)inspector->content({unit, number}, view(piece)).ok();
  Seen seen;
  for (const auto& finding : inspector->findings()) seen.places.push_back(finding.place);
  seen.hits = inspector->hits();
  return seen;
}

inline std::string little(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  return out;
}

/// A BAM record; `qualities` also sets how many bases there are, `tags` is raw.
inline std::string bam_record(const std::string& name, const std::string& qualities, const std::string& tags) {
  std::string body = little(0xffffffff, 4) + little(0xffffffff, 4) + little(name.size() + 1, 1) + little(0, 1) +
                     little(0, 2) + little(1, 2) + little(4, 2) + little(qualities.size(), 4) + little(0xffffffff, 4) +
                     little(0xffffffff, 4) + little(0, 4) + name + std::string(1, '\0');
  body += little(0, 4) + std::string((qualities.size() + 1) / 2, '\x12') + qualities + tags;
  return little(body.size(), 4) + body;
}
inline std::string text_tag(const std::string& name, const std::string& value) {
  return name + "Z" + value + std::string(1, '\0');
}

/// A typed string of BCF.
inline std::string typed(const std::string& value) {
  std::string out;
  if (value.size() < 15) {
    out += static_cast<char>((value.size() << 4U) | 7U);
  } else {
    out += static_cast<char>(0xf7);
    out += static_cast<char>(0x11);
    out += static_cast<char>(value.size());
  }
  return out + value;
}
/// A BCF record with one INFO string, one FORMAT of integers and one of characters, for one sample.
inline std::string bcf_record(const std::string& id, const std::string& allele, const std::string& info,
                              const std::string& numbers, const std::string& sample_text) {
  std::string shared = little(0, 4) + little(99, 4) + little(1, 4) + little(0, 4) + little(1 | (2U << 16U), 4) +
                       little(1 | (2U << 24U), 4);
  shared += typed(id) + typed("A") + typed(allele) + std::string("\x11\x00", 2);
  shared += std::string("\x11\x01", 2) + typed(info);
  std::string each = std::string("\x11\x02", 2) + static_cast<char>((numbers.size() << 4U) | 1U) + numbers;
  each += std::string("\x11\x03", 2) + typed(sample_text);
  return little(shared.size(), 4) + little(each.size(), 4) + shared + each;
}

}  // namespace tributary::verify
