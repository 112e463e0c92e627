// tests/fuzz/page_words_fuzz.cpp: any bytes as what a browser or the journal says to the status page; nothing of it
// ever stands in the page as markup, and no strange name is taken for ours.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/base/text.hpp"
#include "agent/status/guard.hpp"
#include "agent/status/html.hpp"
#include "agent/status/sessions.hpp"
#include "agent/status/words.hpp"

using namespace tributary;  // NOLINT: a program of one page

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto shown = status::escaped(bytes);
  if (shown.find_first_of("<>\"'") != std::string::npos || !is_utf8(shown)) std::abort();
  for (const char c : shown) {
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
  }
  for (const auto& [name, value] : status::fields_of(bytes)) {
    if (name.size() + value.size() > bytes.size()) std::abort();
  }
  const auto language = status::choose_language({}, bytes);
  if (language != status::Language::en && language != status::Language::de) std::abort();
  if (status::session_cookie(bytes).size() > bytes.size()) std::abort();
  config::Settings settings;
  // Whatever stands before or behind it, a name of somebody else is not ours.
  const auto strange = std::string(bytes) + ".evil.example";
  if (bytes.find(':') == std::string_view::npos && bytes.find('[') == std::string_view::npos &&
      status::is_our_host(strange, settings))
    std::abort();
  if (status::is_our_origin("http://" + strange, "127.0.0.1:8480", settings)) std::abort();
  return 0;
}
