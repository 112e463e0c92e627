// tests/fuzz/optout_list_fuzz.cpp: any bytes as a list of opt-outs; each line that is taken is found again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "plugins/consent/optout/list.hpp"

namespace {

class Memory final : public tributary::sdk::csv::Bytes {
 public:
  explicit Memory(std::string_view text) : text_(text) {}
  std::size_t read(std::uint64_t offset, char* into, std::size_t room) override {
    if (offset >= text_.size()) return 0;
    const auto n = std::min<std::size_t>(room, text_.size() - offset);
    std::memcpy(into, text_.data() + offset, n);
    return n;
  }

 private:
  std::string_view text_;
};

void find_again(const tributary::optout::List& list, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto id = tributary::sdk::csv::trimmed(text.substr(0, end));
    if (!id.empty() && id[0] != '#' && !list.has(id)) std::abort();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Memory bytes(text);
  try {
    find_again(tributary::optout::List(bytes, (data[0] & 1U) != 0), text);
  } catch (const tributary::sdk::csv::Malformed&) {
    return 0;
  }
  return 0;
}
