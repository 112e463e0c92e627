// agent/port/http/poco_mbedtls/incoming.hpp: a message of HTTP/1.1 as it comes in: its head and its body.
//
// Poco's own readers take a chunked body that was cut for a whole one, decode encoded words inside header values and
// know no end of a head; what others send is therefore read here, by RFC 9112, and strictly.
//
// Failure    Poco::Net::HTTPException: not the grammar. NoMessageException: nothing came at all.
//            ConnectionResetException: cut in the middle. What the connection throws comes through.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/port/http/http.hpp"

namespace tributary::http {

/// Where bytes come from.
class Tap {
 public:
  virtual ~Tap() = default;
  /// The next byte, or -1 at the end.
  virtual int next() = 0;
  /// At least one byte, 0 at the end.
  virtual std::size_t some(MutableByteView into) = 0;
};

/// The three words of the first line, the last of which may hold blanks, and the header fields.
struct Head {
  std::string first, second, third;
  std::vector<Header> headers;
  [[nodiscard]] bool keeps_alive(const std::string& version) const;
};
/// At most 64 KiB in 200 fields.
Head read_head(Tap& tap);

/// How a body ends.
struct Framing {
  enum class Kind : std::uint8_t { none, sized, chunked, until_close } kind = Kind::none;
  std::uint64_t bytes = 0;  // of a sized one
};
/// What Content-Length and Transfer-Encoding say; nothing when neither is there. Two lengths, or both, are refused:
/// the next reader on the way might choose the other.
std::optional<Framing> framing_of(const std::vector<Header>& headers);

/// A name or value that goes into a head: nothing that would end its line.
bool is_field_name(std::string_view name);
bool is_field_value(std::string_view value);

class Body {
 public:
  Body(Tap& tap, Framing framing) : tap_(tap), framing_(framing), left_(framing.bytes) {}
  /// 0 at the end, which is the true end: anything else throws.
  std::size_t read(MutableByteView into);
  [[nodiscard]] bool at_end() const {
    const bool counted = framing_.kind == Framing::Kind::sized && left_ == 0;
    return ended_ || counted || framing_.kind == Framing::Kind::none;
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  void begin_chunk();
  void end_chunk();
  std::string line();

  Tap& tap_;
  Framing framing_;
  std::uint64_t left_ = 0, total_ = 0;
  bool ended_ = false, in_chunk_ = false;
};

}  // namespace tributary::http
