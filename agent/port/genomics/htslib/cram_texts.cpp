// agent/port/genomics/htslib/cram_texts.cpp: which blocks hold texts, and their values.
#include "agent/port/genomics/htslib/cram_texts.hpp"

#include <string>

#include "agent/port/genomics/htslib/tap_batch.hpp"

namespace tributary::genomics {

namespace {

constexpr std::array<char, 2> names_series = {'R', 'N'};

bool has_values(const CramEncoding& encoding) {
  using Layout = CramEncoding::Layout;
  return encoding.layout == Layout::stop || encoding.layout == Layout::sized ||
         (encoding.layout == Layout::fixed && encoding.bytes_are_external);
}

}  // namespace

CramTexts::CramTexts(const CompressionHeader& header) {
  std::map<std::int32_t, int> users;
  for (const auto& [key, encoding] : header.series) {
    for (const std::int32_t id : encoding.blocks) ++users[id];
  }
  for (const auto& [key, encoding] : header.tags) {
    for (const std::int32_t id : encoding.blocks) ++users[id];
  }
  const auto add = [&](const CramEncoding& encoding, std::string start) {
    if (has_values(encoding) && users[encoding.values] == 1) texts_[encoding.values] = {encoding, std::move(start)};
  };
  for (const auto& [key, encoding] : header.tags) {
    if (key[2] == 'Z' || key[2] == 'H') add(encoding, {key[0], key[1], ':', key[2], ':'});
  }
  const auto names = header.series.find(names_series);
  if (names != header.series.end()) add(names->second, "");
}

Status CramTexts::tell(ContentTap& tap, std::int32_t id, ByteView bytes, std::uint64_t number,
                       const Block& block) const {
  const auto found = texts_.find(id);
  if (bytes.empty()) return {};
  if (found == texts_.end()) return tap.content(Place{"record", number}, bytes);
  const Text& of = found->second;
  const bool names = of.start.empty();
  TapBatch batch(&tap, names ? "read name" : "tag", number - 1);
  Bytes line;
  Status heard;
  Status done = each_value(
      of.encoding,
      [&](std::int32_t other) { return other == id ? Result<std::optional<ByteView>>(bytes) : block(other); },
      [&](ByteView value) {
        line.assign(of.start.begin(), of.start.end());
        if (!names && !value.empty() && value.back() == 0) value = value.first(value.size() - 1);
        line.insert(line.end(), value.begin(), value.end());
        line.push_back('\n');
        heard = batch.add(line);
        return heard.ok();
      });
  if (!done) return done;
  return heard ? batch.flush() : heard;
}

}  // namespace tributary::genomics
