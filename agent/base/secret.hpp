// agent/base/secret.hpp: bytes that must not outlive their use: wiped on destruction, without a way into a log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "agent/base/bytes.hpp"

namespace tributary {

/// Overwrites memory in a way the optimiser keeps.
void wipe(void* memory, std::size_t size) noexcept;

/// A secret of N bytes. It has no `<<`, no `to_string` and no comparison by `==`.
template <std::size_t N>
class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView bytes) { std::memcpy(bytes_.data(), bytes.data(), bytes.size() < N ? bytes.size() : N); }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() { wipe(bytes_.data(), N); }

  [[nodiscard]] ByteView bytes() const { return bytes_; }
  [[nodiscard]] MutableByteView fill() { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

/// Wipes a text that somebody else holds, at the end of the scope. A copy of the text would be wiped in its stead.
class Wiped {
 public:
  explicit Wiped(std::string& text) : text_(text) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(text_.data(), text_.size()); }

 private:
  std::string& text_;
};

/// A password, a token or a passphrase. A short std::string that is moved from keeps its characters: none is moved
/// here.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string&& text) : text_(text) { wipe(text.data(), text.size()); }
  SecretText(const SecretText&) = default;
  SecretText& operator=(const SecretText& other) {
    if (this == &other) return *this;
    wipe(text_.data(), text_.size());
    text_ = other.text_;
    return *this;
  }
  ~SecretText() { wipe(text_.data(), text_.size()); }

  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace tributary
