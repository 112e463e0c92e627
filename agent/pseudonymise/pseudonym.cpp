// agent/pseudonymise/pseudonym.cpp: keyed pseudonyms.
#include "agent/pseudonymise/pseudonym.hpp"

#include <algorithm>
#include <array>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::pseudonymise {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t digits = 26;

std::string spell(std::string_view prefix, ByteView digest) {
  for (std::size_t at = 0; at + id_bytes <= digest.size(); ++at) {
    const std::string word = to_crockford(digest.subspan(at, id_bytes));
    const char check = crockford_check(word);
    if ((check >= '0' && check <= '9') || (check >= 'A' && check <= 'Z')) return std::string(prefix) + word + check;
  }
  // Sixteen windows in a row without a letter: once in 10^16 ids. The last resort is longer, and as unique.
  const std::string word = to_crockford(digest) + "0";
  return std::string(prefix) + word;
}

Secret<32> derive(const Secret<32>& key, std::string_view what) {
  Secret<32> out;
  crypto::hkdf_sha256(key.bytes(), {}, what, out.fill());
  return out;
}

struct Span {
  char32_t first, last;
};
// Combining marks (Unicode 15, blocks), conjoining Hangul, and the signs with a canonical singleton among letters.
constexpr std::array composed{Span{0x0300, 0x036f},  Span{0x0483, 0x0489}, Span{0x0591, 0x05bd}, Span{0x0610, 0x061a},
                              Span{0x064b, 0x065f},  Span{0x1100, 0x11ff}, Span{0x1ab0, 0x1aff}, Span{0x1dc0, 0x1dff},
                              Span{0x20d0, 0x20ff},  Span{0x2126, 0x2126}, Span{0x212a, 0x212b}, Span{0x3099, 0x309a},
                              Span{0xa960, 0xa97f},  Span{0xd7b0, 0xd7ff}, Span{0xf900, 0xfaff}, Span{0xfe20, 0xfe2f},
                              Span{0x2f800, 0x2fa1f}};
constexpr std::array unseen{Span{0x00, 0x1f},     Span{0x7f, 0xa0},     Span{0x00ad, 0x00ad}, Span{0x034f, 0x034f},
                            Span{0x1680, 0x1680}, Span{0x2000, 0x200f}, Span{0x2028, 0x202f}, Span{0x205f, 0x206f},
                            Span{0x3000, 0x3000}, Span{0xfe00, 0xfe0f}, Span{0xfeff, 0xfeff}};

template <typename Spans>
bool is_in(const Spans& spans, char32_t c) {
  return std::any_of(spans.begin(), spans.end(), [c](const Span& span) { return c >= span.first && c <= span.last; });
}

// The code point at the front of well-formed UTF-8, which it takes away.
char32_t next_of(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80U ? 1 : lead < 0xe0U ? 2 : lead < 0xf0U ? 3 : 4;
  char32_t c = length == 1 ? lead : lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = (c << 6U) | (byte(i) & 0x3fU);
  text.remove_prefix(length);
  return c;
}

}  // namespace

Result<PseudonymKey> PseudonymKey::load(const std::string& path) {
  auto content = files::read_small(path, 4096);
  if (!content) return in("pseudonyms.key_file", content.error());
  const Wiped guard(*content);
  if (content->size() != 32) {
    return operator_error(
        "pseudonyms.key_file: " + printable(path) + " has " + std::to_string(content->size()) + " bytes, a key has 32",
        "make one with: tributary keys generate pseudonym FILE");
  }
  return PseudonymKey(Secret<32>(view(*content)));
}

std::string PseudonymKey::id() const {
  return to_hex(ByteView(crypto::hmac_sha256(key_.bytes(), view("tributary/v1/key-id"))).first(8));
}

std::string PseudonymKey::make(Kind kind, std::string_view destination, std::string_view id) const {
  const bool subject = kind == Kind::subject;
  const std::string clean = canonical(id);
  std::string message = "tributary/v1";
  for (const std::string_view part :
       {destination, std::string_view(subject ? "subject" : "sample"), std::string_view(clean)}) {
    message += '\0';
    message += part;
  }
  return spell(subject ? "TS-" : "TL-", crypto::hmac_sha256(key_.bytes(), view(message)));
}

Secret<32> PseudonymKey::name_key(std::string_view destination, std::string_view pseudonym) const {
  return derive(key_, "tributary/v1/read-names/" + std::string(destination) + "/" + std::string(pseudonym));
}

Secret<32> PseudonymKey::state_key() const { return derive(key_, "tributary/v1/state"); }

std::string canonical(std::string_view id) { return std::string(trim(id)); }

std::string spelling_problem(std::string_view id) {
  auto rest = trim(id);
  if (!is_utf8(rest)) return "its id is no UTF-8: nobody can say which characters are meant";
  while (!rest.empty()) {
    const auto c = next_of(rest);
    if (is_in(unseen, c)) return "its id holds a control character or a blank that nobody sees";
    if (is_in(composed, c))
      return "its id is spelled with combining characters (Unicode NFD or a compatibility sign): it must come in NFC";
  }
  return {};
}

bool is_pseudonym(std::string_view text) {
  if (text.size() != 3 + digits + 1 || (!text.starts_with("TS-") && !text.starts_with("TL-"))) return false;
  const auto word = text.substr(3, digits);
  for (const char c : word) {
    if ((c < '0' || c > '9') && (c < 'A' || c > 'Z' || c == 'I' || c == 'L' || c == 'O' || c == 'U')) return false;
  }
  return crockford_check(word) == text.back();
}

}  // namespace tributary::pseudonymise
