// agent/verify/inspector.cpp: the search through a file's content as it passes.
#include <algorithm>

#include "agent/verify/dictionary.hpp"
#include "agent/verify/places.hpp"

namespace tributary::verify {

Result<std::unique_ptr<Inspector>> Inspector::make(std::shared_ptr<const Dictionary> dictionary,
                                                   genomics::Format format, std::size_t limit) {
  std::unique_ptr<Inspector> made(new Inspector());
  auto scratch = dictionary->scratch();
  if (!scratch) return scratch.error();
  made->scratch_ = *std::move(scratch);
  made->dictionary_ = std::move(dictionary);
  made->format_ = format;
  made->limit_ = limit;
  return made;
}

Status Inspector::content(const genomics::Place& place, ByteView bytes) {
  bytes_seen_ += bytes.size();
  places_seen_ += place.units;
  // Where fields end at signs, a short word beside a letter is out before its place is looked for; coordinates are full
  // of such digits.
  const bool of_lines = format_ == genomics::Format::fastq || format_ == genomics::Format::vcf ||
                        format_ == genomics::Format::bed || place.unit == "header line" || place.unit == "read name" ||
                        place.unit == "tag";
  std::unique_ptr<Places> places;  // made at the first hit: most pieces have none
  return dictionary_->scan_block(bytes, *scratch_, [&](const Dictionary::Hit& hit) {
    if (of_lines && hit.traits.alone && !stands_alone(text(bytes), hit.begin, hit.end)) return;
    if (places == nullptr) places = places_of(format_, place.unit, bytes);
    Spot spot = places->locate(hit.begin, hit.end);
    if (hit.end > spot.end) {
      // A stretch over the edge of its field: judged by the bytes that it covers.
      spot.end = hit.end;
      if (spot.field == Field::reads) spot.field = Field::opaque;
    }
    const std::string_view field = text(bytes.subspan(spot.begin, spot.end - spot.begin));
    if (!counts(hit.traits, spot.field, field, hit.begin - spot.begin, hit.end - spot.begin)) return;
    note(place.unit, place.number + spot.unit, hit.word);
  });
}

void Inspector::note(std::string_view unit, std::uint64_t number, std::uint32_t word) {
  if (unit != unit_ || number != number_) {
    unit_ = unit;
    number_ = number;
    words_in_unit_.clear();
  }
  if (std::find(words_in_unit_.begin(), words_in_unit_.end(), word) != words_in_unit_.end()) return;
  words_in_unit_.push_back(word);
  ++hits_;
  if (findings_.size() >= limit_) return;
  const std::string place = unit == "file name" ? unit_ : unit_ + " " + std::to_string(number);
  findings_.push_back({place, dictionary_->kind(word), word});
}

}  // namespace tributary::verify
