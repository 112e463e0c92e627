// tests/fuzz/pseudonym_list_fuzz.cpp: any bytes as a list of pseudonyms; what it takes has the form of a pseudonym.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "plugins/pseudonyms/file/table.hpp"

namespace {

class Memory final : public tributary::sdk::csv::Bytes {
 public:
  explicit Memory(const std::string& text) : text_(text) {}
  std::size_t read(std::uint64_t offset, char* into, std::size_t room) override {
    if (offset >= text_.size()) return 0;
    const auto n = std::min<std::size_t>(room, text_.size() - offset);
    std::memcpy(into, text_.data() + offset, n);
    return n;
  }

 private:
  const std::string& text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The first byte chooses the header in front and whether destinations may be linked.
  if (size == 0) return 0;
  std::string text((data[0] & 1U) != 0 ? "destination,kind,id,pseudonym\n" : "");
  text.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  Memory bytes(text);
  try {
    const tributary::pseudonym_file::Table table(bytes, (data[0] & 2U) != 0);
    const auto found = table.find("d", "sample", "S-1");
    if (found && (found->size() < 4 || found->size() > 64)) std::abort();
  } catch (const tributary::pseudonym_file::Malformed&) {
    return 0;
  }
  return 0;
}
