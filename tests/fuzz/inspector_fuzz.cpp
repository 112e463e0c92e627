// tests/fuzz/inspector_fuzz.cpp: foreign content before the search for identifiers: every format, every unit.
#include <array>
#include <cstdint>
#include <memory>

#include "agent/verify/dictionary.hpp"
#include "agent/verify/spellings.hpp"

namespace {

using namespace tributary;  // NOLINT: brevity of a fuzz target

std::shared_ptr<const verify::Dictionary> dictionary() {
  static const auto made = *verify::Dictionary::build({{"sample id", "QUX-0042"},
                                                       {"sample id", "4711"},
                                                       {"sample id", "X7Q"},
                                                       {"name", "Quentin Zwicklbauer"},
                                                       {"birth date", "1970-01-31"}});
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  constexpr std::array<std::string_view, 7> units = {"record",    "header line", "container field", "line", "file name",
                                                     "read name", "tag"};
  if (data[0] >= 0xf0) {
    (void)verify::spellings_of(data[0] % 2 == 0 ? "name" : "birth date", text(bytes).substr(0, 255)).size();
    return 0;
  }
  const auto format = static_cast<genomics::Format>(data[0] % 7);
  auto inspector = verify::Inspector::make(dictionary(), format);
  if (inspector) (void)(*inspector)->content({units[data[0] / 7 % units.size()], 1}, bytes).ok();
  return 0;
}
